"""fhirpy, unmodified, against Tilts: what it must be given."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path

from fhirpy import SyncFHIRClient
from joserfc import jws
from joserfc.jwk import ECKey
from requests import PreparedRequest


def connect(
    base: str, token: str, cert: str, key: str, ca: str, sign: "SignsWrites | None" = None
) -> SyncFHIRClient:
    """The TLS port: certificate and key for the handshake, a token, and a signature on each write."""
    return SyncFHIRClient(
        base,
        authorization=f"Bearer {token}",
        extra_headers={"Accept-Language": "en"},
        requests_config={"cert": (cert, key), "verify": ca, "auth": sign or unsigned},
    )


class SignsWrites:
    """The one hook: X-Provenance, a detached JWS over the very bytes that will be sent."""

    def __init__(self, jwk: str, kid: str, role: str, organization: str) -> None:
        self._key = ECKey.import_key(json.loads(Path(jwk).read_text()))
        self._header = {"alg": "ES256", "kid": kid}
        self._who = {"reference": f"PractitionerRole/{role}"}
        self._agent = {"who": self._who, "onBehalfOf": {"reference": f"Organization/{organization}"}}

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        if request.method == "POST":
            request.headers["X-Provenance"] = json.dumps(self._provenance(request.body or b""))
        return request

    def _provenance(self, body: bytes | str) -> dict[str, object]:
        content = body if isinstance(body, bytes) else body.encode()
        head, _, signature = jws.serialize_compact(self._header, content, self._key).split(".")
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        return {
            "resourceType": "Provenance",
            "recorded": now,
            "agent": [self._agent],
            "signature": [
                {
                    "type": [{"system": "urn:iso-astm:E1762-95:2013", "code": "1.2.840.10065.1.12.1.1"}],
                    "when": now,
                    "who": self._who,
                    "sigFormat": "application/jose",
                    "data": base64.b64encode(f"{head}..{signature}".encode()).decode(),
                }
            ],
        }


def unsigned(request: PreparedRequest) -> PreparedRequest:
    """Without any `auth`, requests looks into ~/.netrc and may replace the token."""
    return request
