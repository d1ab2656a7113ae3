"""Builders for tests of certificates: the sandbox's PKI, and certificates with exactly one fault."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tilts.ids import new_id
from tilts.lab.pki import ensure_pki
from tilts.lab.pki_trust import TrustFolder, ensure_trust
from tilts.lab.pki_trust.certificates import key_usage, revocation_source
from tilts.onboarding.certificates import Applicant, Known
from tilts.onboarding.issuing import Authority, authority_from
from tilts.onboarding.revocation import at_hand
from tilts.onboarding.trust_list import TrustList, read_list
from tilts.settings import Settings

NOW = datetime.now(UTC).replace(microsecond=0)
NUMBER = "99990000011"
Private = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class House:
    """What a test of certificates stands on."""

    pki: Path
    trust: TrustFolder

    @property
    def signers(self) -> list[x509.Certificate]:
        return [self.trust.certificate("list-signer")]

    @property
    def trust_list(self) -> TrustList:
        return read_list(self.trust.list_xml.read_bytes(), self.signers, NOW)

    @property
    def issuer(self) -> Authority:
        key = self.pki / "authority" / "issuing.key"
        found = authority_from(Settings(pki_folder=self.pki, issuing_key=str(key)))
        assert found is not None
        return found

    def known(self) -> Known:
        issuers = [*self.issuer.certificates, self.trust.certificate("connection-ca")]
        lists = at_hand(self.trust.folder, self.pki / "crl.pem", issuers)
        return Known(own_issuers=self.issuer.certificates, revocations=lists)


def make_house(folder: Path) -> House:
    pki = ensure_pki(folder / "pki", NOW).folder
    return House(pki, ensure_trust(pki, NOW))


def applicant(number: str = NUMBER, party_id: UUID | None = None) -> Applicant:
    return Applicant(party_id or new_id(), frozenset({f"NTRLV-{number}"}))


@dataclass(frozen=True)
class Leaf:
    """A good certificate for a connection; a test changes one fact of it."""

    key: Private = field(default_factory=new_key)
    identifiers: tuple[str, ...] = (f"NTRLV-{NUMBER}",)
    authority: str = "connection-ca"
    begins: datetime = NOW - timedelta(days=1)
    ends: datetime = NOW + timedelta(days=365)
    usage: x509.KeyUsage | None = key_usage("digital_signature")  # noqa: RUF009
    purposes: tuple[x509.ObjectIdentifier, ...] = (ExtendedKeyUsageOID.CLIENT_AUTH,)
    ca: bool = False
    names_revocation: bool = True
    hash: hashes.HashAlgorithm = field(default_factory=hashes.SHA256)

    def but(self, **changed: object) -> "Leaf":
        return replace(self, **changed)  # type: ignore[arg-type]

    def subject(self) -> x509.Name:
        numbers = [x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, one) for one in self.identifiers]
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Parauga sistēma"), *numbers])

    def certificate(self, house: House, signer: Private | None = None) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(self.subject())
            .issuer_name(house.trust.certificate(self.authority).subject)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.begins)
            .not_valid_after(self.ends)
            .add_extension(x509.BasicConstraints(ca=self.ca, path_length=None), critical=True)
        )
        if self.usage is not None:
            builder = builder.add_extension(self.usage, critical=True)
        if self.purposes:
            builder = builder.add_extension(x509.ExtendedKeyUsage(self.purposes), critical=False)
        if self.names_revocation:
            builder = builder.add_extension(*revocation_source(self.authority))
        return builder.sign(signer or house.trust.key(self.authority), self.hash)  # type: ignore[arg-type]

    def pem(self, house: House, signer: Private | None = None) -> bytes:
        return self.certificate(house, signer).public_bytes(Encoding.PEM)

    def request(self) -> bytes:
        asked = x509.CertificateSigningRequestBuilder().subject_name(self.subject())
        return asked.sign(self.key, self.hash).public_bytes(Encoding.PEM)  # type: ignore[arg-type]


Change = Callable[[bytes], bytes]
