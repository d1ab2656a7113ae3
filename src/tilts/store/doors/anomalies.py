"""SQL for anomalies: each rule is one statement over the audit trail, for all who were active lately."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from psycopg.rows import class_row

from tilts.store.tx import Tx

TRY_ALONE: Final[LiteralString] = """
SELECT pg_try_advisory_xact_lock(hashtextextended('tilts anomalies', 0))
"""

READ_CURSOR: Final[LiteralString] = """
SELECT read_to FROM anomaly_cursor WHERE name = 'audit'
"""

MOVE_CURSOR: Final[LiteralString] = """
INSERT INTO anomaly_cursor (name, read_to) VALUES ('audit', %(read_to)s)
ON CONFLICT (name) DO UPDATE SET read_to = excluded.read_to
"""

ACTIVE: Final[LiteralString] = """
SELECT DISTINCT e.role_id, r.practitioner_id, e.organization_id, o.kind
  FROM audit_entry e
  JOIN practitioner_role r USING (role_id)
  JOIN organization o ON o.organization_id = e.organization_id
 WHERE e.at > %(since)s AND e.at <= %(now)s
"""
# Index audit_entry_by_time: what came since the last look.

# What people opened in their roles, call by call; a call that showed several patients tells no order.
OPENED: Final[LiteralString] = """
WITH opened AS (
    SELECT e.role_id, e.audit_id, e.at, min(s.patient_id::text)::uuid AS patient_id
      FROM audit_entry e
      JOIN audit_subject s USING (audit_id)
     WHERE e.at > %(since)s AND e.at <= %(now)s AND e.role_id = ANY(%(role_ids)s) AND e.outcome = 'success'
     GROUP BY e.role_id, e.audit_id, e.at
    HAVING count(*) = 1),
firsts AS (
    SELECT role_id, patient_id, min(at) AS at, min(audit_id::text) AS audit_id FROM opened GROUP BY role_id, patient_id)
"""

ORDERED_CODES: Final[LiteralString] = (
    OPENED
    + """
, steps AS (
    SELECT role_id, code > lag(code) OVER (PARTITION BY role_id ORDER BY at, audit_id) AS up
      FROM (SELECT f.role_id, f.at, f.audit_id, min(i.value) AS code
              FROM firsts f
              JOIN resource_identifier i ON i.resource_type = 'Patient' AND i.resource_id = f.patient_id
             GROUP BY f.role_id, f.patient_id, f.at, f.audit_id) AS coded)
SELECT role_id, count(up) + 1 FROM steps GROUP BY role_id
HAVING count(up) + 1 >= %(at_least)s
   AND greatest(count(*) FILTER (WHERE up), count(*) FILTER (WHERE NOT up)) >= %(share)s * count(up)
"""
)

ORDERED_IDS: Final[LiteralString] = (
    OPENED
    + """
, steps AS (
    SELECT role_id, patient_id > lag(patient_id) OVER (PARTITION BY role_id ORDER BY at, audit_id) AS up FROM firsts)
SELECT role_id, count(up) + 1 FROM steps GROUP BY role_id
HAVING count(up) + 1 >= %(at_least)s
   AND greatest(count(*) FILTER (WHERE up), count(*) FILTER (WHERE NOT up)) >= %(share)s * count(up)
"""
)

ONE_SURNAME: Final[LiteralString] = (
    OPENED
    + """
SELECT DISTINCT ON (role_id) role_id, count(*)
  FROM firsts
  JOIN patient USING (patient_id)
 GROUP BY role_id, family_folded HAVING count(*) >= %(at_least)s
 ORDER BY role_id, count(*) DESC
"""
)

FLAGGED_PERSON: Final[LiteralString] = """
SELECT e.role_id, count(DISTINCT s.patient_id)
  FROM audit_entry e
  JOIN audit_subject s USING (audit_id)
  JOIN flagged_person p USING (patient_id)
 WHERE e.at > %(since)s AND e.at <= %(now)s AND e.role_id = ANY(%(role_ids)s) AND e.outcome = 'success'
 GROUP BY e.role_id
HAVING count(*) >= %(at_least)s
"""

OWN_RECORD: Final[LiteralString] = """
SELECT e.role_id, count(*)
  FROM audit_entry e
  JOIN audit_subject s USING (audit_id)
  JOIN own_record p USING (patient_id)
  JOIN practitioner_role r ON r.role_id = e.role_id AND r.practitioner_id = p.practitioner_id
 WHERE e.at > %(since)s AND e.at <= %(now)s AND e.role_id = ANY(%(role_ids)s) AND e.outcome = 'success'
 GROUP BY e.role_id
HAVING count(*) >= %(at_least)s
"""

NIGHT: Final[LiteralString] = """
SELECT e.role_id, count(DISTINCT s.patient_id)
  FROM audit_entry e
  JOIN audit_subject s USING (audit_id)
 WHERE e.at > %(since)s AND e.at <= %(now)s AND e.role_id = ANY(%(role_ids)s) AND e.outcome = 'success'
   AND NOT extract(hour FROM e.at AT TIME ZONE 'Europe/Riga') BETWEEN 6 AND 21
 GROUP BY e.role_id
HAVING count(DISTINCT s.patient_id) >= %(at_least)s
"""

STEADY_CADENCE: Final[LiteralString] = """
WITH latest AS (
    SELECT role_id, at, audit_id, row_number() OVER (PARTITION BY role_id ORDER BY at DESC, audit_id DESC) AS number
      FROM audit_entry
     WHERE at > %(since)s AND at <= %(now)s AND role_id = ANY(%(role_ids)s)),
gaps AS (
    SELECT role_id, extract(epoch FROM at - lag(at) OVER (PARTITION BY role_id ORDER BY at, audit_id)) AS gap
      FROM latest
     WHERE number <= %(at_least)s)
SELECT role_id, count(gap) + 1 FROM gaps GROUP BY role_id
HAVING count(gap) + 1 >= %(at_least)s AND stddev_pop(gap) < %(share)s * avg(gap)
"""

ONLY_READS: Final[LiteralString] = """
SELECT e.role_id, count(DISTINCT s.patient_id)
  FROM audit_entry e
  JOIN audit_subject s USING (audit_id)
 WHERE e.at > %(since)s AND e.at <= %(now)s AND e.role_id = ANY(%(role_ids)s) AND e.outcome = 'success'
 GROUP BY e.role_id
HAVING count(DISTINCT s.patient_id) >= %(at_least)s
   AND NOT bool_or(e.event NOT LIKE '%%.read' AND e.event NOT LIKE '%%.searched' AND e.event <> 'prescription.found')
"""

FLAG: Final[LiteralString] = """
INSERT INTO flagged_person (patient_id, since) VALUES (%(patient_id)s, %(since)s)
ON CONFLICT (patient_id) DO NOTHING
"""

UNFLAG: Final[LiteralString] = "DELETE FROM flagged_person WHERE patient_id = %(patient_id)s"

# Only of who has, or had, a role: False for whom no register knows.
SAVE_OWN_RECORD: Final[LiteralString] = """
INSERT INTO own_record (practitioner_id, patient_id)
SELECT %(practitioner_id)s, %(patient_id)s
 WHERE EXISTS (SELECT 1 FROM practitioner_role WHERE practitioner_id = %(practitioner_id)s)
ON CONFLICT (practitioner_id) DO UPDATE SET patient_id = excluded.patient_id
RETURNING true
"""

RULES: Final = {
    "ordered-codes": ORDERED_CODES,
    "ordered-ids": ORDERED_IDS,
    "one-surname": ONE_SURNAME,
    "flagged-person": FLAGGED_PERSON,
    "own-record": OWN_RECORD,
    "night": NIGHT,
    "steady-cadence": STEADY_CADENCE,
    "only-reads": ONLY_READS,
}


@dataclass(frozen=True, slots=True)
class Active:
    """Somebody who called since the last look."""

    role_id: UUID
    practitioner_id: UUID
    organization_id: UUID
    kind: str


@dataclass(frozen=True, slots=True)
class Look:
    """One rule for all of them."""

    rule: str
    role_ids: list[UUID]
    since: datetime
    now: datetime
    at_least: int
    share: float | None


async def alone(tx: Tx) -> bool:
    """Whether nobody else looks through the audit trail at this moment."""
    row = await (await tx.execute(TRY_ALONE)).fetchone()
    return bool(row and row[0])


async def cursor(tx: Tx) -> datetime | None:
    row = await (await tx.execute(READ_CURSOR)).fetchone()
    return row[0] if row else None


async def move_cursor(tx: Tx, read_to: datetime) -> None:
    await tx.execute(MOVE_CURSOR, {"read_to": read_to})


async def active(tx: Tx, since: datetime, now: datetime) -> Sequence[Active]:
    async with tx.cursor(row_factory=class_row(Active)) as found:
        await found.execute(ACTIVE, {"since": since, "now": now})
        return await found.fetchall()


async def flag(tx: Tx, patient_id: UUID, since: datetime) -> None:
    await tx.execute(FLAG, {"patient_id": patient_id, "since": since})


async def unflag(tx: Tx, patient_id: UUID) -> None:
    await tx.execute(UNFLAG, {"patient_id": patient_id})


async def save_own_record(tx: Tx, practitioner_id: UUID, patient_id: UUID) -> bool:
    values = {"practitioner_id": practitioner_id, "patient_id": patient_id}
    return await (await tx.execute(SAVE_OWN_RECORD, values)).fetchone() is not None


async def look(tx: Tx, asked: Look) -> dict[UUID, int]:
    """In which roles there is enough of it to be told, and how much."""
    values = {name: getattr(asked, name) for name in Look.__slots__}
    rows = await (await tx.execute(RULES[asked.rule], values)).fetchall()
    return {row[0]: int(row[1]) for row in rows}
