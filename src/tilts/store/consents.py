"""SQL for what a patient forbids or lets somebody do, as far as sight needs it. One statement, one function."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from psycopg.rows import class_row, scalar_row

from tilts.store.tx import Tx

ADD: Final[LiteralString] = """
WITH made AS (
    INSERT INTO consent (consent_id, patient_id, kind, whole, never, organization_kind, grantee_id, starts_at, ends_at)
    VALUES (%(consent_id)s, %(patient_id)s, %(kind)s, %(whole)s, %(never)s, %(organization_kind)s, %(grantee_id)s,
            %(starts_at)s, %(ends_at)s)
    RETURNING consent_id
)
INSERT INTO consent_document (consent_id, document_id)
SELECT made.consent_id, document_id
  FROM made, unnest(%(document_ids)s::uuid[]) AS document_id
"""

END: Final[LiteralString] = """
UPDATE consent
   SET ends_at = greatest(starts_at, %(now)s)
 WHERE consent_id = %(consent_id)s
   AND (ends_at IS NULL OR ends_at > greatest(starts_at, %(now)s))
RETURNING consent_id
"""
# Two at once: the second waits for the row, finds it ended and changes nothing.

_COLUMNS: Final = """
SELECT c.consent_id, c.patient_id, c.kind, c.whole, c.never, c.organization_kind, c.grantee_id, c.starts_at, c.ends_at,
       ARRAY(SELECT n.document_id FROM consent_document n WHERE n.consent_id = c.consent_id ORDER BY 1) AS document_ids
  FROM consent c
"""

FIND: Final[LiteralString] = _COLUMNS + " WHERE c.consent_id = %(consent_id)s"

OF_PATIENT: Final[LiteralString] = (
    _COLUMNS + " WHERE c.patient_id = %(patient_id)s ORDER BY c.starts_at DESC, c.consent_id DESC"
)

IS_WHOLE_DELEGATE: Final[LiteralString] = """
SELECT EXISTS (SELECT 1 FROM consent
                WHERE grantee_id = %(person_id)s AND patient_id = %(patient_id)s AND kind = 'delegation' AND whole
                  AND starts_at <= %(now)s AND (ends_at IS NULL OR ends_at > %(now)s))
"""

# What a document named in a consent covers: a prescription with all that belongs to it; else itself with its signature.
COVERED: Final[LiteralString] = """
SELECT CASE WHEN r.resource_type = 'MedicationRequest' THEN r.thread_id ELSE r.resource_id END
  FROM resource r
 WHERE r.resource_type = %(resource_type)s AND r.resource_id = %(resource_id)s AND r.patient_id = %(patient_id)s
UNION
SELECT s.resource_id
  FROM resource s
 WHERE %(resource_type)s <> 'MedicationRequest' AND s.resource_type = 'Provenance'
   AND s.patient_id = %(patient_id)s AND s.tokens && ARRAY[%(target)s::bigint]
"""


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """A ban, a delegation or a right to collect, as it is held to."""

    consent_id: UUID
    patient_id: UUID
    kind: str
    whole: bool
    never: bool
    organization_kind: str | None
    grantee_id: UUID | None
    starts_at: datetime
    ends_at: datetime | None
    document_ids: Sequence[UUID]


async def add(tx: Tx, record: ConsentRecord) -> None:
    values = {name: getattr(record, name) for name in ConsentRecord.__slots__}
    await tx.execute(ADD, {**values, "document_ids": list(record.document_ids)})


async def end(tx: Tx, consent_id: UUID, now: datetime) -> bool:
    """False: it had ended before."""
    cursor = await tx.execute(END, {"consent_id": consent_id, "now": now})
    return await cursor.fetchone() is not None


async def find(tx: Tx, consent_id: UUID) -> ConsentRecord | None:
    async with tx.cursor(row_factory=class_row(ConsentRecord)) as cursor:
        await cursor.execute(FIND, {"consent_id": consent_id})
        return await cursor.fetchone()


async def of_patient(tx: Tx, patient_id: UUID) -> list[ConsentRecord]:
    async with tx.cursor(row_factory=class_row(ConsentRecord)) as cursor:
        await cursor.execute(OF_PATIENT, {"patient_id": patient_id})
        return await cursor.fetchall()


async def is_whole_delegate(tx: Tx, person_id: UUID, patient_id: UUID, now: datetime) -> bool:
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(
            IS_WHOLE_DELEGATE, {"person_id": person_id, "patient_id": patient_id, "now": now}
        )
        return bool(await cursor.fetchone())


async def covered(tx: Tx, patient_id: UUID, resource_type: str, resource_id: UUID, target: int) -> list[UUID]:
    """`target` is the index of a signature's reference to it."""
    values = {
        "patient_id": patient_id,
        "resource_type": resource_type,
        "resource_id": resource_id,
        "target": target,
    }
    rows = await (await tx.execute(COVERED, values)).fetchall()
    return [row[0] for row in rows if row[0] is not None]
