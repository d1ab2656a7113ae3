"""`tilts repairs`: the state of prescriptions put right by two persons of the authority.

Works on the database itself, as the operator: DATABASE_URL, else the sandbox that runs.
"""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table

from tilts.access.desk import Act
from tilts.account import Account
from tilts.cli.operating.acting import In, Person, acted, asked
from tilts.cli.places import AsJson, DataDir
from tilts.cli.refusals import NotPossible
from tilts.clock import WallClock, shown
from tilts.exchange import repairing
from tilts.store.corrections import repairs as store
from tilts.store.corrections.repairs import RepairRecord
from tilts.store.tx import Tx

repairs = App(
    name="repairs", help="The state of prescriptions, put right: one officer orders, another one confirms."
)
MOST: int = 200
Id = Annotated[str, Parameter(help="Id of the order: see 'tilts repairs list'.")]


@repairs.command(name="list")
def list_(*, environment: In = "test", as_json: AsJson = False, data_dir: DataDir = None) -> int:
    """Say which repairs were ordered, the newest first.

    Exit status: 0 none waits, 1 one waits for the second person.
    """

    async def work(tx: Tx) -> list[RepairRecord]:
        return await store.listed(tx, limit=MOST)

    rows = asked(work, environment, data_dir)
    if as_json:
        for row in rows:
            print(json.dumps(as_row(row), ensure_ascii=False))
    elif rows:
        table = Table("repair", "step", "tasks", "ordered", "state", "not repaired")
        for row in rows:
            refused = sum("rule" in one for one in row.outcome or ())
            known = (row.step, str(len(row.task_ids)), shown(row.ordered_at), row.state, str(refused))
            table.add_row(str(row.repair_id), *known)
        Console().print(table)
    return 1 if any(row.state == "ordered" for row in rows) else 0


@repairs.command
def order(
    step: Annotated[Literal["release", "cancel", "close"], Parameter(help="What becomes of each Task.")],
    tasks: Annotated[list[str], Parameter(help="Ids of Tasks.")],
    *,
    person: Person,
    reason: Annotated[str, Parameter(help="What went wrong, at least 20 characters; no names of patients.")],
    environment: In = "test",
    data_dir: DataDir = None,
) -> int:
    """Order a repair, as the first person; nothing is changed yet.

    Exit status: 0 ordered, 1 refused.
    """
    task_ids = [id_from(written) for written in tasks]

    async def work(tx: Tx, who: Account) -> RepairRecord:
        return await repairing.order(tx, step, task_ids, reason, who.account_id, WallClock().now())

    row = acted(person, Act("repair.ordered", method="CLI"), work, environment, data_dir)
    print(f"{row.repair_id} {row.state}")
    return 0


@repairs.command
def confirm(repair_id: Id, *, person: Person, environment: In = "test", data_dir: DataDir = None) -> int:
    """Confirm a repair, as another person; says of each Task what it is now, or the rule that says no.

    Exit status: 0 all repaired, 1 refused, or some could not be repaired.
    """
    act = Act("repair.confirmed", about=repair_id, method="CLI")

    async def work(tx: Tx, who: Account) -> RepairRecord:
        done = await repairing.confirm(tx, id_from(repair_id), who.account_id, WallClock().now())
        act.subjects.extend(done.subjects)
        return done.order

    row = step_taken(act, person, work, environment, data_dir)
    return 1 if any("rule" in one for one in row.outcome or ()) else 0


@repairs.command
def decline(repair_id: Id, *, person: Person, environment: In = "test", data_dir: DataDir = None) -> int:
    """Decline a repair; nothing is changed.

    Exit status: 0 declined, 1 refused.
    """

    async def work(tx: Tx, who: Account) -> RepairRecord:
        return await repairing.decline(tx, id_from(repair_id), who.account_id, WallClock().now())

    step_taken(Act("repair.declined", about=repair_id, method="CLI"), person, work, environment, data_dir)
    return 0


def step_taken(
    act: Act,
    person: str,
    work: Callable[[Tx, Account], Awaitable[RepairRecord]],
    environment: str,
    data_dir: Path | None,
) -> RepairRecord:
    row = acted(person, act, work, environment, data_dir)
    print(f"{row.repair_id} {row.state}")
    for one in row.outcome or ():
        print(f"{one['task']} {one.get('state') or one['rule']}")
    return row


def id_from(written: str) -> UUID:
    try:
        return UUID(written)
    except ValueError:
        raise NotPossible(f"{written!r} is no id") from None


def as_row(row: RepairRecord) -> dict[str, Any]:
    return {
        "repair": str(row.repair_id),
        "step": row.step,
        "tasks": [str(task_id) for task_id in row.task_ids],
        "reason": row.reason,
        "state": row.state,
        "ordered_at": row.ordered_at.isoformat(),
        "decided_at": row.decided_at.isoformat() if row.decided_at else None,
        "outcome": row.outcome,
    }
