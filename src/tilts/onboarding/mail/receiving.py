"""A message that came: looked up, decided, and kept with its case, in one transaction and once."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

from tilts.clock import RIGA
from tilts.ids import new_id
from tilts.onboarding import cases
from tilts.onboarding.mail.addressing import case_number_in, known_address, our_letter
from tilts.onboarding.mail.composing import Letter, Template, from_template
from tilts.onboarding.mail.deciding import QUESTION, Decision, Known, decide
from tilts.onboarding.mail.parsing import Attachment, Incoming
from tilts.onboarding.mail.posting import queue_mail
from tilts.onboarding.mail.room import HOUR, MailRoom
from tilts.onboarding.workflows import WORKFLOWS
from tilts.rules import Language, Refusal
from tilts.store.onboarding import cases as case_files
from tilts.store.onboarding import mail, mail_received, mail_threads
from tilts.store.onboarding.cases import CaseRecord, NewDocument
from tilts.store.onboarding.mail_records import ThreadCase
from tilts.store.tx import Tx

Outcome: TypeAlias = Literal["case", "robot", "set-aside"]
DOCUMENT_KIND: Final = "e-mail"
UNMATCHED: Final = "unmatched"  # fact of a case that a clerk has to sort


@dataclass(frozen=True, slots=True)
class Received:
    outcome: Outcome
    number: str = ""
    again: bool = False  # it had come before; nothing was done


async def receive(tx: Tx, message: Incoming, room: MailRoom, now: datetime) -> Received:
    """
    The message stands in its case when the transaction commits, and its sender is told so once in a thread.

    Raises MAIL-004 when more came from there than people write.
    """
    before = await mail_received.was_received(tx, message.message_id, message.content_sha256)
    if before is not None:
        return Received("case", again=True)
    decision = decide(message, await known_of(tx, message, now), room, now)
    case = None
    if decision.route != "robot":
        case = decision.case or await open_from_mail(tx, message, decision, now)
        await keep(tx, case, message, decision, room, now)
    outcome: Outcome = "robot" if case is None else "case"
    await mail_received.add_received(
        tx, _received(message, outcome, now) | {"case_id": case.case_id if case else None}
    )
    return Received(outcome, case.number if case else "")


async def set_aside(tx: Tx, key: bytes, no: Refusal, now: datetime, message: Incoming | None = None) -> None:
    """Written down that it came and why it was not taken; `key` tells it from others when nobody could read it."""
    row: dict[str, Any] = {"message_id": "", "content_sha256": key, "sender": "", "subject": ""}
    row |= {"at": now, "outcome": "set-aside", "case_id": None}
    if message is not None:
        row |= _received(message, "set-aside", now)
    await mail_received.add_received(tx, {**row, "rule_id": no.rule.id})


def _received(message: Incoming, outcome: Outcome, now: datetime) -> dict[str, Any]:
    return {
        "message_id": message.message_id,
        "content_sha256": message.content_sha256,
        "at": now,
        "sender": message.sender,
        "subject": message.subject,
        "outcome": outcome,
        "rule_id": None,
        "case_id": None,
    }


async def known_of(tx: Tx, message: Incoming, now: datetime) -> Known:
    number = case_number_in(message.subject)
    ours = [written for written in message.in_reply_to if our_letter(written)]
    known = Known(
        by_letters=tuple(await mail_threads.cases_of_letters(tx, ours)) if ours else (),
        by_number=await mail_threads.case_of_number(tx, number) if number else None,
        number=number,
    )
    return Known(
        by_letters=known.by_letters,
        by_number=known.by_number,
        number=number,
        belonging=await belonging_to(tx, known.case) if known.case else frozenset(),
        from_sender=await mail_received.received_since(tx, message.sender, now - HOUR),
        in_case=await mail_threads.in_case_since(tx, known.case.case_id, now - HOUR) if known.case else 0,
    )


async def belonging_to(tx: Tx, case: ThreadCase) -> frozenset[str]:
    """Addresses that wrote in the case, were written to, or stand in what its party filled in."""
    found = set(await mail_threads.correspondents(tx, case.case_id, case.party_id))
    facts = [case.facts]
    if case.party_id is not None:
        facts += await mail_threads.facts_of_party(tx, case.party_id)
    for one in facts:
        found |= {address for text in _texts(one) if (address := known_address(text))}
    return frozenset(found)


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value.strip()]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for each in inner for text in _texts(each)]


async def open_from_mail(tx: Tx, message: Incoming, decision: Decision, now: datetime) -> ThreadCase:
    """A case without a party: a sender's address is easily forged, so the desk says whose it is."""
    workflow = WORKFLOWS[decision.kind]
    state = workflow.initial.name
    number = await cases.next_number(tx, now)
    facts: dict[str, Any] = {"subject": message.subject, "sender": message.sender, "desk": decision.desk}
    if decision.route == "unmatched":
        facts |= {UNMATCHED: True, "named": case_number_in(message.subject) or ""}
    same = {each for found in message.attachments for each in await same_document_already(tx, found.sha256)}
    if same:
        facts["same_documents"] = sorted(same)
    case_id = new_id()
    row = {"case_id": case_id, "number": number, "kind": decision.kind, "party_id": None, "state": state}
    row |= {"facts": facts, "now": now, "due_at": cases.due_at(workflow, state, now)}
    await case_files.add(tx, row)
    step = {"case_id": case_id, "at": now, "action": "open", "from_state": None, "to_state": state}
    step |= {"account_id": None, "second_account_id": None, "side": "exchange", "note": "", "facts": facts}
    await case_files.add_step(tx, step)
    return ThreadCase(case_id, number, None, facts)


async def same_document_already(tx: Tx, sha256: bytes) -> list[str]:
    """Numbers of the cases that hold a document of the same bytes, whichever way it came (source page C3)."""
    return await mail_threads.numbers_with(tx, sha256)


async def keep(
    tx: Tx, case: ThreadCase, message: Incoming, decision: Decision, room: MailRoom, now: datetime
) -> None:
    held = await case_files.lock(tx, case.number)  # before the thread: the order that clerks lock in
    await mail_threads.open_thread(tx, case.case_id, decision.desk)
    documents = [await keep_document(tx, case.case_id, found, now) for found in message.attachments]
    row = {
        "row_id": new_id(),
        "case_id": case.case_id,
        "direction": "in",
        "sender": message.sender,
        "recipient": room.desk(decision.desk, now).address,
        "subject": message.subject,
        "text": message.text,
        "at": now,
        "message_id": message.message_id,
        "in_reply_to": list(message.in_reply_to),
        "automatic": message.automatic,
        "letter_id": None,
        "account_id": None,
        "documents": documents,
        "refused": [{"rule": no.rule.id, "facts": no.told()} for no in message.refused],
    }
    await mail_threads.add_message(tx, row)
    if message.automatic:
        return
    await mail_threads.mark_waiting(tx, case.case_id, now)
    if held is not None and (held.kind, held.state) == (QUESTION, "answered"):
        await ask_again(tx, held, now)
    await acknowledge(tx, case, message, room, now)


async def ask_again(tx: Tx, case: CaseRecord, now: datetime) -> None:
    """Whoever writes after the answer asks again: the question waits for the desk, with its clock."""
    workflow = WORKFLOWS[case.kind]
    state = workflow.initial.name
    await case_files.save(tx, replace(case, state=state, due_at=cases.due_at(workflow, state, now)), now)
    step = {"case_id": case.case_id, "at": now, "action": "ask-again", "from_state": case.state}
    step |= {"to_state": state, "account_id": None, "second_account_id": None, "side": "exchange"}
    await case_files.add_step(tx, {**step, "note": "", "facts": {}})


async def keep_document(tx: Tx, case_id: UUID, found: Attachment, now: datetime) -> UUID:
    """The same bytes again in the same case are the same document."""
    earlier = await mail_threads.in_case_already(tx, case_id, found.sha256)
    if earlier is not None:
        return earlier
    document = NewDocument(DOCUMENT_KIND, found.filename, found.media_type, found.content, channel="e-mail")
    return await cases.attach(tx, case_id, document, now)


async def acknowledge(tx: Tx, case: ThreadCase, message: Incoming, room: MailRoom, now: datetime) -> None:
    """Once in a thread; later only to name attachments that were not taken. Never more in an hour than a person
    would bear: two programs that answer each other stop here (RFC 3834 section 2)."""
    first = await mail_threads.acknowledge(tx, case.case_id, now)
    if not first and not message.refused:
        return
    if await mail.automatic_since(tx, message.sender, now - HOUR) >= room.automatic_letters_per_hour:
        return
    template: Template = "acknowledgement" if first else "acknowledgement-refused"
    subject, text = from_template(
        template,
        number=case.number,
        received_on=f"{now.astimezone(RIGA):%d.%m.%Y}",
        received_time=f"{now.astimezone(RIGA):%H:%M}",
        link=room.link(case.number),
        documents_lv=named_documents(message, "lv"),
        documents_en=named_documents(message, "en"),
    )
    thread = await mail_threads.find_thread(tx, case.case_id)
    assert thread is not None, "it was opened above"
    letter = Letter(
        message.sender,
        subject,
        text,
        "test" if thread.desk == "test" else "contract",
        case_id=case.case_id,
        in_reply_to=(*message.in_reply_to, *([message.message_id] if message.message_id else [])),
        automatic=True,
    )
    await queue_mail(tx, letter, room, now)


def named_documents(message: Incoming, language: Language) -> str:
    """What was taken and what was not, by name; each refusal with what to do."""
    taken, refused = ("Pieņemts", "Nav pieņemts") if language == "lv" else ("Accepted", "Not accepted")
    lines = [f"{taken}: {found.filename}" for found in message.attachments]
    for no in message.refused:
        lines += [
            f"{refused}: {no.rule.sentence(language, no.told())} {no.rule.fix(language)} ({no.rule.id})"
        ]
    return "\n".join(["", *lines, ""]) if lines else ""
