"""What a session keeps and notices: prepared statements over refusals, a changed table, a line that is gone."""

from collections.abc import AsyncIterator

import psycopg
import pytest

from tests.running import Running
from tilts.rules import Refusal
from tilts.rules.wire import WIRE_NOT_FOUND
from tilts.store.tx import Database

pytestmark = pytest.mark.anyio
OFTEN = 8  # psycopg prepares a statement that it has seen five times


@pytest.fixture
async def one(exchange: Running) -> AsyncIterator[Database]:
    """A database with a single session."""
    found = Database(exchange.settings.database_url, connections=1)
    await found.open()
    yield found
    await found.close()


async def prepared(database: Database) -> int:
    async with database.transaction() as tx:
        row = await (await tx.execute("SELECT count(*) FROM pg_prepared_statements")).fetchone()
    assert row is not None
    return int(row[0])


async def test_a_refusal_does_not_cost_the_prepared_statements(one: Database) -> None:
    for _ in range(OFTEN):
        async with one.transaction() as tx:
            await tx.execute("SELECT %(number)s::integer", {"number": 1})
    before = await prepared(one)
    assert before > 0
    with pytest.raises(Refusal):
        async with one.transaction():
            raise Refusal(WIRE_NOT_FOUND)
    assert await prepared(one) >= before


async def test_a_table_that_was_changed_costs_one_failure_and_no_more(one: Database) -> None:
    async with one.transaction() as tx:
        await tx.execute("CREATE TEMPORARY TABLE changing (a integer)")
    for _ in range(OFTEN):
        async with one.transaction() as tx:
            await tx.execute("SELECT * FROM changing WHERE a = %(a)s", {"a": 1})
    async with one.transaction() as tx:
        await tx.execute("ALTER TABLE changing ADD b integer")
    with pytest.raises(psycopg.errors.FeatureNotSupported):
        async with one.transaction() as tx:
            await tx.execute("SELECT * FROM changing WHERE a = %(a)s", {"a": 1})
    async with one.transaction() as tx:
        await tx.execute("SELECT * FROM changing WHERE a = %(a)s", {"a": 1})


async def test_a_session_that_was_ended_is_replaced_before_it_is_used(
    one: Database, exchange: Running
) -> None:
    async with one.transaction() as tx:
        ended = tx.info.backend_pid
    with psycopg.connect(exchange.environment.cluster.superuser_dsn(), autocommit=True) as superuser:
        superuser.execute("SELECT pg_terminate_backend(%s, 5000)", [ended])
    async with one.transaction() as tx:
        assert tx.info.backend_pid != ended
