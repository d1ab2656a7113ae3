"""Database, schemas and roles of an environment: who owns the tables, and who may only use them.

The owner migrates; the serving role reads and writes. It can change nothing that must only be added
to (audit, history, signed content, dispenses), and delete nothing but what is spent.
"""

from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

DATABASE: Final = "tilts"
FORGOTTEN: Final = ("spent_assertion", "request_key", "find_miss")  # the only rows that are ever deleted
ONLY_ADDED: Final = ("audit_entry", "audit_subject", "resource_history", "signed_content", "dispense")


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
    with psycopg.connect(make_conninfo(superuser, dbname=DATABASE), autocommit=True) as connection:
        for schema in ("onboarding", roles.environment):
            connection.execute(
                sql.SQL("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}").format(
                    sql.Identifier(schema), sql.Identifier(roles.owner)
                )
            )
    words = {"dbname": DATABASE, "passfile": ""}
    return (
        make_conninfo(superuser, user=roles.owner, password=roles.owner_password, **words),
        make_conninfo(superuser, user=roles.serving, password=roles.serving_password, **words),
    )


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


def grant_rights(owner: str, environment: str, serving_role: str) -> None:
    """After migrating: the serving role may use the tables, and only add to some."""
    serving = sql.Identifier(serving_role)
    with psycopg.connect(owner) as connection:
        for schema in ("onboarding", environment):
            name = sql.Identifier(schema)
            connection.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(name, serving))
            connection.execute(
                sql.SQL("GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA {} TO {}").format(name, serving)
            )
        for table in ONLY_ADDED:
            named = sql.Identifier(environment, table)
            connection.execute(sql.SQL("REVOKE UPDATE ON {} FROM {}").format(named, serving))
        for table in FORGOTTEN:
            named = sql.Identifier(environment, table)
            connection.execute(sql.SQL("GRANT DELETE ON {} TO {}").format(named, serving))
        if serving_role != connection.info.user:  # what was migrated is the owner's to say
            ledger = sql.Identifier(environment, "migration")
            connection.execute(sql.SQL("REVOKE INSERT, UPDATE ON {} FROM {}").format(ledger, serving))
