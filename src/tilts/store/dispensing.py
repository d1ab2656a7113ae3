"""SQL for dispensing. The balance itself is on the prescription line and guarded there.

A dispense is only ever added to: its newest version says what it amounts to.
"""

from typing import Final, LiteralString
from uuid import UUID

from psycopg.rows import class_row

from tilts.store.records import DispenseRecord, Hold
from tilts.store.tx import Tx

ADD: Final[LiteralString] = """
INSERT INTO dispense (dispense_id, line_id, task_id, patient_id, organization_id, site, client_id, role_id, quantity, recorded_at,
                      version, state, reason, units)
VALUES (%(dispense_id)s, %(line_id)s, %(task_id)s, %(patient_id)s, %(organization_id)s, %(site)s, %(client_id)s, %(role_id)s,
        %(quantity)s, %(recorded_at)s, %(version)s, %(state)s, %(reason)s, %(units)s)
"""

COLUMNS: Final = """
SELECT d.dispense_id, d.line_id, d.task_id, d.patient_id, d.organization_id, d.site, d.client_id, d.role_id, d.quantity,
       d.recorded_at, d.version, d.state, d.reason, d.units
  FROM dispense d
"""

VERSIONS: Final[LiteralString] = COLUMNS + " WHERE d.dispense_id = %(dispense_id)s ORDER BY d.version"

STANDING: Final[LiteralString] = (
    COLUMNS
    + """ WHERE d.line_id = %(line_id)s AND d.task_id = %(task_id)s AND d.state <> 'withdrawn'
   AND NOT EXISTS (SELECT FROM dispense n WHERE n.dispense_id = d.dispense_id AND n.version > d.version)
 ORDER BY d.dispense_id"""
)

OUT_IN_HOLD: Final[LiteralString] = """
SELECT FROM dispense d
 WHERE d.line_id = %(line_id)s AND d.task_id = %(task_id)s AND d.version = 1 AND d.dispense_id <> %(but)s
   AND d.organization_id = %(organization_id)s AND d.site = %(site)s AND d.client_id = %(client_id)s
   AND d.recorded_at >= %(claimed_at)s
   AND NOT EXISTS (SELECT FROM dispense n WHERE n.dispense_id = d.dispense_id AND n.state = 'withdrawn')
 LIMIT 1
"""


async def add(tx: Tx, dispense: DispenseRecord) -> None:
    await tx.execute(ADD, {name: getattr(dispense, name) for name in DispenseRecord.__slots__})


async def versions(tx: Tx, dispense_id: UUID) -> list[DispenseRecord]:
    """First to newest."""
    async with tx.cursor(row_factory=class_row(DispenseRecord)) as cursor:
        await cursor.execute(VERSIONS, {"dispense_id": dispense_id})
        return await cursor.fetchall()


async def standing(tx: Tx, line_id: UUID, task_id: UUID) -> list[DispenseRecord]:
    """What is handed out of an issue: of each dispense its newest version, if it was not withdrawn."""
    async with tx.cursor(row_factory=class_row(DispenseRecord)) as cursor:
        await cursor.execute(STANDING, {"line_id": line_id, "task_id": task_id})
        return await cursor.fetchall()


async def is_out_in_hold(tx: Tx, line_id: UUID, task_id: UUID, hold: Hold, *, but: UUID) -> bool:
    """Whether something else was handed out under this hold and not withdrawn."""
    held = {name: getattr(hold, name) for name in ("organization_id", "site", "client_id", "claimed_at")}
    found = await tx.execute(OUT_IN_HOLD, {"line_id": line_id, "task_id": task_id, "but": but, **held})
    return await found.fetchone() is not None
