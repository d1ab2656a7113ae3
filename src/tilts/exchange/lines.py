"""A prescription line: what state it is in at a moment, and what may be done with it then.

Everything here but `save` is pure. The stored row may lag behind the clock (nobody wakes up when a lease ends):
`current` tells what the row amounts to now, and every check and every answer starts from that. What may follow
what stands in one table (lifecycle.py).
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, time
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias, get_args

from tilts.clock import RIGA, day_in_riga, shown
from tilts.exchange import documents
from tilts.exchange.lifecycle import PRESCRIPTION, SHAPES, LineSide, LineState, leads, status_of_order
from tilts.exchange.medicines.balances import still, too_much
from tilts.exchange.telling import tell
from tilts.party import Party
from tilts.rules import Refusal
from tilts.rules.dispensing import DSP_HANDED_OUT, DSP_NOTHING_HANDED_OUT
from tilts.rules.prescriptions import PRE_CANCEL_CLAIMED
from tilts.store import prescriptions as store
from tilts.store import resources
from tilts.store.records import Hold, LineRecord
from tilts.store.tx import Tx

Action: TypeAlias = Literal[
    "claim", "dispense", "release", "transfer-request", "close-remaining", "close", "cancel"
]
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)


@dataclass(frozen=True, slots=True)
class Answer:
    """May this be done now; and if not, why not."""

    action: Action
    refusal: Refusal | None


def current(line: LineRecord, now: datetime) -> LineRecord:
    """The line once the clock has had its say: a hold that ended gives the balance back, closes, or cancels.

    A hold ends with its lease, and with the validity: nothing can be handed out then. Only what was handed out
    altogether stays with its holder, who closes it.
    """
    if line.hold is None:
        return line
    over = line.left > 0 and day_in_riga(now) > line.valid_to
    return let_go(line) if over or line.hold.lease_until <= now else line


def let_go(line: LineRecord) -> LineRecord:
    """Without its holder: a cancellation that waited for that takes effect."""
    line = replace(line, hold=None, transfer_wanted_at=None)
    if line.cancelling is not None:
        return replace(line, state="cancelled", reason=line.cancelling, cancelling=None)
    return replace(line, state="open" if line.left else "completed")


def state_of(line: LineRecord, now: datetime) -> LineState:
    """The business state of a current line (docs/reference/states.md)."""
    if line.state in ENDED:
        return ENDED[line.state]
    if line.left == 0:
        return "dispensed"
    today = day_in_riga(now)
    if today > line.valid_to:  # partly handed out and over: completed short (Exchanges 3.2 row 15)
        return "completed" if line.dispensed else "expired"
    if line.hold is not None:
        return "claimed" if line.cancelling is None else "cancel-pending"
    if today < line.valid_from:
        return "future"
    return "partly-dispensed" if line.dispensed else "ready"


# States that no clock changes any more.
ENDED: Final[Mapping[str, LineState]] = MappingProxyType(
    {"completed": "completed", "cancelled": "cancelled", "expired": "expired"}
)


def side_of(line: LineRecord, party: Party) -> LineSide:
    """What this party is to the line now."""
    if party.kind == "pharmacy":
        return "holder" if line.hold is not None and is_held_by(line.hold, party) else "pharmacy"
    if party.organization_id == line.organization_id:
        return "prescriber"
    return SIDE_OF_KIND.get(party.kind, "stranger")


SIDE_OF_KIND: Final[Mapping[str, LineSide]] = MappingProxyType(
    {"portal": "patient", "authority": "authority"}
)


def is_held_by(hold: Hold, party: Party) -> bool:
    holder = (hold.organization_id, hold.site, hold.client_id)
    return holder == (party.organization_id, party.site, party.client_id)


def check(line: LineRecord, action: Action, party: Party, now: datetime) -> None:
    """Refuses what the table does not allow this party with this line now."""
    check_side(line, action, side_of(line, party), now)


def check_side(line: LineRecord, action: str, side: LineSide, now: datetime) -> None:
    """The same for a side that follows from something else than the line: who handed out, who oversees."""
    step = PRESCRIPTION.check(state_of(line, now), action, side, **facts_of(line))
    for guard in step.guards:
        GUARDS[guard](line)


def check_amount(line: LineRecord, party: Party, now: datetime, asked: Decimal) -> None:
    """`asked` in the measure in which the line is counted."""
    check(line, "dispense", party, now)
    if asked > still(line):
        raise too_much(line, asked, still(line))


def facts_of(line: LineRecord) -> dict[str, Any]:
    """What a "no" about this line may name: the holder, since when and until when (Riga time), the balance."""
    facts: dict[str, Any] = {"left": line.left, "asked": "> 0"}
    if line.hold is not None:
        facts |= {
            "holder": line.hold.organization_name,
            "since": shown(line.hold.claimed_at),
            "lease_until": shown(line.hold.lease_until),
        }
    return facts


def _nothing_in_this_hold(line: LineRecord) -> None:
    if line.hold is not None and line.hold.first_dispensed_at is not None:
        raise Refusal(DSP_HANDED_OUT, **facts_of(line))


def _something_handed_out(line: LineRecord) -> None:
    if not line.dispensed:
        raise Refusal(DSP_NOTHING_HANDED_OUT)


def _nothing_handed_out(line: LineRecord) -> None:
    if line.dispensed:
        raise Refusal(PRE_CANCEL_CLAIMED, **facts_of(line))


GUARDS: Final[Mapping[str, Callable[[LineRecord], None]]] = MappingProxyType(
    {
        "nothing handed out in this hold": _nothing_in_this_hold,
        "something is handed out": _something_handed_out,
        "nothing is handed out": _nothing_handed_out,
    }
)


def allowed_actions(line: LineRecord, party: Party, now: datetime) -> list[Answer]:
    """Every action with yes, or with the very refusal that trying it would bring."""
    line = current(line, now)
    answers = []
    for action in ACTIONS:
        refusal = None
        try:
            check(line, action, party, now)
        except Refusal as no:
            refusal = no
        answers.append(Answer(action, refusal))
    return answers


async def save(tx: Tx, before: LineRecord, action: str, after: LineRecord, now: datetime) -> LineRecord:
    """Saves what was decided about a locked line, held against the table of steps and of shapes.

    What does not fit is our fault, not the caller's: nothing is saved. What was asked for again changes nothing.
    """
    check_step(before, action, after, now)
    if after == before:
        return before
    saved = await store.save_line(tx, after)
    await order_follows(tx, before, after, now)
    await tell(tx, before, action, after, state_of(after, now))
    return saved


async def order_follows(tx: Tx, before: LineRecord, after: LineRecord, now: datetime) -> None:
    """The document's status: of this issue and the others; the row of the document orders those who ask."""
    was, becomes = state_of(before, now), state_of(after, now)
    if status_of_order([was]) == status_of_order([becomes]) == "active":
        return
    others: list[LineState] = []
    if after.issues > 1:
        await resources.lock(tx, "MedicationRequest", after.line_id)
        issues = await store.all_issues(tx, after.line_id)
        others = [state_of(current(one, now), now) for one in issues if one.task_id != after.task_id]
    status = status_of_order([becomes, *others])
    await documents.set_status(tx, "MedicationRequest", after.line_id, status, now)


def check_step(before: LineRecord, action: str, after: LineRecord, now: datetime) -> None:
    """Is there a row in the table from the one to the other, and does the row look like its state?"""
    was, becomes = stood(before, now) if action == "clock" else state_of(before, now), state_of(after, now)
    assert leads(was, action, becomes), f"{action} does not lead from {was} to {becomes}"
    check_shape(after, becomes)


def stood(line: LineRecord, now: datetime) -> LineState:
    """The state that a row still tells of, whatever the clock has done since."""
    last = datetime.combine(line.valid_to, time(12), RIGA)
    return state_of(line, min(now, last))


def check_shape(line: LineRecord, state: LineState) -> None:
    shape = SHAPES[state]
    handed_out = "none" if not line.dispensed else "part" if line.left else "all"
    fits = (
        line.state in shape.stored
        and shape.held == (line.hold is not None)
        and (shape.held or line.transfer_wanted_at is None)
        and handed_out in shape.handed_out
        and shape.cancelling == (line.cancelling is not None)
    )
    assert fits, f"no {state} line looks like this: {line.state}, {handed_out} handed out, hold {line.hold}"


@contextmanager
def about(line: LineRecord) -> Iterator[None]:
    """A refusal within is about this line: its patient will see the attempt in the audit trail."""
    try:
        yield
    except Refusal as no:
        no.facts["about"] = line
        raise
