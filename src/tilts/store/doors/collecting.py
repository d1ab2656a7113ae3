"""SQL for who collects another's medicines without the number: named by the patient, or the parent by law."""

from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from psycopg.rows import scalar_row

from tilts.clock import day_in_riga
from tilts.store.tx import Tx

FIND: Final[LiteralString] = """
SELECT DISTINCT l.prescription_id
  FROM (SELECT c.patient_id FROM consent c
         WHERE c.grantee_id = %(collector_id)s AND c.kind = 'collection'
           AND c.starts_at <= %(now)s AND (c.ends_at IS NULL OR c.ends_at > %(now)s)
        UNION
        SELECT g.patient_id FROM guardian g
         WHERE g.person_id = %(collector_id)s
           AND g.starts_at <= %(now)s AND (g.ends_at IS NULL OR g.ends_at > %(now)s)) AS named
  JOIN patient t USING (patient_id)
  JOIN prescription_line l USING (patient_id)
 WHERE t.family_folded = %(family)s
   AND (t.given_folded = %(given)s OR starts_with(t.given_folded, %(given)s || ' '))
   AND l.state IN ('open', 'claimed') AND l.valid_to >= %(today)s
   AND NOT EXISTS (SELECT 1 FROM consent b
                    WHERE b.patient_id = l.patient_id AND b.kind = 'ban' AND b.organization_kind IS NULL
                      AND b.starts_at <= %(now)s AND (b.ends_at IS NULL OR b.ends_at > %(now)s)
                      AND (b.whole OR EXISTS (SELECT 1 FROM consent_document n
                                               WHERE n.consent_id = b.consent_id
                                                 AND n.document_id = l.prescription_id)))
 ORDER BY l.prescription_id DESC
 LIMIT %(most)s
"""
# By consent_by_grantee, guardian_by_person, prescription_line_by_patient. What all institutions are forbidden opens by its number only:
# then it is the patient who shows it.

MOST: Final = 50


async def find(tx: Tx, collector_id: UUID, name: tuple[str, str], now: datetime) -> list[UUID]:
    """Prescriptions of who bears this folded name (family, given) and lets that person collect; the newest first."""
    family, given = name
    values = {
        "collector_id": collector_id,
        "family": family,
        "given": given,
        "now": now,
        "today": day_in_riga(now),
        "most": MOST,
    }
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(FIND, values)
        return await cursor.fetchall()
