"""SQL for the sandbox's first page: how much there is, how busy it is, the last calls; nothing personal.

Everything is bounded: a page that looks every two seconds must not slow down what it looks at.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.rows import class_row, scalar_row

from tilts.store.tx import Tx

MOST_COUNTED: Final = 100_000
MOST_TIMED: Final = 20_000

COUNTS: Final[LiteralString] = """
SELECT (SELECT count(*) FROM (SELECT FROM prescription LIMIT %(most)s) x) AS prescriptions,
       (SELECT count(*) FROM (SELECT FROM dispense LIMIT %(most)s) x) AS dispenses,
       count(*) AS calls,
       count(*) FILTER (WHERE outcome <> 'success') AS refused
  FROM (SELECT outcome FROM audit_entry ORDER BY audit_id DESC LIMIT %(most)s) a
"""
# At most `most` rows of each table; beyond that the page says "so many and more".

BY_MINUTE: Final[LiteralString] = """
SELECT floor(extract(epoch FROM %(now)s::timestamptz - at) / 60)::integer AS minutes_ago,
       count(*) FILTER (WHERE outcome = 'success') AS done,
       count(*) FILTER (WHERE outcome <> 'success') AS refused
  FROM (SELECT at, outcome
          FROM audit_entry
         WHERE at > %(since)s AND at <= %(now)s
         ORDER BY at DESC
         LIMIT %(most)s) x
 GROUP BY 1
"""
# A range of audit_entry_by_time.

RECENT_CALLS: Final[LiteralString] = """
SELECT audit_id, at, event, outcome, rule_id, organization_name, role_code, purpose, request_id, method, address, detail
  FROM audit_entry
 ORDER BY audit_id DESC
 LIMIT %(limit)s
"""
# Primary key read backwards: ids run with wall time, also where business time travels.

SERVER_VERSION: Final[LiteralString] = "SELECT current_setting('server_version')"


@dataclass(frozen=True, slots=True)
class Counts:
    prescriptions: int
    dispenses: int
    calls: int
    refused: int


@dataclass(frozen=True, slots=True)
class Minute:
    minutes_ago: int
    done: int
    refused: int


@dataclass(frozen=True, slots=True)
class SeenCall:
    """One call as everybody in the sandbox may see it: organisation and role, no persons."""

    audit_id: UUID
    at: datetime
    event: str
    outcome: str
    rule_id: str | None
    organization_name: str | None
    role_code: str | None
    purpose: str | None
    request_id: str
    method: str
    address: str
    detail: dict[str, Any]


async def counts(tx: Tx) -> Counts:
    async with tx.cursor(row_factory=class_row(Counts)) as cursor:
        await cursor.execute(COUNTS, {"most": MOST_COUNTED})
        found = await cursor.fetchone()
    assert found is not None, "a count always has a row"
    return found


async def by_minute(tx: Tx, since: datetime, now: datetime) -> list[Minute]:
    async with tx.cursor(row_factory=class_row(Minute)) as cursor:
        await cursor.execute(BY_MINUTE, {"since": since, "now": now, "most": MOST_TIMED})
        return await cursor.fetchall()


async def recent_calls(tx: Tx, limit: int) -> list[SeenCall]:
    async with tx.cursor(row_factory=class_row(SeenCall)) as cursor:
        await cursor.execute(RECENT_CALLS, {"limit": limit})
        return await cursor.fetchall()


async def server_version(tx: Tx) -> str:
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(SERVER_VERSION)
        return str(await cursor.fetchone())
