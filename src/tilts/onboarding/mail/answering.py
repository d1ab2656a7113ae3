"""What people do with a thread: read it, answer it, write into it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tilts.account import Account
from tilts.clock import RIGA
from tilts.ids import new_id
from tilts.onboarding import cases
from tilts.onboarding.mail.addressing import DeskCode, one_line
from tilts.onboarding.mail.composing import Letter
from tilts.onboarding.mail.contacting import reached
from tilts.onboarding.mail.desks import desk_for
from tilts.onboarding.mail.parsing import Attachment
from tilts.onboarding.mail.posting import check_desk, queue_mail
from tilts.onboarding.mail.receiving import belonging_to
from tilts.onboarding.mail.room import MailRoom
from tilts.onboarding.mail.sniffing import checked_attachment
from tilts.onboarding.mail.texts import TEXT_CHARACTERS, has_person_code, tidy, without_person_codes
from tilts.rules import Refusal
from tilts.rules.cases import CASE_NOT_FOUND
from tilts.rules.mail import (
    MAIL_ATTACHMENT_TOO_LARGE,
    MAIL_NOBODY_TO_ANSWER,
    MAIL_PERSON_NAMED,
    MAIL_TEXT_WRONG,
    MAIL_THREAD_MOVED_ON,
)
from tilts.store.onboarding import mail_sorting, mail_threads
from tilts.store.onboarding.cases import CaseRecord, NewDocument
from tilts.store.onboarding.mail_records import MessageRecord, QueueRow, ThreadCase
from tilts.store.tx import Tx
from tilts.workflow import Words

MOST_QUEUED: Final = 200
NO_SUBJECT: Final = Words("Atbilde", "Answer")


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody writes; `to` is needed only where nobody has written yet."""

    text: str
    to: str = ""
    subject: str = ""
    attachments: tuple[tuple[str, bytes], ...] = ()  # name and content
    seen: str | None = None  # seen_in(..) when it was written; None: it was not looked at


async def thread_of(tx: Tx, case_id: UUID) -> list[MessageRecord]:
    """Messages in and out, the oldest first; each letter out with how it stands."""
    return await mail_threads.thread(tx, case_id)


async def queue_of(tx: Tx, desk: DeskCode) -> list[QueueRow]:
    """Cases that wait for this desk's answer: who waits longest stands first; `due_at` is the case's clock."""
    return await mail_threads.queue(tx, desk, MOST_QUEUED)


async def answer(
    tx: Tx, case: CaseRecord, account: Account, said: Answer, room: MailRoom, now: datetime
) -> UUID | None:
    """
    A letter to whoever wrote last, in the thread of the case; the case waits for the desk no longer.

    Without an address it stands in the thread alone, where its party reads it; then there is no letter.
    Raises MAIL-016 unless a desk answers, MAIL-019 when the thread went on meanwhile, MAIL-014 when there is nobody
    to answer, what an attachment is refused for, and what a letter is refused for.
    """
    check_desk(account)
    await mail_threads.open_thread(tx, case.case_id, desk_for(case.kind, case.facts))
    await mail_sorting.lock_thread(tx, case.case_id)
    messages = await mail_threads.thread(tx, case.case_id)
    check_seen(case, messages, said.seen)
    taken = tuple(_attachment(room, name, content) for name, content in said.attachments)
    to = said.to.strip() or await recipient_of(tx, case, messages)
    documents = [await cases.attach(tx, case.case_id, _document(found, account), now) for found in taken]
    letter = Letter(
        to,
        _subject(said, messages),
        Words(said.text, ""),
        await _desk_of(tx, case),
        case_id=case.case_id,
        attachments=taken,
        documents=tuple(documents),
        in_reply_to=references(messages),
    )
    letter_id = None
    if to:
        letter_id = await queue_mail(tx, letter, room, now, account=account)
    else:
        await _keep_without_letter(tx, letter, room, now, account)
    await mail_threads.mark_answered(tx, case.case_id)
    return letter_id


def references(messages: list[MessageRecord]) -> tuple[str, ...]:
    """The identifiers of the thread; last the one of the message that is answered, not of our acknowledgement."""
    known = [one.message_id for one in messages if one.message_id]
    answered = next(
        (one.message_id for one in reversed(messages) if one.direction == "in" and one.message_id), ""
    )
    return (*(one for one in known if one != answered), *([answered] if answered else []))


def seen_in(messages: list[MessageRecord]) -> str:
    """What an answer must have seen: how many messages people have written; whatever is added changes it."""
    return str(sum(not one.automatic for one in messages))


def check_seen(case: CaseRecord, messages: list[MessageRecord], seen: str | None) -> None:
    """Of two clerks who answer at once the second one is told, and so is one whose answer crosses a new message."""
    if seen is None or seen == seen_in(messages):
        return
    last = max((one for one in messages if not one.automatic), key=lambda one: one.row_id, default=None)
    what = f"{last.account_name or last.sender}, {last.at.astimezone(RIGA):%d.%m.%Y %H:%M}" if last else "-"
    raise Refusal(MAIL_THREAD_MOVED_ON, number=case.number, what=what)


async def _desk_of(tx: Tx, case: CaseRecord) -> DeskCode:
    thread = await mail_threads.find_thread(tx, case.case_id)
    return desk_for(case.kind, case.facts if thread is None else {"desk": thread.desk})


async def _keep_without_letter(
    tx: Tx, letter: Letter, room: MailRoom, now: datetime, account: Account
) -> None:
    assert letter.case_id is not None, "what has no address has a case"
    desk = room.desk(letter.desk, now)
    said = checked_text(letter.text.lv)
    row = {
        "direction": "out",
        "sender": desk.address,
        "subject": "",
        "text": said,
        "documents": letter.documents,
    }
    await _add(tx, letter.case_id, account, now, row)


def checked_text(written: str) -> str:
    """What stands in a thread without a letter holds to the same as a letter. Raises MAIL-013, MAIL-015."""
    said = tidy(written)
    if not said or len(said) > TEXT_CHARACTERS:
        raise Refusal(MAIL_TEXT_WRONG, limit=TEXT_CHARACTERS)
    if has_person_code(said):
        raise Refusal(MAIL_PERSON_NAMED)
    return said


async def _add(tx: Tx, case_id: UUID, account: Account, now: datetime, facts: dict[str, Any]) -> None:
    """A message that was written in the portal and that no letter carries."""
    row = {"row_id": new_id(), "case_id": case_id, "recipient": "", "at": now, "message_id": ""}
    row |= {"in_reply_to": [], "automatic": False, "letter_id": None, "account_id": account.account_id}
    row |= {"documents": [], "refused": []}
    await mail_threads.add_message(tx, {**row, **facts, "documents": list(facts.get("documents", ()))})


def _document(found: Attachment, account: Account) -> NewDocument:
    return NewDocument(
        "answer", found.filename, found.media_type, found.content, "exchange", account.account_id
    )


def _attachment(room: MailRoom, name: str, content: bytes) -> Attachment:
    limit = room.limits.attachment_bytes
    if len(content) > limit:
        raise Refusal(
            MAIL_ATTACHMENT_TOO_LARGE, name=one_line(name), size_bytes=len(content), limit_bytes=limit
        )
    filename, kind = checked_attachment(name, content)
    return Attachment(filename, kind.media_type, content)


async def recipient_of(tx: Tx, case: CaseRecord, messages: list[MessageRecord]) -> str:
    """Whoever wrote last by e-mail, else whom we wrote to, else where the letters of the case go; else nobody."""
    by_mail = [one for one in messages if not one.automatic]
    for one in reversed(by_mail):
        if one.direction == "in" and one.account_id is None:
            return one.sender
    for one in reversed(by_mail):
        if one.direction == "out" and one.recipient:
            return one.recipient
    if (found := await reached(tx, case)) is not None:
        return found.address
    of_case = ThreadCase(case.case_id, case.number, None, case.facts)
    named = await belonging_to(tx, of_case)
    if len(named) == 1:
        return next(iter(named))
    if case.party_id is None:
        raise Refusal(MAIL_NOBODY_TO_ANSWER, number=case.number)
    return ""


def _subject(said: Answer, messages: list[MessageRecord]) -> Words:
    if said.subject.strip():
        return Words(said.subject, "")
    first = next((one.subject for one in messages if one.direction == "in" and one.subject), "")
    if not first:
        return NO_SUBJECT
    return Words(first if first.lower().startswith("re:") else f"Re: {first}", "")


async def write(
    tx: Tx, case: CaseRecord, account: Account, text: str, now: datetime, *, subject: str = ""
) -> None:
    """
    What the case's own party writes in the portal: into the thread, and the desk's queue. No letter leaves.

    Raises CASE-001 for a case of somebody else, MAIL-015 for no or endless text.
    """
    if case.party_id is None or case.party_id != account.party_id:
        raise Refusal(CASE_NOT_FOUND)
    said = without_person_codes(tidy(text))
    if not said or len(said) > TEXT_CHARACTERS:
        raise Refusal(MAIL_TEXT_WRONG, limit=TEXT_CHARACTERS)
    desk = desk_for(case.kind, case.facts)
    await mail_threads.open_thread(tx, case.case_id, desk)
    shown = without_person_codes(one_line(subject))
    row = {"direction": "in", "sender": "", "recipient": desk, "subject": shown, "text": said}
    await _add(tx, case.case_id, account, now, row)
    await mail_threads.mark_waiting(tx, case.case_id, now)
