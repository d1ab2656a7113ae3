"""Answering the checklist: begun, filled in as time allows with files beside the answers, then declared.

    begin -> keep .. keep -> declare (effects/checklist.py)

What was kept is a draft in the case; it moves nothing and is nobody's declaration yet. Of two who write at once
nobody is overwritten unseen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final

from tilts.account import Account
from tilts.clock import day_in_riga
from tilts.onboarding.cases import attach, check_sees, open_case, side_of
from tilts.onboarding.mail.sniffing import checked_attachment, safe_name
from tilts.onboarding.procedures.checklist import (
    Answer,
    Checklist,
    checklist_on,
    checklist_to_declare,
    last_day,
    still_asked,
)
from tilts.onboarding.procedures.questions import Declarant
from tilts.onboarding.workflows import WORKFLOWS
from tilts.rules import Refusal
from tilts.rules.cases import CASE_OTHER_SIDE
from tilts.rules.mail import MAIL_ATTACHMENT_TOO_LARGE
from tilts.rules.procedures import PRC_NO_QUESTIONS, PRC_TOO_MANY_FILES
from tilts.store.onboarding import cases
from tilts.store.onboarding.cases import CaseRecord, DocumentRecord, NewDocument
from tilts.store.tx import Tx

KIND: Final = "checklist"
DECLARE: Final = "declare"
ACCEPTED: Final = "accepted"
EVIDENCE: Final = "evidence"  # kind of the documents
MOST_FILES: Final = 40
MOST_KEPT: Final = 10_000  # characters of a reason in a draft; what is too long to be declared is said then


@dataclass(frozen=True, slots=True)
class Draft:
    questions: int  # version that was answered
    answers: Mapping[str, Answer]
    by: str = ""  # who kept it last


@dataclass(frozen=True, slots=True)
class SentFile:
    question: str
    filename: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Sent:
    """What a filled page brings; `version` is that of the case when the page was shown."""

    version: int
    questions: int
    answers: Mapping[str, Answer]
    dropped: frozenset[str] = frozenset()  # documents that are not to be evidence any more
    files: tuple[SentFile, ...] = ()
    file_limit_bytes: int = 10_485_760


@dataclass(frozen=True, slots=True)
class Kept:
    case: CaseRecord
    refused: tuple[tuple[str, Refusal], ...] = ()  # question, why a file of it was not taken
    clashes: Mapping[str, Answer] = field(default_factory=dict)  # kept by somebody else meanwhile
    by: str = ""  # who that was


def declarant_of(account: Account) -> Declarant:
    return "vendor" if account.role == "vendor" else "institution"


def asked_in(case: CaseRecord, day: date) -> Checklist:
    """The questions of a case that is being answered."""
    found = still_asked(int(case.facts.get("asked", 0)), day) or checklist_on(day)
    if found is None:
        raise Refusal(PRC_NO_QUESTIONS, day=day)
    return found


def holds_on(case: CaseRecord, day: date) -> bool:
    """Is it an accepted declaration whose questions are not over?"""
    last = last_day(case.facts.get("questions"))
    return case.state == ACCEPTED and (last is None or day <= last)


async def begin(tx: Tx, account: Account, now: datetime) -> CaseRecord:
    """A new declaration of one's party; the one before goes on to hold. Raises PRC-012 and what open_case raises."""
    assert account.party_id is not None, "developers and institutions act for a party"
    day = day_in_riga(now)
    earlier = await cases.of_kind(tx, account.party_id, KIND)
    held = [
        int(case.facts["questions"]) for case in earlier if holds_on(case, day) and "questions" in case.facts
    ]
    asked = checklist_to_declare(day, held)
    if asked is None:
        raise Refusal(PRC_NO_QUESTIONS, day=day)
    facts = {"asked": asked.version, "declarant": declarant_of(account)}
    return await open_case(
        tx, KIND, party_id=account.party_id, facts=facts, account_id=account.account_id, now=now
    )


async def open_to(tx: Tx, number: str, account: Account) -> CaseRecord:
    """The case, held, if this person may answer in it now. Raises CASE-001, CASE-002, CASE-003, CASE-004."""
    case = check_sees(await cases.lock(tx, number), account)
    if account.role == "it":
        raise Refusal(CASE_OTHER_SIDE, action=DECLARE, side="institution")
    WORKFLOWS[case.kind].check(case.state, DECLARE, side_of(account))
    return case


async def keep(tx: Tx, number: str, account: Account, sent: Sent, now: datetime) -> Kept:
    """Answers and files as far as they go; a file that is not taken keeps nothing else from being kept."""
    case = await open_to(tx, number, account)
    before = draft_of(case)
    answers, clashes = merged(before.answers, sent.answers, stale=sent.version != case.version)
    evidence = {
        name: tuple(one for one in answer.evidence if one not in sent.dropped)
        for name, answer in before.answers.items()
    }
    refused = []
    for file in sent.files:
        try:
            document_id = await keep_file(tx, case, file, account, sent.file_limit_bytes, now)
        except Refusal as no:
            refused.append((file.question, no))
            continue
        evidence[file.question] = tuple(dict.fromkeys([*evidence.get(file.question, ()), document_id]))
    whole = {
        name: replace(answers.get(name, Answer("")), evidence=evidence.get(name, ()))
        for name in {**evidence, **answers}
    }
    questions = before.questions if clashes else sent.questions
    draft = Draft(questions, whole, before.by if clashes else account.name)
    saved = replace(case, facts={**case.facts, "draft": as_facts(draft)}, version=case.version + 1)
    await cases.save(tx, saved, now)
    return Kept(saved, tuple(refused), clashes, before.by)


def merged(
    kept: Mapping[str, Answer], sent: Mapping[str, Answer], *, stale: bool
) -> tuple[dict[str, Answer], dict[str, Answer]]:
    """The answers to keep, and those that somebody else changed since the page was shown.

    With a clash the kept ones stay, all of them: whose answer it is to be is for people to say.
    """
    written = {name: answer for name, answer in sent.items() if answer.answer or answer.reason}
    if not stale:
        return written, {}
    clashes = {
        name: kept[name]
        for name, answer in written.items()
        if name in kept and said(kept[name]) not in (("", ""), said(answer))
    }
    return dict(kept) if clashes else {**kept, **written}, clashes


def said(answer: Answer) -> tuple[str, str]:
    return answer.answer, answer.reason


async def keep_file(
    tx: Tx, case: CaseRecord, file: SentFile, account: Account, limit_bytes: int, now: datetime
) -> str:
    """The id of the document; the same file sent again stays one document."""
    if len(file.content) > limit_bytes:
        raise Refusal(
            MAIL_ATTACHMENT_TOO_LARGE,
            name=safe_name(file.filename),
            size_bytes=len(file.content),
            limit_bytes=limit_bytes,
        )
    filename, kind = checked_attachment(file.filename, file.content)
    there = [one for one in await cases.documents(tx, case.case_id) if one.kind == EVIDENCE]
    digest = sha256(file.content).digest()
    same = next((one for one in there if (one.sha256, one.filename) == (digest, filename)), None)
    if same is not None:
        return str(same.document_id)
    if len(there) >= MOST_FILES:
        raise Refusal(PRC_TOO_MANY_FILES, name=filename, limit=MOST_FILES)
    document = NewDocument(EVIDENCE, filename, kind.media_type, file.content, account_id=account.account_id)
    return str(await attach(tx, case.case_id, document, now))


def draft_of(case: CaseRecord) -> Draft:
    written: dict[str, Any] = case.facts.get("draft") or {}
    answers = {
        name: Answer(one["answer"], one["reason"], tuple(one["evidence"]))
        for name, one in written.get("answers", {}).items()
    }
    return Draft(int(written.get("questions", 0)), answers, written.get("by", ""))


def as_facts(draft: Draft) -> dict[str, Any]:
    answers = {
        name: {"answer": one.answer, "reason": plain(one.reason), "evidence": list(one.evidence)}
        for name, one in draft.answers.items()
    }
    return {"questions": draft.questions, "by": draft.by, "answers": answers}


def plain(text: str) -> str:
    """Without characters that no text has: a NUL cannot even be stored."""
    kept = text.replace("\r\n", "\n")[:MOST_KEPT]
    return "".join(letter for letter in kept if letter.isprintable() or letter in "\n\t")


async def evidence_of(tx: Tx, case: CaseRecord) -> dict[str, DocumentRecord]:
    """The files of the case, by id."""
    found = await cases.documents(tx, case.case_id)
    return {str(one.document_id): one for one in found if one.kind == EVIDENCE}
