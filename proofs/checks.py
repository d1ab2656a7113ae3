"""What must not be in the database after any race and any kill: each check is one query that finds the offenders.

The queries know nothing of how the exchange works inside; they look at rows as a supervisor would.
`acknowledged` is what the clients were told: it is loaded beside the tables and compared.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, LiteralString
from uuid import UUID

import psycopg

SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A dispense that a client was told is recorded."""

    dispense_id: UUID
    line_id: UUID
    identifier: str
    answer_hash: bytes  # SHA-256 of the body of the answer


@dataclass(frozen=True, slots=True)
class Finding:
    check: str
    offenders: tuple[str, ...]  # the first few
    count: int


LOAD: Final[LiteralString] = """
CREATE TEMPORARY TABLE acknowledged (dispense_id uuid, line_id uuid, identifier text, answer_hash bytea) ON COMMIT DROP
"""
# Of each dispense its newest version, if it was not withdrawn.
STANDING: Final[LiteralString] = """
CREATE TEMPORARY VIEW standing AS
SELECT d.* FROM dispense d
 WHERE d.state <> 'withdrawn'
   AND NOT EXISTS (SELECT FROM dispense n WHERE n.dispense_id = d.dispense_id AND n.version > d.version)
"""

OFFENDERS: Final[dict[str, LiteralString]] = {
    "more handed out than allowed": """
        SELECT task_id FROM prescription_line l JOIN standing d USING (task_id)
         GROUP BY task_id HAVING sum(d.quantity) > l.allowed""",
    "the balance is not the sum of the dispenses": """
        SELECT task_id FROM prescription_line l LEFT JOIN standing d USING (task_id)
         GROUP BY task_id HAVING l.dispensed <> coalesce(sum(d.quantity), 0)""",
    "one identifier of a pharmacy, several dispenses": """
        SELECT value FROM resource_identifier WHERE resource_type = 'MedicationDispense'
         GROUP BY system, value HAVING count(*) > 1""",
    "a dispense without its document": """
        SELECT d.dispense_id FROM dispense d
          LEFT JOIN resource r ON r.resource_type = 'MedicationDispense' AND r.resource_id = d.dispense_id
         WHERE r.resource_id IS NULL""",
    "a document without its dispense": """
        SELECT r.resource_id FROM resource r LEFT JOIN dispense d ON d.dispense_id = r.resource_id
         WHERE r.resource_type = 'MedicationDispense' AND d.dispense_id IS NULL""",
    "a dispense without exactly one audit entry for its patient": """
        SELECT d.dispense_id FROM dispense d
          LEFT JOIN audit_subject s ON s.patient_id = d.patient_id AND s.resource_id = d.dispense_id
          LEFT JOIN audit_entry e ON e.audit_id = s.audit_id AND e.outcome = 'success'
                                 AND e.event = 'dispense.recorded' AND e.organization_id = d.organization_id
         WHERE d.version = 1
         GROUP BY d.dispense_id HAVING count(e.audit_id) <> 1""",
    "an audit entry of a dispense that is not there": """
        SELECT s.resource_id FROM audit_subject s JOIN audit_entry e USING (audit_id)
          LEFT JOIN dispense d ON d.dispense_id = s.resource_id
         WHERE e.event = 'dispense.recorded' AND e.outcome = 'success'
           AND s.resource_type = 'MedicationDispense' AND d.dispense_id IS NULL
           AND s.resource_id IS NOT NULL  -- a repeat is an access to the patient, and names no new dispense""",
    "a dispense without the bytes that were signed": """
        SELECT d.dispense_id FROM dispense d
         WHERE NOT EXISTS (SELECT 1 FROM resource p JOIN signed_content c ON c.provenance_id = p.resource_id
                            WHERE p.resource_type = 'Provenance' AND p.patient_id = d.patient_id
                              AND p.organization_id = d.organization_id
                              AND position(d.dispense_id::text IN convert_from(p.body, 'UTF8')) > 0)""",
    "a dispense without its kept answer": """
        SELECT d.dispense_id FROM dispense d
          JOIN resource_identifier i ON i.resource_type = 'MedicationDispense' AND i.resource_id = d.dispense_id
          LEFT JOIN request_key k ON k.organization_id = d.organization_id AND k.answer IS NOT NULL
                                 AND k.key = 'id:MedicationDispense|' || i.system || '|' || i.value
         WHERE k.key IS NULL""",
    "handed out whole, but the prescription's document is not completed": """
        SELECT l.line_id FROM prescription_line l
          JOIN resource r ON r.resource_type = 'MedicationRequest' AND r.resource_id = l.line_id
         CROSS JOIN LATERAL (SELECT position('"status":"completed"' IN convert_from(r.body, 'UTF8')) > 0 AS told) status
         GROUP BY l.line_id, told
        HAVING bool_and(l.dispensed = l.allowed) AND NOT told
            OR told AND bool_or(l.state IN ('open', 'claimed') AND l.cancelling IS NULL AND l.dispensed < l.allowed
                                AND l.valid_to >= current_date)
            OR told AND bool_and(l.dispensed = 0)""",
    "a row that looks like no state": """
        SELECT task_id FROM prescription_line
         WHERE (state = 'claimed') <> (holder_id IS NOT NULL) OR (holder_id IS NULL) <> (lease_until IS NULL)
            OR claimed_at >= lease_until OR first_dispensed_at < claimed_at
            OR (cancelling IS NOT NULL OR transfer_wanted_at IS NOT NULL) AND state <> 'claimed'
            OR cancelling IS NOT NULL AND dispensed > 0
            OR receipt_id IS NOT NULL AND state <> 'completed'
            OR state = 'open' AND dispensed = allowed
            OR state = 'completed' AND dispensed = 0
            OR state IN ('cancelled', 'expired') AND dispensed > 0
            OR dispensed NOT BETWEEN 0 AND allowed""",
    "acknowledged and not there": """
        SELECT a.dispense_id FROM acknowledged a LEFT JOIN dispense d USING (dispense_id)
         WHERE d.dispense_id IS NULL OR d.line_id <> a.line_id""",
    "acknowledged with another answer than the one kept": """
        SELECT a.dispense_id FROM acknowledged a JOIN dispense d USING (dispense_id)
          LEFT JOIN request_key k ON k.organization_id = d.organization_id
               AND k.key = 'id:MedicationDispense|urn:uuid:' || d.organization_id || '|' || a.identifier
         WHERE sha256(k.answer) IS DISTINCT FROM a.answer_hash""",
}


def check_all(connection: psycopg.Connection[Any], told: Iterable[Acknowledged]) -> list[Finding]:
    """Every check, in one view of the database; an empty list is what is hoped for."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(LOAD)
        cursor.execute("DROP VIEW IF EXISTS pg_temp.standing")
        cursor.execute(STANDING)
        with cursor.copy("COPY acknowledged FROM STDIN") as copy:
            for one in told:
                copy.write_row((one.dispense_id, one.line_id, one.identifier, one.answer_hash))
        cursor.execute("ANALYZE acknowledged")
        findings = []
        for check, query in OFFENDERS.items():
            offenders = [str(row[0]) for row in cursor.execute(query).fetchall()]
            if offenders:
                findings.append(Finding(check, tuple(offenders[:SHOWN]), len(offenders)))
        return findings


def counts(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """How much there was to look at."""
    found = {}
    tables: dict[str, LiteralString] = {
        "prescription lines": "SELECT count(*) FROM prescription_line",
        "dispenses": "SELECT count(*) FROM dispense",
        "audit entries": "SELECT count(*) FROM audit_entry",
    }
    for name, query in tables.items():
        row = connection.execute(query).fetchone()
        found[name] = int(row[0]) if row else 0
    return found
