"""SQL for dispensing. The balance itself is on the prescription line and guarded there."""

from typing import Final, LiteralString

from tilts.store.records import DispenseRecord
from tilts.store.tx import Tx

ADD: Final[LiteralString] = """
INSERT INTO dispense (dispense_id, line_id, task_id, patient_id, organization_id, site, client_id, role_id, quantity, recorded_at)
VALUES (%(dispense_id)s, %(line_id)s, %(task_id)s, %(patient_id)s, %(organization_id)s, %(site)s, %(client_id)s, %(role_id)s,
        %(quantity)s, %(recorded_at)s)
"""


async def add(tx: Tx, dispense: DispenseRecord) -> None:
    await tx.execute(ADD, {name: getattr(dispense, name) for name in DispenseRecord.__slots__})
