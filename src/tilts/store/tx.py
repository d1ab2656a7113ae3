"""Transactions: everything a call does happens in one, or not at all."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

from psycopg import AsyncConnection, OperationalError
from psycopg_pool import AsyncConnectionPool, PoolTimeout

Tx: TypeAlias = AsyncConnection[Any]


class Database:
    """A pool of connections to one environment's schema.

    READ COMMITTED on purpose: what must hold under races is held by row locks and named
    constraints, never by SERIALIZABLE alone (security.md, decision 7).
    """

    def __init__(self, conninfo: str, *, connections: int) -> None:
        self._pool = AsyncConnectionPool(
            conninfo,
            min_size=min(4, connections),
            max_size=connections,
            open=False,
            name="tilts",
            # A connection that died with its server is noticed before it is handed out, not after.
            check=AsyncConnectionPool.check_connection,
        )

    async def open(self) -> None:
        await self._pool.open(wait=True, timeout=30)

    async def close(self) -> None:
        await self._pool.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        async with self._pool.connection() as connection, connection.transaction():
            yield connection

    async def answers(self) -> bool:
        """Whether a transaction can be had right now."""
        try:
            async with self._pool.connection(timeout=5) as connection:
                await connection.execute("SELECT 1")
        except (OperationalError, PoolTimeout):
            return False
        return True
