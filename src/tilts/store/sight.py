"""Who sees what, as one expression: it names what opened a row to the viewer; NULL hides the row.

Written once, used by every statement that reads a patient's data (store/resources.py, store/prescriptions.py),
so nothing is filtered after it was read. The same in words and as a pure function: access/permission/deciding.py;
tests/access/test_may_they.py holds the two against each other.
"""

from typing import Final, LiteralString

from tilts.clock import day_in_riga
from tilts.store.records import Viewer

_ACTS: Final = """
       WHEN {row}.patient_id IS DISTINCT FROM %(viewer_patient_id)s::uuid THEN NULL
       WHEN %(viewer_acting_id)s::uuid IS NULL THEN 'self'
       WHEN EXISTS (SELECT 1 FROM guardian g
                     WHERE g.patient_id = {row}.patient_id AND g.person_id = %(viewer_acting_id)s::uuid
                       AND g.starts_at <= %(now)s AND (g.ends_at IS NULL OR g.ends_at > %(now)s)) THEN 'guardian'
"""

_GLASS: Final = """
   EXISTS (SELECT 1 FROM broken_glass b
            WHERE b.patient_id = {row}.patient_id AND b.organization_id = %(viewer_organization_id)s
              AND b.practitioner_id = %(viewer_practitioner_id)s::uuid
              AND b.opened_at <= %(now)s AND b.ends_at > %(now)s)
"""

_TREATS: Final = """
   (SELECT s.kind FROM relationship s
     WHERE s.patient_id = {row}.patient_id AND s.organization_id = %(viewer_organization_id)s
       AND (s.practitioner_id IS NULL OR s.practitioner_id = %(viewer_practitioner_id)s::uuid)
       AND s.starts_at <= %(now)s AND (s.ends_at IS NULL OR s.ends_at > %(now)s)
     ORDER BY s.kind LIMIT 1)
"""
# Of several the first by name: home-doctor, referral, requested-result, visit.

# A ban hides existence as well as content from all but: who wrote the document, the pharmacy to which it was
# presented, broken glass (unless never), the patient and who acts for them.
SIGHT: Final = (
    """
CASE
  WHEN %(viewer_patient_id)s::uuid IS NOT NULL THEN CASE"""
    + _ACTS
    + """       WHEN EXISTS (SELECT 1 FROM consent c
                     WHERE c.grantee_id = %(viewer_acting_id)s::uuid AND c.patient_id = {row}.patient_id
                       AND c.kind = 'delegation' AND c.starts_at <= %(now)s AND (c.ends_at IS NULL OR c.ends_at > %(now)s)
                       AND (c.whole OR EXISTS (SELECT 1 FROM consent_document n
                                                WHERE n.consent_id = c.consent_id
                                                  AND n.document_id IN ({thread}, {id}))))
        AND NOT EXISTS (SELECT 1 FROM consent o
                         WHERE o.consent_id = {id} AND o.grantee_id <> %(viewer_acting_id)s::uuid) THEN 'delegate'
       END
  WHEN %(viewer_emergency)s::boolean AND NOT"""
    + _GLASS
    + """THEN NULL
  WHEN {row}.organization_id = %(viewer_organization_id)s AND %(viewer_kind)s::text <> 'pharmacy' THEN 'author'
  WHEN %(viewer_kind)s::text = 'pharmacy' THEN
       (SELECT CASE WHEN {row}.organization_id = %(viewer_organization_id)s THEN 'author'
                    WHEN q.organization_id = {row}.organization_id AND {usable} THEN 'presented' END
          FROM presentation p JOIN prescription q USING (prescription_id)
         WHERE p.prescription_id = {thread} AND p.organization_id = %(viewer_organization_id)s AND p.ends_at > %(now)s)
  WHEN %(viewer_kind)s::text NOT IN ('practice', 'hospital') THEN NULL
  WHEN EXISTS (SELECT 1 FROM consent c
                WHERE c.patient_id = {row}.patient_id AND c.kind = 'ban'
                  AND c.starts_at <= %(now)s AND (c.ends_at IS NULL OR c.ends_at > %(now)s)
                  AND (c.never OR NOT %(viewer_emergency)s::boolean)
                  AND (c.organization_kind IS NULL OR c.organization_kind = %(viewer_kind)s::text)
                  AND (c.whole OR EXISTS (SELECT 1 FROM consent_document n
                                           WHERE n.consent_id = c.consent_id
                                             AND n.document_id IN ({thread}, {id})))) THEN NULL
  WHEN %(viewer_emergency)s::boolean THEN 'emergency'
  WHEN EXISTS (SELECT 1 FROM prescription q
                WHERE q.prescription_id = {thread} AND q.organization_id = %(viewer_organization_id)s) THEN 'author'
  ELSE"""
    + _TREATS
    + "END"
)
# What was presented is what the prescriber wrote: never what another pharmacy handed out. A pharmacist sees what is not
# used up, and of the rest what this pharmacy handed out, as long as it may amend it (Latvia 6.1): `dispense` presents
# until then. The state of a line that is used up stays to be seen, so that the next one is told why not.
_USABLE: Final = """
   (EXISTS (SELECT 1 FROM prescription_line k
             WHERE k.prescription_id = {thread} AND k.state IN ('open', 'claimed') AND k.dispensed < k.allowed
               AND k.valid_to >= %(today)s::date)
    OR EXISTS (SELECT 1 FROM prescription_line k JOIN dispense d USING (task_id)
                WHERE k.prescription_id = {thread} AND d.organization_id = %(viewer_organization_id)s))
"""
# Whom else the patient named is no delegate's business (Latvia 6.5: the patient names and ends): bans they may end.

# An entry of the register of patients: bans are about documents, not about who somebody is.
PATIENT_SIGHT: Final = (
    """
CASE
  WHEN %(viewer_patient_id)s::uuid IS NOT NULL THEN CASE"""
    + _ACTS
    + """       WHEN EXISTS (SELECT 1 FROM consent c
                     WHERE c.grantee_id = %(viewer_acting_id)s::uuid AND c.patient_id = {row}.patient_id
                       AND c.kind = 'delegation'
                       AND c.starts_at <= %(now)s AND (c.ends_at IS NULL OR c.ends_at > %(now)s)) THEN 'delegate'
       END
  WHEN %(viewer_emergency)s::boolean THEN CASE WHEN"""
    + _GLASS
    + """THEN 'emergency' END
  WHEN EXISTS"""
    + _TREATS
    + "THEN"
    + _TREATS
    + """
  WHEN EXISTS (SELECT 1 FROM identification i
                WHERE i.patient_id = {row}.patient_id AND i.organization_id = %(viewer_organization_id)s
                  AND i.ends_at > %(now)s) THEN 'identified'
  WHEN EXISTS (SELECT 1 FROM prescription_line k
                WHERE k.patient_id = {row}.patient_id AND k.organization_id = %(viewer_organization_id)s) THEN 'author'
END"""
)

# OFFSET keeps the planner from working it out twice, once to choose rows and once to show it.
_SEEN: Final = " CROSS JOIN LATERAL (SELECT {sight} AS basis OFFSET 0) AS seen"


def _of(
    sight: LiteralString,
    row: LiteralString,
    thread: LiteralString,
    own_id: LiteralString,
    condition: LiteralString = _USABLE,
) -> LiteralString:
    written = sight.replace("{usable}", condition).replace("{row}", row).replace("{thread}", thread)
    written = written.replace("{id}", own_id)
    return _SEEN.replace("{sight}", written)


# To be joined; the row is seen if seen.basis is not null.
SEEN_RESOURCE: Final = _of(SIGHT, "r", "r.thread_id", "r.resource_id")
SEEN_LINE: Final = _of(SIGHT, "l", "l.prescription_id", "l.line_id", condition="TRUE")
SEEN_PATIENT: Final = _of(PATIENT_SIGHT, "r", "r.thread_id", "r.resource_id")


def usable(thread: LiteralString) -> LiteralString:
    """Whether something of a prescription can be handed out, or the viewer's pharmacy handed out of it."""
    return _USABLE.replace("{thread}", thread)


def eyes(viewer: Viewer) -> dict[str, object]:
    """The values that the expression asks for."""
    acting = viewer.acting_patient_id
    return {
        "viewer_organization_id": viewer.organization_id,
        "viewer_patient_id": viewer.patient_id,
        "viewer_acting_id": None if acting == viewer.patient_id else acting,
        "viewer_practitioner_id": viewer.practitioner_id,
        "viewer_kind": viewer.kind,
        "viewer_emergency": viewer.emergency,
        "now": viewer.now,
        "today": day_in_riga(viewer.now),
    }
