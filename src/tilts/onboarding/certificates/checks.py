"""Pure: every check that is asked of a certificate or a request, answered with pass, fail or not asked.

All faults are told at once, because a certificate that comes back five times costs everybody five weeks.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, TypeAlias
from uuid import UUID

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from tilts.onboarding.certificates.reading import Submission, read_submission
from tilts.onboarding.certificates.report import CertificateReport, Finding, Outcome
from tilts.onboarding.certificates.revocation_places import revocation_places
from tilts.onboarding.certificates.table import Check, CheckTable, check_table
from tilts.onboarding.revocations import RevocationList
from tilts.onboarding.trust_list import TrustList
from tilts.rules import Refusal
from tilts.rules.certificates import CERT_UNREADABLE
from tilts.workflow import Words

PURPOSES: Final = {
    ExtendedKeyUsageOID.CLIENT_AUTH: "clientAuth",
    ExtendedKeyUsageOID.SERVER_AUTH: "serverAuth",
}
# ETSI EN 319 412-1 5.1.4: scheme, country, number.
IDENTIFIER: Final = re.compile(r"(?:NTR|VAT)LV-[0-9]{11}")


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who submits it. `identifiers` are those of the register: a number may stand under two schemes, and
    counts only under the one that is registered (Security 1.2)."""

    party_id: UUID
    identifiers: frozenset[str]  # NTRLV-99990000011


@dataclass(frozen=True, slots=True)
class Known:
    """What the exchange knows beside the file: its own CA, who holds what, what was revoked."""

    own_issuers: tuple[x509.Certificate, ...] = ()
    registered: bool = False  # this very certificate
    key_party: UUID | None = None  # whose key it is
    revocations: tuple[RevocationList, ...] = ()
    key_revoked: bool = False  # a certificate of this key was revoked: it counts as lost


@dataclass(frozen=True, slots=True)
class Asked:
    """All that a check may look at."""

    submission: Submission
    applicant: Applicant | None  # None: asked by nobody in particular, on the public page
    trust: TrustList | None
    known: Known
    moment: datetime

    @property
    def certificate(self) -> x509.Certificate:
        assert self.submission.certificate is not None
        return self.submission.certificate


Answer: TypeAlias = tuple[Outcome, str] | tuple[Outcome, str, Words]
NO_LIST: Final = Words("Uzticamības saraksta nav.", "There is no trust list.")
LIST_OVERDUE: Final = Words("Uzticamības saraksts ir novecojis.", "The trust list is overdue.")
WITHDRAWN: Final = Words("Izdevēja statuss ir atsaukts.", "The issuer's status has been withdrawn.")
NOT_LISTED: Final = Words("Izdevēja sarakstā nav.", "The issuer is not on the list.")
NO_REVOCATIONS: Final = Words(
    "Šī izdevēja atsaukšanas saraksta nav.", "There is no revocation list of this issuer."
)
REVOCATIONS_OVERDUE: Final = Words("Atsaukšanas saraksts ir novecojis.", "The revocation list is overdue.")


def check_certificate(
    content: bytes,
    applicant: Applicant | None,
    trust: TrustList | None,
    moment: datetime,
    known: Known,
    table: CheckTable | None = None,
) -> CertificateReport:
    """The report; only private keys (CERT-001) and files that are too large (CERT-002) get none."""
    rows = (table or check_table()).at(moment)
    verified = (table or check_table()).points_verified
    try:
        submission = read_submission(content)
    except Refusal as no:
        if no.rule is not CERT_UNREADABLE:
            raise
        unread = tuple(Finding(row, "fail" if row.id == "CRT-001" else "not-asked", "") for row in rows)
        return CertificateReport(None, unread, verified)
    asked = Asked(submission, applicant, trust, known, moment)
    return CertificateReport(submission, tuple(_finding(row, asked) for row in rows), verified)


def _finding(row: Check, asked: Asked) -> Finding:
    if asked.submission.kind not in row.applies_to:
        return Finding(row, "not-asked", "")
    return Finding(row, *ANSWERS[row.id](row, asked))


def _judged(good: bool, found: str) -> Answer:
    return "pass" if good else "fail", found


def _readable(row: Check, asked: Asked) -> Answer:
    return "pass", asked.submission.subject_text


def issuer_of(asked: Asked) -> x509.Certificate | None:
    """The issuer that may issue for connections now and has really signed it."""
    listed = asked.trust.services_at(asked.moment, "connection") if _current(asked) and asked.trust else ()
    candidates = [
        *asked.known.own_issuers,
        *(x509.load_der_x509_certificate(service.certificate) for service in listed),
    ]
    return next((one for one in candidates if _signed_by(asked.certificate, one, asked.moment)), None)


def _current(asked: Asked) -> bool:
    return asked.trust is not None and asked.trust.current(asked.moment)


def _signed_by(leaf: x509.Certificate, issuer: x509.Certificate, moment: datetime) -> bool:
    if not issuer.not_valid_before_utc <= moment <= issuer.not_valid_after_utc:
        return False
    try:
        leaf.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _issued(row: Check, asked: Asked) -> Answer:
    name = asked.certificate.issuer.rfc4514_string()
    if issuer_of(asked) is not None:
        return "pass", name
    if asked.trust is None:
        return "fail", name, NO_LIST
    if not _current(asked):
        return "fail", f"{name}, {asked.trust.next_update.date()}", LIST_OVERDUE
    for one in asked.trust.known_at(asked.moment, "connection"):
        issuer = x509.load_der_x509_certificate(one.certificate)
        if one.status == "withdrawn" and _signed_by(asked.certificate, issuer, asked.moment):
            return "fail", f"{name}, {one.since.date()}", WITHDRAWN
    return "fail", name, NOT_LISTED


def _valid_now(row: Check, asked: Asked) -> Answer:
    begins, ends = asked.certificate.not_valid_before_utc, asked.certificate.not_valid_after_utc
    return _judged(begins <= asked.moment <= ends, f"{begins.date()} - {ends.date()}")


def _days_left(row: Check, asked: Asked) -> Answer:
    left = asked.certificate.not_valid_after_utc - asked.moment
    wanted = timedelta(days=row.parameters["days_left"])
    return _judged(
        left >= wanted, f"{max(left.days, 0)} < {wanted.days}" if left < wanted else str(left.days)
    )


def _key(row: Check, asked: Asked) -> Answer:
    key = asked.submission.public_key
    if isinstance(key, rsa.RSAPublicKey):
        exponent = key.public_numbers().e
        good = key.key_size >= row.parameters["rsa_bits"] and exponent >= row.parameters["rsa_exponent"]
        return _judged(good and exponent % 2 == 1, f"RSA {key.key_size}, e={exponent}")
    if isinstance(key, ec.EllipticCurvePublicKey):
        return _judged(key.curve.name in row.parameters["curves"], f"EC {key.curve.name}")
    return "fail", type(key).__name__.removesuffix("PublicKey")


def _hash(row: Check, asked: Asked) -> Answer:
    try:
        algorithm = asked.submission.read.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return "fail", asked.submission.read.signature_algorithm_oid.dotted_string
    name = "-" if algorithm is None else algorithm.name
    return _judged(name in row.parameters["hashes"], name)


def _key_usage(row: Check, asked: Asked) -> Answer:
    try:
        usage = asked.certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return "fail", "-"
    return _judged(usage.digital_signature, "digitalSignature" if usage.digital_signature else "-")


def _client_auth(row: Check, asked: Asked) -> Answer:
    try:
        usages = asked.certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return "fail", "-"
    return _judged(
        ExtendedKeyUsageOID.CLIENT_AUTH in usages,
        ", ".join(PURPOSES.get(one, one.dotted_string) for one in usages),
    )


def _one_identifier(row: Check, asked: Asked) -> Answer:
    found = asked.submission.organization_identifiers
    good = len(found) == 1 and IDENTIFIER.fullmatch(found[0]) is not None
    return _judged(good, ", ".join(found) or "-")


def _registered_identifier(row: Check, asked: Asked) -> Answer:
    found = asked.submission.organization_identifiers
    if asked.applicant is None:
        return "not-asked", ", ".join(found)
    good = bool(found) and set(found) <= asked.applicant.identifiers
    expected = ", ".join(sorted(asked.applicant.identifiers))
    return _judged(good, f"{', '.join(found) or '-'} ≠ {expected}" if not good else expected)


def _not_registered(row: Check, asked: Asked) -> Answer:
    # To nobody in particular it is not told: who asks need not be who holds it.
    return ("not-asked", "") if asked.applicant is None else _judged(not asked.known.registered, "")


def _own_key(row: Check, asked: Asked) -> Answer:
    if asked.applicant is None:
        return "not-asked", ""
    return _judged(asked.known.key_party in (None, asked.applicant.party_id), "")


def _never_revoked(row: Check, asked: Asked) -> Answer:
    return ("not-asked", "") if asked.applicant is None else _judged(not asked.known.key_revoked, "")


def _no_authority(row: Check, asked: Asked) -> Answer:
    try:
        basic = asked.certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return "pass", ""
    return _judged(not basic.ca, "CA" if basic.ca else "")


def _not_revoked(row: Check, asked: Asked) -> Answer:
    issuer = asked.certificate.issuer.rfc4514_string()
    listed = [one for one in asked.known.revocations if one.issuer == issuer]
    for one in listed:
        if asked.certificate.serial_number in one.revoked:
            return "fail", f"{one.file}: {one.revoked[asked.certificate.serial_number].date()}"
    current = [one for one in listed if not one.overdue(asked.moment)]
    if not current:  # unknown is not good: Security 1.6, fails closed
        return ("fail", listed[0].file, REVOCATIONS_OVERDUE) if listed else ("fail", issuer, NO_REVOCATIONS)
    return "pass", current[0].file


def _revocation_named(row: Check, asked: Asked) -> Answer:
    if any(_signed_by(asked.certificate, own, asked.moment) for own in asked.known.own_issuers):
        return "pass", "CRL"  # of our own CA the list is ours
    places = revocation_places(asked.certificate)
    return _judged(bool(places), ", ".join(places[:3]) or "-")


def _holds_key(row: Check, asked: Asked) -> Answer:
    assert asked.submission.request is not None
    try:
        return _judged(asked.submission.request.is_signature_valid, "")
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return "fail", ""


ANSWERS: Final[Mapping[str, Callable[[Check, Asked], Answer]]] = MappingProxyType(
    {
        "CRT-001": _readable,
        "CRT-002": _issued,
        "CRT-003": _valid_now,
        "CRT-004": _days_left,
        "CRT-005": _key,
        "CRT-006": _hash,
        "CRT-007": _key_usage,
        "CRT-008": _client_auth,
        "CRT-009": _one_identifier,
        "CRT-010": _registered_identifier,
        "CRT-011": _not_registered,
        "CRT-012": _own_key,
        "CRT-013": _no_authority,
        "CRT-014": _not_revoked,
        "CRT-015": _revocation_named,
        "CRT-016": _holds_key,
        "CRT-017": _never_revoked,
    }
)
