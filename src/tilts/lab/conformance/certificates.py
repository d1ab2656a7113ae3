"""One more certificate for the system under test, in the state that a scenario wants: not registered, or revoked.

Made by the sandbox's own issuing CA, so that TLS takes it and the door has to decide.
"""

import hashlib
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class MadeCertificate:
    cert: Path
    key: Path
    row: dict[str, Any]  # as store/lab/certificates.py keeps it


def make_certificate(pki: Path, folder: Path, client_id: str, name: str, wall: datetime) -> MadeCertificate:
    """Key and certificate in `folder`, readable by the owner alone.

    Raises OSError where there is no issuing CA with its key: outside a sandbox.
    """
    issuing = x509.load_pem_x509_certificates((pki / "chain.pem").read_bytes())[0]
    signer = serialization.load_pem_private_key((pki / "authority" / "issuing.key").read_bytes(), None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, name[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, "Tilts sandbox: test of refusals"),
        ]
    )
    leaf = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuing.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(wall - timedelta(hours=1))
        .not_valid_after(wall + timedelta(days=DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(
            x509.SubjectAlternativeName([x509.UniformResourceIdentifier("urn:tilts:sandbox:lab")]),
            critical=False,
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .sign(signer, hashes.SHA256())
    )
    cert_file, key_file = written(folder, key, leaf, issuing)
    row = {
        "fingerprint": leaf.fingerprint(hashes.SHA256()),
        "client_id": client_id,
        "serial": str(leaf.serial_number),
        "issuer": issuing.subject.rfc4514_string(),
        "public_key": public_key_digest(key),
        "not_before": leaf.not_valid_before_utc,
        "not_after": leaf.not_valid_after_utc,
    }
    return MadeCertificate(cert_file, key_file, row)


def public_key_digest(key: ec.EllipticCurvePrivateKey) -> bytes:
    """SHA-256 of SubjectPublicKeyInfo: a key is one party's for ever."""
    info = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return hashlib.sha256(info).digest()


def written(
    folder: Path, key: ec.EllipticCurvePrivateKey, leaf: x509.Certificate, issuing: x509.Certificate
) -> tuple[Path, Path]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(leaf.public_bytes(pem) + issuing.public_bytes(pem))
    with os.fdopen(os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(secret)
    return cert_file, key_file
