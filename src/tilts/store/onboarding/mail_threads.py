"""SQL for threads: the messages of a case, and whose turn it is."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.rows import class_row, scalar_row
from psycopg.types.json import Jsonb

from tilts.store.onboarding.mail_records import (
    MessageRecord,
    QueueRow,
    ThreadCase,
    ThreadRecord,
)
from tilts.store.tx import Tx

IN_CASE_SINCE: Final[LiteralString] = """
SELECT count(*)
  FROM onboarding.message
 WHERE case_id = %(case_id)s AND direction = 'in' AND account_id IS NULL AND at > %(since)s
"""

CASE_OF_NUMBER: Final[LiteralString] = """
SELECT c.case_id, c.number, c.party_id, c.facts
  FROM onboarding.case_file n
  LEFT JOIN onboarding.mail_thread t ON t.case_id = n.case_id
  JOIN onboarding.case_file c ON c.case_id = coalesce(t.sorted_into, n.case_id)
 WHERE n.number = %(number)s
"""

NUMBER_OF: Final[LiteralString] = """
SELECT number FROM onboarding.case_file WHERE case_id = %(case_id)s
"""

# Our own letters that the message answers; mail that was sorted by hand leads on to its case.
CASES_OF_LETTERS: Final[LiteralString] = """
SELECT DISTINCT c.case_id, c.number, c.party_id, c.facts
  FROM onboarding.letter l
  LEFT JOIN onboarding.mail_thread t ON t.case_id = l.case_id
  JOIN onboarding.case_file c ON c.case_id = coalesce(t.sorted_into, l.case_id)
 WHERE l.message_id = ANY(%(message_ids)s)
"""

# Whoever wrote in the case or was written to, in it or in another case of the same party.
CORRESPONDENTS: Final[LiteralString] = """
SELECT DISTINCT CASE WHEN m.direction = 'in' THEN m.sender ELSE m.recipient END
  FROM onboarding.message m
  JOIN onboarding.case_file c USING (case_id)
  LEFT JOIN onboarding.mail_thread t USING (case_id)
 WHERE (m.case_id = %(case_id)s OR t.sorted_into = %(case_id)s OR c.party_id = %(party_id)s)
   AND (m.direction = 'out' OR (m.account_id IS NULL AND NOT m.automatic))
"""

PARTY_FACTS: Final[LiteralString] = """
SELECT facts FROM onboarding.case_file WHERE party_id = %(party_id)s
"""

OPEN_THREAD: Final[LiteralString] = """
INSERT INTO onboarding.mail_thread (case_id, desk) VALUES (%(case_id)s, %(desk)s)
ON CONFLICT (case_id) DO NOTHING
"""

FIND_THREAD: Final[LiteralString] = """
SELECT case_id, desk, acknowledged_at, waiting_since, sorted_into
  FROM onboarding.mail_thread
 WHERE case_id = %(case_id)s
"""

WAITS: Final[LiteralString] = """
UPDATE onboarding.mail_thread SET waiting_since = coalesce(waiting_since, %(at)s) WHERE case_id = %(case_id)s
"""

ANSWERED: Final[LiteralString] = """
UPDATE onboarding.mail_thread SET waiting_since = NULL WHERE case_id = %(case_id)s
"""

ACKNOWLEDGE: Final[LiteralString] = """
UPDATE onboarding.mail_thread
   SET acknowledged_at = %(at)s
 WHERE case_id = %(case_id)s AND acknowledged_at IS NULL
RETURNING true
"""
# One conditional UPDATE: of two messages at once one is acknowledged, and never another one of that thread.

SORT: Final[LiteralString] = """
UPDATE onboarding.mail_thread
   SET sorted_into = %(into)s, waiting_since = NULL
 WHERE case_id = %(case_id)s AND sorted_into IS NULL
RETURNING true
"""

ADD_MESSAGE: Final[LiteralString] = """
INSERT INTO onboarding.message (row_id, case_id, direction, sender, recipient, subject, text, at, message_id,
                                in_reply_to, automatic, letter_id, account_id, documents, refused)
VALUES (%(row_id)s, %(case_id)s, %(direction)s, %(sender)s, %(recipient)s, %(subject)s, %(text)s, %(at)s,
        %(message_id)s, %(in_reply_to)s, %(automatic)s, %(letter_id)s, %(account_id)s, %(documents)s, %(refused)s)
"""

# A thread is what was written in its case, and in those whose mail a clerk attached to it.
THREAD: Final[LiteralString] = """
SELECT m.row_id, m.case_id, m.direction, m.sender, m.recipient, m.subject, m.text, m.at, m.message_id, m.in_reply_to,
       m.automatic, m.letter_id, m.account_id, coalesce(a.name, '') AS account_name, m.documents, m.refused,
       l.state AS letter_state, l.last_fault AS letter_fault
  FROM onboarding.message m
  LEFT JOIN onboarding.letter l USING (letter_id)
  LEFT JOIN onboarding.account a ON a.account_id = m.account_id
 WHERE m.case_id = %(case_id)s
    OR m.case_id IN (SELECT case_id FROM onboarding.mail_thread WHERE sorted_into = %(case_id)s)
 ORDER BY m.at, m.row_id
"""

QUEUE: Final[LiteralString] = """
SELECT c.case_id, c.number, c.kind, c.state, coalesce(p.name, '') AS party_name, c.facts, t.waiting_since, c.due_at,
       coalesce(m.sender, '') AS sender, coalesce(m.subject, '') AS subject
  FROM onboarding.mail_thread t
  JOIN onboarding.case_file c USING (case_id)
  LEFT JOIN onboarding.party p USING (party_id)
  LEFT JOIN LATERAL (SELECT sender, subject
                       FROM onboarding.message
                      WHERE case_id = t.case_id AND direction = 'in'
                      ORDER BY at DESC
                      LIMIT 1) m ON true
 WHERE t.desk = %(desk)s AND t.waiting_since IS NOT NULL
 ORDER BY t.waiting_since, c.number
 LIMIT %(limit)s
"""

SAME_CONTENT: Final[LiteralString] = """
SELECT DISTINCT c.number
  FROM onboarding.document d
  JOIN onboarding.case_file c USING (case_id)
 WHERE d.sha256 = %(sha256)s
 ORDER BY c.number
"""

IN_CASE_ALREADY: Final[LiteralString] = """
SELECT document_id FROM onboarding.document WHERE case_id = %(case_id)s AND sha256 = %(sha256)s LIMIT 1
"""

GIVE_TO_PARTY: Final[LiteralString] = """
UPDATE onboarding.case_file
   SET party_id = %(party_id)s, version = version + 1, changed_at = %(now)s
 WHERE case_id = %(case_id)s AND party_id IS NULL
RETURNING true
"""


async def in_case_since(tx: Tx, case_id: UUID, since: datetime) -> int:
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(IN_CASE_SINCE, {"case_id": case_id, "since": since})
        return int(await cursor.fetchone() or 0)


async def case_of_number(tx: Tx, number: str) -> ThreadCase | None:
    async with tx.cursor(row_factory=class_row(ThreadCase)) as cursor:
        await cursor.execute(CASE_OF_NUMBER, {"number": number})
        return await cursor.fetchone()


async def number_of(tx: Tx, case_id: UUID) -> str:
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(NUMBER_OF, {"case_id": case_id})
        return str(await cursor.fetchone())


async def cases_of_letters(tx: Tx, message_ids: list[str]) -> list[ThreadCase]:
    async with tx.cursor(row_factory=class_row(ThreadCase)) as cursor:
        await cursor.execute(CASES_OF_LETTERS, {"message_ids": message_ids})
        return await cursor.fetchall()


async def correspondents(tx: Tx, case_id: UUID, party_id: UUID | None) -> list[str]:
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(CORRESPONDENTS, {"case_id": case_id, "party_id": party_id})
        return await cursor.fetchall()


async def facts_of_party(tx: Tx, party_id: UUID) -> list[dict[str, Any]]:
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(PARTY_FACTS, {"party_id": party_id})
        return await cursor.fetchall()


async def open_thread(tx: Tx, case_id: UUID, desk: str) -> None:
    await tx.execute(OPEN_THREAD, {"case_id": case_id, "desk": desk})


async def find_thread(tx: Tx, case_id: UUID) -> ThreadRecord | None:
    async with tx.cursor(row_factory=class_row(ThreadRecord)) as cursor:
        await cursor.execute(FIND_THREAD, {"case_id": case_id})
        return await cursor.fetchone()


async def mark_waiting(tx: Tx, case_id: UUID, at: datetime) -> None:
    await tx.execute(WAITS, {"case_id": case_id, "at": at})


async def mark_answered(tx: Tx, case_id: UUID) -> None:
    await tx.execute(ANSWERED, {"case_id": case_id})


async def acknowledge(tx: Tx, case_id: UUID, at: datetime) -> bool:
    cursor = await tx.execute(ACKNOWLEDGE, {"case_id": case_id, "at": at})
    return await cursor.fetchone() is not None


async def sort_into(tx: Tx, case_id: UUID, into: UUID) -> bool:
    cursor = await tx.execute(SORT, {"case_id": case_id, "into": into})
    return await cursor.fetchone() is not None


async def add_message(tx: Tx, message: Mapping[str, Any]) -> None:
    await tx.execute(ADD_MESSAGE, {**message, "refused": Jsonb(message["refused"])})


async def thread(tx: Tx, case_id: UUID) -> list[MessageRecord]:
    async with tx.cursor(row_factory=class_row(MessageRecord)) as cursor:
        await cursor.execute(THREAD, {"case_id": case_id})
        return await cursor.fetchall()


async def queue(tx: Tx, desk: str, limit: int) -> list[QueueRow]:
    async with tx.cursor(row_factory=class_row(QueueRow)) as cursor:
        await cursor.execute(QUEUE, {"desk": desk, "limit": limit})
        return await cursor.fetchall()


async def numbers_with(tx: Tx, sha256: bytes) -> list[str]:
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(SAME_CONTENT, {"sha256": sha256})
        return await cursor.fetchall()


async def in_case_already(tx: Tx, case_id: UUID, sha256: bytes) -> UUID | None:
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(IN_CASE_ALREADY, {"case_id": case_id, "sha256": sha256})
        found: UUID | None = await cursor.fetchone()
    return found


async def give_to_party(tx: Tx, case_id: UUID, party_id: UUID, now: datetime) -> bool:
    cursor = await tx.execute(GIVE_TO_PARTY, {"case_id": case_id, "party_id": party_id, "now": now})
    return await cursor.fetchone() is not None
