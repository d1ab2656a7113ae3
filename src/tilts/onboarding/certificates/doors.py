"""The way of a certificate: examined, accepted by the authority, issued where one was asked for, registered,
replaced by its holder, revoked at once.

Two live certificates of a client are allowed, so that the new one can be tried before the old one goes
(Security 1.2). Each door locks the client's row, decides, saves; of two parties that come with one certificate
or one key at the same moment exactly one wins.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tilts.onboarding.certificates.asked import Applicant, Known, Looked
from tilts.onboarding.certificates.checks import check_certificate
from tilts.onboarding.certificates.reading import Submission, read_submission
from tilts.onboarding.certificates.report import CertificateReport
from tilts.onboarding.certificates.table import CheckTable
from tilts.onboarding.revocation import RevocationList
from tilts.onboarding.revocation.places import revocation_places
from tilts.onboarding.trust_list import TrustList
from tilts.rules import Refusal
from tilts.rules.certificates import (
    CERT_CLIENT_OF_ANOTHER,
    CERT_KEY_OF_ANOTHER,
    CERT_NO_ISSUER,
    CERT_NOT_LIVE,
    CERT_REGISTERED,
    CERT_TWO_LIVE,
)
from tilts.store.onboarding import certificates as store
from tilts.store.onboarding import revocation_sources
from tilts.store.onboarding.certificates import CertificateRecord, NewCertificate
from tilts.store.tx import Tx

LIVE_AT_ONCE: Final = 2


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a certificate of our own is to say: from the register, never from the request."""

    organization: str
    registration_number: str
    client_id: str


class Issuer(Protocol):
    """The exchange's own CA, wherever its key is kept."""

    @property
    def certificates(self) -> tuple[x509.Certificate, ...]: ...
    def issue(
        self, request: x509.CertificateSigningRequest, wanted: Wanted, at: datetime
    ) -> x509.Certificate: ...


@dataclass(frozen=True, slots=True)
class Acceptance:
    """For whom it is registered, and by which case."""

    applicant: Applicant
    wanted: Wanted
    case_id: UUID | None = None


async def known_for(
    tx: Tx,
    content: bytes,
    own_issuers: Iterable[x509.Certificate],
    revocations: Iterable[RevocationList],
) -> Known:
    """What the exchange knows of this certificate and this key."""
    try:
        submission = read_submission(content)
    except Refusal:
        return Known(tuple(own_issuers))
    return Known(
        own_issuers=tuple(own_issuers),
        registered=await store.is_registered(tx, submission.fingerprint),
        key_party=await store.key_party(tx, submission.key_digest),
        key_revoked=await store.key_revoked(tx, submission.key_digest),
        revocations=tuple(revocations),
        answers=await answers_about(tx, submission.fingerprint),
        looked=await looked_at(tx, submission),
    )


async def answers_about(tx: Tx, fingerprint: bytes) -> tuple[bytes, ...]:
    found = await revocation_sources.sources(tx, fingerprint)
    return tuple(one.content for one in found if one.kind == "ocsp" and one.content)


async def looked_at(tx: Tx, submission: Submission) -> dict[str, Looked]:
    """How the last looks at its addresses went; they are asked by the egress worker alone."""
    if submission.certificate is None:
        return {}
    try:
        places = revocation_places(submission.certificate)
    except x509.DuplicateExtension:
        return {}
    return {
        place: Looked(tried_at, good_at, fault)
        for place, tried_at, good_at, fault in await revocation_sources.looked_at(tx, places)
    }


def examine(
    content: bytes,
    applicant: Applicant,
    trust: TrustList | None,
    moment: datetime,
    known: Known,
    table: CheckTable | None = None,
) -> CertificateReport:
    """At submission: the report of a certificate that may go on; Refusal CERT-003 or CERT-004 otherwise."""
    report = check_certificate(content, applicant, trust, moment, known, table)
    if report.submission is None:
        read_submission(content)  # says why
    report.require()
    return report


async def accept(
    tx: Tx, report: CertificateReport, acceptance: Acceptance, issuer: Issuer | None, at: datetime
) -> x509.Certificate:
    """Registers what was examined; a request is first answered with a certificate of the exchange's own CA.

    `report` is one made now, not the one of the submission: days have passed in between.
    """
    report.require()
    submission = report.submission
    assert submission is not None
    await _room_for_one(tx, acceptance, at)
    await _claim(tx, submission, acceptance, at)
    certificate = submission.certificate
    if certificate is None:
        certificate = _issued(submission, acceptance.wanted, issuer, at)
    await _register(tx, certificate, submission.key_digest, acceptance, at)
    return certificate


async def replace(tx: Tx, fingerprint: bytes, party_id: UUID, at: datetime) -> None:
    """Its holder stops using it; it opens nothing from the next call on."""
    if not await store.end(tx, fingerprint, party_id, at):
        raise Refusal(CERT_NOT_LIVE)


async def revoke(tx: Tx, fingerprint: bytes, at: datetime) -> None:
    """By whoever may, at once: the next call is refused, also on open connections."""
    if not await store.revoke_one(tx, fingerprint, at):
        raise Refusal(CERT_NOT_LIVE)


def check_room(client_id: str, certificates: Iterable[CertificateRecord], at: datetime) -> None:
    """Pure: may one more live certificate be registered?"""
    live = sum(one.live_at(at) for one in certificates)
    if live >= LIVE_AT_ONCE:
        raise Refusal(CERT_TWO_LIVE, client_id=client_id, live=live, most=LIVE_AT_ONCE)


async def _room_for_one(tx: Tx, acceptance: Acceptance, at: datetime) -> None:
    client_id = acceptance.wanted.client_id
    client = await store.lock_client(tx, client_id)
    if client is None or client.party_id != acceptance.applicant.party_id:
        raise Refusal(CERT_CLIENT_OF_ANOTHER)
    check_room(client_id, await store.of_clients(tx, [client_id]), at)


async def _claim(tx: Tx, submission: Submission, acceptance: Acceptance, at: datetime) -> None:
    party_id = acceptance.applicant.party_id
    if await store.claim_key(tx, submission.key_digest, party_id, at) != party_id:
        raise Refusal(CERT_KEY_OF_ANOTHER)


def _issued(submission: Submission, wanted: Wanted, issuer: Issuer | None, at: datetime) -> x509.Certificate:
    if issuer is None:
        raise Refusal(CERT_NO_ISSUER)
    assert submission.request is not None
    return issuer.issue(submission.request, wanted, at)


async def _register(
    tx: Tx, certificate: x509.Certificate, key_digest: bytes, acceptance: Acceptance, at: datetime
) -> None:
    new = NewCertificate(
        fingerprint=Submission("certificate", certificate, None, certificate.public_key()).fingerprint,
        client_id=acceptance.wanted.client_id,
        serial=str(certificate.serial_number),
        issuer=certificate.issuer.rfc4514_string(),
        public_key=key_digest,
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        case_id=acceptance.case_id,
        certificate=certificate.public_bytes(Encoding.DER),
    )
    if not await store.register(tx, new, at):
        raise Refusal(CERT_REGISTERED)
