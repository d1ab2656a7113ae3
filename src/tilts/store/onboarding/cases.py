"""SQL for cases: one row for each, its steps in order, its documents."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.rows import class_row, scalar_row
from psycopg.types.json import Jsonb

from tilts.store.tx import Tx


@dataclass(frozen=True, slots=True)
class CaseRecord:
    case_id: UUID
    number: str
    kind: str
    party_id: UUID | None
    party_name: str
    state: str
    version: int
    facts: dict[str, Any]
    pending: dict[str, Any] | None
    opened_at: datetime
    changed_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class StepRecord:
    serial: int
    at: datetime
    action: str
    from_state: str | None
    to_state: str
    account_id: UUID | None
    account_name: str
    second_account_id: UUID | None
    second_account_name: str
    side: str
    note: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A file that belongs to a case; `kind` says what it is there (form, agreement, scan, certificate ..)."""

    kind: str
    filename: str
    media_type: str
    content: bytes
    channel: str = "portal"
    account_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    document_id: UUID
    case_id: UUID
    kind: str
    filename: str
    media_type: str
    sha256: bytes
    size_bytes: int
    channel: str
    received_at: datetime
    account_id: UUID | None


NEXT_NUMBER: Final[LiteralString] = """
INSERT INTO onboarding.case_number (year, last) VALUES (%(year)s, 1)
ON CONFLICT (year) DO UPDATE SET last = onboarding.case_number.last + 1
RETURNING last
"""

ADD: Final[LiteralString] = """
INSERT INTO onboarding.case_file (case_id, number, kind, party_id, state, version, facts, opened_at, changed_at, due_at)
VALUES (%(case_id)s, %(number)s, %(kind)s, %(party_id)s, %(state)s, 1, %(facts)s, %(now)s, %(now)s, %(due_at)s)
"""

# The left part of every list of cases; each statement adds its own WHERE.
FIND: Final[LiteralString] = """
SELECT c.case_id, c.number, c.kind, c.party_id, coalesce(p.name, '') AS party_name, c.state, c.version, c.facts,
       c.pending, c.opened_at, c.changed_at, c.due_at
  FROM onboarding.case_file c
  LEFT JOIN onboarding.party p USING (party_id)
"""

FIND_BY_NUMBER: Final[LiteralString] = f"{FIND} WHERE c.number = %(number)s"

FIND_BY_ID: Final[LiteralString] = f"{FIND} WHERE c.case_id = %(case_id)s"

LOCK_BY_NUMBER: Final[LiteralString] = f"{FIND} WHERE c.number = %(number)s FOR UPDATE OF c"

FIND_OF_PARTY: Final[LiteralString] = f"""{FIND}
 WHERE c.party_id = %(party_id)s
 ORDER BY c.changed_at DESC, c.number DESC
"""

# By clock: what is due first stands first, what waits for nobody last.
FIND_ALL: Final[LiteralString] = f"""{FIND}
 WHERE (%(kinds)s::text[] IS NULL OR c.kind = ANY(%(kinds)s))
 ORDER BY c.due_at NULLS LAST, c.number
 LIMIT %(limit)s
"""

FIND_OF_KIND: Final[LiteralString] = f"""{FIND}
 WHERE c.party_id = %(party_id)s AND c.kind = %(kind)s
 ORDER BY c.opened_at, c.number
"""

SAVE: Final[LiteralString] = """
UPDATE onboarding.case_file
   SET state = %(state)s, version = version + 1, facts = %(facts)s, pending = %(pending)s, changed_at = %(now)s,
       due_at = %(due_at)s
 WHERE case_id = %(case_id)s
"""

ADD_STEP: Final[LiteralString] = """
INSERT INTO onboarding.case_step (case_id, serial, at, action, from_state, to_state, account_id, second_account_id,
                                  side, note, facts)
SELECT %(case_id)s, coalesce(max(serial), 0) + 1, %(at)s, %(action)s, %(from_state)s, %(to_state)s, %(account_id)s,
       %(second_account_id)s, %(side)s, %(note)s, %(facts)s
  FROM onboarding.case_step
 WHERE case_id = %(case_id)s
"""

STEPS: Final[LiteralString] = """
SELECT s.serial, s.at, s.action, s.from_state, s.to_state, s.account_id, coalesce(a.name, '') AS account_name,
       s.second_account_id, coalesce(b.name, '') AS second_account_name, s.side, s.note, s.facts
  FROM onboarding.case_step s
  LEFT JOIN onboarding.account a ON a.account_id = s.account_id
  LEFT JOIN onboarding.account b ON b.account_id = s.second_account_id
 WHERE s.case_id = %(case_id)s
 ORDER BY s.serial
"""

ADD_DOCUMENT: Final[LiteralString] = """
INSERT INTO onboarding.document (document_id, case_id, kind, filename, media_type, sha256, size_bytes, content, channel,
                                 received_at, account_id)
VALUES (%(document_id)s, %(case_id)s, %(kind)s, %(filename)s, %(media_type)s, %(sha256)s, %(size_bytes)s, %(content)s,
        %(channel)s, %(received_at)s, %(account_id)s)
"""

DOCUMENTS: Final[LiteralString] = """
SELECT document_id, case_id, kind, filename, media_type, sha256, size_bytes, channel, received_at, account_id
  FROM onboarding.document
 WHERE case_id = %(case_id)s
 ORDER BY received_at, document_id
"""

DOCUMENT: Final[LiteralString] = """
SELECT document_id, case_id, kind, filename, media_type, sha256, size_bytes, channel, received_at, account_id
  FROM onboarding.document
 WHERE document_id = %(document_id)s
"""

CONTENT: Final[LiteralString] = """
SELECT content FROM onboarding.document WHERE document_id = %(document_id)s
"""


async def next_number(tx: Tx, year: int) -> int:
    """Counted in the transaction that opens the case: what is undone leaves no gap."""
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(NEXT_NUMBER, {"year": year})
        number: int | None = await cursor.fetchone()
    assert number is not None
    return number


async def add(tx: Tx, case: Mapping[str, Any]) -> None:
    await tx.execute(ADD, {**case, "facts": Jsonb(case["facts"])})


async def find(tx: Tx, number: str) -> CaseRecord | None:
    async with tx.cursor(row_factory=class_row(CaseRecord)) as cursor:
        await cursor.execute(FIND_BY_NUMBER, {"number": number})
        return await cursor.fetchone()


async def by_id(tx: Tx, case_id: UUID) -> CaseRecord | None:
    async with tx.cursor(row_factory=class_row(CaseRecord)) as cursor:
        await cursor.execute(FIND_BY_ID, {"case_id": case_id})
        return await cursor.fetchone()


async def lock(tx: Tx, number: str) -> CaseRecord | None:
    """The case, held until the transaction ends: of two who take a step at once, the second one sees it taken."""
    async with tx.cursor(row_factory=class_row(CaseRecord)) as cursor:
        await cursor.execute(LOCK_BY_NUMBER, {"number": number})
        return await cursor.fetchone()


async def of_party(tx: Tx, party_id: UUID) -> list[CaseRecord]:
    async with tx.cursor(row_factory=class_row(CaseRecord)) as cursor:
        await cursor.execute(FIND_OF_PARTY, {"party_id": party_id})
        return await cursor.fetchall()


async def of_kind(tx: Tx, party_id: UUID, kind: str) -> list[CaseRecord]:
    async with tx.cursor(row_factory=class_row(CaseRecord)) as cursor:
        await cursor.execute(FIND_OF_KIND, {"party_id": party_id, "kind": kind})
        return await cursor.fetchall()


async def inbox(tx: Tx, kinds: list[str] | None, limit: int) -> list[CaseRecord]:
    async with tx.cursor(row_factory=class_row(CaseRecord)) as cursor:
        await cursor.execute(FIND_ALL, {"kinds": kinds, "limit": limit})
        return await cursor.fetchall()


async def save(tx: Tx, case: CaseRecord, now: datetime) -> None:
    row = {
        "case_id": case.case_id,
        "state": case.state,
        "facts": Jsonb(case.facts),
        "pending": None if case.pending is None else Jsonb(case.pending),
        "now": now,
        "due_at": case.due_at,
    }
    await tx.execute(SAVE, row)


async def add_step(tx: Tx, step: Mapping[str, Any]) -> None:
    await tx.execute(ADD_STEP, {**step, "facts": Jsonb(step["facts"])})


async def steps(tx: Tx, case_id: UUID) -> list[StepRecord]:
    async with tx.cursor(row_factory=class_row(StepRecord)) as cursor:
        await cursor.execute(STEPS, {"case_id": case_id})
        return await cursor.fetchall()


async def add_document(tx: Tx, document: Mapping[str, Any]) -> None:
    await tx.execute(ADD_DOCUMENT, document)


async def documents(tx: Tx, case_id: UUID) -> list[DocumentRecord]:
    async with tx.cursor(row_factory=class_row(DocumentRecord)) as cursor:
        await cursor.execute(DOCUMENTS, {"case_id": case_id})
        return await cursor.fetchall()


async def document(tx: Tx, document_id: UUID) -> DocumentRecord | None:
    async with tx.cursor(row_factory=class_row(DocumentRecord)) as cursor:
        await cursor.execute(DOCUMENT, {"document_id": document_id})
        return await cursor.fetchone()


async def content(tx: Tx, document_id: UUID) -> bytes:
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(CONTENT, {"document_id": document_id})
        found: bytes | None = await cursor.fetchone()
    assert found is not None, "asked for by an id that was read before"
    return found
