"""A vendor's connection as the reference system has it: the connector for what is right, bare HTTP for what is not.

A negative scenario asks a system to do something wrong on purpose; the connector cannot be made to.
"""

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx
from joserfc import jws
from joserfc.jwk import ECKey

from tilts.clock import WallClock
from tilts_connector import Credentials, Exchange, Options, Patience
from tilts_fhir.json_strict import encode

FHIR_JSON: Final = "application/fhir+json"
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TIMEOUT_SECONDS: Final = 20
Shown = tuple[str, str] | None  # certificate and key as files; None shows none


@dataclass(frozen=True)
class ReferenceClient:
    """One registered client, by its entry in the ready line."""

    entry: Mapping[str, Any]
    fhir: str
    token_url: str

    @cached_property
    def credentials(self) -> Credentials:
        return Credentials.from_ready_line(self.entry)

    @property
    def own(self) -> Shown:
        return str(self.entry["cert"]), str(self.entry["key"])

    def connect(self, *, tries: int = 3) -> Exchange:
        """A new connection with no token yet; the caller closes it."""
        patience = Patience(timeout_seconds=TIMEOUT_SECONDS, tries=tries)
        return Exchange(self.fhir, self.credentials, options=Options(language="en", patience=patience))

    def assertion(self, *, named: bool = True, **changes: object) -> str:
        """A signed client assertion; `changes` are claims that are to be other than they should."""
        b2b: dict[str, Any] = {
            "version": "1",
            "organization_id": f"urn:uuid:{self.entry['org']}",
            "purpose_of_use": ["TREAT"],
        }
        if named:
            b2b |= {"subject_id": self.entry["practitioner"], "subject_role": self.entry["role"]}
        now = int(WallClock().wall().timestamp())
        claims = {
            "iss": self.entry["client_id"],
            "sub": self.entry["client_id"],
            "aud": self.token_url,
            "iat": now,
            "exp": now + 50,
            "jti": str(uuid4()),
            "extensions": {"hl7-b2b": b2b},
            **changes,
        }
        key = ECKey.import_key(json.loads(Path(self.entry["jwk"]).read_text()))
        header = {"alg": "ES256", "kid": self.entry["kid"], "typ": "JWT"}
        return jws.serialize_compact(header, encode(claims), key, algorithms=["ES256"])

    def ask_token(self, assertion: str, shown: Shown, language: str = "en") -> httpx.Response:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion,
        }
        with self._line(shown) as line:
            return line.post(self.token_url, data=form, headers={"Accept-Language": language})

    def send(
        self, method: str, path: str, token: str, body: bytes | None = None, **headers: str
    ) -> httpx.Response:
        """One call as it is, with nothing added that a scenario wants left out."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named |= {"Authorization": f"Bearer {token}", "Accept": FHIR_JSON}
        if body is not None:
            named["Content-Type"] = FHIR_JSON
        with self._line(self.own) as line:
            return line.request(method, f"{self.fhir}/{path}", content=body, headers=named)

    def _line(self, shown: Shown) -> httpx.Client:
        context = ssl.create_default_context(cafile=str(self.entry["ca"]))
        if shown is not None:
            context.load_cert_chain(*shown)
        return httpx.Client(verify=context, timeout=TIMEOUT_SECONDS, trust_env=False)
