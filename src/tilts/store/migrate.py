"""Migrations: forward only, each in one transaction, so that one killed half way has not happened.

Two sets, each with a ledger of its own, in the order of their names:

    migrations/onboarding/    schema `onboarding`, seen from every environment
    migrations/environment/   the schema of an environment: test, production

The sum of them is `schema.sql` (a test of the house compares the two). What was applied is kept with its
checksum: a migration is never edited once it has run anywhere.
"""

import hashlib
from collections.abc import Callable
from importlib.resources import files
from typing import Any, Final, Literal, LiteralString, TypeAlias

import psycopg
from psycopg import sql

from tilts.store.provision import become_owner, grant_rights

MigrationSet: TypeAlias = Literal["onboarding", "environment"]
SETS: Final[tuple[MigrationSet, ...]] = ("onboarding", "environment")
LOCK_KEY: Final = 0x54696C7473  # "Tilts": one migrator at a time
DATABASE_LOCK_KEY: Final = LOCK_KEY + 1  # around it: one who makes schemas and grants rights at a time
# Until the sets were parted, the first one also made the tables of `onboarding`.
EARLIER_FORMS: Final = {
    "0001_before_the_house_stands.sql": "152b76e115f27455f86d7fb51f7f16818e29c021c309b1a77252ca8eb3086226",
}

CREATE_LEDGER: Final[LiteralString] = """
CREATE TABLE IF NOT EXISTS migration (
    name        text PRIMARY KEY,
    checksum    text NOT NULL,
    applied_at  timestamptz NOT NULL DEFAULT now()
)
"""


class MigrationChanged(Exception):
    """A migration that has been applied is not the file that stands here now."""


def migrations(chosen: MigrationSet) -> list[tuple[str, str]]:
    """(name, text) in the order in which they are applied."""
    folder = files("tilts.store").joinpath("migrations", chosen)
    found = [entry for entry in folder.iterdir() if entry.name.endswith(".sql")]
    return [(entry.name, entry.read_text("utf-8")) for entry in sorted(found, key=lambda e: e.name)]


def migrate(conninfo: str, environment: str, *, progress: Callable[[str], None] = lambda _: None) -> int:
    """Brings `onboarding` and the environment's schema up to date; says how many were applied.

    Raises MigrationChanged when an applied file was edited. Killed at any moment it can be run again.
    """
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK_KEY])
        return sum(
            apply_set(connection, chosen, "onboarding" if chosen == "onboarding" else environment, progress)
            for chosen in SETS
        )


def apply_set(
    connection: psycopg.Connection[Any], chosen: MigrationSet, schema: str, progress: Callable[[str], None]
) -> int:
    applied = 0
    become_owner(connection, schema)
    connection.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(schema)))
    connection.execute(CREATE_LEDGER)
    done: dict[str, str] = dict(connection.execute("SELECT name, checksum FROM migration").fetchall())
    for name, text in migrations(chosen):
        checksum = hashlib.sha256(text.encode()).hexdigest()
        if done.get(name, checksum) not in (checksum, EARLIER_FORMS.get(name)):
            raise MigrationChanged(f"{name} was applied in another form; add a new migration instead")
        if name in done:
            continue
        progress(f"{schema} {name}")
        with connection.transaction():
            connection.execute(text.encode())
            connection.execute("INSERT INTO migration (name, checksum) VALUES (%s, %s)", [name, checksum])
        applied += 1
    connection.execute("RESET ROLE")
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
