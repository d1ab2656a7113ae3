"""SQL for what a resident at the portal sees of others: who gave them access, by law or by their own word."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from psycopg.rows import class_row

from tilts.store.tx import Tx

OPENED_TO: Final[LiteralString] = """
SELECT patient_id, 'guardian' AS kind, true AS whole, starts_at, ends_at, NULL::uuid AS consent_id
  FROM guardian
 WHERE person_id = %(person_id)s
UNION ALL
SELECT patient_id, kind, whole, starts_at, ends_at, consent_id
  FROM consent
 WHERE grantee_id = %(person_id)s
 ORDER BY starts_at DESC, patient_id
 LIMIT %(limit)s
"""
# By guardian_by_person and consent_by_grantee; a person acts for a few others.

LOCK: Final[LiteralString] = """
SELECT pg_advisory_xact_lock(hashtextextended('resident ' || %(patient_id)s::uuid::text, 0))
"""
# Two at once that name somebody: the second sees whether the first missed.


@dataclass(frozen=True, slots=True)
class Opened:
    """What somebody was given: `guardian` by law; `delegation` or `collection` by the patient."""

    patient_id: UUID
    kind: str
    whole: bool
    starts_at: datetime
    ends_at: datetime | None
    consent_id: UUID | None  # of what the patient gave; none of what is by law

    def holds(self, now: datetime) -> bool:
        return self.starts_at <= now and (self.ends_at is None or self.ends_at > now)


async def lock(tx: Tx, patient_id: UUID) -> None:
    await tx.execute(LOCK, {"patient_id": patient_id})


async def opened_to(tx: Tx, person_id: UUID, limit: int) -> list[Opened]:
    """The newest first, those that ended too."""
    async with tx.cursor(row_factory=class_row(Opened)) as cursor:
        await cursor.execute(OPENED_TO, {"person_id": person_id, "limit": limit})
        return await cursor.fetchall()
