"""Answers about one certificate (OCSP): believed under the signature of its issuer or of whom the issuer names.

RFC 6960. Answers are kept and shipped by holders, so no nonce is asked for: how old one may be its own
window says, and one that names no end cannot be kept.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, SignatureAlgorithmOID

from tilts.onboarding.revocation.status import EARLY, HASHES, Status, Subject, window_fault

NAMING: Final = frozenset({"sha1", *HASHES})  # RFC 5019: certificates are named by SHA-1 as a rule
KNOWN: Final = (x509.OCSPNonce, x509.OCSPAcceptableResponses)
LARGEST_BYTES: Final = 65_536
MOST_RESPONDERS: Final = 5
BAD: Final = (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm, x509.DuplicateExtension)


class Unbelieved(ValueError):
    """Its text names the fault in no language."""


def read_answer(
    content: bytes,
    subject: Subject,
    issuer: x509.Certificate,
    moment: datetime,
    revoked: Collection[int] = (),
) -> Status:
    """
    What this answer says of this certificate; unknown with the fault when it may not be believed.

    Args:
        revoked: Serial numbers that the issuer has revoked, as far as its list is at hand: a responder
            among them is not believed.
    """
    try:
        return _read(content, subject, issuer, moment, revoked)
    except Unbelieved as fault:
        return Status("unknown", "ocsp", fault=str(fault))
    except BAD:
        return Status("unknown", "ocsp", fault="unreadable")


def _read(
    content: bytes, subject: Subject, issuer: x509.Certificate, moment: datetime, revoked: Collection[int]
) -> Status:
    if len(content) > LARGEST_BYTES:
        raise Unbelieved("too large")
    answer = ocsp.load_der_ocsp_response(content)
    if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise Unbelieved(answer.response_status.name.lower().replace("_", " "))
    _check_extensions(answer.extensions)
    _check_signature(answer, _signer(answer, issuer, moment, revoked))
    if answer.produced_at_utc > moment + EARLY:
        raise Unbelieved("not yet valid")
    responses = list(answer.responses)
    if len(responses) == 1:  # of several the library shows them for none
        _check_extensions(answer.single_extensions)
    named = [one for one in responses if _is_about(one, subject, issuer)]
    if not named:
        raise Unbelieved("another certificate")
    told = [_said(one, moment) for one in named]
    # An answer may hold two words about one certificate: the worse one counts.
    return next((one for kind in ("revoked", "unknown") for one in told if one.kind == kind), told[0])


def _said(one: ocsp.OCSPSingleResponse, moment: datetime) -> Status:
    told = Status("unknown", "ocsp", one.this_update_utc, one.next_update_utc)
    if one.certificate_status is ocsp.OCSPCertStatus.REVOKED:
        return replace(told, kind="revoked", revoked_at=one.revocation_time_utc)
    if one.certificate_status is not ocsp.OCSPCertStatus.GOOD:
        return replace(told, fault="unknown to its issuer")
    fault = window_fault(one.this_update_utc, one.next_update_utc, moment)
    return replace(told, fault=fault) if fault else replace(told, kind="good")


def _check_extensions(extensions: x509.Extensions) -> None:
    if any(one.critical and not isinstance(one.value, KNOWN) for one in extensions):
        raise Unbelieved("critical extension")


def _is_about(one: ocsp.OCSPSingleResponse, subject: Subject, issuer: x509.Certificate) -> bool:
    """Serial number alone is not enough: the issuer is named by the hashes of its name and of its key."""
    algorithm = one.hash_algorithm
    if one.serial_number != subject.serial or algorithm.name not in NAMING:
        return False
    name = _digest(algorithm, issuer.subject.public_bytes())
    return (name, _digest(algorithm, _key_bits(issuer))) == (one.issuer_name_hash, one.issuer_key_hash)


def _digest(algorithm: hashes.HashAlgorithm, content: bytes) -> bytes:
    digest = hashes.Hash(algorithm)
    digest.update(content)
    return digest.finalize()


def _key_bits(certificate: x509.Certificate) -> bytes:
    """The BIT STRING of the key without its wrapping: what RFC 6960 4.1.1 hashes."""
    key = certificate.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    if isinstance(key, rsa.RSAPublicKey):
        return key.public_bytes(Encoding.DER, PublicFormat.PKCS1)
    raise Unbelieved("key of the issuer")


def _signer(
    answer: ocsp.OCSPResponse, issuer: x509.Certificate, moment: datetime, revoked: Collection[int]
) -> x509.Certificate:
    if _named(answer, issuer):
        return issuer
    fault = "responder"
    for certificate in answer.certificates[:MOST_RESPONDERS]:
        if _named(answer, certificate):
            fault = _delegate_fault(certificate, issuer, moment, revoked)
            if not fault:
                return certificate
    raise Unbelieved(fault)


def _named(answer: ocsp.OCSPResponse, certificate: x509.Certificate) -> bool:
    if answer.responder_key_hash is not None:
        return answer.responder_key_hash == _digest(hashes.SHA1(), _key_bits(certificate))  # RFC 6960 4.2.1
    return answer.responder_name == certificate.subject


def _delegate_fault(
    certificate: x509.Certificate, issuer: x509.Certificate, moment: datetime, revoked: Collection[int]
) -> str:
    """RFC 6960 4.2.2.2: named by the issuer itself, with id-kp-OCSPSigning, and itself valid."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except BAD:
        return "responder of another issuer"
    if not certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc:
        return "responder not valid now"
    if certificate.serial_number in revoked:
        return "responder revoked"
    found = {type(one.value): one for one in certificate.extensions}
    purposes = found.get(x509.ExtendedKeyUsage)
    if purposes is None or ExtendedKeyUsageOID.OCSP_SIGNING not in purposes.value:
        return "responder not named for answers"
    usage = found.get(x509.KeyUsage)
    if usage is not None and not usage.value.digital_signature:
        return "responder may not sign"
    known = (x509.ExtendedKeyUsage, x509.KeyUsage, x509.BasicConstraints, x509.OCSPNoCheck)
    if any(one.critical and kind not in known for kind, one in found.items()):
        return "responder with critical extension"
    return ""


def _check_signature(answer: ocsp.OCSPResponse, signer: x509.Certificate) -> None:
    algorithm, key = answer.signature_hash_algorithm, signer.public_key()
    if algorithm is None or algorithm.name not in HASHES:
        raise Unbelieved("weak hash")
    if answer.signature_algorithm_oid == SignatureAlgorithmOID.RSASSA_PSS:
        raise Unbelieved("kind of signature")
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(algorithm))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(answer.signature, answer.tbs_response_bytes, padding.PKCS1v15(), algorithm)
        else:
            raise Unbelieved("kind of signature")
    except InvalidSignature as fault:
        raise Unbelieved("signature") from fault
