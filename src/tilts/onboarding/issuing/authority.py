"""The exchange's own CA: what its certificates say comes from the register, never from the request.

Of a request only the key is taken (Latvia 4.3). One kind of certificate is made: for a client, for TLS, about a year.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from tilts.ids import new_serial_number
from tilts.onboarding.certificates import Wanted, own_issuers
from tilts.onboarding.issuing.keys import KEY_FILE, PublicKey, SigningKey, key_from
from tilts.rules import Refusal
from tilts.rules.trust.issuing import ISS_KEY
from tilts.settings import Settings

BACK: Final = timedelta(hours=1)  # the other side's clock may be behind
LIST_HOLDS: Final = timedelta(days=7)
NAME_CHARACTERS: Final = 64  # of O and CN: RFC 5280 appendix A.1
CURVES: Final = ("secp256r1", "secp384r1")
RSA_BITS: Final = 3072
CLIENT_URN: Final = "urn:tilts:client:"
LIST_PATH: Final = "trust/issuing.crl"
CERTIFICATE_PATH: Final = "trust/issuing.cer"


@dataclass(frozen=True, slots=True)
class Published:
    """Where its list and its own certificate can be had; empty: nowhere."""

    list_url: str = ""
    certificate_url: str = ""


@dataclass(frozen=True, slots=True)
class Revoked:
    since: datetime
    reason: x509.ReasonFlags = x509.ReasonFlags.unspecified


@dataclass(frozen=True, slots=True)
class Authority:
    """An `Issuer` (onboarding/certificates/doors.py) with its key, wherever that is."""

    certificate: x509.Certificate
    key: SigningKey
    days: int
    published: Published

    @property
    def certificates(self) -> tuple[x509.Certificate, ...]:
        return (self.certificate,)

    def issue(
        self, request: x509.CertificateSigningRequest, wanted: Wanted, at: datetime
    ) -> x509.Certificate:
        """Raises Refusal ISS-002 for a key that is too weak for a certificate of ours."""
        public_key = checked_key(request.public_key())
        begins = at.replace(microsecond=0) - BACK
        ends = min(begins + timedelta(days=self.days), self.certificate.not_valid_after_utc)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject_of(wanted))
            .issuer_name(self.certificate.subject)
            .public_key(public_key)
            .serial_number(new_serial_number())
            .not_valid_before(begins)
            .not_valid_after(ends)
        )
        for extension, critical in self._extensions(public_key, wanted):
            builder = builder.add_extension(extension, critical=critical)
        return builder.sign(self.key, self._hash)

    def revocation_list(self, revoked: Mapping[int, Revoked], now: datetime) -> bytes:
        """PEM, signed now; numbered by the moment, so that the number grows whoever signs."""
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(now)
            .next_update(min(now + LIST_HOLDS, self.certificate.not_valid_after_utc))
            .add_extension(x509.CRLNumber(int(now.timestamp() * 1000)), critical=False)
            .add_extension(self._own_key, critical=False)
        )
        for serial, one in sorted(revoked.items()):
            builder = builder.add_revoked_certificate(entry_of(serial, one))
        return builder.sign(self.key, self._hash).public_bytes(Encoding.PEM)

    def _extensions(self, public_key: PublicKey, wanted: Wanted) -> list[tuple[x509.ExtensionType, bool]]:
        # Stock verifiers refuse a client certificate without any alternative name (ADR 0008).
        name = x509.UniformResourceIdentifier(CLIENT_URN + wanted.client_id)
        made: list[tuple[x509.ExtensionType, bool]] = [
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (DIGITAL_SIGNATURE, True),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False),
            (x509.SubjectAlternativeName([name]), False),
            (x509.SubjectKeyIdentifier.from_public_key(public_key), False),
            (self._own_key, False),
        ]
        if self.published.list_url:
            place = x509.UniformResourceIdentifier(self.published.list_url)
            made.append(
                (x509.CRLDistributionPoints([x509.DistributionPoint([place], None, None, None)]), False)
            )
        if self.published.certificate_url:
            place = x509.UniformResourceIdentifier(self.published.certificate_url)
            told = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, place)
            made.append((x509.AuthorityInformationAccess([told]), False))
        return made

    @property
    def _own_key(self) -> x509.AuthorityKeyIdentifier:
        """As the CA's own certificate says it (RFC 5280 4.2.1.1)."""
        own = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own)

    @property
    def _hash(self) -> hashes.SHA256 | hashes.SHA384:
        return hashes.SHA384() if self.key.key_size == ec.SECP384R1().key_size else hashes.SHA256()


DIGITAL_SIGNATURE: Final = x509.KeyUsage(
    digital_signature=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


def authority_from(settings: Settings) -> Authority | None:
    """
    The CA of `<pki>/chain.pem` with its key; None where there is no chain or no key: then nothing is issued.

    Raises KeyUnfit when a key is set and cannot be used: that is for the operator to see, not to pass over.
    """
    found = own_issuers(settings.pki_folder)
    if not found:
        return None
    public_key = found[0].public_key()
    assert isinstance(public_key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey)
    key = key_from(settings.issuing_key, settings.keys_folder, public_key)
    return None if key is None else Authority(found[0], key, settings.issued_days, published_at(settings))


def issues_here(settings: Settings) -> bool:
    """For pages: is there a CA and a key, without looking whether they fit."""
    has_key = settings.issuing_key or (settings.keys_folder / KEY_FILE).exists()
    return bool(has_key and own_issuers(settings.pki_folder))


def published_at(settings: Settings) -> Published:
    base = settings.portal_base.rstrip("/")

    def place(written: str, path: str) -> str:
        return written or (f"{base}/{path}" if base else "")

    return Published(
        place(settings.issuing_crl_url, LIST_PATH), place(settings.issuing_ca_url, CERTIFICATE_PATH)
    )


def checked_key(key: CertificatePublicKeyTypes) -> PublicKey:
    if isinstance(key, ec.EllipticCurvePublicKey):
        if key.curve.name in CURVES:
            return key
        raise Refusal(ISS_KEY, rsa_bits=RSA_BITS, key=f"EC {key.curve.name}")
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size >= RSA_BITS:
            return key
        raise Refusal(ISS_KEY, rsa_bits=RSA_BITS, key=f"RSA {key.key_size}")
    raise Refusal(ISS_KEY, rsa_bits=RSA_BITS, key=type(key).__name__.removesuffix("PublicKey"))


def subject_of(wanted: Wanted) -> x509.Name:
    parts = {
        NameOID.COUNTRY_NAME: "LV",
        NameOID.ORGANIZATION_NAME: wanted.organization[:NAME_CHARACTERS],
        NameOID.ORGANIZATION_IDENTIFIER: f"NTRLV-{wanted.registration_number}",
        NameOID.COMMON_NAME: wanted.client_id[:NAME_CHARACTERS],
    }
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts.items()])


def entry_of(serial: int, one: Revoked) -> x509.RevokedCertificate:
    builder = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(one.since)
    if one.reason is not x509.ReasonFlags.unspecified:  # then it is left out: RFC 5280 5.3.1
        builder = builder.add_extension(x509.CRLReason(one.reason), critical=False)
    return builder.build()
