"""How a command acts on an installation: whose database it is, and as which officer of the authority it is done.

Works on the database itself, as the operator: DATABASE_URL, else the sandbox that runs. What changes something goes
through the desk (access/desk.py), which writes it down, refused or not.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, TypeVar

from cyclopts import Parameter

from tilts.access.desk import Act, Desk
from tilts.account import Account
from tilts.cli.places import terminal_language
from tilts.cli.refusals import NotPossible
from tilts.cli.why_not import place_of
from tilts.clock import WallClock
from tilts.rules import Refusal
from tilts.store.doors import holds
from tilts.store.tx import GONE, NOT_MIGRATED, Database, Tx

Done = TypeVar("Done")
Person = Annotated[
    str,
    Parameter(
        name="--as", help="Account of the authority that acts: its id, or its subject at the provider."
    ),
]
In = Annotated[str, Parameter(name="--environment", help="test or production.")]


def acted(
    person: str,
    act: Act,
    work: Callable[[Tx, Account], Awaitable[Done]],
    environment: str,
    data_dir: Path | None,
) -> Done:
    """What the work gives, done as this officer; a refusal in words, after it was written down."""

    async def run() -> Done:
        async with opened(environment, data_dir) as database:
            async with database.transaction() as tx:
                clerk = await holds.clerk(tx, person)
            if clerk is None:
                raise NotPossible(f"{person!r} is no account with a role at the authority")
            who = Account(clerk.account_id, clerk.name, "authority", clerk.party_id, clerk.party_name)
            return await Desk(database, WallClock()).do(who, act, lambda tx: work(tx, who))

    try:
        return asyncio.run(run())
    except Refusal as no:
        language = terminal_language()
        raise NotPossible(
            f"{no.rule.id} {no.rule.sentence(language, no.facts)} {no.rule.fix(language)}"
        ) from no


def asked(work: Callable[[Tx], Awaitable[Done]], environment: str, data_dir: Path | None) -> Done:
    async def run() -> Done:
        async with opened(environment, data_dir) as database, database.transaction() as tx:
            return await work(tx)

    return asyncio.run(run())


@asynccontextmanager
async def opened(environment: str, data_dir: Path | None) -> AsyncIterator[Database]:
    """The database of the installation or of the sandbox, in words a person can act on when there is none."""
    database = Database(place_of(data_dir).database_url, connections=1, environment=environment)
    try:
        await database.open(seconds=5)
        yield database
    except GONE as fault:
        raise NotPossible("no PostgreSQL answers there") from fault
    except NOT_MIGRATED as fault:
        raise NotPossible("there are no tables yet: tilts migrate") from fault
    finally:
        await database.close()
