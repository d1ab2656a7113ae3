"""Migrations: forward only, each in one transaction, so that one killed half way has not happened.

`src/tilts/store/migrations/NNNN_(before|after)_what.sql`, in order; the sum of them is `schema.sql`
(a test of the house compares the two). What was applied is kept with its checksum: a migration is
never edited once it has run anywhere.
"""

import hashlib
from collections.abc import Callable
from importlib.resources import files
from typing import Final, LiteralString

import psycopg
from psycopg import sql

from tilts.store.provision import grant_rights

LOCK_KEY: Final = 0x54696C7473  # "Tilts": one migrator at a time
DATABASE_LOCK_KEY: Final = LOCK_KEY + 1  # around it: one who makes schemas and grants rights at a time

CREATE_LEDGER: Final[LiteralString] = """
CREATE TABLE IF NOT EXISTS migration (
    name        text PRIMARY KEY,
    checksum    text NOT NULL,
    applied_at  timestamptz NOT NULL DEFAULT now()
)
"""


class MigrationChanged(Exception):
    """A migration that has been applied is not the file that stands here now."""


def migrations() -> list[tuple[str, str]]:
    """(name, text) in the order in which they are applied."""
    folder = files("tilts.store").joinpath("migrations")
    found = [entry for entry in folder.iterdir() if entry.name.endswith(".sql")]
    return [(entry.name, entry.read_text("utf-8")) for entry in sorted(found, key=lambda e: e.name)]


def migrate(conninfo: str, environment: str, *, progress: Callable[[str], None] = lambda _: None) -> int:
    """Brings the environment's schema up to date; says how many were applied.

    Raises MigrationChanged when an applied file was edited. Killed at any moment it can be run again.
    """
    applied = 0
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK_KEY])
        connection.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(environment)))
        connection.execute(CREATE_LEDGER)
        done: dict[str, str] = dict(connection.execute("SELECT name, checksum FROM migration").fetchall())
        for name, text in migrations():
            checksum = hashlib.sha256(text.encode()).hexdigest()
            if done.get(name, checksum) != checksum:
                raise MigrationChanged(f"{name} was applied in another form; add a new migration instead")
            if name in done:
                continue
            progress(name)
            with connection.transaction():
                connection.execute(text.encode())
                connection.execute("INSERT INTO migration (name, checksum) VALUES (%s, %s)", [name, checksum])
            applied += 1
    return applied


def migrate_database(conninfo: str, environment: str, serving_role: str | None = None) -> int:
    """`migrate` for a database that somebody else keeps: makes the schemas first, grants rights after."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        # Two servers that start at once: IF NOT EXISTS is no lock, both could find nothing and make it.
        connection.execute("SELECT pg_advisory_lock(%s)", [DATABASE_LOCK_KEY])
        for schema in ("onboarding", environment):
            connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
        applied = migrate(conninfo, environment)
        if serving_role is not None:
            grant_rights(conninfo, environment, serving_role)
    return applied
