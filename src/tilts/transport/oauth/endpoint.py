"""The token endpoint: POST /oauth/token, client credentials (RFC 6749) or token exchange (RFC 8693)."""

import re
from dataclasses import dataclass, replace
from typing import Any, Final

from starlette.responses import JSONResponse, Response

from tilts.access.admitting import Trace
from tilts.access.grants import Granted, grant
from tilts.access.pipeline import Pipeline, party_from
from tilts.access.routes import Incoming
from tilts.access.sign_in.provider_documents import ProviderDocuments
from tilts.access.tokens import proof
from tilts.access.tokens.clients import GrantRequest
from tilts.access.tokens.issuing import Tokens
from tilts.access.verdicts.telling import told
from tilts.clock import Clock
from tilts.rules import Refusal
from tilts.rules.access import ACC_PARTY_CLOSED
from tilts.rules.trust.tokens import TOK_BAD_REQUEST
from tilts.rules.wire import WIRE_TOO_LARGE
from tilts.settings import Settings
from tilts.store import audit
from tilts.store.records import AuditEntry, ConnectionRecord
from tilts.store.tx import Database
from tilts.transport.bodies import read_form
from tilts.transport.negotiate import check_content_type
from tilts.transport.outcomes import answer_for, conditions_of, issues_for, log_fault, outcome, rule_text

EVENT: Final = "token.issued"
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
CREDENTIALS: Final = "client_credentials"
EXCHANGE: Final = "urn:ietf:params:oauth:grant-type:token-exchange"
ID_TOKEN: Final = "urn:ietf:params:oauth:token-type:id_token"
ACCESS_TOKEN: Final = "urn:ietf:params:oauth:token-type:access_token"
ERRORS: Final = {  # RFC 6749 section 5.2
    "TOK-001": "invalid_client",
    "TOK-002": "invalid_request",
    "TOK-003": "invalid_scope",
    "TOK-007": "invalid_scope",
    "TOK-008": "invalid_scope",
    "ACC-011": "unauthorized_client",
    "CPY-002": "unauthorized_client",
}
KEPT: Final[tuple[str, ...]] = ("assurance", "delegator_role")  # of the claims, in the audit entry
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
    provider: ProviderDocuments

    async def issue(self, incoming: Incoming, too_large: bool, trace: Trace | None = None) -> Response:
        try:
            return await self._issued(incoming, too_large, trace or Trace())
        except Exception as end:  # the same answer as everywhere for what is not a "no"
            log_fault(end, incoming.request_id)
            base = self.settings.canonical_base
            status, headers, body = answer_for(end, incoming.language, incoming.request_id, base)
            return Response(body, status, {**headers, **NEVER_KEPT, "x-request-id": incoming.request_id})

    async def _issued(self, incoming: Incoming, too_large: bool, trace: Trace) -> Response:
        wall = self.clock.wall()
        try:
            if too_large:
                raise Refusal(WIRE_TOO_LARGE, limit_bytes=self.settings.body_limit_bytes)
            request = await self._read(incoming)
            async with self.database.transaction() as tx:
                granted = await grant(tx, request, wall, self.settings, self.clock.now())
                await audit.add(tx, self._entry(granted, incoming, trace))
        except Refusal as no:
            proven = no.facts.pop("connection", None)
            trace = Trace(proven if isinstance(proven, ConnectionRecord) else None)
            await self.pipeline.write_down(EVENT, incoming, trace, no)
            return token_refused(no, incoming, self.settings)
        body = {
            "access_token": self.tokens.issue(granted.claims, wall),
            "token_type": "Bearer",
            "expires_in": self.settings.token_seconds,
            "scope": granted.claims["scope"],
        }
        if request.shown is not None:
            body["issued_token_type"] = ACCESS_TOKEN
        return JSONResponse(body, headers={**NEVER_KEPT, "x-request-id": incoming.request_id})

    def _entry(self, granted: Granted, incoming: Incoming, trace: Trace) -> AuditEntry:
        """Who is named in the token stands in the entry; what only the assertion said, in its detail."""
        trace.connection = granted.connection
        trace.party = party_from(granted.connection, granted.claims, plain=incoming.plain)
        entry = self.pipeline.entry(EVENT, incoming, trace)
        told_too = {name: granted.claims[name] for name in KEPT if name in granted.claims}
        return replace(entry, detail={**(entry.detail or {}), **told_too, **granted.kept} or None)

    async def _read(self, incoming: Incoming) -> GrantRequest:
        check_content_type(incoming.headers.get("content-type", ""), form=True)
        fields = read_form(incoming.body)
        form = dict(fields)
        if len(form) != len(fields):
            raise Refusal(TOK_BAD_REQUEST, fault="a parameter stands there twice")  # RFC 6749 section 3.2
        if form.get("grant_type") not in (CREDENTIALS, EXCHANGE):
            raise Refusal(
                TOK_BAD_REQUEST,
                fault="grant_type is neither client_credentials nor token-exchange",
                error="unsupported_grant_type",
            )
        if form.get("client_assertion_type") != ASSERTION_TYPE or not form.get("client_assertion"):
            raise Refusal(TOK_BAD_REQUEST, fault="client_assertion or its type is missing")
        shown = None
        if form["grant_type"] == EXCHANGE:
            check_exchange(form, self.audience)
            shown = await proof.shown(form["subject_token"], self.provider)
        return GrantRequest(
            assertion=form["client_assertion"],
            scope=form.get("scope", ""),
            certificate=incoming.certificate,
            plain=incoming.plain,
            token_url=self.token_url,
            audience=self.audience,
            shown=shown,
        )


def check_exchange(form: dict[str, str], audience: str) -> None:
    """RFC 8693 section 2.1, as far as it is offered: an ID token for an access token to this exchange."""
    if form.get("subject_token_type") != ID_TOKEN or not form.get("subject_token"):
        raise Refusal(TOK_BAD_REQUEST, fault="subject_token or its type, an ID token, is missing")
    if form.get("requested_token_type", ACCESS_TOKEN) != ACCESS_TOKEN:
        raise Refusal(TOK_BAD_REQUEST, fault="only access tokens are issued")
    if "actor_token" in form:
        raise Refusal(TOK_BAD_REQUEST, fault="actor_token is not taken: the client is who acts")
    if {form.get(name, audience) for name in ("audience", "resource")} != {audience}:
        raise Refusal(TOK_BAD_REQUEST, fault="the token would be for another address", error="invalid_target")


def token_refused(no: Refusal, incoming: Incoming, settings: Settings) -> Response:
    """RFC 6749's error, with the same OperationOutcome as everywhere beside it.

    Once certificate and assertion have verified, `unauthorized_client` says what the gate finds unmet (Design 5).
    """
    issues = issues_for(no, incoming.language, settings.canonical_base, settings.portal_base)
    body: dict[str, Any] = {
        "error": no.facts.get("error") or ERRORS.get(no.rule.id, "invalid_request"),
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
