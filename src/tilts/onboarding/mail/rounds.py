"""The mail room's rounds: what waits in the outbox is sent, what lies in the folder is received.

Any number of workers may go round at once. A letter is sent by the one that holds its row; a message is kept by
the one that writes it down. Whatever is killed in between is done again by the next round: a letter that the
mail server had taken, but whose row was not yet marked, leaves twice with one Message-ID.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

import structlog

from tilts.clock import Clock
from tilts.onboarding.mail.composing import Envelope, Sealed, as_message
from tilts.onboarding.mail.couriers import Courier, NotTaken
from tilts.onboarding.mail.desks import desks_from
from tilts.onboarding.mail.parsing import Attachment, Incoming, parse
from tilts.onboarding.mail.receiving import receive, set_aside
from tilts.onboarding.mail.room import MailRoom, room_from
from tilts.rules import Refusal, Unavailable
from tilts.rules.mail import MAIL_TOO_LARGE
from tilts.settings import Settings
from tilts.store.onboarding import mail, mail_received
from tilts.store.onboarding.mail_folder import Found, MailFolder
from tilts.store.onboarding.mail_records import LetterRecord
from tilts.store.tx import Database, Tx

LONGEST_PAUSE: Final = timedelta(hours=6)
OUR_ATTEMPTS: Final = (
    5  # of a message at which we fail ourselves, before it is set aside for somebody to look
)
log = structlog.get_logger("tilts.mail")


@dataclass(frozen=True, slots=True)
class Patience:
    attempts: int
    first_pause: timedelta

    def next_pause(self, failed: int) -> timedelta | None:
        """After so many failures; None when it is given up."""
        if failed >= self.attempts:
            return None
        return min(self.first_pause * (1 << min(failed - 1, 20)), LONGEST_PAUSE)


async def send_all(database: Database, clock: Clock, courier: Courier, patience: Patience) -> int:
    """Everything that is due now; says for how many letters it tried."""
    tried = 0
    while await send_one(database, clock, courier, patience):
        tried += 1
    return tried


async def send_one(database: Database, clock: Clock, courier: Courier, patience: Patience) -> bool:
    """False when nothing is due, or others are sending all that is. The row stays locked until it is marked."""
    async with database.transaction() as tx:
        letter = await mail.take_letter(tx, clock.wall())
        if letter is None:
            return False
        try:
            await hand_over(tx, letter, courier)
        except NotTaken as no:
            pause = None if no.permanent else patience.next_pause(letter.attempts + 1)
            next_at = clock.wall() + pause if pause else None
            await mail.mark_not_sent(tx, letter.letter_id, no.fault, next_at)
            log.warning("letter", letter=str(letter.letter_id), fault=no.fault, given_up=next_at is None)
        else:
            await mail.mark_sent(tx, letter.letter_id, clock.wall())
        return True


async def hand_over(tx: Tx, letter: LetterRecord, courier: Courier) -> None:
    """Raises NotTaken, whatever went wrong: one letter must not hold up those behind it."""
    try:
        attachments = await mail.attachments_of(tx, letter.letter_id)
        envelope = Envelope(
            message_id=letter.message_id,
            sender=letter.sender,
            sender_name=letter.sender_name,
            written_at=letter.queued_at,
            references=tuple(letter.in_reply_to),
            automatic=letter.automatic,
        )
        message = as_message(
            Sealed(letter.recipient, letter.subject, letter.text),
            envelope,
            tuple(Attachment(one.filename, one.media_type, one.content) for one in attachments),
        )
    except (ValueError, LookupError, TypeError) as fault:
        raise NotTaken(f"cannot be written: {type(fault).__name__}", permanent=True) from fault
    await courier.hand_over(letter.message_id, letter.sender, letter.recipient, message)


def intake_from(settings: Settings) -> "Intake | None":
    """None when no folder is set: then nothing is received."""
    if settings.mail_folder == Path():
        return None
    return Intake(
        MailFolder(settings.mail_folder).make(), room_from(settings, desks_from(settings.contacts_file))
    )


@dataclass(slots=True)
class Intake:
    """The folder of messages that came, with what this worker remembers of its own failures."""

    folder: MailFolder
    room: MailRoom
    failed: Counter[str] = field(default_factory=Counter)

    async def receive_all(self, database: Database, clock: Clock) -> int:
        """Everything that lies there; says how many messages were settled."""
        settled = 0
        for name in await asyncio.to_thread(self.folder.waiting):
            settled += await self.receive_named(database, clock, name)
        return settled

    async def receive_named(self, database: Database, clock: Clock, name: str) -> bool:
        """Written down first, moved after: killed between the two, it is found again and known again."""
        found = await asyncio.to_thread(self.folder.read, name, self.room.limits.message_bytes)
        if found is None:
            return False
        try:
            reason = await self._settle(database, clock, found)
        except Unavailable:
            raise
        except Exception as fault:
            # Ours, not the sender's: tried again, and kept for somebody to look at, so that no mail is lost.
            log.error("message", name=name, kind=type(fault).__name__)
            self.failed[name] += 1
            if self.failed[name] < OUR_ATTEMPTS:
                return False
            reason = f"fault of the exchange: {type(fault).__name__}\n"
        if reason == BUSY:
            return False
        self.failed.pop(name, None)
        await asyncio.to_thread(self._put_away, name, reason)
        return True

    def _put_away(self, name: str, reason: str) -> None:
        if reason:
            self.folder.set_aside(name, reason)
        else:
            self.folder.done(name)

    async def _settle(self, database: Database, clock: Clock, found: Found) -> str:
        """Empty when it was kept; else why it is set aside."""
        message: Incoming | None = None
        try:
            message = await asyncio.to_thread(read, found, self.room)
            async with database.transaction() as tx:
                if not await mail_received.receive_alone(tx):
                    return BUSY
                await receive(tx, message, self.room, clock.now())
            return ""
        except Refusal as no:
            async with database.transaction() as tx:
                await set_aside(tx, found.sha256, no, clock.now(), message)
            return reason_of(no)


BUSY: Final = "another worker sorts just now"


def read(found: Found, room: MailRoom) -> Incoming:
    if found.content is None:
        raise Refusal(MAIL_TOO_LARGE, size_bytes=found.size_bytes, limit_bytes=room.limits.message_bytes)
    return parse(found.content, room.limits)


def reason_of(no: Refusal) -> str:
    """For whoever looks into the folder: the rule in both languages, with what we know beside it."""
    rule, facts = no.rule, no.facts
    lines = [rule.id, rule.sentence("lv", facts), rule.fix_lv, rule.sentence("en", facts), rule.fix_en]
    return "\n".join([*lines, *(f"{name}: {value}" for name, value in sorted(facts.items()))]) + "\n"
