"""A registered system on the wire: httpx, ssl and a JOSE library, and nothing of our own connector.

Every FHIR answer that passes through here is held against the definitions of R4, and no answer may be
a fault of ours.
"""

import base64
import json
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from joserfc import jws
from joserfc.jwk import ECKey

from tests.running import Running
from tilts.rules.profiles import library
from tilts_fhir.json_strict import decode
from tilts_fhir.validation import Options, validate

FHIR_JSON = "application/fhir+json"
FORM = "application/x-www-form-urlencoded"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
AUTHOR = {"system": "urn:iso-astm:E1762-95:2013", "code": "1.2.840.10065.1.12.1.1"}
Body = bytes | str | Mapping[str, Any] | None

OURS = Options(library=library())


def is_well_formed(answer: httpx.Response) -> None:
    """The hook behind every call of these tests."""
    answer.read()
    assert answer.status_code < 500, f"a fault of ours: {answer.request.url.path} {answer.text}"
    assert answer.headers.get("x-request-id"), f"no X-Request-Id: {answer.request.url.path}"
    kind = answer.headers.get("content-type", "")
    if kind.startswith(FHIR_JSON) and answer.content:
        assert answer.headers.get("content-language") in ("lv", "en", "lv, en")
        faults = [
            issue for issue in validate(decode(answer.content), options=OURS) if issue.severity == "error"
        ]
        assert not faults, f"not FHIR R4: {[(fault.expression, fault.text_en) for fault in faults]}"
    elif answer.status_code >= 400 and answer.request.method != "HEAD":
        assert "outcome" in answer.json(), f"a refusal without an OperationOutcome: {answer.text[:200]}"


def tls(authority: str | Path, certificate: Path | None = None, key: Path | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(authority))
    if certificate is not None:
        context.load_cert_chain(certificate, key)
    return context


def connected(base: str, context: ssl.SSLContext | None = None) -> httpx.Client:
    return httpx.Client(
        base_url=base,
        verify=context or True,
        trust_env=False,
        timeout=10,
        event_hooks={"response": [is_well_formed]},
    )


@dataclass(frozen=True)
class Key:
    """A private JWK that signs assertions and documents."""

    jwk: dict[str, Any]

    def compact(self, payload: bytes, **header: Any) -> str:
        head = {"alg": "ES256", "kid": self.jwk["kid"], **header}
        return jws.serialize_compact(head, payload, ECKey.import_key(self.jwk), algorithms=["ES256"])

    def detached(self, payload: bytes) -> str:
        head, _, signature = self.compact(payload).split(".")
        return f"{head}..{signature}"


@dataclass
class Caller:
    """One client of the sandbox: its connection, its key, its tokens by person, scope and patient."""

    exchange: Running
    name: str
    plain: bool = False
    base: str = ""
    http: httpx.Client = field(init=False)
    _tokens: dict[tuple[str, bool, str | None], tuple[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.facts: dict[str, Any] = self.exchange.facts["clients"][self.name]
        self.base = self.base or self.exchange.facts["plain" if self.plain else "fhir"]
        self.key = Key(json.loads(Path(self.facts["jwk"]).read_text()))
        facts = self.facts
        context = None if self.plain else tls(facts["ca"], Path(facts["cert"]), Path(facts["key"]))
        self.http = connected(self.base, context)
        self.purpose = {"portal": "PATRQT", "authority": "HOPERAT", "vendor": "HOPERAT"}.get(
            facts["kind"], "TREAT"
        )

    @property
    def token_url(self) -> str:
        return self.base.removesuffix("/fhir/r4") + "/oauth/token"

    @property
    def role(self) -> str:
        return f"PractitionerRole/{self.facts['role']}"

    def claims(self, *, person: bool = True, patient: str | None = None, **changed: Any) -> dict[str, Any]:
        b2b: dict[str, Any] = {
            "version": "1",
            "organization_id": f"urn:uuid:{self.facts['org']}",
            "purpose_of_use": [self.purpose],
        }
        if person and self.facts["role"]:
            b2b |= {"subject_id": self.facts["practitioner"], "subject_role": self.facts["role"]}
        if patient:
            b2b["patient"] = patient
        now = int(time.time())
        claims = {
            "iss": self.facts["client_id"],
            "sub": self.facts["client_id"],
            "aud": self.token_url,
            "iat": now,
            "exp": now + 50,
            "jti": str(uuid4()),
            "extensions": {"hl7-b2b": b2b},
        }
        return {**claims, **changed}

    def assertion(self, **changed: Any) -> str:
        return self.key.compact(json.dumps(self.claims(**changed)).encode(), typ="JWT")

    def ask_token(
        self, assertion: str, *, scope: str = "", headers: Mapping[str, str] | None = None, **form: str
    ) -> httpx.Response:
        fields = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion,
            **({"scope": scope} if scope else {}),
            **form,
        }
        return self.http.post(self.token_url, data=fields, headers=headers)

    def token(self, *, scope: str = "", person: bool = True, patient: str | None = None) -> str:
        kept = self._tokens.get((scope, person, patient))
        if kept is None or kept[1] < time.monotonic():
            answer = self.ask_token(self.assertion(person=person, patient=patient), scope=scope)
            assert answer.status_code == 200, answer.text
            kept = (answer.json()["access_token"], time.monotonic() + 200)
            self._tokens[(scope, person, patient)] = kept
        return kept[0]

    def provenance(self, body: bytes, *, key: Key | None = None, **changed: Any) -> dict[str, Any]:
        instant = datetime.now(UTC).isoformat(timespec="milliseconds")
        who = {"reference": self.role}
        detached = (key or self.key).detached(body)
        signature = {
            "type": [AUTHOR],
            "when": instant,
            "who": who,
            "sigFormat": "application/jose",
            "data": base64.b64encode(detached.encode()).decode(),
        }
        agent = {"who": who, "onBehalfOf": {"reference": f"Organization/{self.facts['org']}"}}
        return {
            "resourceType": "Provenance",
            "recorded": instant,
            "agent": [agent],
            "signature": [signature],
            **changed,
        }

    def send(
        self,
        method: str,
        path: str,
        body: Body = None,
        *,
        signed: bool = False,
        key: str | None = None,
        token: str | None = None,
        patient: str | None = None,
        language: str = "en",
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """One call. `token` "" sends none; `headers` stand over everything else."""
        content = as_bytes(body)
        sent = {"Accept-Language": language, "X-Request-Id": str(uuid4())}
        if body is not None:
            sent["Content-Type"] = FORM if path.endswith("_search") else FHIR_JSON
        if token != "":
            sent["Authorization"] = f"Bearer {token or self.token(patient=patient)}"
        if signed:
            sent["X-Provenance"] = json.dumps(self.provenance(content or b""))
        if key is not None:
            sent["Idempotency-Key"] = key
        url = path if path.startswith("http") else f"{self.base}/{path}"
        request = self.http.build_request(method, url, content=content, headers={**sent, **(headers or {})})
        return self.http.send(request)

    def get(self, path: str, **how: Any) -> httpx.Response:
        return self.send("GET", path, **how)

    def post(self, path: str, body: Body = b"", **how: Any) -> httpx.Response:
        return self.send("POST", path, body, **how)

    def found(self, resource_type: str, how: Mapping[str, Any] | None = None, **form: Any) -> dict[str, Any]:
        """A searchset, by POST."""
        written = str(httpx.QueryParams(form))
        answer = self.post(f"{resource_type}/_search", written, **(how or {}))
        assert answer.status_code == 200, answer.text
        bundle: dict[str, Any] = decode(answer.content)
        return bundle

    def head(self, method: str, path: str, headers: Mapping[str, str]) -> bytes:
        """Request line and headers as bytes, for what no library would send."""
        target = httpx.URL(self.base)
        lines = {"Host": target.netloc.decode(), "Authorization": f"Bearer {self.token()}", **headers}
        written = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return f"{method} {target.path}/{path} HTTP/1.1\r\n{written}\r\n".encode("latin-1")

    def close(self) -> None:
        self.http.close()


def as_bytes(body: Body) -> bytes | None:
    if body is None or isinstance(body, bytes):
        return body
    return body.encode() if isinstance(body, str) else json.dumps(body, ensure_ascii=False).encode()


def ids(bundle: Mapping[str, Any], mode: str = "match") -> list[str]:
    entries = bundle.get("entry", [])
    return [entry["resource"]["id"] for entry in entries if entry["search"]["mode"] == mode]


def rule_of(answer: httpx.Response) -> str:
    """The rule id of a refusal; of the token endpoint's errors too."""
    body = answer.json()
    outcome = body.get("outcome", body)
    assert outcome["resourceType"] == "OperationOutcome"
    code: str = outcome["issue"][0]["details"]["coding"][0]["code"]
    return code


def refused(answer: httpx.Response, status: int, rule_id: str) -> dict[str, Any]:
    """The first issue of a refusal that must be this one."""
    assert (answer.status_code, rule_of(answer)) == (status, rule_id), answer.text
    body = answer.json()
    issue: dict[str, Any] = body.get("outcome", body)["issue"][0]
    return issue


@contextmanager
def no_certificate(exchange: Running) -> Iterator[httpx.Client]:
    """A connection with TLS but without a client certificate."""
    authority = exchange.facts["clients"]["practice"]["ca"]
    with connected(exchange.facts["fhir"], tls(authority)) as client:
        yield client
