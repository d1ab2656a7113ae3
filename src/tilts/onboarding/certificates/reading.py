"""Reads what somebody uploaded: a certificate, or a request for one; never a private key.

A private key is looked for before anything else, in every form in which people keep one: it is refused
unread, and nothing of it goes into a log, a case or the database.
"""

import base64
import binascii
import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key
from cryptography.x509.oid import NameOID

from tilts.onboarding.certificates.table import Kind
from tilts.rules import Refusal
from tilts.rules.certificates import CERT_PRIVATE_KEY, CERT_TOO_LARGE, CERT_UNREADABLE

LARGEST_BYTES: Final = 65_536
WRITTEN_KEY: Final = re.compile(rb"PRIVATE KEY|PuTTY-User-Key", re.IGNORECASE)
KEYSTORES: Final = (b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce")  # JKS, JCEKS: Java's own
JWK_PRIVATE: Final = re.compile(rb'"(?:d|k)"\s*:\s*"')
# PFX ::= SEQUENCE { version 3, ContentInfo .. }: RFC 7292 section 4; read by nothing else here.
PKCS12: Final = re.compile(
    rb"\A\x30.{1,5}\x02\x01\x03\x30.{1,5}\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07", re.DOTALL
)
ATTRIBUTE_NAMES: Final = {NameOID.ORGANIZATION_IDENTIFIER: "organizationIdentifier"}  # not in RFC 4514
PEM_BEGIN: Final = b"-----BEGIN "
LONGEST_CHAIN: Final = 5  # above the certificate itself
UNREADABLE: Final = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)


@dataclass(frozen=True, slots=True)
class Submission:
    """What was read, with what all checks ask of it."""

    kind: Kind
    certificate: x509.Certificate | None
    request: x509.CertificateSigningRequest | None
    public_key: CertificatePublicKeyTypes
    chain: tuple[x509.Certificate, ...] = ()  # what came with it: looked at, never kept

    @property
    def read(self) -> x509.Certificate | x509.CertificateSigningRequest:
        found = self.certificate or self.request
        assert found is not None
        return found

    @property
    def der(self) -> bytes:
        return self.read.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        """What may be kept: the one certificate or request, and nothing that came along with it."""
        return self.read.public_bytes(Encoding.PEM)

    @property
    def fingerprint(self) -> bytes:
        return hashlib.sha256(self.der).digest()

    @property
    def key_digest(self) -> bytes:
        """SHA-256 of SubjectPublicKeyInfo: the same key in another certificate is the same key."""
        spki = self.public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return hashlib.sha256(spki).digest()

    @property
    def subject_text(self) -> str:
        return self.read.subject.rfc4514_string(ATTRIBUTE_NAMES)

    @property
    def organization_identifiers(self) -> tuple[str, ...]:
        found = self.read.subject.get_attributes_for_oid(NameOID.ORGANIZATION_IDENTIFIER)
        return tuple(str(one.value) for one in found)


def refuse_private_key(content: bytes) -> None:
    plain = content.replace(b"\x00", b"")  # UTF-16, as some editors write it
    if WRITTEN_KEY.search(plain) or PKCS12.match(content) or content.startswith(KEYSTORES):
        raise Refusal(CERT_PRIVATE_KEY)
    if b'"kty"' in plain and JWK_PRIVATE.search(plain):
        raise Refusal(CERT_PRIVATE_KEY)
    for der in (content, _unwrapped(content)):
        if der and _is_private_key(der):
            raise Refusal(CERT_PRIVATE_KEY)


def read_submission(content: bytes) -> Submission:
    """Refusal CERT-001 (a private key), CERT-002 (too large) or CERT-003 (neither of the two)."""
    if len(content) > LARGEST_BYTES:
        raise Refusal(CERT_TOO_LARGE, limit_bytes=LARGEST_BYTES)
    refuse_private_key(content)
    for der in (content, _unwrapped(content)):
        found = _loaded(der)
        if found is not None:
            return found
    raise Refusal(CERT_UNREADABLE)


def _loaded(content: bytes) -> Submission | None:
    """The first certificate of a PEM file is the leaf; what follows is its chain."""
    pem = PEM_BEGIN in content
    try:
        if pem and b"CERTIFICATE REQUEST-----" in content:
            return _request(x509.load_pem_x509_csr(content))
        return _certificate(
            x509.load_pem_x509_certificates(content) if pem else [x509.load_der_x509_certificate(content)]
        )
    except UNREADABLE:
        pass
    try:
        return None if pem else _request(x509.load_der_x509_csr(content))
    except UNREADABLE:
        return None


def _certificate(chain: list[x509.Certificate]) -> Submission:
    found, above = chain[0], tuple(chain[1 : LONGEST_CHAIN + 1])
    for one in chain[: LONGEST_CHAIN + 1]:
        _ = one.subject, one.issuer, one.public_key()  # faults show when they are looked at
        with suppress(x509.DuplicateExtension):  # readable, and a fault of its own: CRT-024
            _ = one.extensions
    return Submission("certificate", found, None, found.public_key(), above)


def _request(found: x509.CertificateSigningRequest) -> Submission:
    _ = found.extensions, found.subject
    return Submission("request", None, found, found.public_key())


def _unwrapped(content: bytes) -> bytes:
    """PEM without its lines, as it is copied from web pages."""
    try:
        return base64.b64decode(b"".join(content.split()), validate=True)
    except binascii.Error:
        return b""


def _is_private_key(der: bytes) -> bool:
    try:
        load_der_private_key(der, None)
    except TypeError:  # encrypted
        return True
    except (ValueError, UnsupportedAlgorithm):
        return False
    return True
