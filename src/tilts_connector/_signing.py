"""Signatures of a practice or pharmacy: over a token request and over each clinical document it sends.

The signature of a document is a detached JWS over the exact bytes of the request body (RFC 7515,
appendix F), so nothing has to be brought into a canonical form before it is verified.
"""

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey, import_key

from tilts_connector.credentials import Actor, Credentials
from tilts_connector.errors import Misused
from tilts_fhir.json_strict import JsonError, decode, encode

ALGORITHM_OF_CURVE = {"P-256": "ES256", "P-384": "ES384"}
ALGORITHMS = ["ES256", "ES384", "RS384", "PS256"]
AUTHOR_SIGNATURE = {"system": "urn:iso-astm:E1762-95:2013", "code": "1.2.840.10065.1.12.1.1"}


@dataclass(frozen=True, slots=True)
class Signer:
    algorithm: str
    key_id: str
    _key: ECKey | RSAKey = field(repr=False)

    def compact(self, payload: bytes, **header: str) -> str:
        """The compact JWS: header, payload and signature with a dot between them."""
        protected = {"alg": self.algorithm, "kid": self.key_id, **header}
        return jws.serialize_compact(protected, payload, self._key, algorithms=ALGORITHMS)

    def detached(self, payload: bytes) -> str:
        head, _, signature = self.compact(payload).split(".")
        return f"{head}..{signature}"


def load_signer(credentials: Credentials) -> Signer:
    jwk = _read_jwk(credentials.jwk)
    key_id = jwk.get("kid") or credentials.key_id
    # A key has one algorithm for its whole life (docs/reference/wire.md); RSA keys say which.
    algorithm = jwk.get("alg") or ALGORITHM_OF_CURVE.get(jwk.get("crv", ""))
    if not key_id or algorithm not in ALGORITHMS:
        raise Misused(f"{credentials.jwk}: the JWK needs a kid, and P-256, P-384 or an alg of {ALGORITHMS}")
    try:
        key = import_key(jwk)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise Misused(f"{credentials.jwk}: not a usable JWK: {error}") from error
    if not isinstance(key, ECKey | RSAKey) or not key.is_private:
        raise Misused(f"{credentials.jwk}: the JWK must be a private EC or RSA key")
    return Signer(algorithm, key_id, key)


def provenance_header(signer: Signer, body: bytes, actor: Actor, organization_id: str, at: datetime) -> str:
    """The value of X-Provenance for exactly these bytes; its target is filled in by the exchange."""
    instant = at.astimezone(UTC).isoformat(timespec="milliseconds")
    who = {"reference": f"PractitionerRole/{actor.role_id}"}
    signature = {
        "type": [AUTHOR_SIGNATURE],
        "when": instant,
        "who": who,
        "sigFormat": "application/jose",
        "data": base64.b64encode(signer.detached(body).encode()).decode(),
    }
    provenance = {
        "resourceType": "Provenance",
        "recorded": instant,
        "agent": [{"who": who, "onBehalfOf": {"reference": f"Organization/{organization_id}"}}],
        "signature": [signature],
    }
    return encode(provenance).decode("ascii")


def _read_jwk(path: Path) -> dict[str, Any]:
    try:
        jwk = decode(path.read_bytes())
    except OSError as error:
        raise Misused(f"{path}: cannot be read: {error.strerror}") from error
    except JsonError as error:
        raise Misused(f"{path}: is not JSON") from error
    if not isinstance(jwk, dict):
        raise Misused(f"{path}: is not a JWK")
    return jwk
