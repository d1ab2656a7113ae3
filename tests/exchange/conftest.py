"""What races share: a counter of the running exchange, and as many connections as there are rivals."""

from collections.abc import AsyncIterator

import pytest

from tests.exchange.counter import Counter
from tests.exchange.test_races import AT_ONCE
from tests.running import Running
from tilts.store.tx import Database


@pytest.fixture
def counter(exchange: Running) -> Counter:
    return Counter(exchange)


@pytest.fixture
async def crowd(exchange: Running) -> AsyncIterator[Database]:
    database = Database(exchange.settings.database_url, connections=AT_ONCE)
    await database.open()
    try:
        yield database
    finally:
        await database.close()
