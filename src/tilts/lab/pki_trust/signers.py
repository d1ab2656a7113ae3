"""Test certificates for signing: of an invented person, or the seal of an invented organisation."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID, ObjectIdentifier

from tilts.lab.pki_trust.certificates import (
    Issuing,
    Order,
    Span,
    authority_extensions,
    key_usage,
    name_of,
    organization_name,
    revocation_source,
    sign,
)
from tilts.lab.pki_trust.folder import issuing_of, revoke
from tilts.lab.pki_trust.layout import ENDS, STARTS, Authority, TrustFolder, open_trust

# What is wrong with it: past its end, on the revocation list, issued by a provider whose service was
# withdrawn, or by somebody who stands on no list.
SignerFlaw: TypeAlias = Literal["", "expired", "revoked", "withdrawn", "stranger"]
QC_STATEMENTS: Final = ObjectIdentifier("1.3.6.1.5.5.7.1.3")
FOR_SIGNATURES: Final = "0.4.0.1862.1.6.1"
FOR_SEALS: Final = "0.4.0.1862.1.6.2"
REVOKED_DAYS_AGO: Final = 7


@dataclass(frozen=True, slots=True)
class SignerCredentials:
    cert: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    chain: tuple[x509.Certificate, ...]  # the issuing CA, then its root where it has one

    @property
    def cert_pem(self) -> bytes:
        return self.cert.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @property
    def chain_pem(self) -> bytes:
        return b"".join(one.public_bytes(Encoding.PEM) for one in self.chain)


def issue_signer(
    folder: Path,
    name: str,
    registration_number: str | None = None,
    *,
    person: str = "",
    qualified: bool = True,
    flaw: SignerFlaw = "",
) -> SignerCredentials:
    """
    A certificate and its key, made now; nothing but a revocation is written down.

    Args:
        folder: The PKI folder in which `ensure_trust` has been.
        name: "Anna Paraudziņa" with `person`; otherwise the organisation whose seal it is.
        registration_number: Of the organisation. A person's certificate may carry it too.
        person: The person code, from the reserved block (`329990-00017`); empty for a seal.
        qualified: With the statements of ETSI EN 319 412-5 that say so.
        flaw: What is to be wrong with it.
    """
    if not person and registration_number is None:
        raise ValueError("a seal belongs to an organisation with a registration number")
    trust = open_trust(folder)
    key = ec.generate_private_key(ec.SECP256R1())
    authority: Authority = "withdrawn-signature-ca" if flaw == "withdrawn" else "signature-ca"
    issuing = _stranger(trust) if flaw == "stranger" else issuing_of(trust, authority)
    subject = (
        _person(name, person, registration_number) if person else _organization(name, registration_number)
    )
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (key_usage("content_commitment") if person else key_usage("digital_signature"), True),
        revocation_source(authority),
    ]
    if qualified:
        extensions.append((_statements(FOR_SIGNATURES if person else FOR_SEALS), False))
    cert = sign(Order(subject, key.public_key(), _span(trust, flaw), tuple(extensions)), issuing)
    if flaw == "revoked":
        revoke(folder, cert, trust.moment(-REVOKED_DAYS_AGO))
    chain = (issuing.certificate,) if flaw == "stranger" else trust.chain(authority)
    return SignerCredentials(cert, key, chain)


def _span(trust: TrustFolder, flaw: SignerFlaw) -> Span:
    # Long before today, so that a test can sign in the past too; withdrawn services signed before that.
    begins = -300
    return Span(trust.moment(begins), trust.moment(-30 if flaw == "expired" else ENDS))


def _person(name: str, code: str, registration_number: str | None) -> x509.Name:
    given, _, surname = name.rpartition(" ")
    return name_of(
        {
            NameOID.COUNTRY_NAME: "LV",
            NameOID.ORGANIZATION_IDENTIFIER: f"NTRLV-{registration_number}" if registration_number else "",
            NameOID.COMMON_NAME: name,
            NameOID.GIVEN_NAME: given,
            NameOID.SURNAME: surname,
            NameOID.SERIAL_NUMBER: f"PNOLV-{code}",  # ETSI EN 319 412-1 5.1.3
        }
    )


def _organization(name: str, registration_number: str | None) -> x509.Name:
    return name_of(
        {
            NameOID.COUNTRY_NAME: "LV",
            NameOID.ORGANIZATION_NAME: name,
            NameOID.ORGANIZATION_IDENTIFIER: f"NTRLV-{registration_number}",  # ETSI EN 319 412-1 5.1.4
            NameOID.COMMON_NAME: name,
        }
    )


def _statements(kind: str) -> x509.UnrecognizedExtension:
    """Qualified, with the key in a secure device, for this purpose: ETSI EN 319 412-5 4.2."""
    said = _sequence(
        _sequence(_oid("0.4.0.1862.1.1")),
        _sequence(_oid("0.4.0.1862.1.4")),
        _sequence(_oid("0.4.0.1862.1.6"), _sequence(_oid(kind))),
    )
    return x509.UnrecognizedExtension(QC_STATEMENTS, said)


def _oid(dotted: str) -> bytes:
    made: bytes = core.ObjectIdentifier(dotted).dump()
    return made


def _sequence(*parts: bytes) -> bytes:
    content = b"".join(parts)
    assert len(content) < 0x80  # the short form of a length is enough here
    return bytes([0x30, len(content)]) + content


def _stranger(trust: TrustFolder) -> Issuing:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = organization_name("Svešs izdevējs", "Kāds cits")
    span = Span(trust.moment(STARTS), trust.moment(ENDS))
    return Issuing(sign(Order(subject, key.public_key(), span, authority_extensions(0)), None, key), key)
