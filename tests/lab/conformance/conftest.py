"""A lab on the running exchange, and runs that are always ended, so that no test observes another's calls."""

from collections.abc import AsyncIterator

import pytest

from tests.lab.conformance.testers import Tester
from tests.running import Running
from tilts.store.tx import Database


@pytest.fixture
async def tester(exchange: Running, database: Database) -> AsyncIterator[Tester]:
    found = Tester(exchange, database)
    try:
        yield found
    finally:
        await found.end_all()
