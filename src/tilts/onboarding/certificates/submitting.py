"""A certificate, or the request for one, is handed in: looked at first, and only what is good becomes a case.

Every connection gets its own, so every institution, pharmacy and branch does (Source page B3). Kept is the one
certificate or request that was read, never the bytes that were uploaded: they may hold more than was meant.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tilts.account import Account
from tilts.onboarding.cases import attach, open_case
from tilts.onboarding.certificates.asked import Applicant
from tilts.onboarding.certificates.doors import check_room
from tilts.onboarding.certificates.reading import Submission
from tilts.onboarding.certificates.report import CertificateReport
from tilts.onboarding.certificates.standing import report_for
from tilts.onboarding.certificates.table import Kind
from tilts.onboarding.taking import Around
from tilts.rules import Refusal
from tilts.rules.cases import CASE_OPEN_ALREADY
from tilts.rules.certificates import CERT_CLIENT_OF_ANOTHER, CERT_UNREADABLE
from tilts.rules.trust.issuing import ISS_UNSEALED
from tilts.store.onboarding import cases, connections, parties
from tilts.store.onboarding import certificates as store
from tilts.store.onboarding.cases import CaseRecord, NewDocument
from tilts.store.onboarding.connections import ClientRecord
from tilts.store.onboarding.parties import PartyRecord
from tilts.store.tx import Tx

KIND: Final = "certificate"
MEDIA_TYPE: Final = "application/x-pem-file"
DOCUMENTS: Final = {"certificate": ("certificate", "crt"), "request": ("certificate-request", "csr")}


@dataclass(frozen=True, slots=True)
class Times:
    """A case lives by business time, what is registered by the time on the wall."""

    now: datetime
    wall: datetime


def applicant_of(party: PartyRecord) -> Applicant:
    return Applicant(party.party_id, frozenset({f"NTRLV-{party.registration_number}"}))


async def examined(tx: Tx, account: Account, content: bytes, around: Around) -> CertificateReport:
    """What is right and wrong with it for this party now; Refusal CERT-001, CERT-002: a key, or too large."""
    party = await party_of(tx, account)
    return await report_for(tx, content, applicant_of(party), around.settings, around.wall)


async def submit(
    tx: Tx,
    account: Account,
    client_id: str,
    report: CertificateReport,
    times: Times,
    seal: dict[str, Any] | None = None,
) -> CaseRecord:
    """
    The case of a good certificate or request; for the rest there is a refusal and nothing is kept.

    `seal`: who sealed the request (onboarding/issuing), as it stays in the case.

    Raises Refusal: CERT-003 neither of the two, CERT-004 a check failed, CERT-010 not one's own connection,
    CERT-005 two are in use, CASE-008 it was handed in already, ISS-003 a request for real data that nobody sealed.
    """
    read = report.submission
    if read is None:
        raise Refusal(CERT_UNREADABLE)
    report.require()
    party = await party_of(tx, account)
    client = await locked_client(tx, party.party_id, client_id)
    check_sealed(read.kind, client.environment, seal)
    check_room(client_id, await store.of_clients(tx, [client_id]), times.wall)
    for other in await cases.of_kind(tx, party.party_id, KIND):
        if other.state == "submitted" and other.facts.get("submitted") == read.fingerprint.hex():
            raise Refusal(CASE_OPEN_ALREADY, number=other.number)
    facts = report.as_facts() | facts_of(client) | {"submitted": read.fingerprint.hex()} | (seal or {})
    case = await open_case(
        tx, KIND, party_id=party.party_id, facts=facts, account_id=account.account_id, now=times.now
    )
    await attach(tx, case.case_id, document_of(read, case, account.account_id), times.now)
    return case


def check_sealed(kind: Kind, environment: str, seal: dict[str, Any] | None) -> None:
    """Pure: for real data the organisation's seal says who asks; in the test environment its account does."""
    if kind == "request" and environment == "production" and not (seal and seal["sealed_by"]):
        raise Refusal(ISS_UNSEALED)


def facts_of(client: ClientRecord) -> dict[str, Any]:
    return {"client_id": client.client_id, "site": client.site, "environment": client.environment}


def document_of(read: Submission, case: CaseRecord, account_id: UUID) -> NewDocument:
    kind, ending = DOCUMENTS[read.kind]
    return NewDocument(kind, f"{case.number}.{ending}", MEDIA_TYPE, read.pem, account_id=account_id)


async def locked_client(tx: Tx, party_id: UUID, client_id: str) -> ClientRecord:
    """One's own connection that has not ended; of two who hand in at once, the second sees what the first did."""
    await store.lock_client(tx, client_id)
    own = await connections.of_party(tx, party_id)
    found = next((client for client in own if client.client_id == client_id), None)
    if found is None:
        raise Refusal(CERT_CLIENT_OF_ANOTHER)
    return found


async def party_of(tx: Tx, account: Account) -> PartyRecord:
    party = await parties.find_party(tx, account.party_id) if account.party_id else None
    assert party is not None, "certificates are handed in for a party"
    return party
