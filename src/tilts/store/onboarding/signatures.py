"""SQL for signatures under agreements: who signed which case, by which way, and what was found out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from tilts.store.tx import Tx


@dataclass(frozen=True, slots=True)
class SignatureRecord:
    signature_id: UUID
    case_id: UUID
    party_id: UUID
    document_id: UUID
    side: str  # party | authority
    method: str  # electronic | paper
    channel: str
    letter_number: str  # of the cover letter; empty unless on paper
    report: dict[str, Any]
    signed_at: datetime
    recorded_at: datetime
    entered_by: UUID | None
    confirmed_by: UUID | None = None
    confirmed_at: datetime | None = None
    withdrawn_at: datetime | None = None

    @property
    def counts(self) -> bool:
        """Electronic ones at once; paper when a second person has confirmed it."""
        return self.withdrawn_at is None and (self.method == "electronic" or self.confirmed_by is not None)


@dataclass(frozen=True, slots=True)
class LetterRecord:
    letter_number: str
    case_number: str


ADD: Final[LiteralString] = """
INSERT INTO onboarding.signature (signature_id, case_id, party_id, document_id, side, method, channel, letter_number,
                                  report, signed_at, recorded_at, entered_by)
VALUES (%(signature_id)s, %(case_id)s, %(party_id)s, %(document_id)s, %(side)s, %(method)s, %(channel)s,
        %(letter_number)s, %(report)s, %(signed_at)s, %(recorded_at)s, %(entered_by)s)
ON CONFLICT DO NOTHING
RETURNING signature_id
"""

# What every statement that reads gives.
READ: Final[LiteralString] = """
SELECT signature_id, case_id, party_id, document_id, side, method, channel, letter_number, report, signed_at,
       recorded_at, entered_by, confirmed_by, confirmed_at, withdrawn_at
  FROM onboarding.signature
"""

OF_CASE: Final[LiteralString] = f"{READ} WHERE case_id = %(case_id)s ORDER BY recorded_at, signature_id"

LOCK: Final[LiteralString] = f"{READ} WHERE signature_id = %(signature_id)s FOR UPDATE"

LETTERS_OF_PARTY: Final[LiteralString] = """
SELECT s.letter_number, c.number AS case_number
  FROM onboarding.signature s JOIN onboarding.case_file c USING (case_id)
 WHERE s.party_id = %(party_id)s AND s.letter_number <> '' AND s.withdrawn_at IS NULL
 ORDER BY s.recorded_at
"""

CONFIRM: Final[LiteralString] = """
UPDATE onboarding.signature SET confirmed_by = %(confirmed_by)s, confirmed_at = %(now)s
 WHERE signature_id = %(signature_id)s AND confirmed_by IS NULL AND withdrawn_at IS NULL
RETURNING signature_id
"""

WITHDRAW: Final[LiteralString] = """
UPDATE onboarding.signature SET withdrawn_at = %(now)s
 WHERE signature_id = %(signature_id)s AND withdrawn_at IS NULL
RETURNING signature_id
"""


async def add(tx: Tx, record: SignatureRecord) -> bool:
    """False when this side of the case, or this letter of the party, is there already."""
    values = {name: getattr(record, name) for name in record.__slots__} | {"report": Jsonb(record.report)}
    cursor = await tx.execute(ADD, values)
    return await cursor.fetchone() is not None


async def of_case(tx: Tx, case_id: UUID) -> list[SignatureRecord]:
    cursor = tx.cursor(row_factory=class_row(SignatureRecord))
    await cursor.execute(OF_CASE, {"case_id": case_id})
    return await cursor.fetchall()


async def lock(tx: Tx, signature_id: UUID) -> SignatureRecord | None:
    cursor = tx.cursor(row_factory=class_row(SignatureRecord))
    await cursor.execute(LOCK, {"signature_id": signature_id})
    return await cursor.fetchone()


async def letters_of_party(tx: Tx, party_id: UUID) -> list[LetterRecord]:
    cursor = tx.cursor(row_factory=class_row(LetterRecord))
    await cursor.execute(LETTERS_OF_PARTY, {"party_id": party_id})
    return await cursor.fetchall()


async def confirm(tx: Tx, signature_id: UUID, confirmed_by: UUID, now: datetime) -> bool:
    """False when somebody else was quicker, or it was withdrawn."""
    values = {"signature_id": signature_id, "confirmed_by": confirmed_by, "now": now}
    return await (await tx.execute(CONFIRM, values)).fetchone() is not None


async def withdraw(tx: Tx, signature_id: UUID, now: datetime) -> bool:
    cursor = await tx.execute(WITHDRAW, {"signature_id": signature_id, "now": now})
    return await cursor.fetchone() is not None
