"""What the tests at the wire share: callers by name, a look into the tables, patients to write for."""

from collections.abc import Callable, Iterator

import psycopg
import pytest

from tests.running import Running
from tests.transport.raw import RawLine
from tests.transport.tables import Tables
from tests.transport.wire import Caller


@pytest.fixture(scope="session")
def caller(exchange: Running) -> Iterator[Callable[..., Caller]]:
    """`caller("practice")`: one connection for each client, kept for the whole run."""
    made: dict[tuple[str, bool], Caller] = {}

    def by_name(name: str, *, plain: bool = False) -> Caller:
        if (name, plain) not in made:
            made[name, plain] = Caller(exchange, name, plain=plain)
        return made[name, plain]

    yield by_name
    for one in made.values():
        one.close()


@pytest.fixture(scope="session")
def practice(caller: Callable[..., Caller]) -> Caller:
    return caller("practice-3")


@pytest.fixture(scope="session")
def pharmacy(caller: Callable[..., Caller]) -> Caller:
    return caller("pharmacy-4")


@pytest.fixture(scope="session")
def tables(exchange: Running) -> Iterator[Tables]:
    """The database as the exchange itself sees it."""
    with psycopg.connect(exchange.settings.database_url, autocommit=True) as connection:
        yield Tables(connection)


@pytest.fixture(scope="session")
def patient(exchange: Running) -> str:
    """A patient whom no story is about."""
    people = [
        one["id"] for one in exchange.environment.population.resources if one["resourceType"] == "Patient"
    ]
    found: str = people[40]
    return found


@pytest.fixture
def half_sent() -> Callable[..., None]:
    """Sends the head of a call and part of its body, then goes away and waits until that was noticed."""

    def send(caller: Caller, path: str, body: bytes, *, length: int) -> None:
        with RawLine(caller) as line:
            line.send(caller.head("POST", path, {"Content-Length": str(length)}) + body)
        assert caller.get("Organization").status_code == 200

    return send
