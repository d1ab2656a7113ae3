"""A post office of its own for each test: a database that nobody else's letters are in, and folders."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.onboarding.mail.letters import a_room
from tests.running import Running
from tests.store.databases import empty_database
from tilts.onboarding.mail.room import MailRoom
from tilts.store.migrate import migrate_database
from tilts.store.onboarding.mail_folder import MailFolder
from tilts.store.tx import Database


@pytest.fixture(scope="session")
def mail_database(exchange: Running) -> Iterator[str]:
    with empty_database(exchange) as conninfo:
        migrate_database(conninfo, "test")
        yield conninfo


@pytest.fixture
async def office(mail_database: str) -> AsyncIterator[Database]:
    with psycopg.connect(mail_database) as connection:
        connection.execute(
            "TRUNCATE onboarding.case_file, onboarding.letter, onboarding.mail_received CASCADE"
        )
    found = Database(mail_database, connections=8)
    await found.open()
    try:
        yield found
    finally:
        await found.close()


@pytest.fixture
def room() -> MailRoom:
    return a_room()


@pytest.fixture
def folder(tmp_path: Path) -> MailFolder:
    return MailFolder(tmp_path / "incoming").make()
