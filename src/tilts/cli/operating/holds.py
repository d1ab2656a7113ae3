"""`tilts holds`: who is held against mass copying, what was alerted, and the release by two persons of the authority.

Works on the database itself, as the operator: DATABASE_URL, else the sandbox that runs.
"""

import json
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table

from tilts.access.breadth import releasing
from tilts.access.breadth.held import title_of
from tilts.access.desk import Act
from tilts.account import Account
from tilts.cli.operating.acting import In, Person, acted, asked
from tilts.cli.places import AsJson, DataDir, terminal_language
from tilts.cli.refusals import NotPossible
from tilts.clock import WallClock, shown
from tilts.rules import in_words
from tilts.store.doors import holds as store
from tilts.store.doors.holds import HoldRow
from tilts.store.tx import Tx

holds = App(name="holds", help="Against mass copying: who is held, what was alerted, release by two persons.")
MOST: int = 200
Id = Annotated[str, Parameter(help="Id of the hold: see 'tilts holds list'.")]


@holds.command(name="list")
def list_(
    *,
    all_: Annotated[bool, Parameter(name="--all", help="Released ones too.", negative="")] = False,
    environment: In = "test",
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> int:
    """Say who is held, since when and why.

    Exit status: 0 nobody, 1 somebody is held.
    """

    async def work(tx: Tx) -> list[HoldRow]:
        return await store.listed(tx, released_too=all_, limit=MOST)

    rows = asked(work, environment, data_dir)
    if as_json:
        for row in rows:
            print(json.dumps(as_row(row), ensure_ascii=False))
    elif rows:
        table = Table("hold", "whom", "since", "why", "state")
        for row in rows:
            why = in_words(title_of(row), terminal_language())
            table.add_row(str(row.hold_id), f"{row.scope} {row.actor}", shown(row.since), why, row.state)
        Console().print(table)
    else:
        print("Nobody is held.")
    return 1 if any(row.state != "released" for row in rows) else 0


@holds.command
def alerts(*, environment: In = "test", as_json: AsJson = False, data_dir: DataDir = None) -> int:
    """Say what was alerted lately: warnings, holds, anomalies; newest first.

    Exit status: 0 said.
    """

    async def work(tx: Tx) -> list[store.AlertRow]:
        return await store.alerts(tx, limit=MOST)

    rows = asked(work, environment, data_dir)
    table = Table("at", "severity", "rule", "whom", "facts")
    for row in rows:
        if as_json:
            known = {"at": row.at.isoformat(), "severity": row.severity, "rule": row.limit_id}
            print(json.dumps(known | {"scope": row.scope, "actor": row.actor, "facts": row.facts}))
        facts = ", ".join(f"{name} {value}" for name, value in row.facts.items())
        table.add_row(shown(row.at), row.severity, row.limit_id, f"{row.scope} {row.actor}", facts)
    if not as_json:
        Console().print(table if rows else "Nothing was noticed.")
    return 0


@holds.command
def ask(
    hold_id: Id,
    *,
    person: Person,
    reason: Annotated[str, Parameter(help="Why it may be released; no names of patients.")],
    environment: In = "test",
    data_dir: DataDir = None,
) -> int:
    """Ask for the release of a hold, as the first person.

    Exit status: 0 asked, 1 refused.
    """
    return step("ask", hold_id, person, reason, environment, data_dir)


@holds.command
def confirm(hold_id: Id, *, person: Person, environment: In = "test", data_dir: DataDir = None) -> int:
    """Confirm the release, as another person; counting begins anew.

    Exit status: 0 released, 1 refused.
    """
    return step("confirm", hold_id, person, "", environment, data_dir)


@holds.command
def decline(hold_id: Id, *, person: Person, environment: In = "test", data_dir: DataDir = None) -> int:
    """Decline the release; it stays held.

    Exit status: 0 declined, 1 refused.
    """
    return step("decline", hold_id, person, "", environment, data_dir)


def step(action: str, written: str, person: str, reason: str, environment: str, data_dir: Path | None) -> int:
    """One step through the desk, which writes it down, refused or not."""
    try:
        hold_id = UUID(written)
    except ValueError:
        raise NotPossible(f"{written!r} is no id of a hold") from None

    async def work(tx: Tx, who: Account) -> HoldRow:
        now = WallClock().now()
        match action:
            case "ask":
                return await releasing.ask(tx, hold_id, who.account_id, reason, now)
            case "confirm":
                return await releasing.confirm(tx, hold_id, who.account_id, now)
        return await releasing.decline(tx, hold_id, who.account_id)

    act = Act(f"hold.{action}", about=written, method="CLI")
    row = acted(person, act, work, environment, data_dir)
    print(f"{row.hold_id} {row.state}")
    return 0


def as_row(row: HoldRow) -> dict[str, Any]:
    times = {"since": row.since, "asked_at": row.asked_at, "released_at": row.released_at}
    return {
        "hold": str(row.hold_id),
        "scope": row.scope,
        "actor": row.actor,
        "limit": row.limit_id,
        "state": row.state,
        "facts": row.facts,
        "reason": row.reason,
        **{name: at.isoformat() if at else None for name, at in times.items()},
    }
