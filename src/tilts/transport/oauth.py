"""The token endpoint and the public keys over HTTP.

POST /oauth/token, GET /oauth/jwks.json, GET /oauth/clients/{client_id}/jwks.json,
GET /.well-known/smart-configuration
"""

import re
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tilts.access import scopes
from tilts.access.grants import GrantRequest, grant
from tilts.access.jose import ALGORITHMS
from tilts.access.pipeline import Pipeline, Trace
from tilts.access.routes import Incoming
from tilts.access.tokens import Tokens
from tilts.access.verdicts.telling import told
from tilts.clock import Clock
from tilts.rules import Refusal
from tilts.rules.access import ACC_PARTY_CLOSED, TOK_BAD_REQUEST
from tilts.rules.wire import WIRE_NOT_FOUND, WIRE_TOO_LARGE
from tilts.settings import Settings
from tilts.store import audit, connections
from tilts.store.tx import Database
from tilts.transport.bodies import read_form
from tilts.transport.negotiate import check_content_type
from tilts.transport.outcomes import answer_for, conditions_of, issues_for, log_fault, outcome, rule_text

EVENT: Final = "token.issued"
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ERRORS: Final = {  # RFC 6749 section 5.2
    "TOK-001": "invalid_client",
    "TOK-002": "invalid_request",
    "TOK-003": "invalid_scope",
    "ACC-011": "unauthorized_client",
}
NOT_ALLOWED: Final = re.compile(r"[^\x20\x21\x23-\x5b\x5d-\x7e]")
NEVER_KEPT: Final = {"cache-control": "no-store", "pragma": "no-cache"}


@dataclass(frozen=True, slots=True)
class TokenEndpoint:
    """Issues tokens for one port: the audience and the address to sign for differ between the two."""

    database: Database
    tokens: Tokens
    pipeline: Pipeline
    clock: Clock
    settings: Settings
    token_url: str
    audience: str

    async def issue(self, incoming: Incoming, too_large: bool, trace: Trace | None = None) -> Response:
        try:
            return await self._issued(incoming, too_large, trace or Trace())
        except Exception as end:  # the same answer as everywhere for what is not a "no"
            log_fault(end, incoming.request_id)
            base = self.settings.canonical_base
            status, headers, body = answer_for(end, incoming.language, incoming.request_id, base)
            return Response(body, status, {**headers, **NEVER_KEPT, "x-request-id": incoming.request_id})

    async def _issued(self, incoming: Incoming, too_large: bool, trace: Trace) -> Response:
        try:
            if too_large:
                raise Refusal(WIRE_TOO_LARGE, limit_bytes=self.settings.body_limit_bytes)
            request = self._read(incoming)
            async with self.database.transaction() as tx:
                claims = await grant(tx, request, self.clock.wall(), self.settings, self.clock.now())
                trace.connection = await connections.find_by_client_id(tx, claims["client_id"])
                await audit.add(tx, self.pipeline.entry(EVENT, incoming, trace))
        except Refusal as no:
            await self.pipeline.write_down(EVENT, incoming, Trace(), no)
            return token_refused(no, incoming, self.settings)
        body = {
            "access_token": self.tokens.issue(claims),
            "token_type": "Bearer",
            "expires_in": self.settings.token_seconds,
            "scope": claims["scope"],
        }
        return JSONResponse(body, headers={**NEVER_KEPT, "x-request-id": incoming.request_id})

    def _read(self, incoming: Incoming) -> GrantRequest:
        check_content_type(incoming.headers.get("content-type", ""), form=True)
        form = dict(read_form(incoming.body))
        if form.get("grant_type") != "client_credentials":
            raise Refusal(TOK_BAD_REQUEST, fault="grant_type is not client_credentials")
        if form.get("client_assertion_type") != ASSERTION_TYPE or not form.get("client_assertion"):
            raise Refusal(TOK_BAD_REQUEST, fault="client_assertion or its type is missing")
        return GrantRequest(
            assertion=form["client_assertion"],
            scope=form.get("scope", ""),
            certificate=incoming.certificate,
            plain=incoming.plain,
            token_url=self.token_url,
            audience=self.audience,
        )


def token_refused(no: Refusal, incoming: Incoming, settings: Settings) -> Response:
    """RFC 6749's error, with the same OperationOutcome as everywhere beside it.

    Once certificate and assertion have verified, `unauthorized_client` says what the gate finds unmet (Design 5).
    """
    issues = issues_for(no, incoming.language, settings.canonical_base, settings.portal_base)
    body: dict[str, Any] = {
        "error": ERRORS.get(no.rule.id, "invalid_request"),
        "error_description": description(no),
        "outcome": outcome(issues),
    }
    if no.rule is ACC_PARTY_CLOSED:
        conditions = [
            told(condition, incoming.language, settings.portal_base) for condition in conditions_of(no)
        ]
        body["conditions"] = [condition.as_json() for condition in conditions]
    headers = {**NEVER_KEPT, "content-language": incoming.language, "x-request-id": incoming.request_id}
    return JSONResponse(body, status_code=no.rule.http_status, headers=headers)


def description(no: Refusal) -> str:
    """For developers: English, in the characters that RFC 6749 section 5.2 allows."""
    words = [rule_text(no, "en"), *(f"{one.rule.id}: {told(one, 'en').text}" for one in conditions_of(no))]
    return NOT_ALLOWED.sub("?", " ".join(words))


async def client_keys(database: Database, request: Request) -> Response:
    """The public keys of a client: who got a signed prescription verifies it with these."""
    client_id: str = request.path_params["client_id"]
    async with database.transaction() as tx:
        keys = await connections.keys_of_client(tx, client_id) if client_id.isprintable() else {}
    if not keys:
        return JSONResponse({"error": WIRE_NOT_FOUND.text_en}, status_code=WIRE_NOT_FOUND.http_status)
    return JSONResponse(
        {"keys": [{**jwk, "use": "sig", "alg": algorithm} for algorithm, jwk in keys.values()]}
    )


def smart_configuration(public_base: str, token_url: str, keys_url: str) -> dict[str, Any]:
    """https://hl7.org/fhir/smart-app-launch/conformance.html"""
    every = sorted({scope for kind in scopes.OPEN for scope in scopes.open_to(kind)})
    return {
        "issuer": public_base,
        "jwks_uri": keys_url,
        "token_endpoint": token_url,
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "grant_types_supported": ["client_credentials"],
        "scopes_supported": every,
        "capabilities": ["client-confidential-asymmetric", "permission-v2"],
        "tls_client_certificate_bound_access_tokens": True,
    }
