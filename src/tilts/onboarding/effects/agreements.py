"""Agreements and applications: filled and complete, text frozen when agreed, signed by those who may, put in force.

What is signed is exactly the frozen text: its hash stands in the case from the moment both sides agreed on it.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import msgspec

from tilts.clock import RIGA, day_in_riga
from tilts.ids import new_id
from tilts.onboarding.cases import Taking, attach
from tilts.onboarding.paper import (
    EnteredLetter,
    PaperFacts,
    PaperReceipt,
    Scan,
    SignedAlready,
    check_confirmation,
    check_paper,
    check_scans,
)
from tilts.onboarding.procedures import procedure_version, procedures
from tilts.onboarding.procedures.completeness import check_completeness, require_complete
from tilts.onboarding.procedures.filled import read_form
from tilts.onboarding.procedures.form import render_form
from tilts.onboarding.procedures.kinds import Procedure
from tilts.onboarding.procedures.register import RegisterEntry
from tilts.onboarding.signing.process import verify
from tilts.onboarding.signing.report import (
    AgreedText,
    Expected,
    SignatureReport,
    SigningParty,
    Trust,
    VerifyRequest,
)
from tilts.onboarding.signing.requirements import terms_of
from tilts.onboarding.trust_keeping import pinned, sources_from, trust_state
from tilts.rules import Language, Refusal
from tilts.rules.cases import CASE_DOCUMENT_MISSING
from tilts.rules.paper import SGN_SIGNED_ALREADY
from tilts.store.onboarding import cases, parties, signatures
from tilts.store.onboarding.cases import DocumentRecord, NewDocument
from tilts.store.onboarding.parties import PartyRecord
from tilts.store.onboarding.signatures import SignatureRecord
from tilts.store.tx import Tx
from tilts.workflow import Side

NUMBER: Final = re.compile(r"(?<![0-9])[0-9]{11}(?![0-9])")
SIDES: Final[Mapping[Side, str]] = {"applicant": "party", "authority": "authority"}


async def fill(taking: Taking) -> None:
    """The form came back as a PDF: read, complete, of the procedure that is in use."""
    procedure = procedure_of(taking)
    _, content = await document_of(taking, taking.facts["form"])
    form = await read_form(content, procedure)
    await keep_values(taking, procedure, form.language, dict(form.values))


async def fill_here(taking: Taking) -> None:
    """The same fields, filled in on the page; the form is made from them."""
    procedure = procedure_of(taking)
    values = {str(name): str(value) for name, value in taking.facts.pop("values").items()}
    language: Language = "en" if values.pop("language", "lv") == "en" else "lv"
    await keep_values(taking, procedure, language, values)
    made = NewDocument(
        "form",
        f"{taking.case.number}-{procedure.id}.pdf",
        "application/pdf",
        render_form(procedure, language, values),
        account_id=taking.account.account_id,
    )
    taking.facts["form"] = str(await attach(taking.tx, taking.case.case_id, made, taking.now))


async def keep_values(
    taking: Taking, procedure: Procedure, language: Language, values: dict[str, str]
) -> None:
    register = await register_entries(taking, values)
    papers = [paper.id for paper in procedure.documents if paper.kind != "cover-letter"]
    gaps = check_completeness(procedure, values, register, day_in_riga(taking.now), papers)
    require_complete(gaps)
    taking.facts |= {"values": values, "reference": procedure.reference, "language": language}


async def register_entries(taking: Taking, values: Mapping[str, str]) -> list[RegisterEntry]:
    """What the registers say of the party itself and of everybody whose number stands in the form."""
    party = await party_of(taking.tx, taking.case.party_id)
    numbers = {party.registration_number, *NUMBER.findall(" ".join(values.values()))}
    entries = []
    for number in sorted(numbers):
        found = await parties.sites_at(taking.tx, number, taking.now)
        entries += [
            RegisterEntry(
                registration_number=site.registration_number,
                kind=site.kind,
                site=site.site,
                name=site.name,
                active=site.state != "closed",
                suspended_from=day_in_riga(site.since) if site.state == "suspended" else None,
            )
            for site in found
        ]
    if party.kind not in ("practice", "hospital", "pharmacy"):
        entries.append(RegisterEntry(party.registration_number, party.kind, "", party.name))
    return entries


async def agree_text(taking: Taking) -> None:
    """The text is frozen: rendered without editable fields, its hash in the case; a change is a new text."""
    facts = taking.case.facts
    name, _, version = str(facts["reference"]).partition("/")
    procedure = procedure_version(name, int(version))
    assert procedure is not None, "texts that were used are never removed"
    values = {**facts["values"], "authority_number": taking.facts.get("authority_number", "")}
    values = {name: value for name, value in values.items() if value}
    content = render_form(procedure, facts["language"], values, frozen=True)
    filename = f"{taking.case.number}-{procedure.id}.pdf"
    agreed = NewDocument("agreed", filename, "application/pdf", content, "exchange")
    document_id = await attach(taking.tx, taking.case.case_id, agreed, taking.now)
    taking.facts |= {
        "agreed": str(document_id),
        "agreed_sha256": sha256(content).hexdigest(),
        "agreed_bytes": len(content),
        "agreed_name": filename,
        "agreed_on": day_in_riga(taking.now).isoformat(),
    }


async def sign(taking: Taking) -> None:
    """What was signed is checked, then stands as this side's signature; who signs second has both under it."""
    document, content = await document_of(taking, taking.facts["signed"])
    earlier = [one for one in await signatures.of_case(taking.tx, taking.case.case_id) if one.counts]
    report = await verified(taking, document, content, [one for one in earlier if one.method == "electronic"])
    own = SIDES[taking.side]
    found = next(one for one in report.signatures if one.side == own)
    record = await signature(taking, UUID(taking.facts["signed"]), "electronic", "portal")
    signed_at = found.proven_at or found.claimed_at or taking.now
    told: dict[str, Any] = msgspec.to_builtins(report)
    await keep(taking, with_report(record, told, signed_at))
    taking.facts["signer"] = found.signer.name or found.signer.organisation


async def verified(
    taking: Taking, document: DocumentRecord, content: bytes, earlier: list[SignatureRecord]
) -> SignatureReport:
    assert taking.around is not None, "signatures are checked against the trust list"
    settings, facts = taking.around.settings, taking.case.facts
    sources = sources_from(settings)
    trust = await trust_state(taking.tx, pinned(sources.signers))
    party = await party_of(taking.tx, taking.case.party_id)
    authority = await the_authority(taking.tx)
    signed = {SIDES[taking.side], *(one.side for one in earlier)}
    request = VerifyRequest(
        content=content,
        filename=document.filename,
        expected=Expected(
            (
                SigningParty("party", party.name, party.registration_number, needed="party" in signed),
                SigningParty(
                    "authority", authority.name, authority.registration_number, needed="authority" in signed
                ),
            ),
            (AgreedText(facts["agreed_name"], facts["agreed_sha256"], facts["agreed_bytes"]),),
        ),
        trust=Trust(trust.list.services if trust.list else (), revocation_lists(sources.revocation_lists)),
        moment=taking.around.wall,
        terms=terms_of(taking.around.wall),
    )
    return await verify(request)


async def ask_receive_paper(taking: Taking) -> None:
    """The first clerk: the letter is looked at at once, so that what is wrong is known while it lies on the desk."""
    await checked_receipt(taking, taking.account.account_id)


async def receive_paper(taking: Taking) -> None:
    assert taking.first_account_id is not None, "two clerks, by the state table"
    check_confirmation(taking.first_account_id, taking.account.account_id)
    receipt = await checked_receipt(taking, taking.first_account_id)
    record = await signature(taking, UUID(taking.facts["scans"][0]), "paper", receipt.channel)
    received = datetime.combine(receipt.received_on, datetime.min.time(), RIGA)
    letter = replace_letter(record, receipt.letter_number, taking.first_account_id)
    await keep(
        taking, with_report(letter, {"copies": receipt.copies, "scans": taking.facts["scans"]}, received)
    )
    await signatures.confirm(taking.tx, record.signature_id, taking.account.account_id, taking.now)


async def sign_on_paper(taking: Taking) -> None:
    """The authority's own signature on paper: scanned, entered by one and confirmed by another."""
    assert taking.first_account_id is not None, "two clerks, by the state table"
    scans = await scans_of(taking)
    check_scans(scans)
    record = await signature(taking, UUID(taking.facts["scans"][0]), "paper", "in-person")
    signed_on = date.fromisoformat(taking.facts["received_on"])
    letter = replace_letter(record, taking.case.number, taking.first_account_id)
    signed_at = datetime.combine(signed_on, datetime.min.time(), RIGA)
    await keep(taking, with_report(letter, {"scans": taking.facts["scans"]}, signed_at))
    await signatures.confirm(taking.tx, record.signature_id, taking.account.account_id, taking.now)


async def checked_receipt(taking: Taking, entered_by: UUID) -> PaperReceipt:
    facts, case = taking.facts, taking.case
    assert case.party_id is not None
    receipt = PaperReceipt(
        case_number=case.number,
        party_id=case.party_id,
        letter_number=facts["letter_number"],
        channel=facts["channel"],
        received_on=date.fromisoformat(facts["received_on"]),
        copies=int(facts["copies"]),
        cover_letter=facts["cover_letter"] == "yes",
        scans=await scans_of(taking),
        entered_by=entered_by,
    )
    letters = await signatures.letters_of_party(taking.tx, case.party_id)
    signed = [one for one in await signatures.of_case(taking.tx, case.case_id) if one.side == "party"]
    existing = PaperFacts(
        agreed_on=date.fromisoformat(case.facts["agreed_on"]),
        letters=tuple(EnteredLetter(one.letter_number, one.case_number) for one in letters),
        signed=tuple(SignedAlready(case.number, case.party_id, one.channel) for one in signed if one.counts),
    )
    check_paper(receipt, day_in_riga(taking.now), existing)
    return receipt


async def scans_of(taking: Taking) -> tuple[Scan, ...]:
    found = [await document_of(taking, one) for one in taking.facts["scans"]]
    return tuple(Scan(document.filename, content) for document, content in found)


async def signature(taking: Taking, document_id: UUID, method: str, channel: str) -> SignatureRecord:
    assert taking.case.party_id is not None
    return SignatureRecord(
        signature_id=new_id(),
        case_id=taking.case.case_id,
        party_id=taking.case.party_id,
        document_id=document_id,
        side="party" if taking.step.action in ("sign", "receive-paper") else "authority",
        method=method,
        channel=channel,
        letter_number="",
        report={},
        signed_at=taking.now,
        recorded_at=taking.now,
        entered_by=taking.account.account_id,
    )


def with_report(record: SignatureRecord, report: dict[str, Any], signed_at: datetime) -> SignatureRecord:
    return SignatureRecord(**{**asdict(record), "report": report, "signed_at": signed_at})


def replace_letter(record: SignatureRecord, letter_number: str, entered_by: UUID) -> SignatureRecord:
    return SignatureRecord(**{**asdict(record), "letter_number": letter_number, "entered_by": entered_by})


async def keep(taking: Taking, record: SignatureRecord) -> None:
    if not await signatures.add(taking.tx, record):
        raise Refusal(SGN_SIGNED_ALREADY)


def procedure_of(taking: Taking) -> Procedure:
    return procedures(day_in_riga(taking.now))[taking.case.kind]


async def document_of(taking: Taking, document_id: str) -> tuple[DocumentRecord, bytes]:
    """A document of this very case; another one's is not there."""
    found = await cases.document(taking.tx, UUID(document_id))
    if found is None or found.case_id != taking.case.case_id:
        raise Refusal(CASE_DOCUMENT_MISSING)
    return found, await cases.content(taking.tx, found.document_id)


async def party_of(tx: Tx, party_id: UUID | None) -> PartyRecord:
    found = await parties.find_party(tx, party_id) if party_id else None
    assert found is not None, "a case of these kinds has a party"
    return found


async def the_authority(tx: Tx) -> PartyRecord:
    return next(party for party in await parties.parties(tx) if party.kind == "authority")


def revocation_lists(folder: Any) -> tuple[bytes, ...]:
    return tuple(
        path.read_bytes() for path in sorted(folder.glob("*.crl")) + sorted(folder.glob("*crl*.pem"))
    )
