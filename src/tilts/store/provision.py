"""Database, schemas and roles of an environment: who owns the tables, and who may only use them.

The owner migrates; the serving role reads and writes. It can change nothing that must only be added
to (audit, history, signed content, dispenses), and delete nothing but what is spent.
"""

from dataclasses import dataclass
from typing import Any, Final, LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

DATABASE: Final = "tilts"
ONBOARDING: Final = "onboarding"
ONBOARDING_OWNER: Final = "tilts_onboarding_owner"  # no login: the owners of the environments are its members
# The only rows that are ever deleted. Names without a schema are the environment's.
FORGOTTEN: Final = (
    "spent_assertion",
    "spent_proof",
    "request_key",
    "find_miss",
    "flagged_person",
    "identification",
    "breadth_seen",
    "event",
    "onboarding.session",
    "onboarding.medicine_staged",
)
ONLY_ADDED: Final = (
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
)


@dataclass(frozen=True, slots=True)
class Roles:
    """The two roles of an environment and their passwords (kept 0600 by the caller)."""

    environment: str
    owner_password: str
    serving_password: str

    @property
    def owner(self) -> str:
        return f"tilts_{self.environment}_owner"

    @property
    def serving(self) -> str:
        return f"tilts_{self.environment}"


def provision(superuser: str, roles: Roles) -> tuple[str, str]:
    """Makes what is missing; gives the connection words of owner and serving role."""
    with psycopg.connect(superuser, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(
                    sql.Identifier(DATABASE)
                )
            )
        ensure_role(connection, roles.owner, roles.owner_password, roles.environment)
        ensure_role(connection, roles.serving, roles.serving_password, roles.environment)
        ensure_onboarding_owner(connection, roles.owner)
    with psycopg.connect(make_conninfo(superuser, dbname=DATABASE), autocommit=True) as connection:
        for schema, owner in ((ONBOARDING, ONBOARDING_OWNER), (roles.environment, roles.owner)):
            connection.execute(
                sql.SQL("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}").format(
                    sql.Identifier(schema), sql.Identifier(owner)
                )
            )
        hand_over_onboarding(connection)
    words = {"dbname": DATABASE, "passfile": ""}
    return (
        make_conninfo(superuser, user=roles.owner, password=roles.owner_password, **words),
        make_conninfo(superuser, user=roles.serving, password=roles.serving_password, **words),
    )


# Whose schema it is: several environments share `onboarding`, and none of their owners owns it alone.
OWNER_OF_SCHEMA: Final[LiteralString] = """
SELECT pg_get_userbyid(nspowner)
  FROM pg_namespace
 WHERE nspname = %(schema)s
   AND pg_has_role(current_user, nspowner, 'MEMBER')
   AND nspowner <> (SELECT oid FROM pg_roles WHERE rolname = current_user)
"""


def become_owner(connection: psycopg.Connection[Any], schema: str) -> None:
    """Tables belong to the owner of their schema, whoever of its members migrates."""
    owner = connection.execute(OWNER_OF_SCHEMA, {"schema": schema}).fetchone()
    if owner is not None:
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(owner[0])))


def ensure_role(
    connection: psycopg.Connection[tuple[object, ...]], name: str, password: str, schema: str
) -> None:
    exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    verb = sql.SQL("ALTER" if exists else "CREATE")
    connection.execute(
        sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, sql.Identifier(name), sql.Literal(password))
    )
    path = sql.SQL("ALTER ROLE {} SET search_path = {}").format(sql.Identifier(name), sql.Identifier(schema))
    connection.execute(path)


def ensure_onboarding_owner(connection: psycopg.Connection[tuple[object, ...]], member: str) -> None:
    name = sql.Identifier(ONBOARDING_OWNER)
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ONBOARDING_OWNER]).fetchone():
        connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(name))
    connection.execute(sql.SQL("GRANT {} TO {}").format(name, sql.Identifier(member)))


def hand_over_onboarding(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """In a database from before there were two environments it belonged to the first one's owner."""
    owner = sql.Identifier(ONBOARDING_OWNER)
    connection.execute(sql.SQL("ALTER SCHEMA {} OWNER TO {}").format(sql.Identifier(ONBOARDING), owner))
    others = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = %s AND tableowner <> %s",
        [ONBOARDING, ONBOARDING_OWNER],
    ).fetchall()
    for (table,) in others:
        named = sql.Identifier(ONBOARDING, str(table))
        connection.execute(sql.SQL("ALTER TABLE {} OWNER TO {}").format(named, owner))


def grant_rights(owner: str, environment: str, serving_role: str) -> None:
    """After migrating: the serving role may use the tables, and only add to some."""
    serving = sql.Identifier(serving_role)
    with psycopg.connect(owner) as connection:
        for schema in (ONBOARDING, environment):
            name = sql.Identifier(schema)
            become_owner(connection, schema)
            connection.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(name, serving))
            connection.execute(
                sql.SQL("GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA {} TO {}").format(name, serving)
            )
            for table in tables_of(schema, ONLY_ADDED):
                named = sql.Identifier(schema, table)
                connection.execute(sql.SQL("REVOKE UPDATE ON {} FROM {}").format(named, serving))
            for table in tables_of(schema, FORGOTTEN):
                named = sql.Identifier(schema, table)
                connection.execute(sql.SQL("GRANT DELETE ON {} TO {}").format(named, serving))
            if serving_role != connection.info.user:  # what was migrated is the owner's to say
                ledger = sql.Identifier(schema, "migration")
                connection.execute(sql.SQL("REVOKE INSERT, UPDATE ON {} FROM {}").format(ledger, serving))
            connection.execute("RESET ROLE")


def tables_of(schema: str, named: tuple[str, ...]) -> list[str]:
    """Those of one schema, from names like `onboarding.case_step` and, of the environment, `dispense`."""
    prefix = f"{ONBOARDING}."
    if schema == ONBOARDING:
        return [name.removeprefix(prefix) for name in named if name.startswith(prefix)]
    return [name for name in named if not name.startswith(prefix)]
