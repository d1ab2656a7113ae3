"""Makes what lab/pki/pki.yml declares: keys by cryptography, certificates by certomancer.

The list of revoked certificates is signed with cryptography, because OpenSSL cannot use certomancer's own
(docs/adr/0008-test-pki.md).
"""

import json
import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

import yaml
from certomancer.registry import ArchLabel, CertLabel, CertomancerConfig
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from joserfc.jwk import ECKey

from tilts.lab.pki.layout import DECLARED
from tilts.lab.population.organizations import ClientSubject

ARCHITECTURE: Final = "tilts"
# Known to everyone, as docs/adr/0008 says: browsers want a password, and the key is a test key.
BROWSER_PASSWORD: Final = "tilts"
PASSWORD_ROUNDS: Final = 2048  # the password is public: more rounds would only cost time
DATED: Final = ("valid-from", "valid-to", "revoked-since")
SERIAL_BITS: Final = 127


class Issuer:
    """The declared PKI over a folder of keys; certificates are made when asked for."""

    def __init__(
        self, folder: Path, keys: Mapping[str, Path], day: date, subjects: Sequence[ClientSubject]
    ) -> None:
        plan = _filled(yaml.safe_load(DECLARED.read_text("utf-8")), day, keys, folder, subjects)
        self._certs: dict[str, Any] = plan["pki-architectures"][ARCHITECTURE]["certs"]
        declared = CertomancerConfig(plan, key_search_dir=str(folder), lazy_load_keys=True)
        self._architecture = declared.get_pki_arch(ArchLabel(ARCHITECTURE))

    def certificate(self, label: str) -> x509.Certificate:
        made: bytes = self._architecture.get_cert(CertLabel(label)).dump()
        return x509.load_der_x509_certificate(made)

    def revocation_list(self, issuing: x509.Certificate, key: Path, now: datetime) -> bytes:
        """Every revoked certificate of the declaration, signed by the issuing CA; ends with that CA."""
        signer = load_pem_private_key(key.read_bytes(), None)
        assert isinstance(signer, ec.EllipticCurvePrivateKey)
        public_key = issuing.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(issuing.subject)
            .last_update(now)
            .next_update(issuing.not_valid_after_utc)
            .add_extension(x509.CRLNumber(1), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(public_key), critical=False
            )
        )
        for label, certificate in self._certs.items():
            if "revocation" in certificate:
                builder = builder.add_revoked_certificate(self._revoked(label, certificate["revocation"]))
        return builder.sign(signer, hashes.SHA256()).public_bytes(Encoding.PEM)

    def _revoked(self, label: str, revocation: Mapping[str, str]) -> x509.RevokedCertificate:
        reason = x509.ReasonFlags[revocation["reason"]]
        return (
            x509.RevokedCertificateBuilder()
            .serial_number(self.certificate(label).serial_number)
            .revocation_date(datetime.fromisoformat(revocation["revoked-since"]))
            .add_extension(x509.CRLReason(reason), critical=False)
            .build()
        )


def _filled(
    plan: dict[str, Any], day: date, keys: Mapping[str, Path], folder: Path, subjects: Iterable[ClientSubject]
) -> dict[str, Any]:
    """The declaration with its days turned into dates, its keys found and its clients added."""
    architecture = plan["pki-architectures"][ARCHITECTURE]
    certs: dict[str, Any] = architecture["certs"]
    for subject in subjects:
        architecture["entities"][subject.name] = {
            "organization-name": subject.organization_name,
            "organization-identifier": f"NTRLV-{subject.registration_number}",
            "common-name": f"Tilts sandbox: {subject.name}",
        }
        certs.setdefault(subject.name, {"template": "client"})
    for label, certificate in certs.items():
        certificate["serial"] = secrets.randbits(SERIAL_BITS) | 1
        for dated in (certificate.get("validity", {}), certificate.get("revocation", {})):
            dated.update({name: _midnight(day, dated[name]) for name in DATED if name in dated})
        if certificate.get("template") == "client":
            certificate["extensions"] = [_client_name(label)]
    paths = {label: {"path": str(path.relative_to(folder))} for label, path in keys.items()}
    plan["keysets"] = {ARCHITECTURE: {"keys": paths}}
    return plan


def _midnight(day: date, days_after: int) -> str:
    return datetime.combine(day + timedelta(days=days_after), time(), UTC).isoformat()


def _client_name(label: str) -> dict[str, Any]:
    """Stock verifiers refuse a client certificate without any alternative name."""
    name = {"type": "uri", "value": f"urn:tilts:sandbox:client:{label}"}
    return {"id": "subject_alt_name", "smart-value": {"schema": "general-names", "params": [name]}}


def new_key(path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    write_secret(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def new_signing_key(path: Path) -> None:
    """A key for assertions and signed writes; never the key of the TLS certificate."""
    key = ECKey.generate_key("P-256", private=True)
    jwk = {**key.as_dict(private=True), "kid": key.thumbprint(), "alg": "ES256", "use": "sig"}
    write_secret(path, json.dumps(jwk, indent=1).encode())


def write_browser_bundle(path: Path, label: str, key: Path, chain: Sequence[x509.Certificate]) -> None:
    private_key = load_pem_private_key(key.read_bytes(), None)
    assert isinstance(private_key, ec.EllipticCurvePrivateKey)
    protection = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(PASSWORD_ROUNDS)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(hashes.SHA256())
        .build(BROWSER_PASSWORD.encode())
    )
    name = f"Tilts sandbox: {label}".encode()
    made = pkcs12.serialize_key_and_certificates(name, private_key, chain[0], chain[1:], protection)
    write_secret(path, made)


def write_secret(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)


def in_pem(*chain: x509.Certificate) -> bytes:
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in chain)
