"""A client that can also say the wrong thing: assertions, tokens and signatures written by hand."""

import base64
import json
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import httpx
from joserfc.jwk import ECKey

from tests.running import Running
from tilts.access import jose

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LEFT_OUT = object()  # as the value of a claim: the claim is left out


def context_of(authority: Path, certificate: Path | None, key: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=authority)
    if certificate is not None and key is not None:
        context.load_cert_chain(certificate, key)
    return context


def without_left_out(claims: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if value is not LEFT_OUT}


@dataclass
class Speaker:
    """One registered client of the running exchange, on the TLS port or on the plain one."""

    exchange: Running
    name: str
    plain: bool = False
    http: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        cert, key = Path(self.told["cert"]), Path(self.told["key"])
        verify = True if self.plain else context_of(Path(self.told["ca"]), cert, key)
        # A connection for each of a crowd: a race must not wait in the client's own pool.
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
        self.http = httpx.AsyncClient(verify=verify, trust_env=False, timeout=30, limits=limits)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    @property
    def told(self) -> dict[str, Any]:
        found: dict[str, Any] = self.exchange.facts["clients"][self.name]
        return found

    @property
    def jwk(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(Path(self.told["jwk"]).read_text())
        return found

    @property
    def base(self) -> str:
        found: str = self.exchange.facts["plain" if self.plain else "fhir"]
        return found

    @property
    def token_url(self) -> str:
        return self.base.replace("/fhir/r4", "/oauth/token")

    def binding(self, **other: Any) -> dict[str, Any]:
        usual = {
            "version": "1",
            "organization_id": f"urn:uuid:{self.told['org']}",
            "purpose_of_use": ["TREAT"],
            "subject_id": self.told["practitioner"] or LEFT_OUT,
            "subject_role": self.told["role"] or LEFT_OUT,
        }
        return without_left_out({**usual, **other})

    def claims(self, binding: Any = None, **other: Any) -> dict[str, Any]:
        now = datetime.now(UTC).timestamp()
        usual = {
            "iss": self.told["client_id"],
            "sub": self.told["client_id"],
            "aud": self.token_url,
            "iat": int(now),
            "exp": int(now) + 50,
            "jti": str(uuid4()),
            "extensions": {"hl7-b2b": self.binding() if binding is None else binding},
        }
        return without_left_out({**usual, **other})

    def sign(self, payload: bytes, **header: Any) -> str:
        return jose.signed(payload, {"alg": "ES256", "kid": self.told["kid"], **header}, self.jwk)

    def assertion(self, **claims: Any) -> str:
        return self.sign(json.dumps(self.claims(**claims)).encode(), typ="JWT")

    async def ask_token(self, assertion: str, **form: str) -> httpx.Response:
        usual = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion,
        }
        return await self.http.post(self.token_url, data={**usual, **form})

    async def token(self, scope: str = "", **claims: Any) -> str:
        answer = await self.ask_token(self.assertion(**claims), **({"scope": scope} if scope else {}))
        assert answer.status_code == 200, answer.text
        token: str = answer.json()["access_token"]
        return token

    def provenance(self, body: bytes, **other: Any) -> dict[str, Any]:
        head, _, signature = self.sign(body).split(".")
        who = {"reference": f"PractitionerRole/{self.told['role']}"}
        organization = {"reference": f"Organization/{self.told['org']}"}
        when = datetime.now(UTC).isoformat(timespec="milliseconds")
        return {
            "resourceType": "Provenance",
            "recorded": when,
            "agent": [{"who": who, "onBehalfOf": organization}],
            "signature": [
                {
                    "type": [{"system": "urn:iso-astm:E1762-95:2013", "code": "1.2.840.10065.1.12.1.1"}],
                    "when": when,
                    "who": who,
                    "sigFormat": "application/jose",
                    "data": in_base64(f"{head}..{signature}"),
                }
            ],
            **other,
        }

    async def call(self, method: str, path: str, token: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en", **more.pop("headers", {})}
        return await self.http.request(method, f"{self.base}/{path}", headers=headers, **more)

    async def post(self, path: str, token: str, resource: Any, **headers: str) -> httpx.Response:
        """A write, signed over its bytes unless `x_provenance` says otherwise."""
        body = resource if isinstance(resource, bytes) else json.dumps(resource).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if path.startswith("Medication") and "x-provenance" not in named:
            named["x-provenance"] = json.dumps(self.provenance(body))
        given = {"Content-Type": "application/fhir+json", **named}
        return await self.call("POST", path, token, content=body, headers=given)

    def prescription(self, patient_id: str, **other: Any) -> dict[str, Any]:
        quantity = {"value": 1, "unit": "pack", "system": "http://unitsofmeasure.org", "code": "{pack}"}
        valid = {
            "resourceType": "MedicationRequest",
            "identifier": [{"system": "urn:test", "value": str(uuid4())}],
            "status": "active",
            "intent": "order",
            "medicationCodeableConcept": {"text": "Ibuprofenum 400 mg"},
            "subject": {"reference": f"Patient/{patient_id}"},
            "requester": {"reference": f"PractitionerRole/{self.told['role']}"},
            "dispenseRequest": {"quantity": quantity},
        }
        return without_left_out({**valid, **other})


def in_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def rule_of(answer: httpx.Response) -> str:
    """The rule in an OperationOutcome, or in the one inside an RFC 6749 error."""
    body = answer.json()
    outcome = body.get("outcome", body)
    code: str = outcome["issue"][0]["details"]["coding"][0]["code"]
    return code


def a_key(curve: str = "P-256") -> dict[str, Any]:
    return dict(ECKey.generate_key(curve, auto_kid=True).as_dict(private=True))


def soon(seconds: int) -> int:
    return int((datetime.now(UTC) + timedelta(seconds=seconds)).timestamp())
