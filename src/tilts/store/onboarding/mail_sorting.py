"""SQL for the desks: mail that has to be sorted by hand, what was not taken, and one clerk at a thread at a time."""

from typing import Final, LiteralString
from uuid import UUID

from psycopg.rows import class_row

from tilts.store.onboarding.mail_records import QueueRow, ReceivedRecord
from tilts.store.tx import Tx

LOCK_THREAD: Final[LiteralString] = """
SELECT case_id FROM onboarding.mail_thread WHERE case_id = %(case_id)s FOR UPDATE
"""

# The oldest first; its sender and subject stand in the case, because no party has it yet.
TO_SORT: Final[LiteralString] = """
SELECT c.case_id, c.number, c.kind, c.state, '' AS party_name, c.facts, c.opened_at AS waiting_since, c.due_at,
       coalesce(c.facts ->> 'sender', '') AS sender, coalesce(c.facts ->> 'subject', '') AS subject
  FROM onboarding.case_file c
 WHERE c.facts @> '{"unmatched": true}' AND c.party_id IS NULL AND c.state <> 'closed'
 ORDER BY c.opened_at, c.number
 LIMIT %(limit)s
"""

NOT_TAKEN: Final[LiteralString] = """
SELECT message_id, at, sender, subject, outcome, rule_id, NULL AS number
  FROM onboarding.mail_received
 WHERE outcome <> 'case'
 ORDER BY at DESC
 LIMIT %(limit)s
"""


async def lock_thread(tx: Tx, case_id: UUID) -> None:
    """Held until the transaction ends: mail that comes meanwhile waits, and so does another clerk."""
    await tx.execute(LOCK_THREAD, {"case_id": case_id})


async def to_sort(tx: Tx, limit: int) -> list[QueueRow]:
    async with tx.cursor(row_factory=class_row(QueueRow)) as cursor:
        await cursor.execute(TO_SORT, {"limit": limit})
        return await cursor.fetchall()


async def not_taken(tx: Tx, limit: int) -> list[ReceivedRecord]:
    """What programs wrote, and what was set aside with a rule."""
    async with tx.cursor(row_factory=class_row(ReceivedRecord)) as cursor:
        await cursor.execute(NOT_TAKEN, {"limit": limit})
        return await cursor.fetchall()
