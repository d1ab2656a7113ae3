"""Declarations on the checklist: whole or not at all, nothing lost on the way, and counting until their last day."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader

from tests.access.test_gate import ALL_HOLDS
from tests.onboarding.desk_people import NOW, new_party, person
from tests.onboarding.new_questions import no_version, second_version
from tests.onboarding.test_cases import refused
from tests.running import Running
from tests.store.undoing import undone
from tilts.access import gate
from tilts.access.case_effects import EFFECTS
from tilts.account import Account
from tilts.clock import day_in_riga
from tilts.onboarding.checklist import MOST_FILES, Sent, SentFile, asked_in, begin, draft_of, keep
from tilts.onboarding.procedures.checklist import Answer, checklist_on
from tilts.onboarding.taking import Taker, take
from tilts.rules import Refusal
from tilts.store.onboarding import cases
from tilts.store.onboarding import gate as holdings
from tilts.store.onboarding.cases import CaseRecord
from tilts.store.tx import Database, Tx

pytestmark = pytest.mark.anyio
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
NEXT = date(2026, 4, 1)  # first day of the second version
BEFORE = datetime(2026, 3, 31, 20, 59, 59, tzinfo=UTC)  # the last second in Riga, summer time
AFTER = datetime(2026, 3, 31, 21, 0, tzinfo=UTC)


async def declarant(tx: Tx, kind: str = "practice") -> Account:
    return person("vendor" if kind == "vendor" else "institution", await new_party(tx, kind))


def filled(case: CaseRecord, who: Account, now: datetime = NOW, **other: Answer) -> Sent:
    """Yes to everything, with the file that is asked for; `other` by question."""
    checklist = asked_in(case, day_in_riga(now))
    role = "vendor" if who.role == "vendor" else "institution"
    asked = checklist.asked_of(role)  # type: ignore[arg-type]
    answers = {question.id: Answer("yes") for question in asked} | other
    files = tuple(
        SentFile(question.id, f"{question.id}.pdf", PDF + question.id.encode())
        for question in asked
        if question.evidence
    )
    return Sent(case.version, checklist.version, answers, files=files)


async def declare(
    tx: Tx, case: CaseRecord, who: Account, now: datetime = NOW, language: str = "en"
) -> CaseRecord:
    facts = {"answers": {"version": case.version, "language": language}}
    return await take(tx, case.number, "declare", Taker(who, now, EFFECTS), facts=facts)


async def declared(tx: Tx, who: Account, now: datetime = NOW) -> CaseRecord:
    case = await begin(tx, who, now)
    kept = await keep(tx, case.number, who, filled(case, who, now), now)
    assert not kept.refused and not kept.clashes
    return await declare(tx, kept.case, who, now)


async def accepted(tx: Tx, who: Account, now: datetime = NOW) -> CaseRecord:
    case = await declared(tx, who, now)
    return await take(tx, case.number, "accept", Taker(person("authority"), now, EFFECTS))


async def unmet(tx: Tx, institution: Account, vendor: Account, at: datetime) -> list[tuple[str, str]]:
    """What the gate says of the declarations of both, everything else being in order."""
    assert institution.party_id and vendor.party_id
    found = await holdings.holdings(tx, [institution.party_id, vendor.party_id], at)
    others = [one for one in ALL_HOLDS.holdings if one.kind != "checklist"]
    facts = replace(
        ALL_HOLDS,
        holdings=[*others, *(one for one in found if one.party_id == institution.party_id)],
        vendor_holdings=[one for one in found if one.party_id == vendor.party_id],
        certificates=[replace(one, not_before=NOW) for one in ALL_HOLDS.certificates],
    )
    return [(one.rule.id, one.facts["state"]) for one in gate.decide(facts, "prescribing", at).unmet]


@pytest.mark.parametrize("kind", ["vendor", "practice", "hospital", "pharmacy"])
async def test_a_whole_declaration_is_frozen_for_machines_and_for_people(
    exchange: Running, database: Database, kind: str
) -> None:
    async with undone(database) as tx:
        who = await declarant(tx, kind)
        case = await declared(tx, who)
        documents = {str(one.document_id): one for one in await cases.documents(tx, case.case_id)}
        told = json.loads(await cases.content(tx, UUID(case.facts["declaration"])))
        paper = await cases.content(tx, UUID(case.facts["readable"]))

    role = "vendor" if kind == "vendor" else "institution"
    checklist = checklist_on(day_in_riga(NOW))
    assert checklist is not None
    assert (case.state, case.facts["questions"], case.facts["ends_on"]) == ("declared", 1, "")
    assert case.due_at is not None
    assert [one["id"] for one in told["answers"]] == [q.id for q in checklist.asked_of(role)]  # type: ignore[arg-type]
    assert (told["declarant"], told["questions"]["version"], told["declared_by"]) == (role, 1, who.name)
    assert documents[case.facts["declaration"]].sha256.hex() == case.facts["declaration_sha256"]
    shown = "".join(page.extract_text() for page in PdfReader(BytesIO(paper)).pages)
    [evidence] = next(one["evidence"] for one in told["answers"] if one["evidence"])
    assert evidence["filename"] in shown and evidence["sha256"][:12] in shown
    assert documents[evidence["document"]].kind == "evidence"


async def test_PRC_007_every_gap_is_told_at_once_and_what_was_filled_in_stays(
    exchange: Running, database: Database
) -> None:
    async with undone(database) as tx:
        who = await declarant(tx)
        case = await begin(tx, who, NOW)
        sent = filled(
            case,
            who,
            copying_impossible=Answer("no"),
            security_manager=Answer("maybe"),
            resources_defined=Answer(""),
            audit_kept=Answer("not-applicable", "x" * 2001),
        )
        sent = replace(sent, files=sent.files[:1])
        kept = await keep(tx, case.number, who, sent, NOW)
        async with tx.transaction():
            no = await refused("PRC-007", declare(tx, kept.case, who))
        found = await cases.find(tx, case.number)

    gaps = {(gap.field.removeprefix("institution_"), gap.kind) for gap in no.facts["gaps"]}  # type: ignore[attr-defined]
    assert gaps == {
        ("copying_impossible_reason", "reason"),
        ("security_manager", "choice"),
        ("resources_defined", "missing"),
        ("audit_kept_reason", "too-long"),
        ("infrastructure_access", "evidence"),
    }
    assert found is not None and found.state == "opened"
    draft = draft_of(found)
    assert draft.answers["security_documents"].evidence and draft.answers["copying_impossible"].answer == "no"


async def test_files_are_judged_one_by_one_and_the_good_ones_are_kept(
    exchange: Running, database: Database
) -> None:
    """MAIL-005, MAIL-007, MAIL-008, MAIL-009, MAIL-010 beside what is taken."""
    key = b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
    files = (
        SentFile("security_documents", "politika.pdf", PDF),
        SentFile("security_documents", "makro.docm", b"MZ\x90\x00"),
        SentFile("security_documents", "attēls.pdf", b"\x89PNG\r\n\x1a\n0000"),
        SentFile("security_documents", "atslēga.txt", key),
        SentFile("security_documents", "slēgts.pdf", PDF.replace(b"/Root", b"/Encrypt 9 0 R/Root")),
        SentFile("security_documents", "liels.txt", b"a" * 2_000),
        SentFile("infrastructure_access", "../../telpas.txt", "Durvis ir slēgtas.".encode()),
    )
    async with undone(database) as tx:
        who = await declarant(tx)
        case = await begin(tx, who, NOW)
        sent = replace(filled(case, who), files=files, file_limit_bytes=1_000)
        kept = await keep(tx, case.number, who, sent, NOW)
        again = await keep(tx, case.number, who, replace(sent, version=kept.case.version), NOW)
        documents = await cases.documents(tx, case.case_id)

    rules = [no.rule.id for _, no in kept.refused]
    assert rules == ["MAIL-007", "MAIL-008", "MAIL-009", "MAIL-010", "MAIL-005"]
    assert all(no.rule.sentence("lv", no.told()) for _, no in kept.refused)
    assert sorted(one.filename for one in documents) == ["_.._telpas.txt", "politika.pdf"]
    assert draft_of(again.case).answers == draft_of(kept.case).answers, "sent again it is the same file"


async def test_PRC_010_a_declaration_has_no_endless_files(exchange: Running, database: Database) -> None:
    async with undone(database) as tx:
        who = await declarant(tx)
        case = await begin(tx, who, NOW)
        many = tuple(
            SentFile("security_documents", f"{n}.txt", f"{n}".encode()) for n in range(MOST_FILES + 1)
        )
        kept = await keep(tx, case.number, who, replace(filled(case, who), files=many), NOW)

    assert [no.rule.id for _, no in kept.refused] == ["PRC-010"]
    assert len(draft_of(kept.case).answers["security_documents"].evidence) == MOST_FILES


async def test_a_file_can_be_taken_out_of_the_evidence_again(exchange: Running, database: Database) -> None:
    async with undone(database) as tx:
        who = await declarant(tx, "vendor")
        case = await begin(tx, who, NOW)
        kept = await keep(tx, case.number, who, filled(case, who), NOW)
        [file] = draft_of(kept.case).answers["development_documents"].evidence
        sent = Sent(kept.case.version, 1, filled(case, who).answers, frozenset({file}))
        kept = await keep(tx, case.number, who, sent, NOW)
        no = await refused("PRC-007", declare(tx, kept.case, who))

    assert [gap.kind for gap in no.facts["gaps"]] == ["evidence"]  # type: ignore[attr-defined]


async def test_sent_back_it_is_mended_and_declared_again(exchange: Running, database: Database) -> None:
    async with undone(database) as tx:
        who, clerk = await declarant(tx), person("authority")
        case = await declared(tx, who)
        first = case.facts["declaration"]
        reason = {"reason": "Nav redzams risku izvērtējums."}
        case = await take(tx, case.number, "return", Taker(clerk, NOW, EFFECTS), facts=reason)
        await refused("CASE-003", take(tx, case.number, "accept", Taker(clerk, NOW, EFFECTS)))
        mended = replace(
            filled(case, who, security_manager=Answer("no", "Ievēl decembrī.\x00")),
            files=(SentFile("security_documents", "riski.pdf", PDF),),
        )
        kept = await keep(tx, case.number, who, mended, NOW)
        case = await declare(tx, kept.case, who)
        case = await take(tx, case.number, "accept", Taker(clerk, NOW, EFFECTS))
        old = json.loads(await cases.content(tx, UUID(first)))
        new = json.loads(await cases.content(tx, UUID(case.facts["declaration"])))

    said = {one["id"]: one for one in new["answers"]}
    assert case.state == "accepted" and first != case.facts["declaration"]
    assert said["security_manager"]["reason"] == "Ievēl decembrī."
    assert len(said["security_documents"]["evidence"]) == 2, "the first file is kept"
    assert {one["id"]: one["answer"] for one in old["answers"]}["security_manager"] == "yes"


async def test_only_its_own_party_answers_and_only_the_authority_accepts(
    exchange: Running, database: Database
) -> None:
    """CASE-001, CASE-003, CASE-004, CASE-009."""
    async with undone(database) as tx:
        who = await declarant(tx)
        case = await begin(tx, who, NOW)
        sent = filled(case, who)
        stranger, it = await declarant(tx, "vendor"), replace(who, role="it")
        await refused("CASE-001", keep(tx, case.number, stranger, sent, NOW))
        await refused("CASE-004", keep(tx, case.number, it, sent, NOW))
        await refused("CASE-004", keep(tx, case.number, person("authority"), sent, NOW))
        kept = await keep(tx, case.number, who, sent, NOW)
        case = await declare(tx, kept.case, who)
        await refused("CASE-003", keep(tx, case.number, who, sent, NOW))
        await refused("CASE-004", take(tx, case.number, "accept", Taker(who, NOW, EFFECTS)))
        await refused("CASE-009", begin(tx, await declarant(tx, "portal"), NOW))


async def test_PRC_012_without_questions_nothing_is_begun(
    exchange: Running, database: Database, tmp_path: Path
) -> None:
    async with undone(database) as tx:
        who = await declarant(tx)
        with no_version(tmp_path, date(2026, 3, 1)):
            no = await refused("PRC-012", begin(tx, who, NOW))

    assert no.told() == {"day": "2026-03-02"}


# The end of a declaration, and its renewal.


async def test_the_gate_counts_it_until_the_last_second_of_its_questions(
    exchange: Running, database: Database, tmp_path: Path
) -> None:
    """GATE-006, GATE-007: also when the next version was published after the declaration was accepted."""
    async with undone(database) as tx:
        practice, vendor = await declarant(tx), await declarant(tx, "vendor")
        assert await unmet(tx, practice, vendor, NOW) == [("GATE-006", "none"), ("GATE-007", "none")]
        await accepted(tx, vendor)
        case = await declared(tx, practice)
        assert await unmet(tx, practice, vendor, NOW) == [("GATE-006", "declared")]
        later = NOW + timedelta(hours=1)
        await take(tx, case.number, "accept", Taker(person("authority"), later, EFFECTS))
        assert await unmet(tx, practice, vendor, later) == []
        assert await unmet(tx, practice, vendor, AFTER) == []
        with second_version(tmp_path, NEXT):
            assert await unmet(tx, practice, vendor, BEFORE) == []
            assert await unmet(tx, practice, vendor, AFTER) == [
                ("GATE-006", "expired"),
                ("GATE-007", "expired"),
            ]
            assert await unmet(tx, practice, vendor, NOW) == [("GATE-006", "declared")], "asked of the past"


async def test_a_renewal_made_before_leaves_no_gap(
    exchange: Running, database: Database, tmp_path: Path
) -> None:
    with second_version(tmp_path, NEXT):
        async with undone(database) as tx:
            practice, vendor = await declarant(tx), await declarant(tx, "vendor")
            first, _ = await accepted(tx, practice), await accepted(tx, vendor)
            assert first.facts["ends_on"] == "2026-03-31"
            renewed = [await accepted(tx, practice, NOW), await accepted(tx, vendor, NOW)]
            assert [one.facts["questions"] for one in renewed] == [2, 2]
            assert renewed[0].facts["starts_on"] == "2026-04-01"
            old = await cases.find(tx, first.number)
            assert old is not None and old.state == "accepted", "it must hold until the new one begins"
            for at in (NOW, BEFORE, AFTER, AFTER + timedelta(days=60)):
                assert await unmet(tx, practice, vendor, at) == []
            await take(tx, first.number, "end", Taker(person("authority"), NOW), facts={"reason": "x"})
            await take(tx, first.number, "confirm", Taker(person("authority"), NOW, EFFECTS))
            assert await unmet(tx, practice, vendor, NOW) == [("GATE-006", "not-yet")]
            assert await unmet(tx, practice, vendor, AFTER) == []


async def test_a_newer_one_on_the_same_questions_replaces_the_one_before(
    exchange: Running, database: Database
) -> None:
    async with undone(database) as tx:
        who = await declarant(tx)
        first = await accepted(tx, who)
        second = await declared(tx, who)
        between = await cases.find(tx, first.number)
        await take(tx, second.number, "accept", Taker(person("authority"), NOW, EFFECTS))
        after = await cases.find(tx, first.number)
        last = (await cases.steps(tx, first.case_id))[-1]

    assert between is not None and between.state == "accepted", "it holds until then"
    assert after is not None and after.state == "ended"
    assert (last.action, last.side, last.facts["replaced_by"]) == ("replace", "exchange", second.number)


async def test_PRC_011_answers_to_questions_that_are_over_are_neither_declared_nor_accepted(
    exchange: Running, database: Database, tmp_path: Path
) -> None:
    async with undone(database) as tx:
        who, late = await declarant(tx), await declarant(tx, "vendor")
        waiting = await declared(tx, who)
        case = await begin(tx, late, NOW)
        kept = await keep(tx, case.number, late, filled(case, late), NOW)
        with second_version(tmp_path, NEXT):
            await refused(
                "PRC-011", take(tx, waiting.number, "accept", Taker(person("authority"), AFTER, EFFECTS))
            )
            no = await refused("PRC-011", declare(tx, kept.case, late, AFTER))
            assert no.told() == {"answered": "1", "wanted": "2"}
            sent = filled(kept.case, late, AFTER)
            kept = await keep(tx, case.number, late, sent, AFTER)
            done = await declare(tx, kept.case, late, AFTER)

    assert (done.state, done.facts["questions"]) == ("declared", 2)


# Two people at once.


async def test_PRC_009_of_two_who_answer_at_once_nobody_is_overwritten_unseen(
    exchange: Running, database: Database
) -> None:
    async with undone(database) as tx:
        anna = await declarant(tx)
        bruno = replace(anna, name="Bruno")
        case = await begin(tx, anna, NOW)
        sent = filled(case, anna)
        theirs = Sent(case.version, 1, {"copying_impossible": Answer("no", "vēl ne")})
        kept = await keep(tx, case.number, bruno, theirs, NOW)
        assert not kept.clashes
        clashing = await keep(tx, case.number, anna, sent, NOW)
        assert clashing.clashes == {"copying_impossible": Answer("no", "vēl ne")} and clashing.by == "Bruno"
        draft = draft_of(clashing.case)
        assert draft.answers["copying_impossible"].answer == "no"
        assert draft.answers["security_documents"].evidence, "files are never at odds"
        await refused("PRC-009", declare(tx, kept.case, bruno))
        mine = await keep(tx, case.number, anna, replace(sent, version=clashing.case.version), NOW)

    assert draft_of(mine.case).answers["copying_impossible"].answer == "yes"


async def test_what_another_one_answered_elsewhere_is_joined(exchange: Running, database: Database) -> None:
    async with undone(database) as tx:
        who = await declarant(tx)
        case = await begin(tx, who, NOW)
        for answers in ({"audit_kept": Answer("yes")}, {"keys_kept": Answer("no", "top")}):
            kept = await keep(tx, case.number, who, Sent(case.version, 1, answers), NOW)

    assert {name: one.answer for name, one in draft_of(kept.case).answers.items()} == {
        "audit_kept": "yes",
        "keys_kept": "no",
    }


async def test_of_many_who_begin_at_once_one_does(exchange: Running, database: Database) -> None:
    """CASE-008."""
    async with database.transaction() as tx:
        who = await declarant(tx)

    async def attempt() -> str:
        try:
            async with database.transaction() as tx:
                await begin(tx, who, NOW)
        except Refusal as no:
            return no.rule.id
        return "done"

    assert sorted(await asyncio.gather(*(attempt() for _ in range(6)))) == ["CASE-008"] * 5 + ["done"]


async def test_of_many_who_declare_or_accept_at_once_one_does(exchange: Running, database: Database) -> None:
    """CASE-003, PRC-009: one frozen declaration, accepted once."""
    async with database.transaction() as tx:
        who = await declarant(tx)
        case = await begin(tx, who, NOW)
        kept = await keep(tx, case.number, who, filled(case, who), NOW)

    async def attempt(action: str, account: Account, facts: dict[str, Any]) -> str:
        try:
            async with database.transaction() as tx:
                await take(tx, case.number, action, Taker(account, NOW, EFFECTS), facts=facts)
        except Refusal as no:
            return no.rule.id
        return "done"

    facts = {"answers": {"version": kept.case.version}}
    declaring = await asyncio.gather(*(attempt("declare", who, dict(facts)) for _ in range(4)))
    accepting = await asyncio.gather(*(attempt("accept", person("authority"), {}) for _ in range(4)))
    async with database.transaction() as tx:
        documents = await cases.documents(tx, case.case_id)

    assert sorted(declaring) == ["CASE-003"] * 3 + ["done"]
    assert sorted(accepting) == ["CASE-003"] * 3 + ["done"]
    assert len([one for one in documents if one.kind == "declaration"]) == 2
