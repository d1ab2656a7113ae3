"""Transactions: everything a call does happens in one, or not at all."""

import select
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, TypeAlias

from psycopg import AsyncConnection, DatabaseError, InterfaceError, OperationalError, sql
from psycopg._preparing import PrepareManager
from psycopg.errors import UndefinedTable
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from tilts.rules import Unavailable

Tx: TypeAlias = AsyncConnection[Any]
GONE: Final = (OperationalError, InterfaceError, PoolTimeout)
NOT_MIGRATED: Final = UndefinedTable
# A transaction that somebody forgot holds up the sealing of every row after it (ADR 0043).
IDLE_LIMIT: Final = "SET idle_in_transaction_session_timeout = '60s'"
WAIT_SECONDS: Final = 5.0  # for a connection; then the caller is told to come again


class KeptStatements(PrepareManager):
    """Prepared statements that outlive a rollback, as they do in PostgreSQL itself.

    ADR 0022. psycopg forgets all of a connection's at each ROLLBACK, because tables might have been made in the
    transaction. The serving role makes none, and each refusal is a rollback: planning everything anew
    after each took more time of PostgreSQL than all the rest. After an error of the database they are
    forgotten as usual: a migration may have changed what a statement gives back.
    """

    doubtful = False

    def clear(self) -> bool:
        if not self.doubtful:
            return False
        self.doubtful = False
        return super().clear()


class Session(AsyncConnection[Any]):
    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.kept = self._prepared = KeptStatements()


async def check_line(connection: AsyncConnection[Any]) -> None:
    """Is it still there? From an idle session nothing comes but its end; only then a statement asks."""
    heard = select.poll()
    heard.register(connection.fileno(), select.POLLIN)
    if heard.poll(0):
        await AsyncConnectionPool.check_connection(connection)


class Database:
    """A pool of connections to one environment's schema.

    READ COMMITTED on purpose: what must hold under races is held by row locks and named
    constraints, never by SERIALIZABLE alone (ADR 0005).
    """

    def __init__(self, conninfo: str, *, connections: int, environment: str = "test") -> None:
        async def configure(connection: AsyncConnection[Any]) -> None:
            await connection.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(environment)))
            await connection.execute(IDLE_LIMIT)
            await connection.commit()

        self._pool: AsyncConnectionPool[Session] = AsyncConnectionPool(
            conninfo,
            connection_class=Session,
            min_size=min(4, connections),
            max_size=connections,
            open=False,
            name="tilts",
            configure=configure,
            timeout=WAIT_SECONDS,
            # A connection that died with its server is noticed before it is handed out, not after.
            check=check_line,
        )

    async def open(self, *, seconds: float = 30) -> None:
        await self._pool.open(wait=True, timeout=seconds)

    async def close(self) -> None:
        await self._pool.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """One transaction, committed when the block ends well.

        Raises Unavailable when the database went away: if that was during the commit, nobody knows
        whether it happened, which is why writes carry a key.
        """
        try:
            async with self._pool.connection() as connection, connection.transaction():
                try:
                    yield connection
                except DatabaseError:
                    connection.kept.doubtful = True
                    raise
        except GONE as fault:
            raise Unavailable(type(fault).__name__) from fault

    async def answers(self) -> bool:
        """Whether a transaction can be had right now."""
        try:
            async with self.transaction() as tx:
                await tx.execute("SELECT 1")
        except Unavailable:
            return False
        return True
