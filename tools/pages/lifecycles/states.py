"""docs/reference/states.md: the life of a line as its table tells it, and what each caller is told by what decides."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from tilts.exchange.lifecycle import PRESCRIPTION, SHAPES, LineState, Shape, status_of_order
from tilts.exchange.lines import ACTIONS, Action, allowed_actions, current, state_of
from tilts.party import OrganizationKind, Party
from tilts.store.records import Hold, LineRecord, Quantity
from tilts.transport.shapes.tasks import STATUS
from tilts.workflow import Step
from tools.pages.blocks import code, table
from tools.pages.cases import state_row, step_row

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
STATES: tuple[LineState, ...] = tuple(SHAPES)
PRESCRIBER, HOLDER, OTHER, PORTAL = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=8)


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
    "patient": _party(PORTAL, "portal"),
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
LINES: dict[LineState, LineRecord] = {
    "future": replace(READY, valid_from=NOW.date() + timedelta(days=1)),
    "ready": READY,
    "claimed": replace(READY, state="claimed", hold=HOLD),
    "cancel-pending": replace(READY, state="claimed", hold=HOLD, cancelling="other"),
    "partly-dispensed": replace(READY, dispensed=Decimal(1)),
    "dispensed": replace(
        READY, state="claimed", hold=replace(HOLD, first_dispensed_at=NOW), dispensed=Decimal(2)
    ),
    "completed": replace(READY, state="completed", dispensed=Decimal(2)),
    "cancelled": replace(READY, state="cancelled"),
    "expired": replace(READY, valid_to=OVER),
}


def answers(state: LineState, caller: str) -> dict[Action, str]:
    """Action -> "yes", or the rule that says no. A hold of the other pharmacy is none of the holder's."""
    line = LINES[state]
    assert state_of(current(line, NOW), NOW) == state, f"the example of {state} is {state_of(line, NOW)}"
    given = allowed_actions(line, CALLERS[caller], NOW)
    return {answer.action: answer.refusal.rule.id if answer.refusal else "yes" for answer in given}


def row_of_state(state: LineState) -> list[str]:
    shape = SHAPES[state]
    order = code(status_of_order([state]))
    known = PRESCRIPTION.state(state)
    name, latvian, waits_for, _ = state_row(known)
    return [name, code(STATUS[state]), known.label.en, latvian, waits_for, order, in_the_row(shape)]


def in_the_row(shape: Shape) -> str:
    """What must stand in the database for it."""
    held = "held" if shape.held else "not held"
    waits = ", a cancellation waits" if shape.cancelling else ""
    return (
        f"{'/'.join(sorted(shape.stored))}; {held}; {' or '.join(sorted(shape.handed_out))} handed out{waits}"
    )


def row_of_step(step: Step) -> list[str]:
    action, latvian, who, start, end, _ = step_row(step)
    when = (step.when.en,) if step.when else ()
    return [action, latvian, who, start, end, "; ".join((*when, *step.guards))]


def made_for_states() -> dict[str, str]:
    return {
        "states": table(
            [
                "state (`businessStatus`)",
                "`Task.status`",
                "meaning",
                "Latvian",
                "waits for",
                "order, if it is the only issue",
                "row",
            ],
            map(row_of_state, STATES),
        ),
        "steps": table(
            ["step", "Latvian", "who", "from", "to", "when"], map(row_of_step, PRESCRIPTION.steps)
        ),
        "answers": table(
            ["state", "caller", *(code(action) for action in ACTIONS)],
            [
                [code(state), caller, *answers(state, caller).values()]
                for state in STATES
                for caller in CALLERS
            ],
        ),
    }
