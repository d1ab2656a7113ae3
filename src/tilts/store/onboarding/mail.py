"""SQL for letters: the outbox and who sends from it, and what is kept of them."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from psycopg.rows import class_row, scalar_row

from tilts.store.onboarding.mail_records import LetterAttachment, LetterRecord
from tilts.store.tx import Tx

ADD_LETTER: Final[LiteralString] = """
INSERT INTO onboarding.letter (letter_id, case_id, desk, message_id, sender, sender_name, recipient, subject, text,
                               in_reply_to, automatic, queued_at, state, attempts, next_at, last_fault, sent_at)
VALUES (%(letter_id)s, %(case_id)s, %(desk)s, %(message_id)s, %(sender)s, %(sender_name)s, %(recipient)s, %(subject)s,
        %(text)s, %(in_reply_to)s, %(automatic)s, %(queued_at)s, %(state)s, %(attempts)s, %(next_at)s, %(last_fault)s,
        %(sent_at)s)
"""

ADD_ATTACHMENT: Final[LiteralString] = """
INSERT INTO onboarding.letter_attachment (letter_id, place, filename, media_type, content)
VALUES (%(letter_id)s, %(place)s, %(filename)s, %(media_type)s, %(content)s)
"""

# The left part of every statement that reads letters; each adds its own WHERE.
LETTERS: Final[LiteralString] = """
SELECT letter_id, case_id, desk, message_id, sender, sender_name, recipient, subject, text, in_reply_to, automatic,
       queued_at, state, attempts, next_at, last_fault, sent_at
  FROM onboarding.letter
"""

# Of many workers each gets another letter, or none: a row that somebody is sending is passed over.
TAKE_LETTER: Final[LiteralString] = f"""{LETTERS}
 WHERE state = 'waiting' AND (next_at IS NULL OR next_at <= %(wall)s)
 ORDER BY next_at NULLS FIRST, letter_id
 LIMIT 1
   FOR UPDATE SKIP LOCKED
"""

FIND_LETTER: Final[LiteralString] = f"{LETTERS} WHERE letter_id = %(letter_id)s"

OF_RECIPIENT: Final[LiteralString] = f"""{LETTERS}
 WHERE recipient = %(recipient)s
 ORDER BY queued_at DESC, letter_id DESC
 LIMIT %(limit)s
"""

NEWEST: Final[LiteralString] = f"""{LETTERS} ORDER BY queued_at DESC, letter_id DESC LIMIT %(limit)s"""

UNSENT: Final[LiteralString] = f"""{LETTERS}
 WHERE state = 'given-up' OR (state = 'waiting' AND attempts > 0)
 ORDER BY queued_at, letter_id
 LIMIT %(limit)s
"""

ATTACHMENTS: Final[LiteralString] = """
SELECT place, filename, media_type, content
  FROM onboarding.letter_attachment
 WHERE letter_id = %(letter_id)s
 ORDER BY place
"""

SENT: Final[LiteralString] = """
UPDATE onboarding.letter
   SET state = 'sent', attempts = attempts + 1, next_at = NULL, last_fault = '', sent_at = %(wall)s
 WHERE letter_id = %(letter_id)s AND state = 'waiting'
"""

NOT_SENT: Final[LiteralString] = """
UPDATE onboarding.letter
   SET attempts = attempts + 1, last_fault = %(fault)s, next_at = %(next_at)s,
       state = CASE WHEN %(next_at)s::timestamptz IS NULL THEN 'given-up' ELSE 'waiting' END
 WHERE letter_id = %(letter_id)s AND state = 'waiting'
"""

SEND_AGAIN: Final[LiteralString] = """
UPDATE onboarding.letter
   SET state = 'waiting', attempts = 0, next_at = NULL
 WHERE letter_id = %(letter_id)s AND state = 'given-up'
RETURNING letter_id
"""

AUTOMATIC_SINCE: Final[LiteralString] = """
SELECT count(*)
  FROM onboarding.letter
 WHERE recipient = %(recipient)s AND automatic AND queued_at > %(since)s
"""

RECIPIENTS: Final[LiteralString] = """
SELECT recipient
  FROM onboarding.letter
 GROUP BY recipient
 ORDER BY max(queued_at) DESC
 LIMIT %(limit)s
"""


async def add_letter(tx: Tx, letter: LetterRecord, attachments: Iterable[LetterAttachment]) -> None:
    await tx.execute(ADD_LETTER, asdict(letter))
    for attachment in attachments:
        await tx.execute(ADD_ATTACHMENT, {"letter_id": letter.letter_id, **asdict(attachment)})


async def take_letter(tx: Tx, wall: datetime) -> LetterRecord | None:
    """The letter that waits longest and that nobody else is sending; held until the transaction ends."""
    async with tx.cursor(row_factory=class_row(LetterRecord)) as cursor:
        await cursor.execute(TAKE_LETTER, {"wall": wall})
        return await cursor.fetchone()


async def find_letter(tx: Tx, letter_id: UUID) -> LetterRecord | None:
    async with tx.cursor(row_factory=class_row(LetterRecord)) as cursor:
        await cursor.execute(FIND_LETTER, {"letter_id": letter_id})
        return await cursor.fetchone()


async def letters_to(tx: Tx, recipient: str, limit: int) -> list[LetterRecord]:
    async with tx.cursor(row_factory=class_row(LetterRecord)) as cursor:
        await cursor.execute(OF_RECIPIENT, {"recipient": recipient, "limit": limit})
        return await cursor.fetchall()


async def newest_letters(tx: Tx, limit: int) -> list[LetterRecord]:
    async with tx.cursor(row_factory=class_row(LetterRecord)) as cursor:
        await cursor.execute(NEWEST, {"limit": limit})
        return await cursor.fetchall()


async def unsent_letters(tx: Tx, limit: int) -> list[LetterRecord]:
    """Those given up, and those that failed at least once."""
    async with tx.cursor(row_factory=class_row(LetterRecord)) as cursor:
        await cursor.execute(UNSENT, {"limit": limit})
        return await cursor.fetchall()


async def attachments_of(tx: Tx, letter_id: UUID) -> list[LetterAttachment]:
    async with tx.cursor(row_factory=class_row(LetterAttachment)) as cursor:
        await cursor.execute(ATTACHMENTS, {"letter_id": letter_id})
        return await cursor.fetchall()


async def mark_sent(tx: Tx, letter_id: UUID, wall: datetime) -> None:
    await tx.execute(SENT, {"letter_id": letter_id, "wall": wall})


async def mark_not_sent(tx: Tx, letter_id: UUID, fault: str, next_at: datetime | None) -> None:
    """Without a next moment it is given up."""
    await tx.execute(NOT_SENT, {"letter_id": letter_id, "fault": fault, "next_at": next_at})


async def send_again(tx: Tx, letter_id: UUID) -> bool:
    """False when it was not given up."""
    cursor = await tx.execute(SEND_AGAIN, {"letter_id": letter_id})
    return await cursor.fetchone() is not None


async def automatic_since(tx: Tx, recipient: str, since: datetime) -> int:
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(AUTOMATIC_SINCE, {"recipient": recipient, "since": since})
        return int(await cursor.fetchone() or 0)


async def recipients(tx: Tx, limit: int) -> list[str]:
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(RECIPIENTS, {"limit": limit})
        return await cursor.fetchall()
