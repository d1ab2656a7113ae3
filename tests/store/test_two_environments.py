"""Test and production side by side in one database: what each role can reach, and what it cannot."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.production import production_settings, production_tx
from tests.running import Running, running_exchange
from tests.store.databases import empty_database
from tests.store.test_embedded import either, folder  # noqa: F401  # the wheel's PostgreSQL and Debian's
from tilts.store import connections
from tilts.store.embedded import Cluster
from tilts.store.migrate import SETS, migrate_database, migrations
from tilts.store.tx import Database

ENVIRONMENTS = ("test", "production")
OTHER = {"test": "production", "production": "test"}
TABLES = (
    "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = %s AND relkind = 'r' ORDER BY 1"
)
VERBS = (
    "SELECT * FROM {}",
    "INSERT INTO {} SELECT * FROM {}",
    "UPDATE {} SET {column} = {column}",
    "DELETE FROM {}",
    "TRUNCATE {}",
)


def url_of(exchange: Running, environment: str) -> str:
    settings = exchange.settings if environment == "test" else production_settings(exchange)
    return settings.database_url


@pytest.fixture(params=ENVIRONMENTS)
def side(rehearsed: Running, request: pytest.FixtureRequest) -> Iterator[tuple[str, psycopg.Connection]]:
    """The serving role of one environment; nothing that is tried stays."""
    with psycopg.connect(url_of(rehearsed, request.param)) as connection:
        yield request.param, connection
        connection.rollback()


def tables_of(exchange: Running, schema: str) -> list[str]:
    with psycopg.connect(exchange.environment.cluster.superuser_dsn("tilts")) as connection:
        return [name for (name,) in connection.execute(TABLES, [schema])]


# Rights.


@pytest.mark.parametrize("verb", VERBS)
def test_a_serving_role_reaches_no_table_of_the_other_environment(
    rehearsed: Running, side: tuple[str, psycopg.Connection], verb: str
) -> None:
    environment, connection = side
    tables = tables_of(rehearsed, OTHER[environment])
    assert {"patient", "resource", "prescription", "audit_entry", "audit_subject"} <= set(tables)
    for table in tables:
        statement = sql.SQL(verb.replace("{}", "{table}")).format(
            table=sql.Identifier(OTHER[environment], table), column=sql.Identifier("x")
        )
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute(statement)


def test_a_serving_role_cannot_become_anybody_else(side: tuple[str, psycopg.Connection]) -> None:
    environment, connection = side
    other = OTHER[environment]
    for role in (
        f"tilts_{other}",
        f"tilts_{other}_owner",
        f"tilts_{environment}_owner",
        "tilts_onboarding_owner",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))


def test_an_owner_migrates_its_own_environment_and_reads_nothing_of_the_other(rehearsed: Running) -> None:
    with psycopg.connect(rehearsed.environment.cluster.superuser_dsn("tilts")) as connection:
        for environment, other in OTHER.items():
            connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(f"tilts_{environment}_owner")))
            for table in ("patient", "audit_entry"):
                statement = sql.SQL("SELECT * FROM {}").format(sql.Identifier(other, table))
                with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                    connection.execute(statement)
            connection.execute("RESET ROLE")


def test_both_see_the_onboarding_tables(side: tuple[str, psycopg.Connection]) -> None:
    _, connection = side
    found = connection.execute("SELECT count(*) FROM onboarding.client WHERE environment = 'test'").fetchone()

    assert found is not None and found[0] > 0


def test_the_onboarding_tables_name_no_patient(rehearsed: Running) -> None:
    """They are seen from both sides because nothing of a patient stands in them (Design 6)."""
    with psycopg.connect(rehearsed.environment.cluster.superuser_dsn("tilts")) as connection:
        columns = connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'onboarding'"
            " AND column_name ~ 'patient|person_code'"
        ).fetchall()

    # Who is signed in as a resident names whom it is, by the register's id; nothing else of a patient stands there.
    assert {table for table, _ in columns} <= {"account", "session"}


# What is in them.


def test_the_same_institutions_stand_in_both_registers_under_different_ids(rehearsed: Running) -> None:
    statement = "SELECT registration_number, site, name, organization_id FROM organization"
    registers = {}
    for environment in ENVIRONMENTS:
        with psycopg.connect(url_of(rehearsed, environment)) as connection:
            registers[environment] = connection.execute(statement).fetchall()
    test, production = registers["test"], registers["production"]

    assert {row[:3] for row in test} == {row[:3] for row in production}
    assert not {row[3] for row in test} & {row[3] for row in production}


def test_no_person_is_in_both(rehearsed: Running) -> None:
    people = {}
    for environment in ENVIRONMENTS:
        with psycopg.connect(url_of(rehearsed, environment)) as connection:
            rows = connection.execute("SELECT patient_id FROM patient").fetchall()
            roles = connection.execute("SELECT practitioner_id FROM practitioner_role").fetchall()
            people[environment] = {*rows, *roles}

    assert people["test"] and people["production"]
    assert not people["test"] & people["production"]


def test_nobody_is_connected_to_production_before_the_gate_opens(tmp_path: Path) -> None:
    statement = "SELECT count(*) FROM onboarding.client WHERE environment = 'production'"
    with (
        running_exchange(tmp_path / "sandbox", production=True) as fresh,
        psycopg.connect(url_of(fresh, "production")) as connection,
    ):
        found = connection.execute(statement).fetchone()

    assert found == (0,)


@pytest.mark.anyio
async def test_a_connection_is_found_in_its_own_environment_only(rehearsed: Running) -> None:
    test = Database(rehearsed.settings.database_url, connections=1, environment="test")
    await test.open()
    try:
        client_id = rehearsed.facts["clients"]["practice"]["client_id"]
        fingerprint = rehearsed.environment.pki.clients["practice"].fingerprint
        async with (
            test.transaction() as here,
            production_tx(rehearsed) as there,
        ):
            assert (await connections.find_by_fingerprint(here, fingerprint)) is not None
            assert (await connections.find_by_fingerprint(there, fingerprint)) is None
            assert (await connections.find_by_client_id(here, client_id)) is not None
            assert (await connections.find_by_client_id(there, client_id)) is None
            assert await connections.keys_of_client(here, client_id)
            assert not await connections.keys_of_client(there, client_id)
    finally:
        await test.close()


# Migrations of two environments in one database.


def in_each_order(conninfo: str) -> list[int]:
    return [migrate_database(conninfo, environment) for environment in (*ENVIRONMENTS, *ENVIRONMENTS)]


def expected() -> list[int]:
    shared, own = (len(migrations(chosen)) for chosen in SETS)
    return [shared + own, own, 0, 0]


def test_two_environments_in_one_database_share_onboarding_and_nothing_else(rehearsed: Running) -> None:
    with empty_database(rehearsed) as conninfo:
        applied = in_each_order(conninfo)
        with psycopg.connect(conninfo) as connection:
            tables = {name: [row[0] for row in connection.execute(TABLES, [name])] for name in ENVIRONMENTS}

    assert applied == expected()
    assert tables["test"] == tables["production"]


def test_so_it_is_on_debians_postgresql_too(either: Path) -> None:  # noqa: F811  # a fixture
    with Cluster.start(either) as cluster:
        assert in_each_order(cluster.superuser_dsn()) == expected()
