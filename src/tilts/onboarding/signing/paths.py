"""From a certificate to a service of the trust list: granted when it was signed, in its dates, not revoked.

The path is built by `cryptography`, with the services' certificates as the only anchors; revocation is a
step of our own with the lists at hand (ADR 0024: the path builder of the PDF library hung on two
pathological chains and accepted a revoked certificate, Security 0).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.verification import ExtensionPolicy, PolicyBuilder, Store, VerificationError

from tilts.clock import shown
from tilts.onboarding.signing.report import Trust
from tilts.onboarding.trust_list import TrustService
from tilts.rules import Refusal
from tilts.rules.signing import (
    SGN_CERTIFICATE_NOT_VALID,
    SGN_ISSUER_UNKNOWN,
    SGN_MALFORMED,
    SGN_REVOCATION_UNKNOWN,
    SGN_REVOKED,
    SGN_SERVICE_NOT_GRANTED,
    SGN_WEAK,
)

PEM_START: Final = b"-----BEGIN"
PATH_CERTIFICATES: Final = 10
RSA_BITS: Final = 2048
CURVE_BITS: Final = 256
SKEW: Final = timedelta(minutes=5)  # between an issuer's clock and ours
HOLD_ENDED: Final = x509.ReasonFlags.remove_from_crl


@dataclass(frozen=True, slots=True)
class Path:
    """A certificate that leads to a service of the trust list."""

    service: TrustService
    chain: tuple[x509.Certificate, ...]  # the certificate first, the service's own last


def path_to_service(
    certificate: x509.Certificate,
    others: Sequence[x509.Certificate],
    trust: Trust,
    types: tuple[str, ...],
    at: datetime,
) -> Path:
    """The path that held at that moment. Raises SGN-010, -011, -012 or -027."""
    who = certificate.subject.rfc4514_string()
    check_key(certificate)
    anchors = {
        x509.load_der_x509_certificate(service.certificate)
        for service in trust.services
        if service.type in types
    }
    in_dates = certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc
    chain = chain_to(certificate, others, anchors, at if in_dates else certificate.not_valid_after_utc)
    if not chain:
        raise Refusal(SGN_ISSUER_UNKNOWN, issuer=certificate.issuer.rfc4514_string())
    if not in_dates:
        raise Refusal(
            SGN_CERTIFICATE_NOT_VALID, signer=plain_name(certificate), moment=shown(at), subject=who
        )
    return Path(granted(chain[-1], trust, types, at), chain)


def plain_name(certificate: x509.Certificate) -> str:
    """The common name only: the rest of a subject may hold a person code."""
    found = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return "".join(sign for sign in str(found[0].value) if not sign.isdigit()).strip(" -,") if found else "?"


def chain_to(
    certificate: x509.Certificate,
    others: Sequence[x509.Certificate],
    anchors: Iterable[x509.Certificate],
    at: datetime,
) -> tuple[x509.Certificate, ...]:
    known = list(anchors)
    if certificate in known:  # a list may name a time-stamp unit itself (ETSI TS 119 612 section 5.5.3)
        return (certificate,)
    if not known:
        return ()
    # What certificates for signatures carry differs from what web servers' do: no alternative names
    # needed, no fixed purpose. Basic constraints and path lengths are still the builder's to check.
    builder = (
        PolicyBuilder().store(Store(known)).time(at.replace(tzinfo=None)).max_chain_depth(PATH_CERTIFICATES)
    )
    verifier = builder.extension_policies(
        ee_policy=ExtensionPolicy.permit_all(), ca_policy=ExtensionPolicy.webpki_defaults_ca()
    ).build_client_verifier()
    try:
        return tuple(verifier.verify(certificate, [other for other in others if other != certificate]).chain)
    except VerificationError:
        return ()


def granted(anchor: x509.Certificate, trust: Trust, types: tuple[str, ...], at: datetime) -> TrustService:
    der = anchor.public_bytes(Encoding.DER)
    rows = [service for service in trust.services if service.certificate == der and service.type in types]
    for row in rows:
        if row.status == "granted" and row.held_at(at):
            return row
    raise Refusal(SGN_SERVICE_NOT_GRANTED, service=rows[0].name, moment=shown(at))


def check_key(certificate: x509.Certificate) -> None:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        weak = key.key_size < RSA_BITS
    else:
        weak = not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.key_size < CURVE_BITS
    if weak:
        raise Refusal(
            SGN_WEAK, method=f"{type(key).__name__.removesuffix('PublicKey')} {getattr(key, 'key_size', '')}"
        )


def load_list(encoded: bytes) -> x509.CertificateRevocationList:
    if encoded.startswith(PEM_START):
        return x509.load_pem_x509_crl(encoded)
    return x509.load_der_x509_crl(encoded)


def check_revocation(path: Path, trust: Trust, signed_at: datetime, moment: datetime) -> None:
    """Every certificate below the service was not revoked at that time, says a list that is current.

    Raises SGN-013, or SGN-014 when no current list of the issuer is at hand: no list, no acceptance.
    """
    lists = [load_list(encoded) for encoded in trust.crls]
    for certificate, issuer in zip(path.chain, path.chain[1:], strict=False):
        current = [found for found in lists if decides(found, certificate, issuer, moment)]
        if not current:
            raise Refusal(SGN_REVOCATION_UNKNOWN, issuer=issuer.subject.rfc4514_string())
        newest = max(current, key=lambda found: found.last_update_utc)
        entry = newest.get_revoked_certificate_by_serial_number(certificate.serial_number)
        if entry is not None and counts(entry) and entry.revocation_date_utc <= signed_at:
            raise Refusal(
                SGN_REVOKED, signer=plain_name(certificate), moment=shown(entry.revocation_date_utc)
            )


def counts(entry: x509.RevokedCertificate) -> bool:
    try:
        return entry.extensions.get_extension_for_class(x509.CRLReason).value.reason is not HOLD_ENDED
    except x509.ExtensionNotFound:
        return True


def decides(
    found: x509.CertificateRevocationList,
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    moment: datetime,
) -> bool:
    """Whether this list, by this issuer, is current and speaks of this certificate."""
    if found.issuer != issuer.subject or found.next_update_utc is None:
        return False
    fresh = found.last_update_utc <= moment + SKEW and moment <= found.next_update_utc
    if not fresh or not whole(found) or not may_sign_lists(issuer):
        return False
    # An issuer may drop expired certificates from its list: then silence says nothing (RFC 5280 5.1.2.6).
    if certificate.not_valid_after_utc < found.last_update_utc and not keeps_expired(found):
        return False
    try:
        return found.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
    except (InvalidSignature, TypeError, ValueError) as fault:
        raise Refusal(SGN_MALFORMED, fault="revocation list with a signature that cannot be read") from fault


def whole(found: x509.CertificateRevocationList) -> bool:
    """A complete list of the issuer: neither a difference to another list nor a part of one."""
    partial = (x509.DeltaCRLIndicator, x509.IssuingDistributionPoint)
    for extension in found.extensions:
        if isinstance(extension.value, partial) and not complete(extension.value):
            return False
        if extension.critical and not isinstance(extension.value, partial):
            return False
    return True


def complete(value: object) -> bool:
    """An issuing distribution point that only says where the list lies, and leaves nothing out."""
    return isinstance(value, x509.IssuingDistributionPoint) and not (
        value.indirect_crl
        or value.only_contains_ca_certs
        or value.only_contains_attribute_certs
        or value.only_some_reasons
    )


def keeps_expired(found: x509.CertificateRevocationList) -> bool:
    """ExpiredCertsOnCRL (X.509 section 9.5.2.8), an extension that cryptography does not read."""
    return any(extension.oid.dotted_string == "2.5.29.60" for extension in found.extensions)


def may_sign_lists(issuer: x509.Certificate) -> bool:
    try:
        return issuer.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
    except x509.ExtensionNotFound:
        return True
