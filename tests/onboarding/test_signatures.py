"""Signatures are written down once for each side, whoever comes at the same time; paper counts when confirmed."""

import asyncio
from datetime import date
from uuid import UUID

import pytest

from tests.onboarding.desk_people import NOW, new_party
from tests.onboarding.signing.desk import NOW as SIGNED_AT
from tests.onboarding.signing.desk import Desk, ask, make_desk, only_party
from tests.running import Running
from tests.store.undoing import undone
from tilts.ids import new_id
from tilts.onboarding.cases import attach, open_case
from tilts.onboarding.paper import PaperReceipt, Scan
from tilts.onboarding.signatures import confirm_paper, record_electronic, record_paper
from tilts.rules import Refusal
from tilts.store.onboarding import signatures
from tilts.store.onboarding.cases import NewDocument
from tilts.store.tx import Database, Tx

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return make_desk(tmp_path_factory.mktemp("providers"))


async def a_case(tx: Tx, content: bytes = b"%PDF-1.7") -> tuple[UUID, UUID, UUID]:
    party_id = await new_party(tx)
    case = await open_case(tx, "testing-agreement", party_id=party_id, facts={}, account_id=None, now=NOW)
    document = NewDocument("signed-agreement", "ligums.pdf", "application/pdf", content, "e-mail")
    return case.case_id, party_id, await attach(tx, case.case_id, document, NOW)


def letter(party_id: UUID, number: str = "1-7/12", entered_by: UUID | None = None) -> PaperReceipt:
    return PaperReceipt(
        case_number="TL-2026-00042",
        party_id=party_id,
        letter_number=number,
        channel="post",
        received_on=date(2026, 3, 2),
        copies=2,
        cover_letter=True,
        scans=(Scan("ligums.pdf", b"%PDF-1.7"),),
        entered_by=entered_by or new_id(),
    )


async def test_both_sides_of_one_file_are_two_rows(exchange: Running, database: Database, desk: Desk) -> None:
    report = ask(desk, desk.pdf())
    async with undone(database) as tx:
        case_id, party_id, document_id = await a_case(tx)
        await record_electronic(tx, case_id, party_id, (document_id, "e-mail"), report)
        rows = await signatures.of_case(tx, case_id)

    assert sorted(row.side for row in rows) == ["authority", "party"]
    assert all(row.counts and row.signed_at == SIGNED_AT for row in rows)
    assert rows[0].report["signatures"][0]["signer"]["organisation_identifier"] == "NTRLV-40003999999"
    assert "32999" not in str(rows)


async def test_the_second_side_is_added_to_the_first(
    exchange: Running, database: Database, desk: Desk
) -> None:
    once, both = ask(desk, desk.pdf(both=False), wanted=only_party()), ask(desk, desk.pdf())
    async with undone(database) as tx:
        case_id, party_id, document_id = await a_case(tx)
        first = await record_electronic(tx, case_id, party_id, (document_id, "portal"), once)
        second = await record_electronic(tx, case_id, party_id, (document_id, "portal"), both)
        with pytest.raises(Refusal) as no:
            await record_electronic(tx, case_id, party_id, (document_id, "portal"), both)

    assert [row.side for row in (*first, *second)] == ["party", "authority"]
    assert no.value.rule.id == "SGN-038"


async def test_paper_counts_when_a_second_person_confirms_it(exchange: Running, database: Database) -> None:
    clerk, colleague = new_id(), new_id()
    async with undone(database) as tx:
        case_id, party_id, scan_id = await a_case(tx)
        row = await record_paper(tx, case_id, "party", [scan_id], letter(party_id, entered_by=clerk), NOW)
        assert not row.counts
        with pytest.raises(Refusal) as no:
            await confirm_paper(tx, row.signature_id, clerk, NOW)
        confirmed = await confirm_paper(tx, row.signature_id, colleague, NOW)
        with pytest.raises(Refusal) as again:
            await confirm_paper(tx, row.signature_id, new_id(), NOW)

    assert no.value.rule.id == "SGN-037"
    assert confirmed.counts and confirmed.confirmed_by == colleague
    assert again.value.rule.id == "SGN-038"


async def test_a_letter_is_entered_once_also_in_two_cases(exchange: Running, database: Database) -> None:
    async with undone(database) as tx:
        case_id, party_id, scan_id = await a_case(tx)
        await record_paper(tx, case_id, "party", [scan_id], letter(party_id), NOW)
        with pytest.raises(Refusal) as no:
            await record_paper(tx, case_id, "authority", [scan_id], letter(party_id), NOW)
        letters = await signatures.letters_of_party(tx, party_id)

    assert no.value.rule.id == "SGN-038"
    assert [one.letter_number for one in letters] == ["1-7/12"]


async def test_what_was_withdrawn_makes_room(exchange: Running, database: Database) -> None:
    async with undone(database) as tx:
        case_id, party_id, scan_id = await a_case(tx)
        row = await record_paper(tx, case_id, "party", [scan_id], letter(party_id), NOW)
        assert await signatures.withdraw(tx, row.signature_id, NOW)
        assert not await signatures.withdraw(tx, row.signature_id, NOW)
        assert not await signatures.confirm(tx, row.signature_id, new_id(), NOW)
        await record_paper(tx, case_id, "party", [scan_id], letter(party_id), NOW)
        rows = await signatures.of_case(tx, case_id)

    assert [row.withdrawn_at is None for row in rows] == [False, True]


async def test_of_twelve_at_once_one_signs_for_the_side(exchange: Running, database: Database) -> None:
    async with database.transaction() as tx:
        case_id, party_id, scan_id = await a_case(tx)

    async def attempt(number: int) -> str:
        try:
            async with database.transaction() as tx:
                await record_paper(tx, case_id, "party", [scan_id], letter(party_id, f"{number}"), NOW)
        except Refusal as no:
            return no.rule.id
        return "taken"

    answers = await asyncio.gather(*(attempt(number) for number in range(12)))

    assert sorted(answers) == ["SGN-038"] * 11 + ["taken"]
