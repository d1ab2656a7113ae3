"""A test key with its certificate, as the sandbox's trust service provider issues it."""

from dataclasses import dataclass
from typing import Protocol

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tilts.lab.pki_trust import TrustFolder


class Credentials(Protocol):
    """What signs: `SignerCredentials` of lab/pki_trust, or the sandbox's time-stamp unit."""

    @property
    def cert(self) -> x509.Certificate: ...
    @property
    def key(self) -> ec.EllipticCurvePrivateKey: ...
    @property
    def chain(self) -> tuple[x509.Certificate, ...]: ...


@dataclass(frozen=True, slots=True)
class StampUnit:
    cert: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    chain: tuple[x509.Certificate, ...]


def stamp_unit(trust: TrustFolder) -> StampUnit:
    """The time-stamp unit of the sandbox's provider."""
    return StampUnit(trust.certificate("tsa"), trust.key("tsa"), trust.chain("timestamp-ca"))


def in_asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def key_in_asn1(key: ec.EllipticCurvePrivateKey) -> asn1_keys.PrivateKeyInfo:
    return asn1_keys.PrivateKeyInfo.load(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
