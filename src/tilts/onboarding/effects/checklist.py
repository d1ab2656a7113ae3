"""The checklist of point 14: declared whole or not at all, frozen as it was declared, accepted while it counts.

A declaration counts until the last day of its questions; a newer one takes its place when it is accepted
(Source page B1).
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Any, Final

from tilts.clock import day_in_riga
from tilts.onboarding.cases import attach
from tilts.onboarding.checklist import ACCEPTED, KIND, Draft, asked_in, draft_of, evidence_of
from tilts.onboarding.procedures import procedure_version
from tilts.onboarding.procedures.checklist import (
    NAME,
    Answer,
    Checklist,
    check_declaration,
    checklist_on,
    last_day,
)
from tilts.onboarding.procedures.completeness import require_complete
from tilts.onboarding.procedures.form import render_document
from tilts.onboarding.procedures.questions import REASON_TAIL, Declarant, Question
from tilts.onboarding.taking import Taking, done
from tilts.onboarding.workflows import WORKFLOWS
from tilts.rules import Language, Refusal
from tilts.rules.procedures import PRC_CHANGED_MEANWHILE, PRC_QUESTIONS_CHANGED
from tilts.store.onboarding import cases, parties
from tilts.store.onboarding.cases import DocumentRecord, NewDocument
from tilts.store.onboarding.parties import PartyRecord

DECLARATION: Final = "declaration"  # kind of the frozen documents
REPLACE: Final = "replace"


async def declare(taking: Taking) -> None:
    """What was kept is declared: every question answered, with reason and evidence where they are needed."""
    case, given = taking.case, taking.facts.pop("answers")
    if given["version"] != case.version:
        raise Refusal(PRC_CHANGED_MEANWHILE, count=1)
    checklist, draft = asked_in(case, day_in_riga(taking.now)), draft_of(case)
    if draft.answers and draft.questions != checklist.version:
        raise Refusal(PRC_QUESTIONS_CHANGED, answered=draft.questions, wanted=checklist.version)
    party = await party_of(taking)
    declarant: Declarant = "vendor" if party.kind == "vendor" else "institution"
    files = await evidence_of(taking.tx, case)
    answers = {name: with_files(answer, files) for name, answer in asked_only(draft, checklist, declarant)}
    require_complete(check_declaration(checklist, answers, declarant))
    language: Language = "en" if given.get("language") == "en" else "lv"
    told = whole(taking, party, checklist, declarant, answers, files)
    await freeze(taking, told, as_paper(told, checklist, declarant, language))
    starts = checklist.valid_from if checklist.valid_from > day_in_riga(taking.now) else None
    taking.facts |= {
        "questions": checklist.version,
        "declarant": declarant,
        "starts_on": written(starts),
        "ends_on": written(checklist.last_day),
    }


def asked_only(draft: Draft, checklist: Checklist, declarant: Declarant) -> list[tuple[str, Answer]]:
    """What an earlier version asked and this one does not is no part of the declaration."""
    asked = [question.id for question in checklist.asked_of(declarant)]
    return [(name, draft.answers[name]) for name in asked if name in draft.answers]


def with_files(answer: Answer, files: Mapping[str, DocumentRecord]) -> Answer:
    return replace(answer, evidence=tuple(one for one in answer.evidence if one in files))


def whole(
    taking: Taking,
    party: PartyRecord,
    checklist: Checklist,
    declarant: Declarant,
    answers: Mapping[str, Answer],
    files: Mapping[str, DocumentRecord],
) -> dict[str, Any]:
    return {
        "case": taking.case.number,
        "declarant": declarant,
        "party": {"name": party.name, "registration_number": party.registration_number},
        "declared_at": taking.now.isoformat(timespec="seconds"),
        "declared_by": taking.account.name,
        "questions": {"version": checklist.version, "valid_from": checklist.valid_from.isoformat()},
        "answers": [
            told_of(question, answers[question.id], files) for question in checklist.asked_of(declarant)
        ],
    }


async def freeze(taking: Taking, told: Mapping[str, Any], paper: bytes) -> None:
    """Once for machines, once for people; what was declared never changes again."""
    number = taking.case.number
    content = json.dumps(told, ensure_ascii=False, indent=1).encode()
    taking.facts |= {
        "declaration": await kept(taking, f"{number}.json", "application/json", content),
        "declaration_sha256": sha256(content).hexdigest(),
        "readable": await kept(taking, f"{number}-{NAME}.pdf", "application/pdf", paper),
    }


async def kept(taking: Taking, filename: str, media_type: str, content: bytes) -> str:
    document = NewDocument(DECLARATION, filename, media_type, content, "exchange", taking.account.account_id)
    return str(await attach(taking.tx, taking.case.case_id, document, taking.now))


def told_of(question: Question, answer: Answer, files: Mapping[str, DocumentRecord]) -> dict[str, Any]:
    return {
        "id": question.id,
        "group": question.group,
        "question": {"lv": question.text.lv, "en": question.text.en},
        "source": question.source,
        "verified": question.verified,
        "answer": answer.answer,
        "reason": answer.reason.strip(),
        "evidence": [
            {"document": one, "filename": files[one].filename, "sha256": files[one].sha256.hex()}
            for one in answer.evidence
        ],
    }


def as_paper(
    told: Mapping[str, Any], checklist: Checklist, declarant: Declarant, language: Language
) -> bytes:
    """The paper of the procedure, filled in; files stand under the answer with the beginning of their hash."""
    procedure = procedure_version(NAME, checklist.version)
    assert procedure is not None, "texts that were used are never removed"
    values = {
        "party_name": told["party"]["name"],
        "registration_number": told["party"]["registration_number"],
        "signer_name": told["declared_by"],
        "signer_position": f"{told['case']}, {told['declared_at'][:10]}",
    }
    fields = {question.id: question.field_id(declarant) for question in checklist.asked_of(declarant)}
    for one in told["answers"]:
        name = fields[one["id"]]
        listed = [f"{file['filename']} (SHA-256 {file['sha256'][:12]}…)" for file in one["evidence"]]
        values |= {name: one["answer"], name + REASON_TAIL: "\n".join([one["reason"], *listed]).strip()}
    return render_document(procedure, f"declaration-{declarant}", language, values, frozen=True)


async def accept(taking: Taking) -> None:
    """Only while its questions count; what it replaces ends with it, but not one that must hold until this begins."""
    case, day = taking.case, day_in_riga(taking.now)
    version = case.facts.get("questions")
    last = last_day(version)
    if last is not None and last < day:
        now_asked = checklist_on(day)
        raise Refusal(PRC_QUESTIONS_CHANGED, answered=version, wanted=now_asked.version if now_asked else "-")
    assert case.party_id is not None
    for other in await cases.of_kind(taking.tx, case.party_id, KIND):
        if other.case_id == case.case_id or other.state != ACCEPTED:
            continue
        last = last_day(other.facts.get("questions"))
        if other.facts.get("questions") == version or (last is not None and last < day):
            await end(taking, other.number)


async def end(taking: Taking, number: str) -> None:
    other = await cases.lock(taking.tx, number)
    if other is None or other.state != ACCEPTED:
        return
    step = WORKFLOWS[KIND].step(REPLACE, ACCEPTED)
    facts = {"replaced_by": taking.case.number}
    await done(Taking(taking.tx, other, step, taking.account, "exchange", taking.now, facts), {})


async def party_of(taking: Taking) -> PartyRecord:
    found = await parties.find_party(taking.tx, taking.case.party_id) if taking.case.party_id else None
    assert found is not None, "a declaration is opened by a party"
    return found


def written(day: date | None) -> str:
    return day.isoformat() if day else ""
