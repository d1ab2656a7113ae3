"""Test certificates for connections: an invented provider's, and those of the exchange's own CA."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tilts.lab.pki_trust.certificates import (
    Issuing,
    Order,
    PublicKey,
    Span,
    key_usage,
    name_of,
    revocation_source,
    sign,
)
from tilts.lab.pki_trust.folder import issuing_of
from tilts.lab.pki_trust.layout import ENDS, Authority, open_trust
from tilts.lab.pki_trust.signers import SignerCredentials

ISSUED_BACK: Final = timedelta(hours=1)  # the other side's clock may be behind
ISSUED_FOR: Final = timedelta(days=365)
CLIENT_URN: Final = "urn:tilts:sandbox:client:"


@dataclass(frozen=True, slots=True)
class ConnectionSubject:
    """Whose system it is."""

    organization: str
    registration_number: str
    system: str = "system"


def issue_connection_certificate(
    folder: Path,
    subject: ConnectionSubject,
    *,
    authority: Authority = "connection-ca",
    key: ec.EllipticCurvePrivateKey | None = None,
    ends: datetime | None = None,
) -> SignerCredentials:
    """
    A certificate for a connection from the invented provider, with a new key where none is given.

    Args:
        folder: The PKI folder in which `ensure_trust` has been.
        subject: The organisation, as it stands in the register, and a word for its system.
        authority: `withdrawn-connection-ca` for one that must be refused.
        key: The client's own, when two certificates are to have one.
        ends: When it ends; by default with its CA.
    """
    trust = open_trust(folder)
    key = key or ec.generate_private_key(ec.SECP256R1())
    span = Span(trust.moment(-1), ends or trust.moment(ENDS))
    order = connection_order(subject, key.public_key(), span, authority)
    issuing = issuing_of(trust, authority)
    return SignerCredentials(sign(order, issuing), key, trust.chain(authority))


def connection_order(
    subject: ConnectionSubject, public_key: PublicKey, span: Span, authority: str = ""
) -> Order:
    """What the certificate says; of the exchange's own CA (no `authority`) the exchange has the list itself."""
    name = name_of(
        {
            NameOID.COUNTRY_NAME: "LV",
            NameOID.ORGANIZATION_NAME: subject.organization[:64],
            NameOID.ORGANIZATION_IDENTIFIER: f"NTRLV-{subject.registration_number}",
            NameOID.COMMON_NAME: f"Tilts sandbox: {subject.system}"[:64],
        }
    )
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = (
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (key_usage("digital_signature"), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False),
        # Stock verifiers refuse a client certificate without any alternative name.
        (x509.SubjectAlternativeName([x509.UniformResourceIdentifier(CLIENT_URN + subject.system)]), False),
    )
    if authority:
        extensions = (*extensions, revocation_source(authority))
    return Order(name, public_key, span, extensions)


class Asked(Protocol):
    """What the certificate is to say (onboarding/certificates/doors.py, Wanted)."""

    @property
    def organization(self) -> str: ...
    @property
    def registration_number(self) -> str: ...
    @property
    def client_id(self) -> str: ...


class SandboxIssuer:
    """The exchange's own CA with its keys on disk: it answers requests, in the sandbox only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def certificates(self) -> tuple[x509.Certificate, ...]:
        return (self._issuing.certificate,)

    @property
    def _issuing(self) -> Issuing:
        certificate = x509.load_pem_x509_certificates((self._folder / "chain.pem").read_bytes())[0]
        key = load_pem_private_key((self._folder / "authority" / "issuing.key").read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return Issuing(certificate, key)

    def issue(self, request: x509.CertificateSigningRequest, wanted: Asked, at: datetime) -> x509.Certificate:
        """Of the request the key alone is taken; all that is said stands in the register."""
        issuing = self._issuing
        public_key = request.public_key()
        assert isinstance(public_key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey)
        subject = ConnectionSubject(wanted.organization, wanted.registration_number, wanted.client_id)
        begins = at.replace(microsecond=0) - ISSUED_BACK
        span = Span(begins, min(begins + ISSUED_FOR, issuing.certificate.not_valid_after_utc))
        return sign(connection_order(subject, public_key, span), issuing)
