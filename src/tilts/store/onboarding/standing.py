"""SQL for how registered certificates stand: what is known of their revocation, who lets one go on, who was warned."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from psycopg.rows import class_row

from tilts.store.tx import Tx


@dataclass(frozen=True, slots=True)
class WatchedRecord:
    """A live certificate with what was last known of it."""

    fingerprint: bytes
    client_id: str
    serial: str
    issuer: str
    certificate: bytes | None
    registered_at: datetime
    usable_until: datetime | None
    unusable_rule: str | None
    watched_since: datetime | None  # None: never looked at
    status: str | None
    fault: str | None
    known_good_until: datetime | None
    stale_from: datetime | None
    kept_open_until: datetime | None


@dataclass(frozen=True, slots=True)
class StandingRecord:
    """What one look found; saved when it differs from what stands there."""

    fingerprint: bytes
    looked_at: datetime
    status: str
    source: str
    fault: str
    known_good_until: datetime | None
    stale_from: datetime
    usable_until: datetime
    unusable_rule: str


@dataclass(frozen=True, slots=True)
class ListedRecord:
    """For the operator's list."""

    fingerprint: bytes
    client_id: str
    client_name: str
    environment: str
    serial: str
    issuer: str
    not_after: datetime
    usable_until: datetime | None
    unusable_rule: str | None
    revoked_at: datetime | None
    status: str | None
    source: str | None
    fault: str | None
    known_good_until: datetime | None
    kept_open_until: datetime | None
    kept_open_why: str | None
    kept_open_by: str | None


@dataclass(frozen=True, slots=True)
class EndingRecord:
    """A live certificate that ends soon, of a party, and no other one of this client holds longer."""

    fingerprint: bytes
    client_id: str
    client_name: str
    party_id: UUID
    environment: str
    not_after: datetime
    case_id: UUID | None


TRY_LOCK: Final[LiteralString] = """
SELECT pg_try_advisory_xact_lock(hashtextextended(current_schema() || ' certificate standing ' || %(work)s, 0))
"""

WATCHED: Final[LiteralString] = """
SELECT f.fingerprint, f.client_id, f.serial, f.issuer, f.certificate, f.registered_at, f.usable_until,
       f.unusable_rule, s.watched_since, s.status, s.fault, s.known_good_until, s.stale_from, s.kept_open_until
  FROM onboarding.client_certificate f
  JOIN onboarding.client c USING (client_id)
  LEFT JOIN onboarding.certificate_standing s USING (fingerprint)
 WHERE c.environment = current_schema() COLLATE "C"
   AND f.ended_at IS NULL
   AND f.revoked_at IS NULL
   AND f.not_after >= %(wall)s
   AND (%(fingerprint)s::bytea IS NULL OR f.fingerprint = %(fingerprint)s)
 ORDER BY f.fingerprint
"""
# Every live certificate of this environment, on no call's path: some thousands at most, each 30 seconds.

SAVE_STANDING: Final[LiteralString] = """
INSERT INTO onboarding.certificate_standing
       (fingerprint, watched_since, status, source, fault, known_good_until, stale_from, looked_at)
VALUES (%(fingerprint)s, %(looked_at)s, %(status)s, %(source)s, %(fault)s, %(known_good_until)s, %(stale_from)s,
        %(looked_at)s)
ON CONFLICT (fingerprint) DO UPDATE
   SET status = excluded.status, source = excluded.source, fault = excluded.fault,
       known_good_until = excluded.known_good_until, stale_from = excluded.stale_from, looked_at = excluded.looked_at
"""

# Before it is overwritten; what was learnt later than it lies back counts from when it was learnt.
SAVE_CLOSED: Final[LiteralString] = """
INSERT INTO onboarding.certificate_closed (fingerprint, closed_at, known_until, rule)
SELECT f.fingerprint, greatest(f.usable_until, s.looked_at), %(looked_at)s, f.unusable_rule
  FROM onboarding.client_certificate f
  JOIN onboarding.certificate_standing s USING (fingerprint)
 WHERE f.fingerprint = %(fingerprint)s
   AND greatest(f.usable_until, s.looked_at) < %(looked_at)s
ON CONFLICT (fingerprint, known_until) DO NOTHING
"""

SAVE_USABLE: Final[LiteralString] = """
UPDATE onboarding.client_certificate
   SET usable_until = %(usable_until)s, unusable_rule = %(unusable_rule)s
 WHERE fingerprint = %(fingerprint)s
"""

KEEP_OPEN: Final[LiteralString] = """
UPDATE onboarding.certificate_standing s
   SET kept_open_until = %(until)s, kept_open_why = %(why)s, kept_open_by = %(by)s
  FROM onboarding.client_certificate f
 WHERE f.fingerprint = s.fingerprint
   AND f.fingerprint = %(fingerprint)s
   AND f.revoked_at IS NULL
   AND f.ended_at IS NULL
RETURNING true
"""

LISTED: Final[LiteralString] = """
SELECT f.fingerprint, f.client_id, c.name AS client_name, c.environment, f.serial, f.issuer, f.not_after, f.usable_until,
       f.unusable_rule, f.revoked_at, s.status, s.source, s.fault, s.known_good_until, s.kept_open_until, s.kept_open_why,
       s.kept_open_by
  FROM onboarding.client_certificate f
  JOIN onboarding.client c USING (client_id)
  LEFT JOIN onboarding.certificate_standing s USING (fingerprint)
 WHERE f.ended_at IS NULL
   AND c.environment = current_schema() COLLATE "C"
 ORDER BY f.usable_until NULLS FIRST, f.fingerprint
"""

ENDING: Final[LiteralString] = """
SELECT f.fingerprint, f.client_id, c.name AS client_name, c.party_id, c.environment, f.not_after, f.case_id
  FROM onboarding.client_certificate f
  JOIN onboarding.client c USING (client_id)
 WHERE c.party_id IS NOT NULL
   AND c.environment = current_schema() COLLATE "C"
   AND f.ended_at IS NULL AND f.revoked_at IS NULL
   AND f.not_after BETWEEN %(wall)s AND %(until)s
   AND NOT EXISTS (SELECT 1
                     FROM onboarding.client_certificate other
                    WHERE other.client_id = f.client_id
                      AND other.ended_at IS NULL AND other.revoked_at IS NULL
                      AND other.not_after > greatest(f.not_after, %(until)s))
 ORDER BY f.not_after, f.fingerprint
"""

WARNED: Final[LiteralString] = """
INSERT INTO onboarding.certificate_warning (fingerprint, days_left, written_at)
VALUES (%(fingerprint)s, %(days_left)s, %(wall)s)
ON CONFLICT (fingerprint, days_left) DO NOTHING
RETURNING true
"""


async def try_lock(tx: Tx, work: str) -> bool:
    """One worker at a time; the others leave it to that one."""
    cursor = await tx.execute(TRY_LOCK, {"work": work})
    row = await cursor.fetchone()
    return bool(row and row[0])


async def watched(tx: Tx, wall: datetime, fingerprint: bytes | None = None) -> list[WatchedRecord]:
    """All of them, or one."""
    async with tx.cursor(row_factory=class_row(WatchedRecord)) as cursor:
        await cursor.execute(WATCHED, {"wall": wall, "fingerprint": fingerprint})
        return await cursor.fetchall()


async def save(tx: Tx, found: Sequence[StandingRecord]) -> None:
    rows = [asdict(one) for one in found]
    async with tx.cursor() as cursor:
        await cursor.executemany(SAVE_CLOSED, rows)
        await cursor.executemany(SAVE_STANDING, rows)
        await cursor.executemany(SAVE_USABLE, rows)


async def keep_open(tx: Tx, fingerprint: bytes, until: datetime, why: str, by: str) -> bool:
    row = {"fingerprint": fingerprint, "until": until, "why": why, "by": by}
    cursor = await tx.execute(KEEP_OPEN, row)
    return await cursor.fetchone() is not None


async def listed(tx: Tx) -> list[ListedRecord]:
    async with tx.cursor(row_factory=class_row(ListedRecord)) as cursor:
        await cursor.execute(LISTED)
        return await cursor.fetchall()


async def ending(tx: Tx, wall: datetime, until: datetime) -> list[EndingRecord]:
    async with tx.cursor(row_factory=class_row(EndingRecord)) as cursor:
        await cursor.execute(ENDING, {"wall": wall, "until": until})
        return await cursor.fetchall()


async def warned(tx: Tx, fingerprint: bytes, days_left: int, wall: datetime) -> bool:
    """False when this letter was written before."""
    row = {"fingerprint": fingerprint, "days_left": days_left, "wall": wall}
    cursor = await tx.execute(WARNED, row)
    return await cursor.fetchone() is not None
