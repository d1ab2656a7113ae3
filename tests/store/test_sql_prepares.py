"""Every statement of the cellar is one that PostgreSQL understands, against the schema as it is."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

import tilts.store
from tests.running import Running
from tests.store.databases import empty_database
from tilts.store import sight

FRAGMENTS = {
    "tilts.store.resources.SEEN_COLUMNS": "what READ_VISIBLE and READ_PATIENT begin with",
    "tilts.store.sight._TREATS": "which relationship there is, inside SIGHT and PATIENT_SIGHT",
    "tilts.store.sight._USABLE": "whether a prescription can be handed out, inside SIGHT and FACTS",
    "tilts.store.doors.permission._SUBJECT": "what FACTS begins with",
    "tilts.store.doors.anomalies.OPENED": "what the rules about one person's calls begin with",
    "tilts.store.medicines.register.MEDICINES": "what the questions about products begin with",
    "tilts.store.migrate.CREATE_LEDGER": "makes the ledger; PREPARE takes no CREATE TABLE",
}
SQL = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH|CREATE|ALTER|LOCK|TRUNCATE|NOTIFY|MERGE|\()\b")


def modules() -> Iterator[str]:
    for module in pkgutil.walk_packages(tilts.store.__path__, "tilts.store."):
        if not module.name.endswith("__main__"):
            yield module.name


def constants() -> dict[str, str]:
    """Texts in capitals that read like SQL; dicts of them are named twice and stand for themselves."""
    return {
        f"{module}.{name}": text
        for module in modules()
        for name, text in vars(importlib.import_module(module)).items()
        if name.isupper() and isinstance(text, str) and SQL.match(text)
    }


STATEMENTS = {name: text for name, text in constants().items() if name not in FRAGMENTS}


def numbered(text: str) -> str:
    """psycopg's %(name)s as PostgreSQL's $1; %% is one %."""
    order: dict[str, int] = {}

    def place(found: re.Match[str]) -> str:
        return "%" if found[0] == "%%" else f"${order.setdefault(found[1], len(order) + 1)}"

    return re.sub(r"%%|%\((\w+)\)s", place, text)


@pytest.fixture(scope="module")
def connection(exchange: Running) -> Iterator[psycopg.Connection]:
    with psycopg.connect(exchange.settings.database_url, autocommit=True) as found:
        yield found


@pytest.mark.parametrize("name", STATEMENTS)
def test_the_statement_can_be_prepared(connection: psycopg.Connection, name: str) -> None:
    result = connection.pgconn.prepare(b"", numbered(STATEMENTS[name]).encode())

    assert result.error_message == b"", result.error_message.decode()


@pytest.mark.parametrize(
    "spoiled",
    [
        "SELECT nothing FROM resource",
        "SELECT body FROM resourc",
        "SELECT count(*) FROM find_miss WHERE client_id = %%(x)s",
    ],
)
def test_a_statement_with_a_slip_cannot_be_prepared(connection: psycopg.Connection, spoiled: str) -> None:
    """So that the test above can fail."""
    assert connection.pgconn.prepare(b"", numbered(spoiled).encode()).error_message != b""


def test_no_statement_is_overlooked() -> None:
    """What is passed over is a fragment with its reason, and still there."""
    assert FRAGMENTS.keys() <= constants().keys()
    assert len(STATEMENTS) > 40
    for name in modules():
        source = Path(str(importlib.import_module(name).__file__)).read_text("utf-8")
        typed = re.findall(r"^(\w+): Final\[LiteralString\]", source, re.MULTILINE)
        assert {f"{name}.{constant}" for constant in typed} <= constants().keys()


def test_the_fragments_are_parts_of_statements_that_are_prepared() -> None:
    for fragment in (sight.SEEN_RESOURCE, sight.SEEN_LINE, sight.SEEN_PATIENT):
        assert any(fragment in text for text in STATEMENTS.values()), fragment


def test_the_ledger_can_be_made(exchange: Running) -> None:
    with empty_database(exchange) as conninfo, psycopg.connect(conninfo) as connection:
        for _ in range(2):
            connection.execute(constants()["tilts.store.migrate.CREATE_LEDGER"].encode())
