"""SQL for what was handed out by a printed sheet during an outage. Only ever added to."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, LiteralString
from uuid import UUID

from psycopg.rows import class_row, scalar_row
from psycopg.types.json import Jsonb

from tilts.store.tx import Tx

ADD: Final[LiteralString] = """
INSERT INTO outage_dispense (outage_id, code_hash, told_hash, task_id, patient_id, organization_id, site, client_id, role_id,
                             quantity, unit, handed_over_at, recorded_at, dispense_id, rule_id, facts, others, content, jws)
VALUES (%(outage_id)s, %(code_hash)s, %(told_hash)s, %(task_id)s, %(patient_id)s, %(organization_id)s, %(site)s, %(client_id)s,
        %(role_id)s, %(quantity)s, %(unit)s, %(handed_over_at)s, %(recorded_at)s, %(dispense_id)s, %(rule_id)s, %(facts)s,
        %(others)s, %(content)s, %(jws)s)
RETURNING number
"""

COLUMNS: Final = """
SELECT outage_id, code_hash, told_hash, task_id, patient_id, organization_id, site, client_id, role_id, quantity, unit,
       handed_over_at, recorded_at, dispense_id, rule_id, facts, others, content, jws, number
  FROM outage_dispense
"""

FIND: Final[LiteralString] = (
    COLUMNS + " WHERE code_hash = %(code_hash)s AND organization_id = %(organization_id)s AND site = %(site)s"
)

CONFLICTS: Final[LiteralString] = COLUMNS + " WHERE rule_id IS NOT NULL ORDER BY number DESC LIMIT %(limit)s"


@dataclass(frozen=True, slots=True)
class OutageRecord:
    """What a pharmacy told of one code: the dispense that it became, or the rule that says why it could not."""

    outage_id: UUID
    code_hash: bytes
    told_hash: bytes
    task_id: UUID
    patient_id: UUID
    organization_id: UUID
    site: str
    client_id: str
    role_id: UUID
    quantity: Decimal
    unit: str
    handed_over_at: datetime
    recorded_at: datetime
    dispense_id: UUID | None
    rule_id: str | None
    facts: dict[str, str] | None
    others: list[UUID]  # organisations whose holding or handing out stands against it
    content: bytes  # as received
    jws: str | None  # the pharmacy's signature over it; none from the plain port
    number: int = 0


async def add(tx: Tx, row: OutageRecord) -> int:
    """The number that it is quoted by."""
    values = {name: getattr(row, name) for name in OutageRecord.__slots__}
    facts = None if row.facts is None else Jsonb(row.facts)
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(ADD, {**values, "facts": facts})
        return int(await cursor.fetchone() or 0)


async def find(tx: Tx, code_hash: bytes, organization_id: UUID, site: str) -> OutageRecord | None:
    async with tx.cursor(row_factory=class_row(OutageRecord)) as cursor:
        values = {"code_hash": code_hash, "organization_id": organization_id, "site": site}
        await cursor.execute(FIND, values)
        return await cursor.fetchone()


async def conflicts(tx: Tx, *, limit: int) -> list[OutageRecord]:
    """Newest first."""
    async with tx.cursor(row_factory=class_row(OutageRecord)) as cursor:
        await cursor.execute(CONFLICTS, {"limit": limit})
        return await cursor.fetchall()
