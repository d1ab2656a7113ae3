"""The server's own statement of its addresses, signed with the key of its certificate (HL7 UDAP Security)."""

import base64
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

from tilts.access.jose import BY_CERTIFICATE
from tilts.access.tokens.chains import algorithms_of
from tilts.clock import Clock
from tilts.ids import new_id
from tilts.settings import Settings
from tilts_fhir.json_strict import encode

LIVES_SECONDS: Final = 86_400  # at most a year (discovery.html, signed metadata elements)
ANEW_SECONDS: Final = 3_600


@dataclass(slots=True)
class ServerStatement:
    """Signed anew each hour; None where the certificate does not name this base."""

    base: str
    settings: Settings
    clock: Clock
    _made_at: float = float("-inf")
    _made: str | None = None

    def signed(self, addresses: dict[str, str]) -> str | None:
        now = self.clock.wall().timestamp()
        if now - self._made_at >= ANEW_SECONDS:
            self._made, self._made_at = self._sign(addresses, int(now)), now
        return self._made

    def _sign(self, addresses: dict[str, str], now: int) -> str | None:
        folder = self.settings.pki_folder
        certificate, secret = folder / "server.pem", folder / "server.key"
        if not (certificate.is_file() and secret.is_file()):
            return None
        chain = x509.load_pem_x509_certificates(certificate.read_bytes())
        if self.base not in addresses_in(chain[0]):
            return None
        algorithm = algorithms_of(chain[0])[0]
        header = {"alg": algorithm, "x5c": [in_base64(one) for one in chain]}
        claims = {
            "iss": self.base,
            "sub": self.base,
            "iat": now,
            "exp": now + LIVES_SECONDS,
            "jti": str(new_id()),
            **addresses,
        }
        registry = jws.JWSRegistry(algorithms=list(BY_CERTIFICATE))
        return jws.serialize_compact(
            header, encode(claims), private_key(secret.read_bytes()), registry=registry
        )


def addresses_in(leaf: x509.Certificate) -> list[str]:
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return names.get_values_for_type(x509.UniformResourceIdentifier)


def private_key(pem: bytes) -> ECKey | RSAKey:
    loaded = load_pem_private_key(pem, None)
    written = loaded.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    kind = RSAKey if isinstance(loaded, rsa.RSAPrivateKey) else ECKey
    return kind.import_key(written)


def in_base64(certificate: x509.Certificate) -> str:
    return base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
