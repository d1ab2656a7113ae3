"""Bad signed files, paper and races: each is refused with its rule and the way on, and leaves nothing but the audit."""

import asyncio
import base64
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from lxml import etree

from tests.onboarding.agreement_walk import SCAN, Walk, begin, new_vendor, refused
from tests.onboarding.signing import spoiling
from tests.running import Running
from tests.store.undoing import undone
from tilts.access.desk import Act, Desk
from tilts.lab.people import BY_SUBJECT
from tilts.lab.pki_trust import issue_signer
from tilts.lab.signing import sign_pdf
from tilts.onboarding.mail.receiving import same_document_already
from tilts.rules import Refusal
from tilts.store.onboarding import cases, signatories, signatures
from tilts.store.tx import Database

pytestmark = pytest.mark.anyio
HUGE = 21 * 1024 * 1024


# Files.


def forged(walk: Walk) -> bytes:
    """A signature's bytes that the signer's key did not make."""

    def change(root: etree._Element) -> None:
        value = root.find(f".//{spoiling.DS}SignatureValue")
        assert value is not None and value.text
        made = bytearray(base64.b64decode(value.text))
        made[5] ^= 1
        value.text = base64.b64encode(made).decode()

    return spoiling.with_xml(walk.container(walk.party), change)


def with_macros(walk: Walk) -> bytes:
    document = spoiling.zipped(
        {"[Content_Types].xml": b"<Types/>", "word/vbaProject.bin": b"\xd0\xcf\x11\xe0"}, mimetype=None
    )
    return walk.container(
        walk.party, files={walk.case.facts["agreed_name"]: walk.known_text, "l.docx": document}
    )


def without_stamp(walk: Walk) -> bytes:
    return sign_pdf(walk.known_text, walk.seal(walk.party), None, walk.wall)


BAD: dict[str, tuple[str, str, Callable[[Walk], bytes]]] = {
    "unsigned": ("SGN-004", "pdf", lambda walk: walk.known_text),
    "no PDF at all": ("SGN-001", "pdf", lambda walk: b"MZ\x90\x00" * 100),
    "huge": ("SGN-002", "pdf", lambda walk: b"%PDF-1.7" + bytes(HUGE)),
    "torn off": ("SGN-003", "asice", lambda walk: walk.container(walk.party)[:-200]),
    "altered": ("SGN-005", "pdf", lambda walk: spoiling.updated(walk.pdf(walk.party), spoiling.other_page)),
    "forged": ("SGN-006", "asice", forged),
    "half signed": (
        "SGN-007",
        "asice",
        lambda walk: spoiling.with_member(walk.container(walk.party), "pielikums.txt", b"x"),
    ),
    "of a stranger": ("SGN-009", "pdf", lambda walk: walk.pdf(walk.by_person("new-vendor-1"))),
    "of a colleague": ("SGN-009", "pdf", lambda walk: walk.pdf(walk.by_person("vendor-2"))),
    "of another issuer": ("SGN-010", "pdf", lambda walk: walk.pdf(walk.seal(walk.party, flaw="stranger"))),
    "withdrawn service": ("SGN-011", "pdf", lambda walk: walk.pdf(walk.seal(walk.party, flaw="withdrawn"))),
    "expired": ("SGN-012", "pdf", lambda walk: walk.pdf(walk.seal(walk.party, flaw="expired"))),
    "revoked": ("SGN-013", "pdf", lambda walk: walk.pdf(walk.seal(walk.party, flaw="revoked"))),
    "not qualified": ("SGN-015", "pdf", lambda walk: walk.pdf(walk.seal(walk.party, qualified=False))),
    "without a stamp": ("SGN-016", "pdf", without_stamp),
    "locked": ("SGN-019", "pdf", lambda walk: spoiling.encrypted()),
    "with macros": ("SGN-020", "asice", with_macros),
    "with a script": ("SGN-020", "pdf", lambda walk: walk.pdf(walk.party, spoiling.with_script())),
}


@pytest.mark.parametrize("fault", BAD)
async def test_a_bad_file_is_refused_and_nothing_of_it_stays(
    exchange: Running, database: Database, fault: str
) -> None:
    rule, suffix, make = BAD[fault]
    async with undone(database) as tx:
        walk = await begin(tx, exchange)
        await walk.to_agreed()
        before = await walk.stored()
        with refused(rule):
            await walk.hand_in("sign", make(walk), f"ligums.{suffix}", walk.applicant)
        assert await walk.stored() == before
        assert not await signatures.of_case(tx, walk.case.case_id)


async def test_of_a_refused_file_only_the_audit_stays(exchange: Running, database: Database) -> None:
    async with database.transaction() as tx:
        walk = await begin(tx, exchange, party=await new_vendor(tx))
        await walk.to_agreed()
        before = await walk.stored()
    bad = walk.pdf(walk.by_person("vendor-2"))
    act = Act("case.step", walk.case.number)
    with refused("SGN-009"):
        await Desk(database, exchange.clock).do(
            walk.applicant,
            act,
            lambda tx: replace(walk, tx=tx).hand_in("sign", bad, "ligums.pdf", walk.applicant),
        )
    async with database.transaction() as tx:
        walk.tx = tx
        assert await walk.stored() == before
        found = await tx.execute(
            "SELECT outcome, rule_id FROM audit_entry WHERE detail ->> 'about' = %s", [walk.case.number]
        )
        assert await found.fetchall() == [("refused", "SGN-009")]


# Who may sign.


async def test_an_entitlement_counts_from_its_first_day_to_its_last(
    exchange: Running, database: Database
) -> None:
    async with undone(database) as tx:
        walk = await begin(tx, exchange)
        number, day = walk.party.registration_number, walk.wall.date()
        [head] = await signatories.entitled_on(tx, number, day)
        await tx.execute(
            "UPDATE onboarding.signatory SET valid_to = %s WHERE signatory_id = %s", [day, head.signatory_id]
        )
        later = day.replace(year=day.year + 1)
        assert [one.name for one in await signatories.entitled_on(tx, number, day)] == [head.name]
        assert await signatories.entitled_on(tx, number, later) == []
        assert await signatories.entitled_on(tx, number, head.valid_from.replace(year=2019)) == []


async def test_a_namesake_with_another_person_code_is_somebody_else(
    exchange: Running, database: Database
) -> None:
    """SGN-009: even with the same last four digits, because the whole code's keyed hash is registered."""
    async with undone(database) as tx:
        walk = await begin(tx, exchange)
        await walk.to_agreed()
        [head] = await signatories.entitled_on(tx, walk.party.registration_number, walk.wall.date())
        namesake = issue_signer(walk.folder, head.name, person=f"329990-0{head.code_hint[-4:]}")
        with refused("SGN-009"):
            await walk.hand_in("sign", walk.pdf(namesake), "ligums.pdf", walk.applicant)


async def test_a_power_of_attorney_entered_by_one_and_confirmed_by_another_entitles(
    exchange: Running, database: Database
) -> None:
    """SGN-040, SGN-041; the person code itself is kept nowhere, not even while it waits."""
    proxy = BY_SUBJECT["vendor-2"]
    async with undone(database) as tx:
        walk = await begin(tx, exchange)
        await walk.to_agreed()
        walk.now = walk.wall
        due = walk.case.due_at
        power = await walk.attach(SCAN, "pilnvara.pdf", kind="power")
        asked: dict[str, Any] = {"signatory": proxy.name, "signatory_role": "proxy", "power": power}
        with refused("SGN-040"):
            await walk.take("entitle", walk.clerk, person_code="12345", **asked)
        pending = await walk.take("entitle", walk.clerk, person_code=proxy.code, **asked)
        assert proxy.code not in str(pending)
        with refused("CASE-005"):
            await walk.take("confirm", walk.clerk)
        await walk.take("confirm", walk.colleague)
        assert (walk.case.state, walk.case.due_at) == ("text-agreed", due), "the clock for signing runs on"
        assert proxy.code not in str(await cases.steps(tx, walk.case.case_id)) + str(walk.case.facts)
        await walk.take("entitle", walk.clerk, person_code=proxy.code, **asked)
        with refused("SGN-041"):
            await walk.take("confirm", walk.colleague)
        await walk.take("decline", walk.colleague)
        await walk.hand_in("sign", walk.pdf(walk.by_person("vendor-2")), "ligums.pdf", walk.applicant)

    assert walk.case.facts["signer"] == proxy.name


# On paper.


async def test_paper_counts_when_a_second_clerk_has_confirmed_it(
    exchange: Running, database: Database
) -> None:
    async with undone(database) as tx:
        walk = await begin(tx, exchange)
        await walk.to_agreed()
        asked = await walk.paper()
        assert asked.state == "text-agreed" and not await signatures.of_case(tx, walk.case.case_id)
        with refused("CASE-005"):
            await walk.take("confirm", walk.clerk)
        await walk.take("confirm", walk.colleague)
        [row] = await signatures.of_case(tx, walk.case.case_id)
        assert (walk.case.state, row.side, row.method, row.counts) == ("half-signed", "party", "paper", True)
        await walk.paper("sign-on-paper", letter_number="", ends_on="2026-12-31")
        await walk.take("confirm", walk.colleague)
        assert walk.case.state == "in-force"


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        ("SGN-032", {"cover_letter": "no"}),
        ("SGN-031", {"copies": 1}),
        ("SGN-039", {"channel": "courier"}),
        ("SGN-033", {"received_on": "2026-03-01"}),
        ("SGN-033", {"received_on": "2026-03-03"}),
        ("SGN-034", {"scan": b"GIF89a", "filename": "skens.gif"}),
        ("SGN-034", {"scan": b"MZ\x90", "filename": "skens.pdf"}),
    ],
    ids=str,
)
async def test_paper_that_is_not_in_order_is_refused_while_it_lies_on_the_desk(
    exchange: Running, database: Database, rule: str, wrong: dict[str, Any]
) -> None:
    async with undone(database) as tx:
        walk = await begin(tx, exchange)
        await walk.to_agreed()
        before = await walk.stored()
        with refused(rule):
            await walk.paper(**wrong)
        assert await walk.stored() == before


async def test_one_letter_is_entered_once_and_not_for_two_agreements(
    exchange: Running, database: Database
) -> None:
    """SGN-035."""
    async with undone(database) as tx:
        first = await begin(tx, exchange)
        await first.to_agreed()
        await first.paper()
        await first.take("confirm", first.colleague)
        second = await begin(tx, exchange, "operator-agreement")
        await second.to_agreed()
        with refused("SGN-035") as no:
            await second.paper(letter_number="nr. 1-7 / 12".removeprefix("nr. "))
        assert no[0].told()["case"] == first.case.number


async def test_the_same_document_by_e_mail_and_on_paper_is_recognised(
    exchange: Running, database: Database
) -> None:
    """SGN-036: a file that came by e-mail is no scan of the paper; and what came on paper is known when it is mailed."""
    async with undone(database) as tx:
        walk = await begin(tx, exchange)
        await walk.to_agreed()
        await walk.attach(SCAN, "ligums.pdf", channel="e-mail", kind="e-mail")
        with refused("SGN-036"):
            await walk.paper()
        await walk.paper(scan=SCAN + b" of the paper itself")
        await walk.take("confirm", walk.colleague)
        assert walk.case.number in await same_document_already(
            tx, sha256(SCAN + b" of the paper itself").digest()
        )
        late = await walk.attach(walk.pdf(walk.party), "ligums.pdf", channel="e-mail", kind="e-mail")
        with refused("CASE-003"):
            await walk.take("receive-signed", walk.clerk, signed=late)
        assert len(await signatures.of_case(tx, walk.case.case_id)) == 1


# Races.


async def test_of_several_who_hand_in_a_signed_file_at_once_one_does(
    exchange: Running, database: Database
) -> None:
    async with database.transaction() as tx:
        walk = await begin(tx, exchange, party=await new_vendor(tx))
        await walk.to_agreed()
    files = [walk.pdf(walk.party) for _ in range(3)]

    async def attempt(content: bytes) -> str:
        try:
            async with database.transaction() as tx:
                await replace(walk, tx=tx).hand_in("sign", content, "ligums.pdf", walk.applicant)
        except Refusal as no:
            return no.rule.id
        return "done"

    outcomes = await asyncio.gather(*(attempt(one) for one in files))
    async with database.transaction() as tx:
        signed = await signatures.of_case(tx, walk.case.case_id)
        documents = await cases.documents(tx, walk.case.case_id)

    assert sorted(outcomes) == ["CASE-003", "CASE-003", "done"]
    assert len(signed) == 1 and [one.kind for one in documents].count("signed") == 1


async def test_signed_on_paper_and_electronically_at_once_counts_once(
    exchange: Running, database: Database
) -> None:
    async with database.transaction() as tx:
        walk = await begin(tx, exchange, party=await new_vendor(tx))
        await walk.to_agreed()
        await walk.paper(letter_number=f"{walk.case.number}/1")
    signed = walk.pdf(walk.party)

    async def attempt(work: Callable[[Walk], Any]) -> str:
        try:
            async with database.transaction() as tx:
                await work(replace(walk, tx=tx))
        except Refusal as no:
            return no.rule.id
        return "done"

    outcomes = await asyncio.gather(
        attempt(lambda one: one.take("confirm", walk.colleague)),
        attempt(lambda one: one.hand_in("sign", signed, "ligums.pdf", walk.applicant)),
    )
    async with database.transaction() as tx:
        rows = await signatures.of_case(tx, walk.case.case_id)

    assert outcomes.count("done") == 1 and set(outcomes) <= {"done", "CASE-003", "CASE-006", "CASE-001"}
    assert len(rows) == 1
