"""A transaction that leaves nothing behind: for tests that spoil what others use too."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from psycopg import Rollback

from tilts.store.tx import Database, Tx


@asynccontextmanager
async def undone(database: Database) -> AsyncIterator[Tx]:
    async with database.transaction() as tx:
        yield tx
        raise Rollback
