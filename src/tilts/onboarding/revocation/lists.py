"""Lists of revoked certificates (CRL): read, believed under the issuer's signature, and asked about one certificate.

RFC 5280 sections 5 and 6.3.3. A list that is overdue still closes what it names; what it does not name is then
unknown instead of good. Delta lists and lists that speak for other issuers (indirect) are not used at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from tilts.onboarding.revocation.status import HASHES, Status, Subject, window_fault

PEM_BEGIN: Final = b"-----BEGIN "
KNOWN: Final = (x509.IssuingDistributionPoint, x509.CRLNumber, x509.AuthorityKeyIdentifier)
KNOWN_OF_ENTRIES: Final = (x509.CRLReason, x509.InvalidityDate)


class Unusable(ValueError):
    """A list that may be used for nothing; its text names the fault in no language."""


@dataclass(frozen=True, slots=True)
class RevocationList:
    issuer: str  # RFC 4514
    revoked: Mapping[int, datetime]
    next_update: datetime | None
    file: str
    this_update: datetime | None = None
    places: frozenset[str] = (
        frozenset()
    )  # it speaks only for certificates that name one of these; empty: for all
    fault: str = ""  # why it says nothing of what it does not name

    def overdue(self, wall: datetime) -> bool:
        return self.next_update is None or self.next_update < wall

    def says(self, subject: Subject, moment: datetime) -> Status:
        told = Status("unknown", "crl", self.this_update, self.next_update, place=self.file)
        if subject.issuer != self.issuer:
            return replace(told, fault="another issuer")
        if subject.serial in self.revoked:
            return replace(told, kind="revoked", revoked_at=self.revoked[subject.serial])
        fault = self.fault or self._scope_fault(subject)
        fault = fault or window_fault(self.this_update or moment, self.next_update, moment)
        return replace(told, fault=fault) if fault else replace(told, kind="good")

    def _scope_fault(self, subject: Subject) -> str:
        outside = self.places and not (subject.crl_places and self.places & subject.crl_places)
        return "scope" if outside else ""


def read_list(content: bytes, issuer: x509.Certificate, file: str = "") -> RevocationList:
    """Raises Unusable when it is not a list of this issuer, or one that we must not use."""
    try:
        load = x509.load_pem_x509_crl if PEM_BEGIN in content else x509.load_der_x509_crl
        listed = load(content)
        fault, places = _scope(listed)
        revoked = {entry.serial_number: _since(entry) for entry in listed}
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension) as unread:
        raise unread if isinstance(unread, Unusable) else Unusable("unreadable") from unread
    _check_signed(listed, issuer)
    return RevocationList(
        issuer=listed.issuer.rfc4514_string(),
        revoked=revoked,
        next_update=listed.next_update_utc,
        file=file,
        this_update=listed.last_update_utc,
        places=places,
        fault=fault,
    )


def _check_signed(listed: x509.CertificateRevocationList, issuer: x509.Certificate) -> None:
    if listed.issuer != issuer.subject:
        raise Unusable("another issuer")
    try:
        usage = issuer.extensions.get_extension_for_class(x509.KeyUsage).value
        algorithm = listed.signature_hash_algorithm
        if not usage.crl_sign:
            raise Unusable("issuer may not sign lists")
        if algorithm is None or algorithm.name not in HASHES:
            raise Unusable("weak hash")
        if not listed.is_signature_valid(issuer.public_key()):  # type: ignore[arg-type]
            raise Unusable("signature")
    except x509.ExtensionNotFound as none:
        raise Unusable("issuer may not sign lists") from none
    except (InvalidSignature, TypeError, UnsupportedAlgorithm) as fault:
        raise Unusable("signature") from fault


def _scope(listed: x509.CertificateRevocationList) -> tuple[str, frozenset[str]]:
    """Why it cannot say "good", and for which distribution points it speaks."""
    fault, places = "", frozenset[str]()
    for extension in listed.extensions:
        if isinstance(extension.value, x509.DeltaCRLIndicator):
            raise Unusable("delta")
        if extension.critical and not isinstance(extension.value, KNOWN):
            raise Unusable("critical extension")
        if isinstance(extension.value, x509.IssuingDistributionPoint):
            fault, places = _point(extension.value)
    return fault, places


def _point(point: x509.IssuingDistributionPoint) -> tuple[str, frozenset[str]]:
    if point.indirect_crl:
        raise Unusable("indirect")
    if point.only_contains_attribute_certs or point.relative_name:
        raise Unusable("scope")
    fault = "scope" if point.only_contains_ca_certs else "some reasons" if point.only_some_reasons else ""
    return fault, frozenset(str(name.value) for name in point.full_name or ())


def _since(entry: x509.RevokedCertificate) -> datetime:
    """On hold, or "removed" in a list that is no delta: named is named, and what is named is closed."""
    for extension in entry.extensions:
        if isinstance(extension.value, x509.CertificateIssuer):
            raise Unusable("indirect")
        if extension.critical and not isinstance(extension.value, KNOWN_OF_ENTRIES):
            raise Unusable("critical extension")
    return entry.revocation_date_utc
