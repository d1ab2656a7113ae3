"""Test certificates for connections, from an invented provider. Those of the exchange itself: onboarding/issuing."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tilts.lab.pki_trust.certificates import (
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
    subject: ConnectionSubject, public_key: PublicKey, span: Span, authority: Authority
) -> Order:
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
        revocation_source(authority),
    )
    return Order(name, public_key, span, extensions)
