"""Agreements with real files: filled in, agreed, signed; every bad file is refused with its rule and leaves nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, TextStringObject

from tests.onboarding.agreement_walk import BY_CLIENT, CLIENT_OF, Walk, begin, form_of, refused, values_of
from tests.onboarding.procedures.filling import text_of
from tests.onboarding.signing.spoiling import other_page, with_member, with_script
from tests.running import Running
from tests.store.undoing import undone
from tilts.access import gate
from tilts.onboarding.procedures import procedures
from tilts.onboarding.procedures.form import render_form
from tilts.onboarding.procedures.opening import MARK
from tilts.store.onboarding import cases, parties, signatures
from tilts.store.tx import Database

pytestmark = pytest.mark.anyio
KINDS = sorted(CLIENT_OF)


def rewritten(pdf: bytes, change: Callable[[PdfWriter], object]) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf)))
    change(writer)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def with_mark(pdf: bytes, mark: str) -> bytes:
    """As if it were the form of another version."""

    def marked(writer: PdfWriter) -> None:
        for field in writer.root_object["/AcroForm"]["/Fields"]:  # type: ignore[index]
            if field.get_object().get("/T") == MARK:
                field.get_object()[NameObject("/V")] = TextStringObject(mark)
        writer.add_metadata({"/Keywords": mark})

    return rewritten(pdf, marked)


def encrypted(pdf: bytes) -> bytes:
    return rewritten(pdf, lambda writer: writer.encrypt("slepens", algorithm="RC4-128"))


def over_its_text(pdf: bytes) -> bytes:
    return rewritten(pdf, other_page)


# Filled in.


@pytest.mark.parametrize("kind", KINDS)
async def test_a_form_that_came_back_as_pdf_is_read_checked_and_kept(
    exchange: Running, database: Database, kind: str
) -> None:
    async with undone(database) as tx:
        walk = await begin(tx, exchange, kind)
        await walk.hand_in("fill", form_of(kind, walk.party), "veidlapa.pdf", walk.applicant)

    assert walk.case.state == "filled"
    assert walk.case.facts["reference"] == f"{kind}/1"
    assert walk.case.facts["values"]["registration_number"] == walk.party.registration_number
    assert [one["works"] for one in walk.case.facts["register"]].count(False) == 0


async def test_yellow_fields_left_empty_are_all_named_at_once(exchange: Running, database: Database) -> None:
    """PRC-007: nobody mends one field and then hears of the next."""
    async with undone(database) as tx:
        walk = await begin(tx, exchange)
        empty = {"contact_name": "", "party_phone": "", "systems-1-version": ""}
        before = await walk.stored()
        with refused("PRC-007") as no:
            await walk.hand_in(
                "fill", form_of(walk.case.kind, walk.party, **empty), "veidlapa.pdf", walk.applicant
            )
        assert await walk.stored() == before
        found = {gap.field: gap.kind for gap in no[0].facts["gaps"]}

    assert found == {"contact_name": "missing", "party_phone": "missing", "systems-1-version": "row-missing"}


async def test_an_untouched_form_is_not_a_filled_one(exchange: Running, database: Database) -> None:
    async with undone(database) as tx:
        walk = await begin(tx, exchange)
        form = render_form(procedures()[walk.case.kind], "lv")
        with refused("PRC-007") as no:
            await walk.hand_in("fill", form, "veidlapa.pdf", walk.applicant)
        assert len(no[0].facts["gaps"]) > 5


async def test_a_form_of_another_procedure_or_no_form_is_refused(
    exchange: Running, database: Database
) -> None:
    """PRC-002 to PRC-006: another procedure's, of another version, locked, with a script, not a PDF at all."""
    async with undone(database) as tx:
        walk = await begin(tx, exchange)
        other = form_of("operator-agreement", walk.party)
        before = await walk.stored()
        with refused("PRC-006", "PRC-005"):
            await walk.hand_in("fill", other, "veidlapa.pdf", walk.applicant)
        newer = with_mark(
            form_of(walk.case.kind, walk.party), "tilts-procedure=testing-agreement/9; language=lv"
        )
        with refused("PRC-006"):
            await walk.hand_in("fill", newer, "veidlapa.pdf", walk.applicant)
        for rule, file in (
            ("PRC-002", b"MZ" * 100),
            ("PRC-003", encrypted(newer)),
            ("PRC-004", with_script()),
        ):
            with refused(rule):
                await walk.hand_in("fill", file, "veidlapa.pdf", walk.applicant)
        assert await walk.stored() == before


async def test_what_was_written_over_the_text_of_a_form_does_not_come_into_the_agreement(
    exchange: Running, database: Database
) -> None:
    """Only the values of the fields are taken; the text that is agreed is made from our own."""
    async with undone(database) as tx:
        walk = await begin(tx, exchange)
        altered = over_its_text(form_of(walk.case.kind, walk.party))
        assert "CITS TEKSTS" in text_of(altered)
        await walk.hand_in("fill", altered, "veidlapa.pdf", walk.applicant)
        await walk.take("send")
        await walk.take("agree-text", walk.clerk, authority_number="TL-1")
        agreed = text_of(await walk.text())

    assert "CITS TEKSTS" not in agreed
    assert walk.party.registration_number in agreed and "TL-1" in agreed


async def test_nobody_fills_in_an_agreement_for_somebody_else(exchange: Running, database: Database) -> None:
    async with undone(database) as tx:
        walk = await begin(tx, exchange, "cooperation-institution")
        hospital = BY_CLIENT["hospital"].registration_number
        values = values_of(walk.case.kind, walk.party) | {"registration_number": hospital}
        with refused("PRC-007") as no:
            await walk.take("fill-here", values=values)
        assert ("registration_number", "not-yours") in {(gap.field, gap.kind) for gap in no[0].facts["gaps"]}


async def test_a_site_of_another_party_a_strange_one_and_a_suspended_one_are_named(
    exchange: Running, database: Database
) -> None:
    """Variants with branches: every licence in the annex is looked up (Latvia 4.2)."""
    async with undone(database) as tx:
        walk = await begin(tx, exchange, "cooperation-pharmacy")
        other = BY_CLIENT["second-pharmacy"]
        values = values_of(walk.case.kind, walk.party)
        row = {name: value for name, value in values.items() if name.startswith("sites-1-")}
        second = {name.replace("-1-", "-2-"): value for name, value in row.items()} | {
            "sites-2-site": other.site
        }
        third = {name.replace("-1-", "-3-"): value for name, value in row.items()} | {
            "sites-3-site": "AP-99999"
        }
        with refused("PRC-007") as no:
            await walk.take("fill-here", values=values | second | third)
        assert {gap.field: gap.kind for gap in no[0].facts["gaps"]} == {
            "sites-2-site": "not-yours",
            "sites-3-site": "not-registered",
        }
        change = {"site": row["sites-1-site"], "state": "suspended", "reason": "x"}
        await parties.add_register_change(tx, change | {"effective_at": walk.now, "recorded_at": walk.now})
        with refused("PRC-007") as no:
            await walk.take("fill-here", values=values)
        assert "suspended" in {gap.kind for gap in no[0].facts["gaps"]}


async def test_the_register_is_asked_again_before_the_text_is_agreed(
    exchange: Running, database: Database
) -> None:
    async with undone(database) as tx:
        walk = await begin(tx, exchange, "cooperation-pharmacy")
        await walk.to_filled()
        await walk.take("send")
        site = walk.case.facts["values"]["sites-1-site"]
        change = {"site": site, "state": "suspended", "reason": "x"}
        await parties.add_register_change(tx, change | {"effective_at": walk.now, "recorded_at": walk.now})
        with refused("PRC-007"):
            await walk.take("agree-text", walk.clerk, authority_number="TL-1")
        assert (await walk.stored())[1] == "under-review"


# Agreed and signed.


@pytest.mark.parametrize("kind", KINDS)
async def test_an_agreement_goes_all_the_way_with_pdf_signatures(
    exchange: Running, database: Database, kind: str
) -> None:
    """Who signs first is what the procedure says; the second one's file holds both signatures."""
    first_is_applicant = procedures()[kind].signing.first == "applicant"
    async with undone(database) as tx:
        walk = await begin(tx, exchange, kind)
        await walk.to_half_signed()
        signed = await signatures.of_case(tx, walk.case.case_id)
        assert [one.side for one in signed] == ["party" if first_is_applicant else "authority"]
        if kind == "connection-application":
            assert walk.case.state == "in-force"
            return
        assert walk.case.state == "half-signed"
        once = await cases.content(tx, signed[0].document_id)
        if first_is_applicant:
            both = walk.pdf(walk.authority, once)
            await walk.hand_in("sign-for-authority", both, "ligums.pdf", walk.clerk, ends_on="2026-12-31")
        else:
            both = walk.pdf(walk.party, once)
            await walk.hand_in("sign", both, "ligums.pdf", walk.applicant, party_number="7/2026")
        assert walk.case.state == "in-force"
        assert len(await signatures.of_case(tx, walk.case.case_id)) == 2


@pytest.mark.parametrize("suffix", [".asice", ".edoc"])
async def test_a_container_signed_by_one_and_then_by_the_other_counts(
    exchange: Running, database: Database, suffix: str
) -> None:
    async with undone(database) as tx:
        walk = await begin(tx, exchange)
        await walk.to_agreed()
        once = walk.container(walk.party, suffix)
        await walk.hand_in("sign", once, f"ligums{suffix}", walk.applicant)
        both = walk.added(once, walk.authority)
        await walk.hand_in("sign-for-authority", both, f"ligums{suffix}", walk.clerk)

    assert walk.case.state == "in-force"


async def test_a_person_who_is_entitled_signs_for_the_party_and_for_the_authority(
    exchange: Running, database: Database
) -> None:
    async with undone(database) as tx:
        walk = await begin(tx, exchange)
        await walk.to_agreed()
        once = walk.pdf(walk.by_person("vendor-1"))
        await walk.hand_in("sign", once, "ligums.pdf", walk.applicant)
        assert walk.case.facts["signer"] == "Aija Laiviniece"
        await walk.hand_in(
            "sign-for-authority", walk.pdf(walk.by_person("clerk-b"), once), "l.pdf", walk.clerk
        )
        assert walk.case.state == "in-force"
        written = str(await signatures.of_case(tx, walk.case.case_id))

    assert "3112992" not in written, "no whole person code is kept"


async def test_who_signs_second_must_have_the_other_sides_signature_in_the_file(
    exchange: Running, database: Database
) -> None:
    """SGN-008."""
    async with undone(database) as tx:
        walk = await begin(tx, exchange)
        await walk.to_half_signed()
        before = await walk.stored()
        with refused("SGN-008"):
            await walk.hand_in("sign-for-authority", walk.pdf(walk.authority), "ligums.pdf", walk.clerk)
        assert await walk.stored() == before


async def test_a_text_changed_after_it_was_agreed_is_not_the_text(
    exchange: Running, database: Database
) -> None:
    """SGN-025."""
    async with undone(database) as tx:
        walk = await begin(tx, exchange)
        await walk.to_agreed()
        values = walk.case.facts["values"] | {"contact_name": "Cita Persona"}
        other = render_form(procedures()[walk.case.kind], "lv", values, frozen=True)
        before = await walk.stored()
        with refused("SGN-025"):
            await walk.hand_in("sign", walk.pdf(walk.party, other), "ligums.pdf", walk.applicant)
        with refused("SGN-025"):
            container = walk.container(walk.party, files={walk.case.facts["agreed_name"]: other})
            await walk.hand_in("sign", container, "ligums.asice", walk.applicant)
        assert await walk.stored() == before


async def test_after_agreeing_nobody_can_change_the_text_or_sign_out_of_turn(
    exchange: Running, database: Database
) -> None:
    """CASE-003."""
    async with undone(database) as tx:
        walk = await begin(tx, exchange)
        await walk.to_agreed()
        with refused("CASE-003"):
            await walk.take("fill-here", values=walk.case.facts["values"])
        with refused("CASE-003"):
            await walk.take("send")
        with refused("CASE-003"):
            await walk.hand_in("sign-for-authority", walk.pdf(walk.authority), "ligums.pdf", walk.clerk)


# By e-mail.


async def test_what_the_party_signed_and_sent_by_e_mail_is_checked_and_counts(
    exchange: Running, database: Database
) -> None:
    async with undone(database) as tx:
        walk = await begin(tx, exchange)
        await walk.to_agreed()
        document = await walk.attach(
            walk.container(walk.party), "ligums.asice", channel="e-mail", kind="e-mail"
        )
        await walk.take("receive-signed", walk.clerk, signed=document)
        [row] = await signatures.of_case(tx, walk.case.case_id)

    assert (walk.case.state, row.side, row.channel) == ("half-signed", "party", "e-mail")


async def test_an_e_mail_with_a_document_that_nobody_signed_is_refused_with_the_reason(
    exchange: Running, database: Database
) -> None:
    """SGN-007: every document of the set is signed."""
    async with undone(database) as tx:
        walk = await begin(tx, exchange)
        await walk.to_agreed()
        half = half_signed(walk)
        document = await walk.attach(half, "ligums.asice", channel="e-mail", kind="e-mail")
        with refused("SGN-007") as no:
            await walk.take("receive-signed", walk.clerk, signed=document)
        assert "pielikums.txt" in no[0].rule.sentence("lv", no[0].told())
        assert not await signatures.of_case(tx, walk.case.case_id)


def half_signed(walk: Walk) -> bytes:
    return with_member(walk.container(walk.party), "pielikums.txt", b"nobody signed this")


# In force, and what ends it.


async def test_suspending_resuming_and_ending_take_two_persons(exchange: Running, database: Database) -> None:
    """CASE-005."""
    async with undone(database) as tx:
        walk = await in_force(await begin(tx, exchange))
        for action, state in (("suspend", "suspended"), ("resume", "in-force"), ("end", "ended")):
            asked = await walk.take(action, walk.clerk, reason="x")
            assert asked.pending is not None and asked.state != state
            with refused("CASE-005"):
                await walk.take("confirm", walk.clerk)
            await walk.take("confirm", walk.colleague)
            assert walk.case.state == state


async def in_force(walk: Walk) -> Walk:
    await walk.to_half_signed()
    [one] = await signatures.of_case(walk.tx, walk.case.case_id)
    once = await cases.content(walk.tx, one.document_id)
    await walk.hand_in(
        "sign-for-authority", walk.pdf(walk.authority, once), "ligums.pdf", walk.clerk, ends_on="2026-03-31"
    )
    assert walk.case.state == "in-force"
    return walk


async def test_the_gate_closes_when_the_agreement_is_over(exchange: Running, database: Database) -> None:
    """GATE-001: open on its last day in Riga, closed on the next."""
    async with undone(database) as tx:
        walk = await in_force(await begin(tx, exchange))
        last = walk.now.replace(month=3, day=31, hour=12)
        wanted = {}
        for day in (last, last + timedelta(days=1)):
            [facts] = [
                one
                for one in await gate.facts_at(tx, "test", day + timedelta(days=3650))
                if one.client.name == "practice"
            ]
            holdings = [
                one for one in facts.holdings if one.number == walk.case.number and one.kind == walk.case.kind
            ]
            [holding] = holdings
            unmet = gate.decide(replace(facts, holdings=holdings), "prescribing", day).unmet
            wanted[day] = [one.rule.id for one in unmet if one.rule.id == "GATE-001"]
            assert holding.facts["ends_on"] == "2026-03-31"

    assert list(wanted.values()) == [[], ["GATE-001"]]
