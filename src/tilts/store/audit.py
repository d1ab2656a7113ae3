"""SQL for the audit trail: added to, never changed."""

from collections.abc import Iterable
from typing import Final, LiteralString
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from tilts.store.records import Access, AuditEntry, AuditSubject
from tilts.store.tx import Tx

ADD_ENTRY: Final[LiteralString] = """
INSERT INTO audit_entry (audit_id, at, event, outcome, rule_id, client_id, organization_id, organization_name,
                         role_id, role_code, acting_patient_id, purpose, token_id, request_id, method, address, detail)
VALUES (%(audit_id)s, %(at)s, %(event)s, %(outcome)s, %(rule_id)s, %(client_id)s, %(organization_id)s,
        %(organization_name)s, %(role_id)s, %(role_code)s, %(acting_patient_id)s, %(purpose)s, %(token_id)s,
        %(request_id)s, %(method)s, %(address)s, %(detail)s)
"""

ADD_SUBJECT: Final[LiteralString] = """
INSERT INTO audit_subject (patient_id, audit_id, resource_type, resource_id, repeated)
VALUES (%(patient_id)s, %(audit_id)s, %(resource_type)s, %(resource_id)s, %(repeated)s)
ON CONFLICT (patient_id, audit_id) DO NOTHING
"""
# One row for each patient and call: a search that shows three documents of one patient is one access.

OF_PATIENT: Final[LiteralString] = """
SELECT e.audit_id, e.at, e.event, e.outcome, e.rule_id, e.client_id, e.organization_name, e.organization_id,
       e.role_id, e.role_code, r.display AS practitioner, e.purpose, e.request_id,
       s.patient_id, s.resource_type, s.resource_id, s.repeated, e.detail
  FROM audit_subject s
  JOIN audit_entry e USING (audit_id)
  LEFT JOIN practitioner_role r USING (role_id)
 WHERE s.patient_id = %(patient_id)s
   AND (%(before)s::uuid IS NULL OR s.audit_id < %(before)s)
 ORDER BY s.audit_id DESC
 LIMIT %(limit)s
"""
# Primary key of audit_subject read backwards: newest first, as many rows as are shown.


async def add(tx: Tx, entry: AuditEntry) -> None:
    row = {field: getattr(entry, field) for field in AuditEntry.__slots__}
    await tx.execute(ADD_ENTRY, {**row, "detail": Jsonb(entry.detail or {})})


async def add_subjects(tx: Tx, audit_id: UUID, subjects: Iterable[AuditSubject]) -> None:
    rows = [
        {
            "audit_id": audit_id,
            "patient_id": s.patient_id,
            "resource_type": s.resource_type,
            "resource_id": s.resource_id,
            "repeated": s.repeated,
        }
        for s in subjects
    ]
    if len(rows) == 1:
        await tx.execute(ADD_SUBJECT, rows[0])
    elif rows:
        async with tx.cursor() as cursor:
            await cursor.executemany(ADD_SUBJECT, rows)


async def of_patient(tx: Tx, patient_id: UUID, *, before: UUID | None, limit: int | None) -> list[Access]:
    async with tx.cursor(row_factory=class_row(Access)) as cursor:
        await cursor.execute(OF_PATIENT, {"patient_id": patient_id, "before": before, "limit": limit})
        return await cursor.fetchall()
