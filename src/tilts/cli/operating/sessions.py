"""`tilts sessions`: who is signed in to the portal, and signing somebody out, or everybody.

Works on the database itself, as the operator: DATABASE_URL, else the sandbox that runs.
"""

import json
from datetime import timedelta
from typing import Annotated
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
from tilts.settings import from_environment
from tilts.store.onboarding import accounts
from tilts.store.onboarding.accounts import SessionRecord
from tilts.store.tx import Tx

sessions = App(name="sessions", help="Of the portal: who is signed in; signing somebody out, or everybody.")


@sessions.command(name="list")
def list_(*, environment: In = "test", as_json: AsJson = False, data_dir: DataDir = None) -> int:
    """Say who is signed in to the portal, since when, in which role and from which network.

    Exit status: 0 said.
    """

    async def work(tx: Tx) -> list[SessionRecord]:
        wall = WallClock().wall()
        idle = timedelta(minutes=from_environment().session_idle_minutes)
        return await accounts.sessions_of(tx, None, wall, wall - idle)

    table = Table("account", "name", "role", "since", "last used", "network")
    for row in asked(work, environment, data_dir):
        role, network = row.role or "", row.network or ""
        times = {"since": row.started_at, "used": row.seen_at}
        if as_json:
            known = {"account": str(row.account_id), "name": row.name, "role": role, "network": network}
            print(
                json.dumps(known | {name: at.isoformat() for name, at in times.items()}, ensure_ascii=False)
            )
        table.add_row(str(row.account_id), row.name, role, *map(shown, times.values()), network)
    if table.row_count and not as_json:
        Console().print(table)
    return 0


@sessions.command
def end(
    account: Annotated[str, Parameter(help="Id of the account: see 'tilts sessions list'.")] = "",
    *,
    person: Person,
    everybody: Annotated[bool, Parameter(help="All sessions of the portal.", negative="")] = False,
    environment: In = "test",
    data_dir: DataDir = None,
) -> int:
    """Sign a person out of the portal everywhere, or everybody; each has to sign in again.

    Exit status: 0 signed out, 1 refused.
    """
    if bool(account) == everybody:
        raise NotPossible("name one account, or say --everybody")
    try:
        whom = None if everybody else UUID(account)
    except ValueError:
        raise NotPossible(f"{account!r} is no id of an account") from None

    async def work(tx: Tx, _: Account) -> int:
        return await accounts.end_sessions(tx, whom)

    act = Act("session.ended-by-operator", about=account or "everybody", method="CLI")
    print(f"{acted(person, act, work, environment, data_dir)} ended")
    return 0
