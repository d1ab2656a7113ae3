"""Agreements signed: electronically, handed in or sent by e-mail, or on paper; checked, then written down for a side.

Each side signs the frozen text; who signs second has the other side's signature under it too.
"""

from dataclasses import asdict
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from tilts.clock import RIGA, day_in_riga
from tilts.ids import new_id
from tilts.onboarding.effects.agreements import document_of, party_of
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
from tilts.onboarding.signing.code_key import code_key
from tilts.onboarding.signing.process import verify
from tilts.onboarding.signing.report import (
    AgreedText,
    EntitledSigner,
    Expected,
    Side,
    SignatureReport,
    SigningParty,
    Trust,
    VerifyRequest,
)
from tilts.onboarding.signing.requirements import terms_of
from tilts.onboarding.taking import Taking
from tilts.onboarding.trust_keeping import pinned, sources_from, trust_state
from tilts.rules import Refusal
from tilts.rules.paper import SGN_SIGNED_ALREADY
from tilts.store.onboarding import cases, parties, signatories, signatures
from tilts.store.onboarding.cases import DocumentRecord
from tilts.store.onboarding.parties import PartyRecord
from tilts.store.onboarding.signatures import SignatureRecord
from tilts.store.tx import Tx


async def sign(taking: Taking) -> None:
    """What was signed is checked, then stands as this side's signature; who signs second has both under it."""
    document, content = await document_of(taking, taking.facts["signed"])
    earlier = [one for one in await signatures.of_case(taking.tx, taking.case.case_id) if one.counts]
    report = await verified(taking, document, content, [one for one in earlier if one.method == "electronic"])
    own = own_side(taking)
    found = next(one for one in report.signatures if one.side == own)
    record = await signature(taking, document.document_id, "electronic", document.channel)
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
    signed = {own_side(taking), *(one.side for one in earlier)}
    request = VerifyRequest(
        content=content,
        filename=document.filename,
        expected=Expected(
            (
                await signing_party(taking, "party", party, "party" in signed),
                await signing_party(taking, "authority", authority, "authority" in signed),
            ),
            (AgreedText(facts["agreed_name"], facts["agreed_sha256"], facts["agreed_bytes"]),),
            code_key(settings),
        ),
        trust=Trust(trust.list.services if trust.list else (), revocation_lists(sources.revocation_lists)),
        moment=taking.around.wall,
        terms=terms_of(taking.around.wall),
    )
    return await verify(request)


async def signing_party(taking: Taking, side: Side, party: PartyRecord, needed: bool) -> SigningParty:
    """The party with those who may sign for it today; its seal may always."""
    assert taking.around is not None, "signatures live by wall time"
    day = day_in_riga(taking.around.wall)
    entitled = await signatories.entitled_on(taking.tx, party.registration_number, day)
    signers = tuple(EntitledSigner(one.name, one.code_hint, one.code_hash) for one in entitled)
    return SigningParty(side, party.name, party.registration_number, signers, needed)


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
    channels = [one.channel for one in signed if one.counts] + await e_mailed(taking, receipt.scans)
    existing = PaperFacts(
        agreed_on=date.fromisoformat(case.facts["agreed_on"]),
        letters=tuple(EnteredLetter(one.letter_number, one.case_number) for one in letters),
        signed=tuple(SignedAlready(case.number, case.party_id, channel) for channel in channels),
    )
    check_paper(receipt, day_in_riga(taking.now), existing)
    return receipt


async def e_mailed(taking: Taking, scans: tuple[Scan, ...]) -> list[str]:
    """A scan with the very bytes of a file that came by e-mail is that file, not the paper."""
    known = {sha256(scan.content).digest() for scan in scans}
    found = await cases.documents(taking.tx, taking.case.case_id)
    return [one.channel for one in found if one.channel == "e-mail" and one.sha256 in known]


async def scans_of(taking: Taking) -> tuple[Scan, ...]:
    found = [await document_of(taking, one) for one in taking.facts["scans"]]
    return tuple(Scan(document.filename, content) for document, content in found)


def own_side(taking: Taking) -> Side:
    """Whose signature the step brings: a clerk also takes in what the party signed, by e-mail or on paper."""
    return "party" if taking.step.action in ("sign", "receive-signed", "receive-paper") else "authority"


async def signature(taking: Taking, document_id: UUID, method: str, channel: str) -> SignatureRecord:
    assert taking.case.party_id is not None
    return SignatureRecord(
        signature_id=new_id(),
        case_id=taking.case.case_id,
        party_id=taking.case.party_id,
        document_id=document_id,
        side=own_side(taking),
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


async def the_authority(tx: Tx) -> PartyRecord:
    return next(party for party in await parties.parties(tx) if party.kind == "authority")


def revocation_lists(folder: Path) -> tuple[bytes, ...]:
    return tuple(
        path.read_bytes() for path in sorted(folder.glob("*.crl")) + sorted(folder.glob("*crl*.pem"))
    )
