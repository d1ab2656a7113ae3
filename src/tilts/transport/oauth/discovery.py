"""What is published of tokens for anybody: addresses, algorithms, keys.

GET /.well-known/smart-configuration, /.well-known/udap (both also below the FHIR base),
GET /.well-known/oauth-authorization-server[/fhir/r4], GET /oauth/jwks.json, /.well-known/prescription-keys.json, GET /oauth/clients/{client_id}/jwks.json
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeAlias

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tilts.access import scopes
from tilts.access.jose import ALGORITHMS, BY_CERTIFICATE
from tilts.access.sheets import published_keys
from tilts.access.tokens.issuing import Tokens
from tilts.access.tokens.keys import KeyRing
from tilts.clock import Clock
from tilts.rules import Refusal
from tilts.rules.wire import WIRE_NOT_FOUND
from tilts.settings import Settings
from tilts.store import connections
from tilts.store.tx import Database
from tilts.transport.negotiate import language_of, request_id_of
from tilts.transport.oauth.endpoint import CREDENTIALS, EXCHANGE
from tilts.transport.oauth.introspection import PATH as INTROSPECTION
from tilts.transport.oauth.signed_metadata import ServerStatement
from tilts.transport.outcomes import answer_for

Answer: TypeAlias = Callable[[Request], Awaitable[Response]]
SHEET_KEYS: Final = "/.well-known/prescription-keys.json"
# How long a reader may believe the keys; a new one is announced much longer before it signs.
KEYS_LIVE: Final = {"cache-control": "max-age=300"}


@dataclass(frozen=True, slots=True)
class Discovery:
    """The addresses of one listener."""

    base: str
    tokens: Tokens
    clock: Clock
    settings: Settings
    database: Database

    @property
    def root(self) -> str:
        return self.base.removesuffix("/fhir/r4")

    @property
    def grants(self) -> list[str]:
        return [CREDENTIALS, EXCHANGE]

    def routes(self) -> list[BaseRoute]:
        statement = ServerStatement(self.base, self.settings, self.clock)
        known = {
            "/.well-known/smart-configuration": partial(self.plainly, self.smart_configuration()),
            "/.well-known/udap": partial(self.udap, statement),
        }
        below = {f"/fhir/r4{path}": answer for path, answer in known.items()}
        server = partial(self.plainly, self.authorization_server())
        beside = dict.fromkeys(
            ("/.well-known/oauth-authorization-server", "/.well-known/oauth-authorization-server/fhir/r4"),
            server,
        )
        keys = {
            "/oauth/jwks.json": self.keys,
            SHEET_KEYS: self.sheet_keys,
            "/oauth/clients/{client_id}/jwks.json": self.client_keys,
        }
        every: dict[str, Answer] = {**known, **below, **beside, **keys}
        return [Route(path, self.mannered(answer)) for path, answer in every.items()]

    def mannered(self, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        """Whatever is asked, the request has its number, and a refusal its outcome."""

        async def endpoint(request: Request) -> Response:
            request_id = request_id_of(request.headers.get("x-request-id", ""))
            try:
                found = await answer(request)
            except Refusal as no:
                language = language_of(request.headers.get("accept-language", ""))
                status, headers, body = answer_for(no, language, request_id, self.settings.canonical_base)
                found = Response(body, status, {**headers, "content-language": language})
            found.headers["x-request-id"] = request_id
            return found

        return endpoint

    async def plainly(self, document: dict[str, Any], _: Request) -> Response:
        return JSONResponse(document)

    async def udap(self, statement: ServerStatement, request: Request) -> Response:
        """Not there when the server's certificate does not name this address: nothing would prove it."""
        signed = statement.signed(self.token_addresses())
        if signed is None:
            return self.nothing_here(request)
        return JSONResponse({**self.udap_metadata(), "signed_metadata": signed})

    async def keys(self, _: Request) -> Response:
        """What tokens are signed with, and receipts: told apart by `kid` and by `typ` of what is signed."""
        now = self.clock.wall()
        rings = (self.tokens.keys, KeyRing(self.settings.keys_folder, purpose="receipt"))
        found = [key for ring in rings for key in ring.published(now)["keys"]]
        return JSONResponse({"keys": found}, headers=KEYS_LIVE)

    async def sheet_keys(self, _: Request) -> Response:
        """By what printed prescriptions are verified without a network; nothing else is signed with these."""
        ring = KeyRing(self.settings.keys_folder, purpose="sheet")
        document = published_keys(ring, self.settings, self.clock.wall())
        return JSONResponse(document, headers=KEYS_LIVE)

    async def client_keys(self, request: Request) -> Response:
        """The public keys of a client: who got a signed prescription verifies it with these."""
        client_id: str = request.path_params["client_id"]
        async with self.database.transaction() as tx:
            keys = await connections.keys_of_client(tx, client_id) if client_id.isprintable() else {}
        if not keys:
            return self.nothing_here(request)
        return JSONResponse(
            {"keys": [{**jwk, "use": "sig", "alg": algorithm} for algorithm, jwk in keys.values()]}
        )

    def nothing_here(self, request: Request) -> Response:
        """As everywhere, with an OperationOutcome."""
        language = language_of(request.headers.get("accept-language", ""))
        request_id = request_id_of(request.headers.get("x-request-id", ""))
        no, base = Refusal(WIRE_NOT_FOUND), self.settings.canonical_base
        status, headers, body = answer_for(no, language, request_id, base)
        return Response(body, status, {**headers, "x-request-id": request_id})

    def token_addresses(self) -> dict[str, str]:
        return {"token_endpoint": f"{self.root}/oauth/token"}

    def smart_configuration(self) -> dict[str, Any]:
        """https://hl7.org/fhir/smart-app-launch/conformance.html"""
        every = {scope for kind in scopes.OPEN for scope in scopes.open_to(kind)}
        return {
            "issuer": self.settings.public_base,
            "jwks_uri": f"{self.root}/oauth/jwks.json",
            "prescription_keys_uri": f"{self.root}{SHEET_KEYS}",  # ours: a name that SMART and RFC 8414 do not use
            **self.token_addresses(),
            "introspection_endpoint": f"{self.root}{INTROSPECTION}",
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
            "grant_types_supported": self.grants,
            "scopes_supported": sorted(scope for scope in every if scope.startswith("system/")),
            # Required of everybody; there is no authorization endpoint at which any could be used.
            "code_challenge_methods_supported": ["S256"],
            "capabilities": ["client-confidential-asymmetric", "permission-v1", "permission-v2"],
            "tls_client_certificate_bound_access_tokens": True,
        }

    def authorization_server(self) -> dict[str, Any]:
        """RFC 8414 section 2."""
        known = self.smart_configuration()
        taken = ("capabilities", "code_challenge_methods_supported")
        return {
            **{name: value for name, value in known.items() if name not in taken},
            "response_types_supported": [],
            "introspection_endpoint_auth_methods_supported": ["tls_client_auth"],
        }

    def udap_metadata(self) -> dict[str, Any]:
        """HL7 UDAP Security, discovery.html; without a registration endpoint: clients are registered in the portal."""
        return {
            "udap_versions_supported": ["1"],
            "udap_profiles_supported": ["udap_authn", "udap_authz"],
            "udap_authorization_extensions_supported": ["hl7-b2b"],
            "udap_authorization_extensions_required": ["hl7-b2b"],
            "udap_certifications_supported": [],
            "grant_types_supported": self.grants,
            "scopes_supported": self.smart_configuration()["scopes_supported"],
            **self.token_addresses(),
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": list(BY_CERTIFICATE),
        }
