"""SQL for the audit trail: added to, never changed."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from tilts.store.records import Access, AuditEntry, AuditSubject
from tilts.store.trail.leaves import (
    ENTRY_FIELDS,
    entry_record,
    leaf_of,
    new_salt,
    steady,
    subject_record,
)
from tilts.store.tx import Tx

ADD_ENTRY: Final[LiteralString] = """
INSERT INTO audit_entry (audit_id, at, event, outcome, rule_id, client_id, organization_id, organization_name,
                         role_id, role_code, acting_patient_id, purpose, token_id, request_id, method, address, detail,
                         practitioner_id, salt, leaf)
VALUES (%(audit_id)s, %(at)s, %(event)s, %(outcome)s, %(rule_id)s, %(client_id)s, %(organization_id)s,
        %(organization_name)s, %(role_id)s, %(role_code)s, %(acting_patient_id)s, %(purpose)s, %(token_id)s,
        %(request_id)s, %(method)s, %(address)s, %(detail)s, %(practitioner_id)s, %(salt)s, %(leaf)s)
"""

ADD_SUBJECT: Final[LiteralString] = """
INSERT INTO audit_subject (patient_id, audit_id, resource_type, resource_id, repeated, basis, salt, leaf)
VALUES (%(patient_id)s, %(audit_id)s, %(resource_type)s, %(resource_id)s, %(repeated)s, %(basis)s, %(salt)s, %(leaf)s)
ON CONFLICT (patient_id, audit_id) DO NOTHING
"""
# One row for each patient and call: a search that shows three documents of one patient is one access.

OF_PATIENT: Final[LiteralString] = """
SELECT e.audit_id, e.at, e.event, e.outcome, e.rule_id, e.client_id, e.organization_name, e.organization_id,
       e.role_id, e.role_code, r.display AS practitioner, e.purpose, e.request_id,
       s.patient_id, s.resource_type, s.resource_id, s.repeated, e.detail, s.basis, e.method, e.token_id,
       e.practitioner_id, e.acting_patient_id, d.role_id AS delegator_role_id, d.display AS delegator,
       b.glass_id, b.reason AS glass_reason
  FROM (SELECT *
          FROM audit_subject
         WHERE patient_id = %(patient_id)s
           AND (%(before)s::uuid IS NULL OR audit_id < %(before)s)
           AND (%(audit_ids)s::uuid[] IS NULL OR audit_id = ANY(%(audit_ids)s))
         ORDER BY audit_id DESC
         LIMIT CASE WHEN %(all)s THEN %(limit)s::bigint END) s
  JOIN audit_entry e USING (audit_id)
  LEFT JOIN practitioner_role r ON r.role_id = e.role_id
  LEFT JOIN practitioner_role d ON d.role_id = (e.detail ->> 'delegator_role')::uuid
  LEFT JOIN LATERAL (SELECT g.glass_id, g.reason
                       FROM broken_glass g
                      WHERE s.basis = 'emergency' AND g.patient_id = s.patient_id
                        AND g.organization_id = e.organization_id AND g.practitioner_id = e.practitioner_id
                        AND g.opened_at <= e.at + interval '1 minute' AND g.ends_at > e.at
                      ORDER BY g.ends_at
                      LIMIT 1) b ON true
 WHERE (%(since)s::timestamptz IS NULL OR e.at >= %(since)s)
   AND (%(until)s::timestamptz IS NULL OR e.at < %(until)s)
   AND (%(outcomes)s::text[] IS NULL OR e.outcome = ANY(%(outcomes)s))
   AND (%(events)s::text[] IS NULL OR e.event = ANY(%(events)s))
   AND (%(organization_ids)s::uuid[] IS NULL OR e.organization_id = ANY(%(organization_ids)s))
   AND (NOT %(emergencies)s::boolean OR s.basis = 'emergency' OR e.purpose IN ('BTG', 'ETREAT'))
 ORDER BY s.audit_id DESC
 LIMIT %(limit)s
"""
# One glass at a time is open (exchange/emergencies.py); the entry of its breaking is a moment older than it.
# Primary key of audit_subject read backwards: newest first. Unless entries are chosen by what they say, as many are
# looked up as are shown, however many there are.


async def add(tx: Tx, entry: AuditEntry) -> None:
    await tx.execute(ADD_ENTRY, entry_row(entry))


async def add_subjects(tx: Tx, entry: AuditEntry, subjects: Iterable[AuditSubject]) -> None:
    rows = subject_rows(entry, subjects)
    if len(rows) == 1:
        await tx.execute(ADD_SUBJECT, rows[0])
    elif rows:
        async with tx.cursor() as cursor:
            await cursor.executemany(ADD_SUBJECT, rows)


def entry_row(entry: AuditEntry) -> dict[str, Any]:
    """The row with its leaf, as it is inserted."""
    row = {name: getattr(entry, name) for name in ENTRY_FIELDS}
    row["detail"] = Jsonb(steady(entry.detail or {}))
    return {**row, "salt": entry.salt, "leaf": leaf_of_entry(entry)}


def leaf_of_entry(entry: AuditEntry) -> bytes:
    row = {name: getattr(entry, name) for name in ENTRY_FIELDS}
    return leaf_of(entry_record(row, entry.salt))


def subject_rows(entry: AuditEntry, subjects: Iterable[AuditSubject]) -> list[dict[str, Any]]:
    """The rows of the patients of a call; each holds its entry's leaf in its own."""
    entry_leaf: bytes | None = None
    found = []
    for subject in subjects:
        entry_leaf = entry_leaf or leaf_of_entry(entry)
        row = {name: getattr(subject, name) for name in AuditSubject.__slots__}
        row["audit_id"], salt = entry.audit_id, new_salt()
        leaf = leaf_of(subject_record(row, salt, entry_leaf))
        found.append({**row, "salt": salt, "leaf": leaf})
    return found


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which accesses to a patient; what is None is not asked."""

    audit_ids: list[UUID] | None = None
    since: datetime | None = None
    until: datetime | None = None
    outcomes: list[str] | None = None
    events: list[str] | None = None
    organization_ids: list[UUID] | None = None
    emergencies: bool = False  # only those

    @property
    def all(self) -> bool:
        """Nothing is asked of what an entry says."""
        chosen = (self.since, self.until, self.outcomes, self.events, self.organization_ids)
        return chosen == (None,) * 5 and not self.emergencies


ALL: Final = Wanted()


async def of_patient(
    tx: Tx, patient_id: UUID, *, before: UUID | None, limit: int | None, wanted: Wanted = ALL
) -> list[Access]:
    values = {**asdict(wanted), "all": wanted.all, "patient_id": patient_id, "before": before, "limit": limit}
    async with tx.cursor(row_factory=class_row(Access)) as cursor:
        await cursor.execute(OF_PATIENT, values)
        return await cursor.fetchall()
