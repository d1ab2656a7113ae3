"""SQL for repairs that one person of the authority orders and another one decides."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from tilts.store.tx import Tx

COLUMNS: Final = """
SELECT repair_id, step, task_ids, reason, state, ordered_by, ordered_at, decided_by, decided_at, outcome
  FROM repair_order
"""

ADD: Final[LiteralString] = """
INSERT INTO repair_order (repair_id, step, task_ids, reason, state, ordered_by, ordered_at)
VALUES (%(repair_id)s, %(step)s, %(task_ids)s, %(reason)s, %(state)s, %(ordered_by)s, %(ordered_at)s)
"""

FIND: Final[LiteralString] = COLUMNS + " WHERE repair_id = %(repair_id)s"
LOCK: Final[LiteralString] = FIND + " FOR UPDATE"
LIST: Final[LiteralString] = COLUMNS + " ORDER BY ordered_at DESC, repair_id DESC LIMIT %(limit)s"

SAVE: Final[LiteralString] = """
UPDATE repair_order
   SET state = %(state)s, decided_by = %(decided_by)s, decided_at = %(decided_at)s, outcome = %(outcome)s
 WHERE repair_id = %(repair_id)s
"""


@dataclass(frozen=True, slots=True)
class RepairRecord:
    repair_id: UUID
    step: str
    task_ids: list[UUID]
    reason: str
    state: str
    ordered_by: UUID
    ordered_at: datetime
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    outcome: list[dict[str, Any]] | None = None  # of each Task its new state, or the rule that says no


async def add(tx: Tx, row: RepairRecord) -> None:
    await tx.execute(ADD, {name: getattr(row, name) for name in RepairRecord.__slots__})


async def find(tx: Tx, repair_id: UUID) -> RepairRecord | None:
    return await _one(tx, FIND, repair_id)


async def lock(tx: Tx, repair_id: UUID) -> RepairRecord | None:
    return await _one(tx, LOCK, repair_id)


async def listed(tx: Tx, *, limit: int) -> list[RepairRecord]:
    async with tx.cursor(row_factory=class_row(RepairRecord)) as cursor:
        await cursor.execute(LIST, {"limit": limit})
        return await cursor.fetchall()


async def save(tx: Tx, row: RepairRecord) -> None:
    values = {name: getattr(row, name) for name in ("repair_id", "state", "decided_by", "decided_at")}
    await tx.execute(SAVE, {**values, "outcome": None if row.outcome is None else Jsonb(row.outcome)})


async def _one(tx: Tx, statement: LiteralString, repair_id: UUID) -> RepairRecord | None:
    async with tx.cursor(row_factory=class_row(RepairRecord)) as cursor:
        await cursor.execute(statement, {"repair_id": repair_id})
        return await cursor.fetchone()
