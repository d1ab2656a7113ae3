"""Pure: every check that is asked of a certificate or a request, answered with pass, fail or not asked.

All faults are told at once, because a certificate that comes back five times costs everybody five weeks.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from tilts.onboarding.certificates import build_checks as build
from tilts.onboarding.certificates.asked import Answer, Applicant, Asked, Known, judged, signed_by
from tilts.onboarding.certificates.reading import read_submission
from tilts.onboarding.certificates.report import CertificateReport, Finding
from tilts.onboarding.certificates.table import Check, CheckTable, check_table
from tilts.onboarding.revocation import Status, best_of, read_answer, subject_of
from tilts.onboarding.revocation.places import revocation_places
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


NO_LIST: Final = Words("Uzticamības saraksta nav.", "There is no trust list.")
SECOND_OPINION: Final = "CRT-018"
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
    found = {row.id: _finding(row, asked) for row in rows}
    failed = frozenset(name for name, one in found.items() if one.outcome == "fail")
    for row in rows:  # the second opinion is asked last: it need not name what is named already
        if row.id == SECOND_OPINION:
            found[row.id] = _finding(row, replace(asked, failed=failed))
    return CertificateReport(submission, tuple(found.values()), verified)


def _finding(row: Check, asked: Asked) -> Finding:
    if asked.submission.kind not in row.applies_to:
        return Finding(row, "not-asked", "")
    try:
        return Finding(row, *ANSWERS[row.id](row, asked))
    except x509.DuplicateExtension:  # which of the two would count? CRT-024 says so
        return Finding(row, "not-asked", "")


def _readable(row: Check, asked: Asked) -> Answer:
    return "pass", asked.submission.subject_text


def _issued(row: Check, asked: Asked) -> Answer:
    name = asked.certificate.issuer.rfc4514_string()
    if asked.issuer is not None:
        return "pass", name
    if asked.trust is None:
        return "fail", name, NO_LIST
    if not asked.trust_is_current:
        return "fail", f"{name}, {asked.trust.next_update.date()}", LIST_OVERDUE
    for one in asked.trust.known_at(asked.moment, "connection"):
        issuer = x509.load_der_x509_certificate(one.certificate)
        if one.status == "withdrawn" and signed_by(asked.certificate, issuer, asked.moment):
            return "fail", f"{name}, {one.since.date()}", WITHDRAWN
    return "fail", name, NOT_LISTED


def _valid_now(row: Check, asked: Asked) -> Answer:
    begins, ends = asked.certificate.not_valid_before_utc, asked.certificate.not_valid_after_utc
    return judged(begins <= asked.moment <= ends, f"{begins.date()} - {ends.date()}")


def _days_left(row: Check, asked: Asked) -> Answer:
    left = asked.certificate.not_valid_after_utc - asked.moment
    wanted = timedelta(days=row.parameters["days_left"])
    return judged(left >= wanted, f"{max(left.days, 0)} < {wanted.days}" if left < wanted else str(left.days))


def _key(row: Check, asked: Asked) -> Answer:
    key = asked.submission.public_key
    if isinstance(key, rsa.RSAPublicKey):
        exponent = key.public_numbers().e
        good = key.key_size >= row.parameters["rsa_bits"] and exponent >= row.parameters["rsa_exponent"]
        return judged(good and exponent % 2 == 1, f"RSA {key.key_size}, e={exponent}")
    if isinstance(key, ec.EllipticCurvePublicKey):
        return judged(key.curve.name in row.parameters["curves"], f"EC {key.curve.name}")
    return "fail", type(key).__name__.removesuffix("PublicKey")


def _hash(row: Check, asked: Asked) -> Answer:
    try:
        algorithm = asked.submission.read.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return "fail", asked.submission.read.signature_algorithm_oid.dotted_string
    name = "-" if algorithm is None else algorithm.name
    return judged(name in row.parameters["hashes"], name)


def _key_usage(row: Check, asked: Asked) -> Answer:
    try:
        usage = asked.certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return "fail", "-"
    return judged(usage.digital_signature, "digitalSignature" if usage.digital_signature else "-")


def _client_auth(row: Check, asked: Asked) -> Answer:
    try:
        usages = asked.certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return "fail", "-"
    return judged(
        ExtendedKeyUsageOID.CLIENT_AUTH in usages,
        ", ".join(PURPOSES.get(one, one.dotted_string) for one in usages),
    )


def _one_identifier(row: Check, asked: Asked) -> Answer:
    found = asked.submission.organization_identifiers
    good = len(found) == 1 and IDENTIFIER.fullmatch(found[0]) is not None
    return judged(good, ", ".join(found) or "-")


def _registered_identifier(row: Check, asked: Asked) -> Answer:
    found = asked.submission.organization_identifiers
    if asked.applicant is None:
        return "not-asked", ", ".join(found)
    good = bool(found) and set(found) <= asked.applicant.identifiers
    expected = ", ".join(sorted(asked.applicant.identifiers))
    return judged(good, f"{', '.join(found) or '-'} ≠ {expected}" if not good else expected)


def _not_registered(row: Check, asked: Asked) -> Answer:
    # To nobody in particular it is not told: who asks need not be who holds it.
    return ("not-asked", "") if asked.applicant is None else judged(not asked.known.registered, "")


def _own_key(row: Check, asked: Asked) -> Answer:
    if asked.applicant is None:
        return "not-asked", ""
    return judged(asked.known.key_party in (None, asked.applicant.party_id), "")


def _never_revoked(row: Check, asked: Asked) -> Answer:
    return ("not-asked", "") if asked.applicant is None else judged(not asked.known.key_revoked, "")


def _no_authority(row: Check, asked: Asked) -> Answer:
    try:
        basic = asked.certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return "pass", ""
    return judged(not basic.ca, "CA" if basic.ca else "")


def _not_revoked(row: Check, asked: Asked) -> Answer:
    """Unknown is not good: Security 1.6, fails closed."""
    subject, lists = subject_of(asked.certificate), asked.known.revocations
    listed = [one for one in lists if one.issuer == subject.issuer]
    told: list[Status] = [one.says(subject, asked.moment) for one in listed]
    if (issuer := asked.issuer) is not None:
        revoked = {serial for one in listed for serial in one.revoked}
        told += [
            read_answer(answer, subject, issuer, asked.moment, revoked) for answer in asked.known.answers
        ]
    if not told:
        return "fail", subject.issuer, NO_REVOCATIONS
    best = best_of(told)
    place = best.place or best.source.upper()
    if best.kind == "revoked":
        return "fail", f"{place}: {best.revoked_at.date() if best.revoked_at else ''}"
    if best.kind == "unknown":
        return ("fail", place, REVOCATIONS_OVERDUE) if best.fault == "overdue" else ("fail", best.fault)
    return "pass", place


def _revocation_named(row: Check, asked: Asked) -> Answer:
    if any(signed_by(asked.certificate, own, asked.moment) for own in asked.known.own_issuers):
        return "pass", "CRL"  # of our own CA the list is ours
    places = revocation_places(asked.certificate)
    return judged(bool(places), ", ".join(places[:3]) or "-")


def _revocation_reachable(row: Check, asked: Asked) -> Answer:
    """As the egress worker found it the last time; a list that is at hand and current needs no address."""
    subject = subject_of(asked.certificate)
    if any(one.says(subject, asked.moment).kind == "good" for one in asked.known.revocations):
        return "pass", ""
    looked = {
        place: asked.known.looked[place]
        for place in revocation_places(asked.certificate)
        if place in asked.known.looked
    }
    if not looked:  # nobody has looked yet, or none is named: CRT-015
        return "not-asked", ""
    good = [place for place, one in looked.items() if not one.fault]
    worst = next(iter(looked.items()))
    return ("pass", good[0]) if good else ("fail", f"{worst[0]}: {worst[1].fault}")


def _holds_key(row: Check, asked: Asked) -> Answer:
    assert asked.submission.request is not None
    try:
        return judged(asked.submission.request.is_signature_valid, "")
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
        "CRT-018": build.whole_path,
        "CRT-019": build.name_allowed,
        "CRT-020": build.short_enough,
        "CRT-021": build.critical_known,
        "CRT-022": build.serial_number,
        "CRT-023": build.version_three,
        "CRT-024": build.each_extension_once,
        "CRT-025": build.not_too_long,
        "CRT-026": build.sound_key,
        "CRT-027": _revocation_reachable,
    }
)
