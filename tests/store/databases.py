"""Empty databases beside the running exchange's own, for tests that build schemas of their own."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tests.running import Running


@contextmanager
def empty_database(exchange: Running) -> Iterator[str]:
    """Connection words of a new database, as superuser; dropped at the end, whoever is still in it."""
    superuser = exchange.environment.cluster.superuser_dsn()
    name = f"test_{uuid4().hex}"
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name))
        )
    try:
        yield make_conninfo(superuser, dbname=name)
    finally:
        with psycopg.connect(superuser, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
