"""SQL for who may sign for a party: from the register, or by a power of attorney."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, LiteralString
from uuid import UUID

from psycopg.rows import class_row

from tilts.store.tx import Tx


@dataclass(frozen=True, slots=True)
class SignatoryRecord:
    signatory_id: UUID
    registration_number: str
    name: str
    code_hint: str
    code_hash: str
    role: str  # head, board-member, proxy
    source: str
    valid_from: date
    valid_to: date | None  # the last day
    recorded_at: datetime
    case_id: UUID | None = None


ADD: Final[LiteralString] = """
INSERT INTO onboarding.signatory (signatory_id, registration_number, name, code_hint, code_hash, role, source, valid_from,
                                  valid_to, recorded_at, case_id)
VALUES (%(signatory_id)s, %(registration_number)s, %(name)s, %(code_hint)s, %(code_hash)s, %(role)s, %(source)s,
        %(valid_from)s, %(valid_to)s, %(recorded_at)s, %(case_id)s)
ON CONFLICT ON CONSTRAINT signatory_stands_once DO NOTHING
RETURNING signatory_id
"""

ENTITLED_ON: Final[LiteralString] = """
SELECT signatory_id, registration_number, name, code_hint, code_hash, role, source, valid_from, valid_to, recorded_at,
       case_id
  FROM onboarding.signatory
 WHERE registration_number = %(registration_number)s
   AND valid_from <= %(day)s AND (valid_to IS NULL OR valid_to >= %(day)s)
 ORDER BY name, valid_from, signatory_id
"""


async def add(tx: Tx, record: SignatoryRecord) -> bool:
    """False when the same entitlement stands there already."""
    values = {name: getattr(record, name) for name in record.__slots__}
    return await (await tx.execute(ADD, values)).fetchone() is not None


async def entitled_on(tx: Tx, registration_number: str, day: date) -> list[SignatoryRecord]:
    cursor = tx.cursor(row_factory=class_row(SignatoryRecord))
    await cursor.execute(ENTITLED_ON, {"registration_number": registration_number, "day": day})
    return await cursor.fetchall()
