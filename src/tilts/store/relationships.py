"""SQL for what opens a patient to somebody: relationships, guardians, identifications.

One statement, one constant, one function; how sight uses the rows stands in store/sight.py.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, LiteralString
from uuid import UUID

from psycopg.rows import scalar_row

from tilts.store.tx import Tx

# A GP takes over from another one: nobody has two.
END_OTHER_HOME_DOCTORS: Final[LiteralString] = """
UPDATE relationship
   SET ends_at = greatest(starts_at, %(starts_at)s)
 WHERE patient_id = %(patient_id)s AND kind = 'home-doctor' AND kind = %(kind)s AND ends_at IS NULL
   AND (organization_id, evidence) IS DISTINCT FROM (%(organization_id)s, %(evidence)s)
"""

SAVE: Final[LiteralString] = """
INSERT INTO relationship (relationship_id, patient_id, organization_id, practitioner_id, kind, starts_at, ends_at,
                          evidence, recorded_at)
VALUES (%(relationship_id)s, %(patient_id)s, %(organization_id)s, %(practitioner_id)s, %(kind)s, %(starts_at)s,
        %(ends_at)s, %(evidence)s, %(recorded_at)s)
ON CONFLICT ON CONSTRAINT relationship_is_told_once
DO UPDATE SET starts_at = excluded.starts_at, ends_at = excluded.ends_at,
              practitioner_id = excluded.practitioner_id, recorded_at = excluded.recorded_at
"""

SAVE_GUARDIAN: Final[LiteralString] = """
INSERT INTO guardian (patient_id, person_id, starts_at, ends_at, evidence, recorded_at)
VALUES (%(patient_id)s, %(person_id)s, %(starts_at)s, %(ends_at)s, %(evidence)s, %(recorded_at)s)
ON CONFLICT ON CONSTRAINT guardian_is_told_once
DO UPDATE SET starts_at = excluded.starts_at, ends_at = excluded.ends_at, evidence = excluded.evidence,
              recorded_at = excluded.recorded_at
"""

ACTS_FOR: Final[LiteralString] = """
SELECT CASE
  WHEN EXISTS (SELECT 1 FROM guardian
                WHERE patient_id = %(patient_id)s AND person_id = %(person_id)s
                  AND starts_at <= %(now)s AND (ends_at IS NULL OR ends_at > %(now)s)) THEN 'guardian'
  WHEN EXISTS (SELECT 1 FROM consent
                WHERE grantee_id = %(person_id)s AND patient_id = %(patient_id)s AND kind = 'delegation'
                  AND starts_at <= %(now)s AND (ends_at IS NULL OR ends_at > %(now)s)) THEN 'delegate'
END
"""

IDENTIFY: Final[LiteralString] = """
INSERT INTO identification (organization_id, patient_id, ends_at)
SELECT %(organization_id)s, named.patient_id, %(ends_at)s
  FROM unnest(%(patient_ids)s::uuid[]) AS named(patient_id)
 ORDER BY named.patient_id
ON CONFLICT (patient_id, organization_id) DO UPDATE SET ends_at = excluded.ends_at
 WHERE identification.ends_at < excluded.ends_at - %(unchanged)s::interval
"""
# In one order, so that two searches for the same persons never wait for each other.

FORGET_IDENTIFICATIONS: Final[LiteralString] = """
DELETE FROM identification WHERE ends_at < %(before)s
"""

KNOWN_AMONG: Final[LiteralString] = """
SELECT patient_id FROM patient WHERE patient_id = ANY(%(ids)s)
UNION ALL
SELECT organization_id FROM organization WHERE organization_id = ANY(%(ids)s)
"""


@dataclass(frozen=True, slots=True)
class RelationshipRow:
    """A relationship on its way in, from a register."""

    relationship_id: UUID
    patient_id: UUID
    organization_id: UUID
    practitioner_id: UUID | None
    kind: str
    starts_at: datetime
    ends_at: datetime | None
    evidence: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class GuardianRow:
    patient_id: UUID
    person_id: UUID
    starts_at: datetime
    ends_at: datetime | None
    evidence: str
    recorded_at: datetime


async def save(tx: Tx, rows: Sequence[RelationshipRow]) -> None:
    """Told again they are the same rows; a new home doctor ends the time of the one before."""
    written = [{name: getattr(row, name) for name in RelationshipRow.__slots__} for row in rows]
    async with tx.cursor() as cursor:
        doctors = [row for row in written if row["kind"] == "home-doctor" and row["ends_at"] is None]
        await cursor.executemany(END_OTHER_HOME_DOCTORS, doctors)
        await cursor.executemany(SAVE, written)


async def save_guardians(tx: Tx, rows: Iterable[GuardianRow]) -> None:
    async with tx.cursor() as cursor:
        await cursor.executemany(
            SAVE_GUARDIAN, [{name: getattr(row, name) for name in GuardianRow.__slots__} for row in rows]
        )


async def acts_for(tx: Tx, person_id: UUID, patient_id: UUID, now: datetime) -> str | None:
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(ACTS_FOR, {"person_id": person_id, "patient_id": patient_id, "now": now})
        found: str | None = await cursor.fetchone()
        return found


async def identify(
    tx: Tx, organization_id: UUID, patient_ids: Sequence[UUID], ends_at: datetime, unchanged: timedelta
) -> None:
    """`unchanged`: an identification that ends as little earlier as this is left as it is."""
    if patient_ids:
        values = {
            "organization_id": organization_id,
            "patient_ids": list(patient_ids),
            "ends_at": ends_at,
            "unchanged": unchanged,
        }
        await tx.execute(IDENTIFY, values)


async def forget_identifications(tx: Tx, before: datetime) -> None:
    await tx.execute(FORGET_IDENTIFICATIONS, {"before": before})


async def known_among(tx: Tx, ids: Iterable[UUID]) -> set[UUID]:
    """Those of the ids that are a patient or an organisation of the registers."""
    rows = await (await tx.execute(KNOWN_AMONG, {"ids": list(ids)})).fetchall()
    return {row[0] for row in rows}
