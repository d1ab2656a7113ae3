"""Who may do what with the tables, and what no door can get past: grants and named constraints."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row

from tests.builders import TERMS
from tests.exchange.counter import Counter
from tests.running import Running
from tests.store.undoing import undone
from tilts.exchange.dispensing import claim
from tilts.store.provision import FORGOTTEN, ONLY_ADDED
from tilts.store.tx import Database, Tx

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
TABLES = (
    "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname IN ('test', 'onboarding') AND c.relkind = 'r' ORDER BY 1, 2"
)


def placed(table: str) -> list[str]:
    """Schema and name of what provisioning calls `dispense` or `onboarding.case_step`."""
    return table.split(".") if "." in table else ["test", table]


@pytest.fixture
def serving(exchange: Running) -> Iterator[psycopg.Connection]:
    """The role of the running exchange; nothing that is tried here stays."""
    with psycopg.connect(exchange.settings.database_url) as connection:
        yield connection
        connection.rollback()


# Grants.


def test_what_is_only_added_to_is_what_must_not_be_forged() -> None:
    assert set(ONLY_ADDED) == {
        "audit_entry",
        "audit_subject",
        "audit_seal",
        "audit_stamp",
        "alert",
        "resource_history",
        "signed_content",
        "dispense",
        "early_cancellation",
        "outage_dispense",
        "consent_document",
        "glass_release",
        "lab_scenario",
        "lab_observation",
        "test_allotment",
        "classifier_content",
        "onboarding.case_step",
        "onboarding.document",
        "onboarding.register_change",
        "onboarding.approval",
        "onboarding.worksheet_entry",
        "onboarding.party_key",
        "onboarding.certificate_warning",
        "onboarding.certificate_closed",
        "onboarding.letter_attachment",
        "onboarding.message",
        "onboarding.mail_received",
        "onboarding.medicine_version",
    }


@pytest.mark.parametrize("verb", ["UPDATE {} SET {column} = {column}", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize("table", ONLY_ADDED)
def test_the_serving_role_can_only_add(serving: psycopg.Connection, table: str, verb: str) -> None:
    columns = serving.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = %s",
        placed(table),
    ).fetchall()
    assert columns
    for (column,) in columns if "UPDATE" in verb else columns[:1]:
        statement = sql.SQL(verb.replace("{column}", "{0}" if "{}" not in verb else "{column}")).format(
            sql.Identifier(*placed(table)), column=sql.Identifier(column)
        )
        with pytest.raises(psycopg.errors.InsufficientPrivilege), serving.transaction():
            serving.execute(statement)


@pytest.mark.parametrize("table", ONLY_ADDED)
def test_the_serving_role_reads_and_adds_there(serving: psycopg.Connection, table: str) -> None:
    for right in ("SELECT", "INSERT"):
        assert serving.execute(
            "SELECT has_table_privilege(%s, %s)", [".".join(placed(table)), right]
        ).fetchone() == (True,)


@pytest.mark.parametrize(
    "forbidden",
    [
        "CREATE TABLE test.mine (n int)",
        "CREATE TABLE onboarding.mine (n int)",
        "CREATE TEMPORARY TABLE mine (n int); ALTER TABLE audit_entry ADD COLUMN n int",
        "DROP TABLE audit_entry CASCADE",
        "ALTER TABLE prescription_line DROP CONSTRAINT dispensed_within_allowed",
        "SET ROLE tilts_test_owner",
        "CREATE ROLE another",
        "COPY audit_entry TO PROGRAM 'true'",
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
    ],
)
def test_the_serving_role_cannot_change_the_house(serving: psycopg.Connection, forbidden: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        serving.execute(forbidden.encode())


def test_the_serving_role_cannot_give_itself_more(serving: psycopg.Connection) -> None:
    serving.execute(
        "GRANT ALL ON audit_entry, migration TO CURRENT_USER"
    )  # PostgreSQL warns and gives nothing

    for right in ("UPDATE", "DELETE", "TRUNCATE"):
        assert serving.execute("SELECT has_table_privilege('audit_entry', %s)", [right]).fetchone() == (
            False,
        )


def test_the_serving_role_owns_nothing_and_is_nobody_special(serving: psycopg.Connection) -> None:
    owned = serving.execute("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = current_user")
    role = serving.execute(
        "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    )

    assert owned.fetchone() == (0,)
    assert role.fetchone() == (False,) * 5


def test_the_serving_role_has_its_rights_on_every_table(serving: psycopg.Connection) -> None:
    """A table that a migration adds is not forgotten: it may be used, and deleted from only where that is said."""
    for schema, table in serving.execute(TABLES).fetchall():
        rights = [
            right
            for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
            if serving.execute("SELECT has_table_privilege(%s, %s)", [f"{schema}.{table}", right]).fetchone()
            == (True,)
        ]
        name = table if schema == "test" else f"{schema}.{table}"
        changed = [] if name in ONLY_ADDED else ["UPDATE"]
        expected = ["SELECT", "INSERT", *changed, *(["DELETE"] if name in FORGOTTEN else [])]
        assert rights == (["SELECT"] if table == "migration" else expected), table


# Constraints.

LINE = """
UPDATE prescription_line SET {} WHERE line_id = %(line_id)s
"""
BROKEN = {
    "more than allowed": ("dispensed = allowed + 0.000000001", "dispensed_within_allowed"),
    "less than nothing": ("dispensed = -1", "dispensed_within_allowed"),
    "less allowed than handed out": ("dispensed = 1, allowed = 0.5", "dispensed_within_allowed"),
    "upside down": ("valid_to = valid_from - 1", "valid_period_runs_forward"),
    "claimed by nobody": ("state = 'claimed'", "held_when_claimed"),
    "held but open": (
        "holder_id = organization_id, holder_site = '', holder_client_id = '', claimed_at = now(),"
        " lease_until = now()",
        "held_when_claimed",
    ),
    "a holder without a lease": (
        "state = 'claimed', holder_id = organization_id, holder_site = '',"
        " holder_client_id = '', claimed_at = now()",
        "held_when_claimed",
    ),
    "a holder without a client": (
        "state = 'claimed', holder_id = organization_id, holder_site = '',"
        " claimed_at = now(), lease_until = now()",
        "held_when_claimed",
    ),
    "handed out in a hold of nobody": ("first_dispensed_at = now()", "held_when_claimed"),
    "cancelled after a dispense": ("state = 'cancelled', dispensed = 1", "cancelled_only_untouched"),
    "a state of its own": ("state = 'lost'", "prescription_line_state_check"),
    "nothing allowed": ("allowed = 0", "prescription_line_allowed_check"),
    "a holder that is not in the register": (
        "state = 'claimed', holder_id = line_id, holder_site = '',"
        " holder_client_id = '', claimed_at = now(), lease_until = now()",
        "prescription_line_holder_id_fkey",
    ),
}


@pytest.mark.anyio
@pytest.mark.parametrize("what", BROKEN)
async def test_a_line_cannot_be_spoiled_by_any_statement(
    exchange: Running, database: Database, what: str
) -> None:
    change, constraint = BROKEN[what]
    async with undone(database) as tx:
        line = await Counter(exchange).prescribed(tx, NOW, "3")
        assert await violated(tx, LINE.format(change), line_id=line.line_id) == constraint


async def violated(tx: Tx, statement: str, **values: object) -> str | None:
    with pytest.raises(psycopg.errors.IntegrityError) as error:
        async with tx.transaction():
            await tx.execute(statement.encode(), values)
    return error.value.diag.constraint_name


@pytest.mark.anyio
async def test_a_number_a_task_a_spent_assertion_and_a_key_stand_once(
    exchange: Running, database: Database
) -> None:
    async with undone(database) as tx:
        line = await Counter(exchange).prescribed(tx, NOW)
        same_number = (
            "INSERT INTO prescription SELECT %(new)s, number, patient_id, organization_id, role_id, written_at"
            " FROM prescription WHERE prescription_id = %(prescription_id)s"
        )
        values = {"new": uuid4(), "prescription_id": line.prescription_id}
        assert await violated(tx, same_number, **values) == "prescription_number_is_unique"
        other = await Counter(exchange).prescribed(tx, NOW)
        same_task = "UPDATE prescription_line SET task_id = %(task_id)s WHERE line_id = %(line_id)s"
        assert await violated(tx, same_task, task_id=line.task_id, line_id=other.line_id) == "task_is_unique"
        spent = "INSERT INTO spent_assertion SELECT 'c', 'j', now() FROM generate_series(1, 2)"
        assert await violated(tx, spent) == "assertion_is_spent_once"
        key = "INSERT INTO request_key SELECT %(id)s, 'k', '', now() FROM generate_series(1, 2)"
        assert await violated(tx, key, id=uuid4()) == "one_request_for_a_key"


@pytest.mark.anyio
async def test_a_dispense_of_nothing_or_of_no_line_cannot_stand(
    exchange: Running, database: Database
) -> None:
    counter = Counter(exchange)
    statement = (
        "INSERT INTO dispense SELECT %(new)s, %(line_id)s, patient_id, organization_id, '', '', role_id, {}, now()"
        " FROM prescription WHERE prescription_id = %(prescription_id)s"
    )
    async with undone(database) as tx:
        line = await counter.prescribed(tx, NOW)
        values = {"new": uuid4(), "line_id": line.line_id, "prescription_id": line.prescription_id}
        for quantity in ("0", "-1"):
            assert await violated(tx, statement.format(quantity), **values) == "dispense_quantity_check"
        values["line_id"] = uuid4()
        assert await violated(tx, statement.format("1"), **values) == "dispense_line_id_fkey"


@pytest.mark.anyio
async def test_decimals_come_back_as_they_were_written(exchange: Running, database: Database) -> None:
    counter = Counter(exchange)
    async with undone(database) as tx:
        for value in ("1.10", "0.000000001", "999999999.999999999", "3"):
            line = await counter.prescribed(tx, NOW, value)
            claimed = await claim(tx, line.task_id, counter.till(), NOW, TERMS, None)
            after = await counter.hand_out(tx, claimed, counter.till(), NOW, "0.000000001")
            kept = await tx.execute(
                "SELECT allowed, dispensed FROM prescription_line WHERE line_id = %s", [line.line_id]
            )
            [(allowed, dispensed)] = await kept.fetchall()
            assert (f"{allowed:f}", f"{dispensed:f}", after.left) == (
                value,
                "0.000000001",
                allowed - dispensed,
            )


@pytest.mark.anyio
async def test_a_private_key_can_never_be_registered(exchange: Running, database: Database) -> None:
    async with undone(database) as tx:
        client_id = exchange.facts["clients"]["practice"]["client_id"]
        statement = "INSERT INTO onboarding.client_key VALUES ('k', %(client_id)s, {}, {})"
        private = statement.format("'ES256'", """'{"kty": "EC", "d": "secret"}'""")
        symmetric = statement.format("'HS256'", """'{"kty": "oct"}'""")
        assert await violated(tx, private, client_id=client_id) == "client_key_jwk_check"
        assert await violated(tx, symmetric, client_id=client_id) == "client_key_algorithm_check"


def test_every_constraint_that_holds_a_rule_has_a_name_of_its_own(serving: psycopg.Connection) -> None:
    cursor = serving.cursor(row_factory=dict_row)
    names = {row["conname"] for row in cursor.execute("SELECT conname FROM pg_constraint")}

    assert {
        "dispensed_within_allowed",
        "valid_period_runs_forward",
        "held_when_claimed",
        "cancelled_only_untouched",
        "prescription_number_is_unique",
        "task_is_unique",
        "site_is_unique",
        "assertion_is_spent_once",
        "one_request_for_a_key",
    } <= names
