"""SQL for broken glass: one patient opened in an emergency, its count, its review. One statement, one function."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from psycopg.rows import class_row, scalar_row

from tilts.store.tx import Tx

LOCK: Final[LiteralString] = """
SELECT pg_advisory_xact_lock(hashtextextended('broken glass ' || %(practitioner_id)s::uuid::text, 0))
"""
# Two at once by one practitioner: the second counts the first.

COUNT: Final[LiteralString] = """
SELECT count(*)
  FROM broken_glass
 WHERE practitioner_id = %(practitioner_id)s
   AND opened_at > greatest(%(since)s, (SELECT max(released_at) FROM glass_release
                                         WHERE practitioner_id = %(practitioner_id)s))
"""

OPEN_NOW: Final[LiteralString] = """
SELECT glass_id, patient_id, organization_id, practitioner_id, role_id, reason, opened_at, ends_at
  FROM broken_glass
 WHERE patient_id = %(patient_id)s AND organization_id = %(organization_id)s
   AND practitioner_id = %(practitioner_id)s AND ends_at > %(now)s
 ORDER BY ends_at DESC
 LIMIT 1
"""
# Who waited for the lock may have begun a moment before the one that it waited for: no opened_at <= now here.

ADD: Final[LiteralString] = """
INSERT INTO broken_glass (glass_id, patient_id, organization_id, practitioner_id, role_id, reason, opened_at, ends_at)
VALUES (%(glass_id)s, %(patient_id)s, %(organization_id)s, %(practitioner_id)s, %(role_id)s, %(reason)s, %(opened_at)s,
        %(ends_at)s)
"""

LISTED: Final[LiteralString] = """
SELECT b.glass_id, b.opened_at, b.ends_at, o.name AS organization, r.display AS practitioner, r.code AS role, b.reason,
       b.reviewed_at, b.reviewed_by, b.finding
  FROM broken_glass b
  JOIN organization o USING (organization_id)
  JOIN practitioner_role r USING (role_id)
 WHERE (%(waiting)s::boolean IS NULL OR (b.reviewed_at IS NULL) = %(waiting)s)
   AND (%(glass_id)s::uuid IS NULL OR b.glass_id = %(glass_id)s)
 ORDER BY CASE WHEN b.reviewed_at IS NULL THEN b.opened_at END, b.opened_at DESC
 LIMIT %(limit)s
"""

TO_REVIEW: Final[LiteralString] = """
SELECT b.glass_id, b.opened_at, o.name AS organization, r.display AS practitioner, b.practitioner_id, b.reason
  FROM broken_glass b
  JOIN organization o USING (organization_id)
  JOIN practitioner_role r USING (role_id)
 WHERE b.reviewed_at IS NULL
 ORDER BY b.opened_at
 LIMIT %(limit)s
"""

REVIEW: Final[LiteralString] = """
UPDATE broken_glass
   SET reviewed_at = %(now)s, reviewed_by = %(by)s, finding = %(finding)s
 WHERE glass_id = %(glass_id)s AND reviewed_at IS NULL
RETURNING glass_id
"""

RELEASE: Final[LiteralString] = """
INSERT INTO glass_release (release_id, practitioner_id, released_at, released_by, reason)
VALUES (%(release_id)s, %(practitioner_id)s, %(now)s, %(by)s, %(reason)s)
"""


@dataclass(frozen=True, slots=True)
class GlassRecord:
    glass_id: UUID
    patient_id: UUID
    organization_id: UUID
    practitioner_id: UUID
    role_id: UUID
    reason: str
    opened_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class ToReview:
    """One line of the review list: no patient in it; the reviewer finds them by the reference."""

    glass_id: UUID
    opened_at: datetime
    organization: str
    practitioner: str
    practitioner_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class Listed:
    """For the desk of oversight, with what was found of it; no patient in it either."""

    glass_id: UUID
    opened_at: datetime
    ends_at: datetime
    organization: str
    practitioner: str
    role: str
    reason: str
    reviewed_at: datetime | None
    reviewed_by: str | None
    finding: str | None


async def lock_practitioner(tx: Tx, practitioner_id: UUID) -> None:
    await tx.execute(LOCK, {"practitioner_id": practitioner_id})


async def count(tx: Tx, practitioner_id: UUID, since: datetime) -> int:
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(COUNT, {"practitioner_id": practitioner_id, "since": since})
        return int(await cursor.fetchone() or 0)


async def open_now(
    tx: Tx, patient_id: UUID, organization_id: UUID, practitioner_id: UUID, now: datetime
) -> GlassRecord | None:
    values = {
        "patient_id": patient_id,
        "organization_id": organization_id,
        "practitioner_id": practitioner_id,
        "now": now,
    }
    async with tx.cursor(row_factory=class_row(GlassRecord)) as cursor:
        await cursor.execute(OPEN_NOW, values)
        return await cursor.fetchone()


async def add(tx: Tx, glass: GlassRecord) -> None:
    await tx.execute(ADD, {name: getattr(glass, name) for name in GlassRecord.__slots__})


async def to_review(tx: Tx, limit: int) -> Sequence[ToReview]:
    async with tx.cursor(row_factory=class_row(ToReview)) as cursor:
        await cursor.execute(TO_REVIEW, {"limit": limit})
        return await cursor.fetchall()


async def listed(
    tx: Tx, *, waiting: bool | None = None, limit: int, glass_id: UUID | None = None
) -> list[Listed]:
    """Those that wait for review, who waits longest first; those reviewed, the newest first; or one of them."""
    async with tx.cursor(row_factory=class_row(Listed)) as cursor:
        await cursor.execute(LISTED, {"waiting": waiting, "limit": limit, "glass_id": glass_id})
        return await cursor.fetchall()


async def review(tx: Tx, glass_id: UUID, by: str, finding: str, now: datetime) -> bool:
    """False: there is none, or it was reviewed before."""
    cursor = await tx.execute(REVIEW, {"glass_id": glass_id, "by": by, "finding": finding, "now": now})
    return await cursor.fetchone() is not None


async def release(
    tx: Tx, release_id: UUID, practitioner_id: UUID, by: str, reason: str, now: datetime
) -> None:
    values = {
        "release_id": release_id,
        "practitioner_id": practitioner_id,
        "by": by,
        "reason": reason,
        "now": now,
    }
    await tx.execute(RELEASE, values)
