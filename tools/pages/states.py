"""docs/reference/states.md and its picture: the states of a line, asked of the very functions that decide.

What each caller may do in each state is not written here: it is asked of `allowed_actions`. Written here is only
where an action leads, and a test holds that every allowed action leads somewhere and no other does.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import get_args
from uuid import UUID

from tilts.exchange.lines import Action, State, allowed_actions, current, state_of
from tilts.party import OrganizationKind, Party
from tilts.store.records import Hold, LineRecord, Quantity
from tilts.transport.shapes.tasks import STATUS
from tools.pages.blocks import code, table

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
STATES: tuple[State, ...] = get_args(State)
ACTIONS: tuple[Action, ...] = get_args(Action)
PRESCRIBER, HOLDER, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)


def _party(organization_id: UUID, kind: OrganizationKind) -> Party:
    return Party(
        client_id=f"{kind}-{organization_id.int}",
        organization_id=organization_id,
        organization_name=kind,
        kind=kind,
        site=str(organization_id.int),
        purpose="TREAT",
        scopes=frozenset(),
        token_id="",
    )


CALLERS = {
    "prescriber": _party(PRESCRIBER, "practice"),
    "holder": _party(HOLDER, "pharmacy"),
    "other pharmacy": _party(OTHER, "pharmacy"),
}
HOLD = Hold(HOLDER, "pharmacy", str(HOLDER.int), CALLERS["holder"].client_id, NOW, NOW + timedelta(hours=2))
READY = LineRecord(
    line_id=UUID(int=4),
    task_id=UUID(int=5),
    prescription_id=UUID(int=6),
    number="",
    patient_id=UUID(int=7),
    organization_id=PRESCRIBER,
    state="open",
    valid_from=NOW.date(),
    valid_to=NOW.date() + timedelta(days=30),
    allowed=Quantity(Decimal(2)),
    dispensed=Decimal(0),
    hold=None,
    reason=None,
    version=1,
    written_at=NOW,
    changed_at=NOW,
)
OVER = NOW.date() - timedelta(days=1)
LINES: dict[State, LineRecord] = {
    "future": replace(READY, valid_from=NOW.date() + timedelta(days=1)),
    "ready": READY,
    "claimed": replace(READY, state="claimed", hold=HOLD),
    "partly-dispensed": replace(READY, dispensed=Decimal(1)),
    "dispensed": replace(
        READY, state="claimed", hold=replace(HOLD, first_dispensed_at=NOW), dispensed=Decimal(2)
    ),
    "completed": replace(READY, state="completed", dispensed=Decimal(2)),
    "cancelled": replace(READY, state="cancelled"),
    "expired": replace(READY, valid_to=OVER),
}
MEANING: dict[State, str] = {
    "future": "not yet valid",
    "ready": "open, nothing handed out",
    "claimed": "held by one pharmacy",
    "partly-dispensed": "open again with a balance",
    "dispensed": "all handed out, hold not yet over",
    "completed": "closed",
    "cancelled": "taken back by the prescriber",
    "expired": "validity over, nothing handed out",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One arrow: an action of a caller, or the clock."""

    start: State
    by: str  # an action, or "clock"
    who: str
    end: State
    when: str = ""


STEPS: tuple[Step, ...] = (
    Step("future", "clock", "", "ready", "its first day"),
    Step("future", "cancel", "prescriber", "cancelled"),
    Step("ready", "claim", "pharmacy", "claimed"),
    Step("ready", "cancel", "prescriber", "cancelled"),
    Step("ready", "clock", "", "expired", "its last day is over"),
    Step("claimed", "claim", "holder", "claimed", "again: nothing changes"),
    Step("claimed", "dispense", "holder", "claimed", "a part: the hold becomes the hand-over period"),
    Step("claimed", "dispense", "holder", "dispensed", "the rest"),
    Step("claimed", "release", "holder", "ready", "nothing handed out"),
    Step("claimed", "release", "holder", "partly-dispensed", "a part handed out"),
    Step("claimed", "clock", "", "ready", "hold over, nothing handed out"),
    Step("claimed", "clock", "", "partly-dispensed", "hold over, a part handed out"),
    Step("claimed", "clock", "", "expired", "its last day is over, nothing handed out"),
    Step("claimed", "clock", "", "completed", "its last day is over, a part handed out"),
    Step("partly-dispensed", "claim", "pharmacy", "claimed"),
    Step("partly-dispensed", "clock", "", "completed", "its last day is over"),
    Step("dispensed", "clock", "", "completed", "hand-over period over"),
)


def answers(state: State, caller: str) -> dict[Action, str]:
    """Action -> "yes", or the rule that says no. A hold of the other pharmacy is none of the holder's."""
    line = LINES[state]
    assert state_of(current(line, NOW), NOW) == state, f"the example of {state} is {state_of(line, NOW)}"
    given = allowed_actions(line, CALLERS[caller], NOW)
    return {answer.action: answer.refusal.rule.id if answer.refusal else "yes" for answer in given}


def allowed_pairs() -> Iterator[tuple[State, Action]]:
    for state in STATES:
        for caller in CALLERS:
            yield from (
                (state, action) for action, answer in answers(state, caller).items() if answer == "yes"
            )


def made_for_states() -> dict[str, str]:
    return {
        "states": table(
            ["state (`businessStatus`)", "`Task.status`", "meaning"],
            [[code(state), code(STATUS[state]), MEANING[state]] for state in STATES],
        ),
        "steps": table(
            ["from", "by", "who", "to", "when"],
            [[code(s.start), code(s.by), s.who or "nobody", code(s.end), s.when] for s in STEPS],
        ),
        "answers": table(
            ["state", "caller", *(code(action) for action in ACTIONS)],
            [
                [code(state), caller, *(answers(state, caller)[action] for action in ACTIONS)]
                for state in STATES
                for caller in CALLERS
            ],
        ),
    }
