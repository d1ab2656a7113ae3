"""SQL for the facts of one question: who asks, about which document; for the reason of a no and for people.

What is shown is never chosen by these: sight is part of the statements that read (store/sight.py).
"""

from dataclasses import dataclass
from typing import Final, LiteralString
from uuid import UUID

from psycopg.rows import class_row

from tilts.store.records import Viewer
from tilts.store.sight import eyes, usable
from tilts.store.tx import Tx

# What the question is about: a resource, or the line that a Task is drawn from.
_SUBJECT: Final = """
WITH subject AS (
    SELECT r.patient_id, r.organization_id, r.thread_id, r.resource_id
      FROM resource r
     WHERE r.resource_type = %(resource_type)s AND r.resource_id = %(resource_id)s
    UNION ALL
    SELECT l.patient_id, l.organization_id, l.prescription_id, l.line_id
      FROM prescription_line l
     WHERE %(resource_type)s = 'Task' AND l.task_id = %(resource_id)s
), banned AS (
    SELECT s.resource_id, c.never,
           c.whole OR EXISTS (SELECT 1 FROM consent_document n
                               WHERE n.consent_id = c.consent_id AND n.document_id IN (s.thread_id, s.resource_id))
           AS reached
      FROM subject s
      JOIN consent c USING (patient_id)
     WHERE c.kind = 'ban' AND c.starts_at <= %(now)s AND (c.ends_at IS NULL OR c.ends_at > %(now)s)
       AND (c.organization_kind IS NULL OR c.organization_kind = %(viewer_kind)s)
)
"""

FACTS: Final[LiteralString] = (
    _SUBJECT
    + """
SELECT s.patient_id, s.resource_id,
       s.patient_id IS NOT DISTINCT FROM %(viewer_patient_id)s::uuid AS is_patient,
       %(viewer_acting_id)s::uuid IS NOT NULL AS acts_for_another,
       EXISTS (SELECT 1 FROM guardian g
                WHERE g.patient_id = s.patient_id AND g.person_id = %(viewer_acting_id)s::uuid
                  AND g.starts_at <= %(now)s AND (g.ends_at IS NULL OR g.ends_at > %(now)s)) AS guardian,
       EXISTS (SELECT 1 FROM consent c
                WHERE c.patient_id = s.patient_id AND c.grantee_id = %(viewer_acting_id)s::uuid AND c.kind = 'delegation'
                  AND c.starts_at <= %(now)s AND (c.ends_at IS NULL OR c.ends_at > %(now)s)
                  AND (c.whole OR %(resource_type)s = 'Patient'
                       OR EXISTS (SELECT 1 FROM consent_document n
                                   WHERE n.consent_id = c.consent_id AND n.document_id IN (s.thread_id, s.resource_id)))
              ) AND NOT EXISTS (SELECT 1 FROM consent o
                                 WHERE o.consent_id = s.resource_id AND o.grantee_id <> %(viewer_acting_id)s::uuid
              ) AS delegate,
       s.organization_id IS NOT DISTINCT FROM %(viewer_organization_id)s AS wrote_it,
       EXISTS (SELECT 1 FROM prescription q
                WHERE q.prescription_id = s.thread_id AND q.organization_id = %(viewer_organization_id)s) AS wrote_thread,
       EXISTS (SELECT 1 FROM prescription_line k
                WHERE k.patient_id = s.patient_id AND k.organization_id = %(viewer_organization_id)s) AS wrote_any,
       EXISTS (SELECT 1 FROM presentation p JOIN prescription q USING (prescription_id)
                WHERE p.prescription_id = s.thread_id AND p.organization_id = %(viewer_organization_id)s
                  AND p.ends_at > %(now)s
                  AND q.organization_id IS NOT DISTINCT FROM s.organization_id) AS presented,
       EXISTS (SELECT 1 FROM presentation p
                WHERE p.prescription_id = s.thread_id AND p.organization_id = %(viewer_organization_id)s
                  AND p.ends_at > %(now)s) AS at_the_counter,
       (%(resource_type)s = 'Task' OR"""
    + usable("s.thread_id")
    + """) AS usable,
       (SELECT t.kind FROM relationship t
         WHERE t.patient_id = s.patient_id AND t.organization_id = %(viewer_organization_id)s
           AND (t.practitioner_id IS NULL OR t.practitioner_id = %(viewer_practitioner_id)s::uuid)
           AND t.starts_at <= %(now)s AND (t.ends_at IS NULL OR t.ends_at > %(now)s)
         ORDER BY t.kind LIMIT 1) AS relationship,
       EXISTS (SELECT 1 FROM banned n WHERE n.reached) AS banned,
       EXISTS (SELECT 1 FROM banned n WHERE n.reached AND n.never) AS banned_always,
       EXISTS (SELECT 1 FROM banned n WHERE n.never OR NOT %(viewer_emergency)s::boolean) AS banned_some,
       EXISTS (SELECT 1 FROM broken_glass b
                WHERE b.patient_id = s.patient_id AND b.organization_id = %(viewer_organization_id)s
                  AND b.practitioner_id = %(viewer_practitioner_id)s::uuid
                  AND b.opened_at <= %(now)s AND b.ends_at > %(now)s) AS glass,
       EXISTS (SELECT 1 FROM identification i
                WHERE i.patient_id = s.patient_id AND i.organization_id = %(viewer_organization_id)s
                  AND i.ends_at > %(now)s) AS identified
  FROM subject s
"""
)


@dataclass(frozen=True, slots=True)
class FactsRow:
    """One document as the asker stands to it; field by field what access/permission decides by."""

    patient_id: UUID | None
    resource_id: UUID
    is_patient: bool
    acts_for_another: bool
    guardian: bool
    delegate: bool
    wrote_it: bool
    wrote_thread: bool
    wrote_any: bool
    presented: bool
    at_the_counter: bool
    usable: bool
    relationship: str | None
    banned: bool
    banned_always: bool
    banned_some: bool
    glass: bool
    identified: bool


async def facts(tx: Tx, viewer: Viewer, resource_type: str, resource_id: UUID) -> FactsRow | None:
    """None: there is no such document."""
    async with tx.cursor(row_factory=class_row(FactsRow)) as cursor:
        values = {"resource_type": resource_type, "resource_id": resource_id}
        await cursor.execute(FACTS, {**values, **eyes(viewer)})
        return await cursor.fetchone()
