"""What people do with a thread: read it, answer it, sort mail that found no case, say whose a case is."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tilts.account import Account
from tilts.ids import new_id
from tilts.onboarding import cases
from tilts.onboarding.mail.addressing import DeskCode, one_line
from tilts.onboarding.mail.composing import Letter
from tilts.onboarding.mail.parsing import Attachment
from tilts.onboarding.mail.posting import check_desk, queue_mail
from tilts.onboarding.mail.receiving import UNMATCHED, belonging_to, keep_document
from tilts.onboarding.mail.room import MailRoom
from tilts.onboarding.mail.sniffing import checked_attachment
from tilts.onboarding.mail.texts import TEXT_CHARACTERS, tidy, without_person_codes
from tilts.rules import Refusal
from tilts.rules.cases import CASE_NOT_FOUND
from tilts.rules.mail import (
    MAIL_ATTACHMENT_TOO_LARGE,
    MAIL_NOBODY_TO_ANSWER,
    MAIL_NOT_UNMATCHED,
    MAIL_TEXT_WRONG,
)
from tilts.store.onboarding import cases as case_files
from tilts.store.onboarding import mail_threads
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


@dataclass(frozen=True, slots=True)
class Done:
    """A step that the mail room takes, beside those of the state tables."""

    action: str
    to_state: str
    facts: dict[str, Any]


async def thread_of(tx: Tx, case_id: UUID) -> list[MessageRecord]:
    """Messages in and out, the oldest first; each letter out with how it stands."""
    return await mail_threads.thread(tx, case_id)


async def queue_of(tx: Tx, desk: DeskCode) -> list[QueueRow]:
    """Cases that wait for this desk's answer: who waits longest stands first; `due_at` is the case's clock."""
    return await mail_threads.queue(tx, desk, MOST_QUEUED)


async def answer(
    tx: Tx, case: CaseRecord, account: Account, said: Answer, room: MailRoom, now: datetime
) -> UUID:
    """
    A letter to whoever wrote last, in the thread of the case; the case waits for the desk no longer.

    Raises MAIL-016 unless a desk answers, MAIL-014 when there is nobody to answer, what an attachment is refused
    for, and what a letter is refused for.
    """
    check_desk(account)
    messages = await mail_threads.thread(tx, case.case_id)
    taken = tuple(_attachment(room, name, content) for name, content in said.attachments)
    to = said.to.strip() or await _who_waits(tx, case, messages)
    thread = await mail_threads.find_thread(tx, case.case_id)
    desk = thread.desk if thread else case.facts.get("desk", "contract")
    letter = Letter(
        to,
        _subject(said, messages),
        Words(said.text, ""),
        "test" if desk == "test" else "contract",
        case_id=case.case_id,
        attachments=taken,
        in_reply_to=tuple(one.message_id for one in messages if one.message_id),
    )
    letter_id = await queue_mail(tx, letter, room, now, account=account)
    for found in taken:
        document = NewDocument(
            "answer", found.filename, found.media_type, found.content, "exchange", account.account_id
        )
        await cases.attach(tx, case.case_id, document, now)
    await mail_threads.mark_answered(tx, case.case_id)
    return letter_id


def _attachment(room: MailRoom, name: str, content: bytes) -> Attachment:
    limit = room.limits.attachment_bytes
    if len(content) > limit:
        raise Refusal(
            MAIL_ATTACHMENT_TOO_LARGE, name=one_line(name), size_bytes=len(content), limit_bytes=limit
        )
    filename, kind = checked_attachment(name, content)
    return Attachment(filename, kind.media_type, content)


async def _who_waits(tx: Tx, case: CaseRecord, messages: list[MessageRecord]) -> str:
    """Whoever wrote last by e-mail, else whom we wrote to, else the one address that the case names."""
    by_mail = [one for one in messages if not one.automatic]
    for one in reversed(by_mail):
        if one.direction == "in" and one.account_id is None:
            return one.sender
    for one in reversed(by_mail):
        if one.direction == "out":
            return one.recipient
    of_case = ThreadCase(case.case_id, case.number, case.party_id, case.facts)
    named = await belonging_to(tx, replace(of_case, party_id=None))
    if len(named) != 1:
        raise Refusal(MAIL_NOBODY_TO_ANSWER, number=case.number)
    return next(iter(named))


def _subject(said: Answer, messages: list[MessageRecord]) -> Words:
    if said.subject.strip():
        return Words(said.subject, "")
    first = next((one.subject for one in messages if one.direction == "in" and one.subject), "")
    if not first:
        return NO_SUBJECT
    return Words(first if first.lower().startswith("re:") else f"Re: {first}", "")


async def write(tx: Tx, case: CaseRecord, account: Account, text: str, now: datetime) -> None:
    """
    What the case's own party writes in the portal: into the thread, and the desk's queue. No letter leaves.

    Raises CASE-001 for a case of somebody else, MAIL-015 for no or endless text.
    """
    if case.party_id is None or case.party_id != account.party_id:
        raise Refusal(CASE_NOT_FOUND)
    said = without_person_codes(tidy(text))
    if not said or len(said) > TEXT_CHARACTERS:
        raise Refusal(MAIL_TEXT_WRONG, limit=TEXT_CHARACTERS)
    desk: DeskCode = "test" if case.facts.get("desk") == "test" else "contract"
    await mail_threads.open_thread(tx, case.case_id, desk)
    row = {"row_id": new_id(), "case_id": case.case_id, "direction": "in", "sender": "", "recipient": desk}
    row |= {"subject": "", "text": said, "at": now, "message_id": "", "in_reply_to": [], "automatic": False}
    row |= {"letter_id": None, "account_id": account.account_id, "documents": [], "refused": []}
    await mail_threads.add_message(tx, row)
    await mail_threads.mark_waiting(tx, case.case_id, now)


async def sort_mail(
    tx: Tx, number: str, into: str, account: Account, room: MailRoom, now: datetime
) -> CaseRecord:
    """
    A clerk attaches mail that had found no case to the case where it belongs, with its documents.

    Raises MAIL-016 unless a desk sorts, CASE-001 when a case is not there, MAIL-017 when it was sorted already.
    """
    check_desk(account)
    first, second = sorted({number, into})[0], sorted({number, into})[-1]
    held = {each: await case_files.lock(tx, each) for each in (first, second)}  # always in this order
    case, target = held[number], held[into]
    if case is None or target is None:
        raise Refusal(CASE_NOT_FOUND)
    unmatched = case.facts.get(UNMATCHED) is True and case.case_id != target.case_id
    desk = await mail_threads.find_thread(tx, case.case_id) if unmatched else None
    await mail_threads.open_thread(tx, target.case_id, desk.desk if desk else "contract")
    if not unmatched or not await mail_threads.sort_into(tx, case.case_id, target.case_id):
        raise Refusal(MAIL_NOT_UNMATCHED, number=number)
    for document in await case_files.documents(tx, case.case_id):
        content = await case_files.content(tx, document.document_id)
        await keep_document(
            tx, target.case_id, Attachment(document.filename, document.media_type, content), now
        )
    await mail_threads.mark_waiting(tx, target.case_id, now)
    await _close(tx, case, account, target.number, now)
    return target


async def _close(tx: Tx, case: CaseRecord, account: Account, into: str, now: datetime) -> None:
    """The unmatched case is a question like any other; it ends where its mail went."""
    facts = {**case.facts, UNMATCHED: False, "sorted_into": into}
    await case_files.save(tx, replace(case, state="closed", facts=facts, due_at=None), now)
    await _log(tx, case, Done("close", "closed", {"sorted_into": into}), account, now)


async def give_to_party(tx: Tx, case: CaseRecord, party_id: UUID, account: Account, now: datetime) -> None:
    """
    Says whose a case is that came by e-mail; from then on the party sees it. Once.

    Raises MAIL-016 unless a desk does it, MAIL-017 when it has a party already.
    """
    check_desk(account)
    if not await mail_threads.give_to_party(tx, case.case_id, party_id, now):
        raise Refusal(MAIL_NOT_UNMATCHED, number=case.number)
    await _log(tx, case, Done("give", case.state, {"party_id": str(party_id)}), account, now)


async def _log(tx: Tx, case: CaseRecord, done: Done, account: Account, now: datetime) -> None:
    step = {"case_id": case.case_id, "at": now, "action": done.action, "from_state": case.state}
    step |= {"to_state": done.to_state, "account_id": account.account_id, "second_account_id": None}
    await case_files.add_step(tx, {**step, "side": "authority", "note": "", "facts": done.facts})
