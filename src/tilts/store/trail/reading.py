"""SQL for whoever looks at the trail: one row with its seal, heads, and what an overseer searches for."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.rows import class_row, dict_row

from tilts.store.trail.seals import HEAD_COLUMNS, Row, Seal, Stamp
from tilts.store.tx import Tx

SUBJECT: Final[LiteralString] = """
SELECT audit_id, patient_id, resource_type, resource_id, repeated, basis, salt, leaf, xid::text::bigint AS xid
  FROM audit_subject
 WHERE patient_id = %(patient_id)s AND audit_id = %(audit_id)s
"""

ENTRY: Final[LiteralString] = """
SELECT audit_id, at, event, outcome, rule_id, client_id, organization_id, organization_name, role_id, role_code,
       practitioner_id, acting_patient_id, purpose, token_id, request_id, method, address, detail, salt, leaf
  FROM audit_entry
 WHERE audit_id = %(audit_id)s
"""

SEAL_OVER: Final[LiteralString] = f"""
SELECT {HEAD_COLUMNS}, members
  FROM audit_seal
 WHERE to_xid > %(xid)s::text::xid8 AND from_xid <= %(xid)s::text::xid8
 ORDER BY to_xid
 LIMIT 1
"""

HEADS: Final[LiteralString] = f"""
SELECT {HEAD_COLUMNS}
  FROM audit_seal
 WHERE %(before)s::bigint IS NULL OR sequence < %(before)s
 ORDER BY sequence DESC
 LIMIT %(limit)s
"""

ADD_STAMP: Final[LiteralString] = """
INSERT INTO audit_stamp (stamp_id, sequence, at, authority, response)
VALUES (%(stamp_id)s, %(sequence)s, %(at)s, %(authority)s, %(response)s)
"""

NEWEST_STAMP: Final[LiteralString] = """
SELECT sequence, at, authority, response FROM audit_stamp ORDER BY stamp_id DESC LIMIT 1
"""

# Without a patient, a practitioner or an organisation it is the period that bounds it (audit_entry_by_time).
SEARCH: Final[LiteralString] = """
SELECT e.audit_id, e.at, e.event, e.outcome, e.rule_id, e.client_id, e.organization_id, e.organization_name, e.role_id,
       e.role_code, e.practitioner_id, r.display AS practitioner, e.acting_patient_id, e.purpose, e.request_id,
       e.method, e.address, e.detail
  FROM audit_entry e
  LEFT JOIN practitioner_role r USING (role_id)
 WHERE e.at >= %(since)s AND e.at < %(until)s
   AND (%(organization_id)s::uuid IS NULL OR e.organization_id = %(organization_id)s)
   AND (%(client_id)s::text IS NULL OR e.client_id = %(client_id)s)
   AND (%(practitioner_id)s::uuid IS NULL OR e.practitioner_id = %(practitioner_id)s)
   AND (%(outcome)s::text IS NULL OR e.outcome = %(outcome)s)
   AND (%(rule_id)s::text IS NULL OR e.rule_id = %(rule_id)s)
   AND (%(event)s::text IS NULL OR e.event = %(event)s)
   AND (%(request_id)s::text IS NULL OR e.request_id = %(request_id)s)
   AND (%(patient_id)s::uuid IS NULL
        OR EXISTS (SELECT FROM audit_subject s WHERE s.patient_id = %(patient_id)s AND s.audit_id = e.audit_id))
   AND (%(before)s::uuid IS NULL OR e.audit_id < %(before)s)
 ORDER BY e.audit_id DESC
 LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Criteria:
    """What an overseer looks for; what is None is not asked."""

    since: datetime
    until: datetime
    organization_id: UUID | None = None
    client_id: str | None = None
    practitioner_id: UUID | None = None
    patient_id: UUID | None = None
    outcome: str | None = None
    rule_id: str | None = None
    event: str | None = None
    request_id: str | None = None


async def subject(tx: Tx, patient_id: UUID, audit_id: UUID) -> Row | None:
    return await _one(tx, SUBJECT, {"patient_id": patient_id, "audit_id": audit_id})


async def entry(tx: Tx, audit_id: UUID) -> Row | None:
    return await _one(tx, ENTRY, {"audit_id": audit_id})


async def _one(tx: Tx, statement: LiteralString, values: dict[str, Any]) -> Row | None:
    async with tx.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(statement, values)
        return await cursor.fetchone()


async def seal_over(tx: Tx, xid: int) -> Seal | None:
    """The seal of the rows of a transaction; None: not sealed yet."""
    async with tx.cursor(row_factory=class_row(Seal)) as cursor:
        await cursor.execute(SEAL_OVER, {"xid": xid})
        return await cursor.fetchone()


async def heads(tx: Tx, limit: int, before: int | None = None) -> list[Seal]:
    """The newest first, or those before one of them."""
    async with tx.cursor(row_factory=class_row(Seal)) as cursor:
        await cursor.execute(HEADS, {"limit": limit, "before": before})
        return await cursor.fetchall()


async def newest_stamp(tx: Tx) -> Stamp | None:
    async with tx.cursor(row_factory=class_row(Stamp)) as cursor:
        await cursor.execute(NEWEST_STAMP)
        return await cursor.fetchone()


async def add_stamp(tx: Tx, stamp_id: UUID, stamp: Stamp) -> None:
    await tx.execute(ADD_STAMP, {"stamp_id": stamp_id, **asdict(stamp)})


async def search(tx: Tx, criteria: Criteria, *, before: UUID | None, limit: int) -> list[Row]:
    asked = {name: getattr(criteria, name) for name in Criteria.__slots__}
    async with tx.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(SEARCH, {**asked, "before": before, "limit": limit})
        return await cursor.fetchall()
