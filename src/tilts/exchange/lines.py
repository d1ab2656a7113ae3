"""A prescription line: what state it is in at a moment, and what may be done with it then.

Everything here is pure. The stored row may lag behind the clock (nobody wakes up when a lease ends):
`current` tells what the row amounts to now, and every check and every answer starts from that.

    future --clock--> ready --claim--> claimed --dispense--> claimed (hand-over period)
      |                 ^                 |  release, lease end: back, with the balance
      cancel            +-----------------+
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from tilts.clock import day_in_riga, shown
from tilts.party import Party
from tilts.rules import Refusal, Rule
from tilts.rules.dispensing import (
    DSP_HELD_BY_ANOTHER,
    DSP_NOT_CLAIMED,
    DSP_NOT_OPEN,
    DSP_NOTHING_LEFT,
    DSP_PHARMACY_ONLY,
)
from tilts.rules.prescriptions import (
    PRE_CANCEL_CLAIMED,
    PRE_CANCEL_STATE,
    PRE_PRESCRIBER_ONLY,
)
from tilts.store.records import Hold, LineRecord

State: TypeAlias = Literal[
    "future", "ready", "claimed", "partly-dispensed", "dispensed", "completed", "cancelled", "expired"
]
Action: TypeAlias = Literal["claim", "dispense", "release", "cancel"]


@dataclass(frozen=True, slots=True)
class Answer:
    """May this be done now; and if not, why not."""

    action: Action
    refusal: Refusal | None


def current(line: LineRecord, now: datetime) -> LineRecord:
    """The line once the clock has had its say: a hold that ended gives the balance back, or closes."""
    if line.hold is None or line.hold.lease_until > now:
        return line
    return replace(line, state="open" if line.left else "completed", hold=None)


def state_of(line: LineRecord, now: datetime) -> State:
    """The business state of a current line (docs/reference/wire.md, table of states)."""
    if line.state in ("cancelled", "completed"):
        return "cancelled" if line.state == "cancelled" else "completed"
    if line.left == 0:
        return "dispensed"
    today = day_in_riga(now)
    if today > line.valid_to:  # partly handed out and over: completed short (Exchanges 3.2 row 15)
        return "completed" if line.dispensed else "expired"
    if line.hold is not None:
        return "claimed"
    if today < line.valid_from:
        return "future"
    return "partly-dispensed" if line.dispensed else "ready"


def is_held_by(hold: Hold, party: Party) -> bool:
    holder = (hold.organization_id, hold.site, hold.client_id)
    return holder == (party.organization_id, party.site, party.client_id)


def check_claim(line: LineRecord, party: Party, now: datetime) -> None:
    _pharmacies_only(party)
    state = state_of(line, now)
    if state == "claimed":
        assert line.hold is not None
        if not is_held_by(line.hold, party):
            raise held(DSP_HELD_BY_ANOTHER, line.hold)
    elif state not in ("ready", "partly-dispensed"):
        raise Refusal(DSP_NOT_OPEN, state=state)


def check_dispense(line: LineRecord, party: Party, now: datetime, asked: Decimal | None = None) -> None:
    """`asked` None asks whether anything at all could be handed out."""
    _holder_only(line, party, now)
    if not line.left or (asked is not None and asked > line.left):
        raise Refusal(DSP_NOTHING_LEFT, asked="> 0" if asked is None else asked, left=line.left)


def check_release(line: LineRecord, party: Party, now: datetime) -> None:
    _holder_only(line, party, now)
    if line.left == 0:
        raise Refusal(DSP_NOT_OPEN, state=state_of(line, now))


def check_cancel(line: LineRecord, party: Party, now: datetime) -> None:
    if party.organization_id != line.organization_id:
        raise Refusal(PRE_PRESCRIBER_ONLY)
    state = state_of(line, now)
    if state == "claimed" and not line.dispensed:
        assert line.hold is not None
        raise held(PRE_CANCEL_CLAIMED, line.hold)
    if state not in ("future", "ready"):
        raise Refusal(PRE_CANCEL_STATE, state=state)


CHECKS: Final[dict[Action, Callable[[LineRecord, Party, datetime], None]]] = {
    "claim": check_claim,
    "dispense": check_dispense,
    "release": check_release,
    "cancel": check_cancel,
}


def allowed_actions(line: LineRecord, party: Party, now: datetime) -> list[Answer]:
    """Every action with yes, or with the very refusal that trying it would bring."""
    line = current(line, now)
    answers = []
    for action, check in CHECKS.items():
        refusal = None
        try:
            check(line, party, now)
        except Refusal as no:
            refusal = no
        answers.append(Answer(action, refusal))
    return answers


@contextmanager
def about(line: LineRecord) -> Iterator[None]:
    """A refusal within is about this line: its patient will see the attempt in the audit trail."""
    try:
        yield
    except Refusal as no:
        no.facts["about"] = line
        raise


def held(rule: Rule, hold: Hold) -> Refusal:
    """A refusal that names the holder, since when and until when (Riga time)."""
    return Refusal(
        rule,
        holder=hold.organization_name,
        since=shown(hold.claimed_at),
        lease_until=shown(hold.lease_until),
    )


def _pharmacies_only(party: Party) -> None:
    if party.kind != "pharmacy":
        raise Refusal(DSP_PHARMACY_ONLY)


def _holder_only(line: LineRecord, party: Party, now: datetime) -> None:
    _pharmacies_only(party)
    state = state_of(line, now)
    if line.hold is not None and not is_held_by(line.hold, party):
        raise held(DSP_HELD_BY_ANOTHER, line.hold)
    if state in ("ready", "partly-dispensed"):
        raise Refusal(DSP_NOT_CLAIMED, state=state)
    if state not in ("claimed", "dispensed"):
        raise Refusal(DSP_NOT_OPEN, state=state)
