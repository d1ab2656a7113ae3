"""Migrations: forward only, whole or not at all, and their sum is schema.sql."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row

from tests.running import Running
from tests.store.databases import empty_database
from tilts.store.migrate import (
    CREATE_LEDGER,
    EARLIER_FORMS,
    SETS,
    MigrationChanged,
    MigrationSet,
    migrate,
    migrate_database,
    migrations,
)

SCHEMAS = ("onboarding", "test")
AT_ONCE = 6

COLUMNS = """
SELECT n.nspname AS schema, c.relname AS of, a.attname AS name, a.attnum AS place, format_type(a.atttypid, a.atttypmod)
       AS type, a.attnotnull AS required, pg_get_expr(d.adbin, d.adrelid) AS default, l.collname AS collation,
       col_description(c.oid, a.attnum) AS comment
  FROM pg_attribute a
  JOIN pg_class c ON c.oid = a.attrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
  LEFT JOIN pg_collation l ON l.oid = a.attcollation
 WHERE n.nspname = ANY(%(schemas)s) AND c.relkind IN ('r', 'p', 'v', 'm', 'S') AND a.attnum > 0 AND NOT a.attisdropped
"""
CONSTRAINTS = """
SELECT n.nspname AS schema, c.relname AS of, k.conname AS name, k.contype AS kind, pg_get_constraintdef(k.oid) AS text,
       k.convalidated AS validated, obj_description(k.oid, 'pg_constraint') AS comment
  FROM pg_constraint k
  JOIN pg_class c ON c.oid = k.conrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY(%(schemas)s)
"""
INDEXES = """
SELECT n.nspname AS schema, t.relname AS of, c.relname AS name, pg_get_indexdef(c.oid) AS text, c.reloptions AS options,
       i.indisvalid AS valid, obj_description(c.oid, 'pg_class') AS comment
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_class t ON t.oid = i.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY(%(schemas)s)
"""
RELATIONS = """
SELECT n.nspname AS schema, c.relname AS name, c.relname AS of, c.relkind AS kind, c.reloptions AS options,
       c.relrowsecurity AS row_security, c.relpersistence AS persistence, obj_description(c.oid, 'pg_class') AS comment
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY(%(schemas)s)
"""
CODE = """
SELECT n.nspname AS schema, p.proname AS name, p.proname AS of, pg_get_functiondef(p.oid) AS text
  FROM pg_proc p
  JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE n.nspname = ANY(%(schemas)s)
 UNION ALL
SELECT n.nspname, t.tgname, c.relname, pg_get_triggerdef(t.oid)
  FROM pg_trigger t
  JOIN pg_class c ON c.oid = t.tgrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY(%(schemas)s) AND NOT t.tgisinternal
"""


@pytest.fixture
def empty(exchange: Running) -> Iterator[str]:
    with empty_database(exchange) as conninfo:
        make_schemas(conninfo)
        yield conninfo


def make_schemas(conninfo: str) -> None:
    with psycopg.connect(conninfo) as connection:
        for schema in SCHEMAS:
            connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))


def catalog(conninfo: str) -> dict[str, list[dict[str, Any]]]:
    """Everything that stands in the two schemas, but for the ledger of migrations."""
    found = {}
    with psycopg.connect(conninfo, row_factory=dict_row) as connection:
        for name, statement in (
            ("columns", COLUMNS),
            ("constraints", CONSTRAINTS),
            ("indexes", INDEXES),
            ("relations", RELATIONS),
            ("code", CODE),
        ):
            rows = connection.execute(statement.encode(), {"schemas": list(SCHEMAS)}).fetchall()
            kept = [row for row in rows if row["of"] != "migration" and row["name"] != "migration_pkey"]
            found[name] = sorted(kept, key=lambda row: (row["schema"], row["of"], row["name"]))
    return found


def ledger(conninfo: str) -> list[str]:
    with psycopg.connect(conninfo) as connection:
        found = []
        for table in ("onboarding.migration", "test.migration"):
            if connection.execute("SELECT to_regclass(%s)", [table]).fetchone() != (None,):
                names = connection.execute(f"SELECT name FROM {table} ORDER BY name".encode())
                found += [name for (name,) in names]
        return found


def every() -> list[tuple[str, str]]:
    """Both sets, as they are applied."""
    return [one for chosen in SETS for one in migrations(chosen)]


# The sum.


def test_the_sum_of_the_migrations_is_schema_sql(exchange: Running, empty: str) -> None:
    whole = files("tilts.store").joinpath("schema.sql").read_text("utf-8")
    migrate(empty, "test")
    with empty_database(exchange) as other:
        make_schemas(other)
        with psycopg.connect(other) as connection:
            connection.execute("SET search_path = test")
            connection.execute(whole.encode())
        read, made = catalog(other), catalog(empty)

    for part in made:
        assert read[part] == made[part], part
    assert {row["of"] for row in made["relations"]} >= {
        "prescription_line",
        "client",
        "audit_entry",
        "resource",
    }


def test_the_comparison_sees_a_missing_index_default_constraint_comment_and_column(empty: str) -> None:
    """So that the test above can fail: each of these changes is seen."""
    migrate(empty, "test")
    for change in (
        "DROP INDEX test.dispense_by_line",
        "ALTER INDEX test.resource_by_token SET (fastupdate = on)",
        "ALTER TABLE test.prescription_line ALTER dispensed DROP DEFAULT",
        "ALTER TABLE test.prescription_line DROP CONSTRAINT dispensed_within_allowed",
        "COMMENT ON COLUMN test.resource.thread_id IS 'something else'",
        "ALTER TABLE test.dispense ADD COLUMN more text",
        "ALTER TABLE test.dispense ALTER site DROP NOT NULL",
        'ALTER TABLE onboarding.client ALTER client_id TYPE text COLLATE "default"',
        "CREATE FUNCTION test.surprise() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ):
        before = catalog(empty)
        with psycopg.connect(empty) as connection:
            connection.execute(change.encode())
        assert catalog(empty) != before, change


def test_the_names_tell_order_and_moment_and_the_heads_tell_why() -> None:
    for chosen in SETS:
        names = [name for name, _ in migrations(chosen)]
        assert [name[:4] for name in names] == [f"{n:04d}" for n in range(1, len(names) + 1)]
    for name, text in every():
        assert name[4:].startswith(("_before_", "_after_")), name
        for word in (
            "-- Why:",
            "-- When:",
            "-- Locks:",
            "-- Undo:",
            "SET LOCAL lock_timeout",
            "SET LOCAL statement_timeout",
        ):
            assert word in text, f"{name}: {word}"


# Again, at once, killed, edited.


def test_migrating_again_does_nothing(empty: str) -> None:
    told: list[str] = []
    first, made = migrate(empty, "test", progress=told.append), catalog(empty)
    again = migrate(empty, "test", progress=told.append)

    assert (first, again) == (len(every()), 0)
    assert [name.partition(" ")[2] for name in told] == [name for name, _ in every()] == ledger(empty)
    assert catalog(empty) == made


def test_several_migrators_at_once_apply_each_migration_once(empty: str) -> None:
    gate = threading.Barrier(AT_ONCE)

    def run(_: int) -> int:
        gate.wait()
        return migrate(empty, "test")

    with ThreadPoolExecutor(AT_ONCE) as pool:
        applied = list(pool.map(run, range(AT_ONCE)))

    assert sorted(applied) == [0] * (AT_ONCE - 1) + [len(every())]


def test_several_servers_that_start_on_a_new_database_at_once_all_start(exchange: Running) -> None:
    gate = threading.Barrier(AT_ONCE)
    serving = str(psycopg.conninfo.conninfo_to_dict(exchange.settings.database_url)["user"])
    with empty_database(exchange) as conninfo:

        def run(_: int) -> int:
            gate.wait()
            return migrate_database(conninfo, "test", serving)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            applied = list(pool.map(run, range(AT_ONCE)))

    assert sorted(applied) == [0] * (AT_ONCE - 1) + [len(every())]


def test_a_migrator_killed_half_way_leaves_nothing_and_the_next_one_does_it_all(empty: str) -> None:
    """It is stopped in the middle of the file: somebody else is just making a table of that name."""
    program = "import sys; from tilts.store.migrate import migrate; migrate(sys.argv[1], 'test')"
    with psycopg.connect(empty) as in_the_way, psycopg.connect(empty, autocommit=True) as watching:
        in_the_way.execute("CREATE TABLE test.dispense (n int)")
        migrator = subprocess.Popen(
            [sys.executable, "-c", program, f"{empty} application_name=doomed"],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        while not one(
            watching,
            "SELECT 1 FROM pg_stat_activity WHERE application_name = 'doomed' AND wait_event_type = 'Lock'",
        ):
            assert migrator.poll() is None, "it ended before it had to wait"
        migrator.send_signal(signal.SIGKILL)
        migrator.wait()
        in_the_way.rollback()
        while one(watching, "SELECT 1 FROM pg_stat_activity WHERE application_name = 'doomed'"):
            pass

    assert migrator.returncode == -signal.SIGKILL
    of_onboarding = [name for name, _ in migrations("onboarding")]
    assert [row for rows in catalog(empty).values() for row in rows if row["schema"] == "test"] == []
    assert ledger(empty) == of_onboarding
    assert migrate(empty, "test") == len(every()) - len(of_onboarding)


def one(connection: psycopg.Connection[Any], statement: str) -> Any:
    return connection.execute(statement.encode()).fetchone()


def test_a_migration_that_has_to_wait_too_long_gives_up_and_leaves_nothing(empty: str) -> None:
    """lock_timeout: a migration must not stand before a table and hold up everybody behind it."""
    with psycopg.connect(empty) as in_the_way:
        in_the_way.execute("CREATE TABLE test.dispense (n int)")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            migrate(empty, "test")
        in_the_way.rollback()

    assert [row for rows in catalog(empty).values() for row in rows if row["schema"] == "test"] == []


def test_an_applied_migration_that_was_edited_is_refused(empty: str) -> None:
    migrate(empty, "test")
    made = catalog(empty)
    with psycopg.connect(empty) as connection:
        connection.execute("UPDATE test.migration SET checksum = 'of another text'")

    with pytest.raises(MigrationChanged, match=migrations("environment")[0][0]):
        migrate(empty, "test")
    assert catalog(empty) == made


def test_a_new_migration_is_applied_upon_the_old_ones_in_order(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(empty, "test")
    more = [("9998_a.sql", "CREATE TABLE a (n int)"), ("9999_b.sql", "ALTER TABLE a ADD COLUMN m int")]
    both: dict[MigrationSet, list[tuple[str, str]]] = {
        "onboarding": migrations("onboarding"),
        "environment": [*migrations("environment"), *more],
    }
    monkeypatch.setattr("tilts.store.migrate.migrations", both.__getitem__)

    assert migrate(empty, "test") == 2
    assert ledger(empty) == [name for chosen in SETS for name, _ in both[chosen]]


def test_a_migration_that_fails_leaves_those_before_it_and_nothing_of_itself(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = [
        ("0001_a.sql", "CREATE TABLE a (n int)"),
        ("0002_b.sql", "CREATE TABLE b (n int); SELECT 1 / 0"),
    ]
    sets: dict[MigrationSet, list[tuple[str, str]]] = {"onboarding": [], "environment": broken}
    monkeypatch.setattr("tilts.store.migrate.migrations", sets.__getitem__)

    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(empty, "test")
    assert ledger(empty) == ["0001_a.sql"]
    assert {row["of"] for row in catalog(empty)["relations"]} == {"a"}


# A database from before the two sets, and two environments in one.


def test_a_database_from_before_the_two_ledgers_goes_on_where_it_was(empty: str) -> None:
    """Then the environment's first migration also made the tables of onboarding, with client rows in them."""
    [(_, connections), *_] = migrations("onboarding")
    [(first, environment), *_] = migrations("environment")
    with psycopg.connect(empty) as connection:
        connection.execute("SET search_path = test")
        connection.execute(CREATE_LEDGER)
        connection.execute(connections.encode())
        connection.execute(environment.encode())
        connection.execute(
            "INSERT INTO onboarding.client VALUES ('kept', 'kept', gen_random_uuid(), 's', true)"
        )
        connection.execute(
            "INSERT INTO migration (name, checksum) VALUES (%s, %s)", [first, EARLIER_FORMS[first]]
        )

    assert migrate(empty, "test") == len(every()) - 1
    with psycopg.connect(empty) as connection:
        assert connection.execute("SELECT client_id FROM onboarding.client").fetchall() == [("kept",)]


def test_two_environments_live_in_one_database(empty: str) -> None:
    first = migrate_database(empty, "test")
    second = migrate_database(empty, "production")

    assert (first, second) == (len(every()), len(migrations("environment")))
