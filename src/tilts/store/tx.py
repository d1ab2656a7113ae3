"""Transactions: everything a call does happens in one, or not at all."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

Tx: TypeAlias = AsyncConnection[Any]


class Database:
    """A pool of connections to one environment's schema.

    READ COMMITTED on purpose: what must hold under races is held by row locks and named
    constraints, never by SERIALIZABLE alone (security.md, decision 7).
    """

    def __init__(self, conninfo: str, *, connections: int) -> None:
        self._pool = AsyncConnectionPool(
            conninfo, min_size=min(4, connections), max_size=connections, open=False, name="tilts"
        )

    async def open(self) -> None:
        await self._pool.open(wait=True, timeout=30)

    async def close(self) -> None:
        await self._pool.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        async with self._pool.connection() as connection, connection.transaction():
            yield connection
