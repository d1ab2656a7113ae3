"""One running exchange for the whole test run; tests tell each other apart by their own identifiers."""

import signal
from collections.abc import AsyncIterator, Iterator

import pytest
from hypothesis import settings

from tests.running import Running, running_exchange
from tilts.store.tx import Database, Tx

# No time is asserted in a test (design 8): on two shared cores any example may have to wait.
settings.register_profile("tilts", deadline=None)
settings.load_profile("tilts")


# SIGTERM ends a run as Ctrl-C does: with the teardown of all that was started.
signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A whole exchange: TLS port, plain port, portal, database, and a clock that can be moved."""
    with running_exchange(tmp_path_factory.mktemp("exchange") / "sandbox") as found:
        yield found


@pytest.fixture(scope="session")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A sandbox of its own with the rehearsal of production beside the test environment; gate and revocations are looked at each second."""
    folder = tmp_path_factory.mktemp("rehearsed") / "sandbox"
    with running_exchange(
        folder, production=True, gate_refresh_seconds=1, revocation_refresh_seconds=1
    ) as found:
        yield found


@pytest.fixture
async def database(exchange: Running) -> AsyncIterator[Database]:
    """Connections as the serving role, as the exchange itself has them."""
    found = Database(exchange.settings.database_url, connections=8)
    await found.open()
    try:
        yield found
    finally:
        await found.close()


@pytest.fixture
async def tx(database: Database) -> AsyncIterator[Tx]:
    async with database.transaction() as found:
        yield found
