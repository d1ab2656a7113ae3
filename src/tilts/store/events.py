"""SQL for events: what the clock has done and nobody was told of yet; events, numbered when first read. ADR 0048."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, LiteralString
from uuid import UUID

from psycopg.rows import class_row, scalar_row, tuple_row

from tilts.store.tx import Tx

SETTLE_ALONE: Final[LiteralString] = """
SELECT pg_try_advisory_xact_lock(hashtextextended(current_schema() || ' settling', 0))
"""

# A row that somebody decides about now is left to them: they settle it themselves.
LOCK_DUE: Final[LiteralString] = """
SELECT line_id, task_id
  FROM prescription_line
 WHERE task_id IN ((SELECT task_id FROM prescription_line
                     WHERE state = 'claimed' AND lease_until <= %(now)s
                     ORDER BY lease_until LIMIT %(most)s)
                   UNION ALL
                   (SELECT task_id FROM prescription_line
                     WHERE state IN ('open', 'claimed') AND valid_to < %(today)s AND dispensed < allowed
                     ORDER BY valid_to LIMIT %(most)s))
 ORDER BY task_id
   FOR UPDATE SKIP LOCKED
"""

ADD: Final[LiteralString] = """
INSERT INTO event (party_id, site, kind, task_id, at)
SELECT party_id, site, %(kind)s, %(task_id)s, %(at)s
  FROM unnest(%(party_ids)s::uuid[], %(sites)s::text[]) AS told (party_id, site)
"""

IS_WAITING: Final[LiteralString] = """
SELECT EXISTS (SELECT 1 FROM event WHERE party_id = %(party_id)s AND site = %(site)s AND number IS NULL)
"""

LOCK_FEED: Final[LiteralString] = """
INSERT INTO event_feed (party_id, site, numbered)
VALUES (%(party_id)s, %(site)s, 0)
ON CONFLICT (party_id, site) DO UPDATE SET numbered = event_feed.numbered
"""

# A statement of its own after the lock: it sees all that was numbered by whoever had it before. In the order of
# event_id, which was given under the lock of the line: of one Task nothing comes before what came first.
NUMBER: Final[LiteralString] = """
WITH waiting AS (
    SELECT event_id, row_number() OVER (ORDER BY event_id) AS nth
      FROM (SELECT event_id FROM event
             WHERE party_id = %(party_id)s AND site = %(site)s AND number IS NULL
             ORDER BY event_id
             LIMIT %(most)s) AS next
), given AS (
    UPDATE event e
       SET number = f.numbered + w.nth
      FROM waiting w, event_feed f
     WHERE e.party_id = %(party_id)s AND e.site = %(site)s AND e.event_id = w.event_id
       AND f.party_id = %(party_id)s AND f.site = %(site)s
)
UPDATE event_feed SET numbered = numbered + (SELECT count(*) FROM waiting)
 WHERE party_id = %(party_id)s AND site = %(site)s
"""

AFTER: Final[LiteralString] = """
SELECT number, kind, task_id, at
  FROM event
 WHERE party_id = %(party_id)s AND site = %(site)s AND number > %(after)s
 ORDER BY number
 LIMIT %(most)s
"""

ACKNOWLEDGED: Final[LiteralString] = """
SELECT acknowledged FROM event_reader
 WHERE party_id = %(party_id)s AND site = %(site)s AND client_id = %(client_id)s
"""

# Never further than there are numbers, and never back.
ACKNOWLEDGE: Final[LiteralString] = """
INSERT INTO event_reader (party_id, site, client_id, acknowledged, acknowledged_at)
SELECT party_id, site, %(client_id)s, %(number)s, %(now)s
  FROM event_feed
 WHERE party_id = %(party_id)s AND site = %(site)s AND numbered >= %(number)s
ON CONFLICT (party_id, site, client_id)
DO UPDATE SET acknowledged = greatest(event_reader.acknowledged, excluded.acknowledged),
              acknowledged_at = excluded.acknowledged_at
RETURNING acknowledged
"""

COUNT_LOST: Final[LiteralString] = """
SELECT count(*) FROM event
 WHERE party_id = %(party_id)s AND site = %(site)s AND kind = 'lease-ended' AND at > %(since)s
"""

# Of each feed the first ones that all its readers have acknowledged: what is young stands behind what is old.
FORGET_READ: Final[LiteralString] = """
DELETE FROM event e
 USING (SELECT r.party_id, r.site, min(r.acknowledged) AS number FROM event_reader r GROUP BY 1, 2) AS read
 CROSS JOIN LATERAL (SELECT o.event_id, o.at FROM event o
                      WHERE o.party_id = read.party_id AND o.site = read.site AND o.number <= read.number
                      ORDER BY o.number
                      LIMIT %(most)s) AS old
 WHERE e.party_id = read.party_id AND e.site = read.site AND e.event_id = old.event_id AND old.at < %(before)s
"""

FORGET_UNREAD: Final[LiteralString] = """
DELETE FROM event
 WHERE (party_id, site, event_id) IN (SELECT party_id, site, event_id FROM event
                                       WHERE at < %(before)s ORDER BY at LIMIT %(most)s)
"""


@dataclass(frozen=True, slots=True)
class Feed:
    """Whose events: an organisation's, a pharmacy's at one site, or a patient's."""

    party_id: UUID
    site: str = ""


@dataclass(frozen=True, slots=True)
class EventRow:
    number: int
    kind: str
    task_id: UUID
    at: datetime


async def settle_alone(tx: Tx) -> bool:
    """One settles at a time; whoever comes second goes on with the next round."""
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(SETTLE_ALONE)
        return bool(await cursor.fetchone())


async def lock_due(tx: Tx, now: datetime, today: date, most: int) -> list[tuple[UUID, UUID]]:
    """(line, Task) of rows that lag behind the clock, locked."""
    async with tx.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(LOCK_DUE, {"now": now, "today": today, "most": most})
        return await cursor.fetchall()


async def add(tx: Tx, feeds: Sequence[Feed], kind: str, task_id: UUID, at: datetime) -> None:
    told = {"party_ids": [feed.party_id for feed in feeds], "sites": [feed.site for feed in feeds]}
    await tx.execute(ADD, {**told, "kind": kind, "task_id": task_id, "at": at})


async def is_waiting(tx: Tx, feed: Feed) -> bool:
    return bool(await _number(tx, IS_WAITING, feed))


async def lock_feed(tx: Tx, feed: Feed) -> None:
    await tx.execute(LOCK_FEED, _row(feed))


async def number(tx: Tx, feed: Feed, most: int) -> None:
    """Under the feed's lock."""
    await tx.execute(NUMBER, {**_row(feed), "most": most})


async def after(tx: Tx, feed: Feed, last: int, most: int) -> list[EventRow]:
    async with tx.cursor(row_factory=class_row(EventRow)) as cursor:
        await cursor.execute(AFTER, {**_row(feed), "after": last, "most": most})
        return await cursor.fetchall()


async def acknowledged(tx: Tx, feed: Feed, client_id: str) -> int:
    return await _number(tx, ACKNOWLEDGED, feed, client_id=client_id)


async def acknowledge(tx: Tx, feed: Feed, client_id: str, last: int, now: datetime) -> int | None:
    """How far it is acknowledged now; None when there is no such number yet."""
    values = {**_row(feed), "client_id": client_id, "number": last, "now": now}
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(ACKNOWLEDGE, values)
        return await cursor.fetchone()


async def count_lost(tx: Tx, feed: Feed, since: datetime) -> int:
    return await _number(tx, COUNT_LOST, feed, since=since)


async def forget_read(tx: Tx, before: datetime, most: int) -> None:
    await tx.execute(FORGET_READ, {"before": before, "most": most})


async def forget_unread(tx: Tx, before: datetime, most: int) -> None:
    await tx.execute(FORGET_UNREAD, {"before": before, "most": most})


async def _number(tx: Tx, statement: LiteralString, feed: Feed, **values: object) -> int:
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(statement, {**_row(feed), **values})
        return int(await cursor.fetchone() or 0)


def _row(feed: Feed) -> dict[str, object]:
    return {"party_id": feed.party_id, "site": feed.site}
