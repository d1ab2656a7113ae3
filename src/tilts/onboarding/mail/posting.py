"""Letters on their way out: written into the outbox in the transaction of their cause, or not at all."""

from datetime import datetime
from typing import Final
from uuid import UUID

from tilts.account import Account
from tilts.ids import new_id
from tilts.onboarding.mail.addressing import our_message_id
from tilts.onboarding.mail.composing import Letter, seal
from tilts.onboarding.mail.parsing import Attachment
from tilts.onboarding.mail.room import MailRoom
from tilts.rules import Refusal
from tilts.rules.mail import MAIL_LETTER_NOT_GIVEN_UP, MAIL_NOT_YOURS_TO_ANSWER
from tilts.store.onboarding import mail, mail_threads
from tilts.store.onboarding.mail_records import LetterAttachment, LetterRecord
from tilts.store.tx import Tx

SHOWN_REFERENCES: Final = 10


async def queue_mail(
    tx: Tx, letter: Letter, room: MailRoom, now: datetime, *, account: Account | None = None
) -> UUID:
    """
    The letter stands in the outbox, and in the thread of its case, when the transaction commits.

    Raises MAIL-012 for an address that is none, MAIL-013 for a person code in it, MAIL-015 for no or endless text.
    """
    number = await mail_threads.number_of(tx, letter.case_id) if letter.case_id else ""
    desk = room.desk(letter.desk, now)
    sealed = seal(letter, number, desk)
    letter_id = new_id()
    row = LetterRecord(
        letter_id=letter_id,
        case_id=letter.case_id,
        desk=letter.desk,
        message_id=our_message_id(letter_id, desk.address),
        sender=desk.address,
        sender_name=desk.name_lv,
        recipient=sealed.to,
        subject=sealed.subject,
        text=sealed.text,
        in_reply_to=list(letter.in_reply_to[-SHOWN_REFERENCES:]),
        automatic=letter.automatic,
        queued_at=now,
        state="waiting",
        attempts=0,
        next_at=None,
        last_fault="",
        sent_at=None,
    )
    await mail.add_letter(tx, row, _placed(letter.attachments))
    if letter.case_id is not None:
        await mail_threads.open_thread(tx, letter.case_id, letter.desk)
        await mail_threads.add_message(tx, _message(row, letter, account))
    return letter_id


def _placed(attachments: tuple[Attachment, ...]) -> list[LetterAttachment]:
    return [
        LetterAttachment(place, found.filename, found.media_type, found.content)
        for place, found in enumerate(attachments, 1)
    ]


def _message(letter: LetterRecord, written: Letter, account: Account | None) -> dict[str, object]:
    return {
        "row_id": new_id(),
        "case_id": written.case_id,
        "direction": "out",
        "sender": letter.sender,
        "recipient": letter.recipient,
        "subject": letter.subject,
        "text": letter.text,
        "at": letter.queued_at,
        "message_id": letter.message_id,
        "in_reply_to": letter.in_reply_to,
        "automatic": letter.automatic,
        "letter_id": letter.letter_id,
        "account_id": account.account_id if account else None,
        "documents": list(written.documents),
        "refused": [],
    }


async def send_again(tx: Tx, letter_id: UUID, account: Account) -> None:
    """A letter that was given up waits again, with all its attempts. Raises MAIL-016, MAIL-018."""
    check_desk(account)
    if not await mail.send_again(tx, letter_id):
        raise Refusal(MAIL_LETTER_NOT_GIVEN_UP)


def check_desk(account: Account) -> None:
    if account.role != "authority":
        raise Refusal(MAIL_NOT_YOURS_TO_ANSWER)
