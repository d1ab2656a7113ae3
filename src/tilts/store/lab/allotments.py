"""SQL for who was given what: test persons and the lab's organisations, each to one vendor only."""

from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from psycopg.rows import scalar_row

from tilts.store.tx import Tx

LOCK_KEY: Final = 0x54696C74734C6162  # "TiltsLab": one allotment at a time

ALONE: Final[LiteralString] = "SELECT pg_advisory_xact_lock(%(key)s)"

OF_VENDOR: Final[LiteralString] = """
SELECT kind, subject FROM test_allotment WHERE vendor_id = %(vendor_id)s ORDER BY kind, subject
"""

TAKEN: Final[LiteralString] = "SELECT subject FROM test_allotment WHERE kind = %(kind)s"

FREE_PERSONS: Final[LiteralString] = """
SELECT p.patient_id::text, r.body
  FROM patient p
  JOIN resource r ON r.resource_type = 'Patient' AND r.resource_id = p.patient_id
 WHERE NOT EXISTS (SELECT 1 FROM test_allotment t WHERE t.kind = 'person' AND t.subject = p.patient_id::text)
   AND NOT EXISTS (SELECT 1 FROM canary c WHERE c.patient_id = p.patient_id)
   AND NOT EXISTS (SELECT 1 FROM prescription x WHERE x.patient_id = p.patient_id)
 ORDER BY p.patient_id DESC
 LIMIT %(limit)s
"""
# The last ones first: the first persons have stories of their own. None who has a prescription already.

GIVE: Final[LiteralString] = """
INSERT INTO test_allotment (kind, subject, vendor_id, since)
VALUES (%(kind)s, %(subject)s, %(vendor_id)s, %(since)s)
"""

PERSON: Final[LiteralString] = """
SELECT body FROM resource WHERE resource_type = 'Patient' AND resource_id = %(patient_id)s
"""

END_HOLD: Final[LiteralString] = """
UPDATE prescription_line l
   SET lease_until = %(now)s::timestamptz - interval '1 second',
       claimed_at = l.claimed_at - (l.lease_until - %(now)s::timestamptz) - interval '1 second'
  FROM test_allotment t
 WHERE l.task_id = %(task_id)s
   AND l.state = 'claimed'
   AND t.kind = 'person' AND t.subject = l.patient_id::text
RETURNING true
"""
# As if the time had passed; only for lines of test persons that were handed out.


# The last ones first: the first organisations play in the story, those in between are the lab's counterparts.
FREE_SITE: Final[LiteralString] = """
SELECT o.site
  FROM organization o
 WHERE o.kind = %(kind)s AND o.active
   AND NOT EXISTS (SELECT 1 FROM test_allotment t WHERE t.kind = %(kind)s || '-site' AND t.subject = o.site)
   AND NOT EXISTS (SELECT 1
                     FROM onboarding.client c
                     JOIN test_allotment t ON t.subject = c.name
                    WHERE c.site = o.site)
 ORDER BY o.site DESC
 LIMIT 1
"""


async def free_site(tx: Tx, kind: str) -> str | None:
    """A test organisation where a vendor's own system may act; None when all are handed out."""
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(FREE_SITE, {"kind": kind})
        found: str | None = await cursor.fetchone()
    return found


async def one_at_a_time(tx: Tx) -> None:
    await tx.execute(ALONE, {"key": LOCK_KEY})


async def of_vendor(tx: Tx, vendor_id: UUID) -> dict[str, list[str]]:
    """kind -> subjects: ids of patients, names of the lab's clients."""
    cursor = await tx.execute(OF_VENDOR, {"vendor_id": vendor_id})
    found: dict[str, list[str]] = {"person": [], "practice": [], "pharmacy": []}
    for kind, subject in await cursor.fetchall():
        found.setdefault(kind, []).append(subject)
    return found


async def taken(tx: Tx, kind: str) -> set[str]:
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(TAKEN, {"kind": kind})
        return set(await cursor.fetchall())


async def free_persons(tx: Tx, limit: int) -> list[tuple[str, bytes]]:
    cursor = await tx.execute(FREE_PERSONS, {"limit": limit})
    return [(patient_id, bytes(body)) for patient_id, body in await cursor.fetchall()]


async def give(tx: Tx, kind: str, subjects: list[str], vendor_id: UUID, now: datetime) -> None:
    rows = [{"kind": kind, "subject": one, "vendor_id": vendor_id, "since": now} for one in subjects]
    async with tx.cursor() as cursor:
        await cursor.executemany(GIVE, rows)


async def person(tx: Tx, patient_id: str) -> bytes | None:
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(PERSON, {"patient_id": patient_id})
        found: bytes | None = await cursor.fetchone()
        return found


async def end_hold(tx: Tx, task_id: str, now: datetime) -> bool:
    """False when nobody holds that line, or when it is no test person's."""
    return await (await tx.execute(END_HOLD, {"task_id": task_id, "now": now})).fetchone() is not None
