"""A look into the tables: was it written down, and was anything else written."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from psycopg.rows import dict_row

WRITTEN: tuple[LiteralString, ...] = (
    "prescription",
    "prescription_line",
    "dispense",
    "resource",
    "resource_history",
    "request_key",
    "presentation",
    "signed_content",
)
# A thing that is there and hidden, asked for: that is counted, as it must be (Security 3.3).
MISSES: LiteralString = "SELECT 'find_miss' AS name, count(*) FROM find_miss WHERE counted = 'misses'"


class Tables:
    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def rows(self, statement: LiteralString, *values: object) -> list[dict[str, Any]]:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(statement, values).fetchall()

    def change(self, statement: LiteralString, *values: object) -> None:
        changed = self._connection.execute(statement, values).rowcount
        assert changed, "nothing was changed"

    @contextmanager
    def guessing(self, client_id: str) -> Iterator[None]:
        """What it misses is forgotten: of a moved clock it lies ahead, and would count against every later test."""
        try:
            yield
        finally:
            self._connection.execute("DELETE FROM find_miss WHERE client_id = %s", [client_id])

    def counts(self) -> dict[str, int]:
        """How many rows there are in every table that a call may write to."""
        text = " UNION ALL ".join(f"SELECT '{name}' AS name, count(*) FROM {name}" for name in WRITTEN)
        text += f" UNION ALL {MISSES}"
        return {row["name"]: row["count"] for row in self.rows(text)}

    def audit(self, request_id: str) -> dict[str, Any]:
        """The one audit entry of a call."""
        found = self.rows("SELECT * FROM audit_entry WHERE request_id = %s", request_id)
        assert len(found) == 1, f"{len(found)} audit entries for {request_id}"
        return found[0]

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        before = self.counts()
        yield
        assert self.counts() == before
