"""SQL for what the egress worker is to ask of issuers, what came and could be believed, and how the last look went."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString

from psycopg.rows import class_row

from tilts.store.tx import Tx


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """An address, or an answer that its holder shipped (no address): what it gave last."""

    place: str
    fingerprint: bytes
    kind: str
    issuer: bytes
    request: bytes | None
    wanted_at: datetime
    tried_at: datetime | None
    good_at: datetime | None
    next_update: datetime | None
    fault: str
    content: bytes | None


WANT_SOURCE: Final[LiteralString] = """
INSERT INTO onboarding.revocation_source (place, fingerprint, kind, issuer, request, wanted_at)
VALUES (%(place)s, %(fingerprint)s, %(kind)s, %(issuer)s, %(request)s, %(wanted_at)s)
ON CONFLICT (place, fingerprint) DO UPDATE SET wanted_at = excluded.wanted_at
 WHERE revocation_source.wanted_at < excluded.wanted_at - interval '1 day'
"""

SOURCES: Final[LiteralString] = """
SELECT place, fingerprint, kind, issuer, request, wanted_at, tried_at, good_at, next_update, fault, content
  FROM onboarding.revocation_source
 WHERE content IS NOT NULL
   AND (%(fingerprint)s::bytea IS NULL OR kind = 'crl' OR fingerprint = %(fingerprint)s)
 ORDER BY place, fingerprint
"""

DUE_SOURCES: Final[LiteralString] = """
SELECT place, fingerprint, kind, issuer, request, wanted_at, tried_at, good_at, next_update, fault, content
  FROM onboarding.revocation_source
 WHERE place <> ''
   AND wanted_at > %(wanted_since)s
   AND (tried_at IS NULL OR tried_at < %(tried_before)s)
 ORDER BY tried_at NULLS FIRST, place, fingerprint
 LIMIT %(limit)s
"""

NAMED_PLACES: Final[LiteralString] = """
SELECT DISTINCT place FROM onboarding.revocation_source WHERE place <> '' AND wanted_at > %(wanted_since)s
"""

SAW_SOURCE: Final[LiteralString] = """
UPDATE onboarding.revocation_source
   SET tried_at = %(wall)s, fault = %(fault)s,
       good_at = CASE WHEN %(content)s::bytea IS NULL THEN good_at ELSE %(wall)s END,
       next_update = CASE WHEN %(content)s::bytea IS NULL THEN next_update ELSE %(next_update)s END,
       content = CASE WHEN content = %(content)s::bytea THEN content ELSE coalesce(%(content)s, content) END
 WHERE place = %(place)s AND fingerprint = %(fingerprint)s
"""
# Asked every few seconds: what came again is not written again (a list may have megabytes).

LOOKED_AT: Final[LiteralString] = """
SELECT place, max(tried_at) AS tried_at, max(good_at) AS good_at, min(fault) AS fault
  FROM onboarding.revocation_source
 WHERE place = ANY(%(places)s)
   AND tried_at IS NOT NULL
 GROUP BY place
"""
# Of many certificates behind one address: without fault, if any of the last looks was without.

SHIP: Final[LiteralString] = """
INSERT INTO onboarding.revocation_source
       (place, fingerprint, kind, issuer, wanted_at, tried_at, good_at, next_update, content)
VALUES ('', %(fingerprint)s, 'ocsp', %(issuer)s, %(wall)s, %(wall)s, %(wall)s, %(next_update)s, %(content)s)
ON CONFLICT (place, fingerprint) DO UPDATE
   SET issuer = excluded.issuer, tried_at = excluded.tried_at, good_at = excluded.good_at,
       next_update = excluded.next_update, content = excluded.content, fault = ''
 WHERE revocation_source.next_update <= excluded.next_update
"""


async def want(tx: Tx, wanted: Iterable[dict[str, Any]]) -> None:
    async with tx.cursor() as cursor:
        await cursor.executemany(WANT_SOURCE, list(wanted))


async def sources(tx: Tx, fingerprint: bytes | None = None) -> list[SourceRecord]:
    """All lists that came, and the answers: of one certificate, if it is named."""
    async with tx.cursor(row_factory=class_row(SourceRecord)) as cursor:
        await cursor.execute(SOURCES, {"fingerprint": fingerprint})
        return await cursor.fetchall()


async def due_sources(
    tx: Tx, wanted_since: datetime, tried_before: datetime, limit: int
) -> list[SourceRecord]:
    async with tx.cursor(row_factory=class_row(SourceRecord)) as cursor:
        row = {"wanted_since": wanted_since, "tried_before": tried_before, "limit": limit}
        await cursor.execute(DUE_SOURCES, row)
        return await cursor.fetchall()


async def named_places(tx: Tx, wanted_since: datetime) -> list[str]:
    cursor = await tx.execute(NAMED_PLACES, {"wanted_since": wanted_since})
    return [place for (place,) in await cursor.fetchall()]


async def saw(
    tx: Tx,
    source: SourceRecord,
    wall: datetime,
    *,
    fault: str = "",
    content: bytes | None = None,
    next_update: datetime | None = None,
) -> None:
    """How a look went; what came before stays when nothing better came."""
    row = {"place": source.place, "fingerprint": source.fingerprint, "wall": wall}
    await tx.execute(SAW_SOURCE, row | {"fault": fault, "content": content, "next_update": next_update})


async def looked_at(tx: Tx, places: Sequence[str]) -> list[tuple[str, datetime, datetime | None, str]]:
    cursor = await tx.execute(LOOKED_AT, {"places": list(places)})
    return await cursor.fetchall()


async def ship(
    tx: Tx, fingerprint: bytes, issuer: bytes, content: bytes, next_update: datetime, wall: datetime
) -> None:
    row = {"fingerprint": fingerprint, "issuer": issuer, "content": content}
    await tx.execute(SHIP, row | {"next_update": next_update, "wall": wall})
