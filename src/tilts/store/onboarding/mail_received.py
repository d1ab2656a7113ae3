"""SQL for what came by e-mail: each message once, and what became of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, LiteralString

from psycopg.rows import class_row, scalar_row

from tilts.store.onboarding.mail_records import ReceivedRecord
from tilts.store.tx import Tx

RECEIVE_ALONE: Final[LiteralString] = """
SELECT pg_try_advisory_xact_lock(x'54696c74734d'::bigint)
"""
# "TiltsM": one worker at a time sorts the mail, so that counting by sender and by case needs no further lock.

RECEIVED: Final[LiteralString] = """
INSERT INTO onboarding.mail_received (message_id, content_sha256, at, sender, subject, outcome, rule_id, case_id)
VALUES (%(message_id)s, %(content_sha256)s, %(at)s, %(sender)s, %(subject)s, %(outcome)s, %(rule_id)s, %(case_id)s)
ON CONFLICT ON CONSTRAINT message_is_received_once DO NOTHING
RETURNING true
"""

WAS_RECEIVED: Final[LiteralString] = """
SELECT outcome
  FROM onboarding.mail_received
 WHERE message_id = %(message_id)s AND content_sha256 = %(content_sha256)s
"""

RECEIVED_SINCE: Final[LiteralString] = """
SELECT count(*) FROM onboarding.mail_received WHERE sender = %(sender)s AND at > %(since)s
"""

NEWEST_RECEIVED: Final[LiteralString] = """
SELECT r.message_id, r.at, r.sender, r.subject, r.outcome, r.rule_id, c.number
  FROM onboarding.mail_received r
  LEFT JOIN onboarding.case_file c USING (case_id)
 ORDER BY r.at DESC
 LIMIT %(limit)s
"""


async def receive_alone(tx: Tx) -> bool:
    """False when another worker sorts the mail just now."""
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(RECEIVE_ALONE)
        return bool(await cursor.fetchone())


async def add_received(tx: Tx, received: Mapping[str, Any]) -> bool:
    """False when it had come before."""
    cursor = await tx.execute(RECEIVED, received)
    return await cursor.fetchone() is not None


async def was_received(tx: Tx, message_id: str, content_sha256: bytes) -> str | None:
    """What became of it when it came before."""
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(WAS_RECEIVED, {"message_id": message_id, "content_sha256": content_sha256})
        found = await cursor.fetchone()
    return None if found is None else str(found)


async def received_since(tx: Tx, sender: str, since: datetime) -> int:
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(RECEIVED_SINCE, {"sender": sender, "since": since})
        return int(await cursor.fetchone() or 0)


async def newest_received(tx: Tx, limit: int) -> list[ReceivedRecord]:
    async with tx.cursor(row_factory=class_row(ReceivedRecord)) as cursor:
        await cursor.execute(NEWEST_RECEIVED, {"limit": limit})
        return await cursor.fetchall()
