"""Makes the certificates and revocation lists of the invented providers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier

PROVIDER: Final = "Parauga uzticamības pakalpojumi"
SCHEME_OPERATOR: Final = "Parauga uzraudzības iestāde"
WITHDRAWN_PROVIDER: Final = "Piemēra sertifikāti"
LIST_SIGNING: Final = ObjectIdentifier("0.4.0.2231.3.0")  # id-tsl-kp-tslSigning, ETSI TS 119 612 5.7.1
# Invented addresses under a name that nobody can own (RFC 2606).
CRL_BASE: Final = "http://crl.parauga-uzticamiba.example"

PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


@dataclass(frozen=True, slots=True)
class Issuing:
    """A CA that signs."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Span:
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Order:
    """What a certificate is to say."""

    subject: x509.Name
    public_key: PublicKey
    span: Span
    extensions: tuple[tuple[x509.ExtensionType, bool], ...]  # with: is it critical?


def name_of(parts: Mapping[ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts.items() if value])


def organization_name(common_name: str, organization: str) -> x509.Name:
    return name_of(
        {
            NameOID.COUNTRY_NAME: "LV",
            NameOID.ORGANIZATION_NAME: organization,
            NameOID.COMMON_NAME: common_name,
        }
    )


def key_usage(*bits: str) -> x509.KeyUsage:
    known = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{bit: bit in bits for bit in known})


def sign(
    order: Order, issuing: Issuing | None, own_key: ec.EllipticCurvePrivateKey | None = None
) -> x509.Certificate:
    """By the CA; with `own_key` and no CA, by itself."""
    signer = own_key if issuing is None else issuing.key
    assert signer is not None
    builder = (
        x509.CertificateBuilder()
        .subject_name(order.subject)
        .issuer_name(order.subject if issuing is None else issuing.certificate.subject)
        .public_key(order.public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(order.span.begins)
        .not_valid_after(order.span.ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(order.public_key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
    )
    for extension, critical in order.extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(signer, hashes.SHA256())


def authority_extensions(depth: int | None) -> tuple[tuple[x509.ExtensionType, bool], ...]:
    return (
        (x509.BasicConstraints(ca=True, path_length=depth), True),
        (key_usage("key_cert_sign", "crl_sign"), True),
    )


def revocation_source(authority: str) -> tuple[x509.ExtensionType, bool]:
    """Where a reader would look for what the authority has revoked; the sandbox has the file at hand."""
    place = x509.UniformResourceIdentifier(f"{CRL_BASE}/{authority}.crl")
    return x509.CRLDistributionPoints([x509.DistributionPoint([place], None, None, None)]), False


def revocation_list(
    issuing: Issuing, revoked: Mapping[int, datetime], now: datetime, until: datetime
) -> bytes:
    """PEM; by cryptography, because OpenSSL cannot use certomancer's own (docs/adr/0008-test-pki.md)."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuing.certificate.subject)
        .last_update(now)
        .next_update(until)
        .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuing.key.public_key()), critical=False
        )
    )
    for serial, since in revoked.items():
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(issuing.key, hashes.SHA256()).public_bytes(Encoding.PEM)
