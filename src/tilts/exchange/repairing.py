"""Repairing by the authority: one person orders what must become of a list of Tasks, another one confirms.

    order  ->  confirm (each Task is repaired, or named with the rule that says no)  |  decline

For what no party can mend any more: a till that is gone and holds a line, a line that nobody closes. The steps stand
in the table as any other (lifecycle.py), so nothing can be repaired into a state that could not be (Exchanges 3.2 row 16).
"""

from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from tilts.exchange.lines import check_side, current, let_go, save, state_of
from tilts.ids import new_id
from tilts.rules import Refusal
from tilts.rules.trust.oversight import (
    OVS_REPAIR_NOT_AUTHORITY,
    OVS_REPAIR_REASON,
    OVS_REPAIR_SAME_PERSON,
    OVS_REPAIR_TASKS,
    OVS_REPAIR_UNKNOWN,
)
from tilts.rules.wire import WIRE_NOT_FOUND
from tilts.store import prescriptions as lines
from tilts.store.corrections import repairs as store
from tilts.store.corrections.repairs import RepairRecord
from tilts.store.onboarding import accounts
from tilts.store.records import AuditSubject, LineRecord
from tilts.store.tx import Tx
from tilts.workflow import State, Step, Words, Workflow

LEAST_CHARACTERS: Final = 20
MOST_TASKS: Final = 200  # of one order: each is locked until all are done
REPAIRED: Final = "repaired"
STEPS: Final = MappingProxyType(
    {
        "release": Words("Atbrīvot no turētāja", "Take from its holder"),
        "cancel": Words("Anulēt", "Cancel"),
        "close": Words("Slēgt", "Close"),
    }
)
REPAIR: Final = Workflow(
    kind="repair",
    title=Words("Labojums", "Repair"),
    states=(
        State("ordered", Words("Pieprasīts", "Ordered"), waits_for="authority"),
        State("done", Words("Izpildīts", "Done")),
        State("declined", Words("Noraidīts", "Declined")),
    ),
    steps=(
        Step("confirm", ("ordered",), "done", "authority", Words("Apstiprināt", "Confirm"), two_persons=True),
        Step("decline", ("ordered",), "declined", "authority", Words("Noraidīt", "Decline")),
    ),
)


@dataclass(frozen=True, slots=True)
class Repaired:
    """The order as it ended, and whose lines it met: the patients see it in their list of accesses."""

    order: RepairRecord
    subjects: list[AuditSubject]


async def order(
    tx: Tx, step: str, task_ids: list[UUID], reason: str, account_id: UUID, now: datetime
) -> RepairRecord:
    """The door: the first person says what must become of which Tasks, and why."""
    await check_officer(tx, account_id)
    if len(reason.strip()) < LEAST_CHARACTERS:
        raise Refusal(OVS_REPAIR_REASON, characters=LEAST_CHARACTERS)
    wanted = sorted(set(task_ids))
    if step not in STEPS or not 1 <= len(wanted) <= MOST_TASKS:
        raise Refusal(OVS_REPAIR_TASKS, most=MOST_TASKS)
    row = RepairRecord(new_id(), step, wanted, reason.strip(), "ordered", account_id, now)
    await store.add(tx, row)
    return row


async def confirm(tx: Tx, repair_id: UUID, account_id: UUID, now: datetime) -> Repaired:
    """The door: another person confirms; what cannot be repaired is named with its rule, the rest is done."""
    row = await locked(tx, repair_id, account_id, "confirm")
    if row.ordered_by == account_id:
        raise Refusal(OVS_REPAIR_SAME_PERSON)
    outcome: list[dict[str, Any]] = []
    subjects: list[AuditSubject] = []
    for task_id in sorted(
        row.task_ids
    ):  # always in this order: two who lock several never wait for each other
        found = await lines.lock_issue(tx, task_id)
        if found is None:
            outcome.append({"task": str(task_id), "rule": WIRE_NOT_FOUND.id, "facts": {}})
            continue
        subjects.append(AuditSubject(found.patient_id, "Task", task_id))
        outcome.append(await repaired(tx, current(found, now), row.step, now))
    done = replace(row, state="done", decided_by=account_id, decided_at=now, outcome=outcome)
    await store.save(tx, done)
    return Repaired(done, subjects)


async def decline(tx: Tx, repair_id: UUID, account_id: UUID, now: datetime) -> RepairRecord:
    """The door: nothing is repaired. Who ordered it may take it back in this way, too."""
    row = await locked(tx, repair_id, account_id, "decline")
    after = replace(row, state="declined", decided_by=account_id, decided_at=now)
    await store.save(tx, after)
    return after


async def repaired(tx: Tx, line: LineRecord, step: str, now: datetime) -> dict[str, Any]:
    told = {"task": str(line.task_id)}
    try:
        after = decide_repair(line, step, now)
    except Refusal as no:
        return {**told, "rule": no.rule.id, "facts": no.told()}
    after = await save(tx, line, f"repair-{step}", after, now)
    return {**told, "was": state_of(line, now), "state": state_of(after, now)}


def decide_repair(line: LineRecord, step: str, now: datetime) -> LineRecord:
    check_side(line, f"repair-{step}", "authority", now)
    after = replace(let_go(line), changed_at=now)
    if step == "close":
        return replace(after, state="completed")
    if step == "cancel":
        return replace(after, state="cancelled", reason=line.cancelling or REPAIRED)
    return after if after.state == "cancelled" else replace(after, reason=REPAIRED)


async def check_officer(tx: Tx, account_id: UUID) -> None:
    roles = await accounts.roles_of(tx, account_id)
    if not any(role.role == "authority" and role.state == "held" for role in roles):
        raise Refusal(OVS_REPAIR_NOT_AUTHORITY)


async def locked(tx: Tx, repair_id: UUID, account_id: UUID, action: str) -> RepairRecord:
    await check_officer(tx, account_id)
    row = await store.lock(tx, repair_id)
    if row is None:
        raise Refusal(OVS_REPAIR_UNKNOWN)
    REPAIR.check(row.state, action, "authority")
    return row
