"""The listeners of one exchange: the TLS port, and in the sandbox the plain port."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from tilts.access import routes
from tilts.access.admitting import Trace
from tilts.access.pipeline import Pipeline
from tilts.access.sign_in.provider_documents import ProviderDocuments
from tilts.access.tokens.issuing import Tokens
from tilts.clock import Clock
from tilts.measures import Measures
from tilts.rules import Refusal
from tilts.settings import Settings
from tilts.store.tx import Database
from tilts.transport import (
    audit_trail,
    consents,
    emergencies,
    reading,
    signatures,
    validation,
)
from tilts.transport.app import CutOff, FhirApp, Listener
from tilts.transport.audit_trail import Trail, published_heads
from tilts.transport.capability import capability_statement
from tilts.transport.negotiate import FHIR_JSON, check_accept, language_of, request_id_of
from tilts.transport.oauth import introspection
from tilts.transport.oauth.discovery import Discovery
from tilts.transport.oauth.endpoint import TokenEndpoint
from tilts.transport.observing.eye import TOKEN_ROUTE, Exchanged, Observer
from tilts.transport.outcomes import answer_for
from tilts.transport.prescribing import (
    closing,
    correcting,
    dispensing,
    prescriptions,
    printing,
    reconciling,
    tasks,
    telling,
    transferring,
)
from tilts.transport.routing import RouteTable
from tilts.transport.search import PageLinks
from tilts.transport.terminology import classifiers
from tilts.transport.terminology.classifier_feed import declare_feed
from tilts.transport.terminology.classifiers import ClassifierParts
from tilts.transport.validation import ValidationParts
from tilts_fhir.json_strict import encode

# Importing these modules declares their routes; named here so that no tool thinks them unused.
NOUNS = (
    audit_trail,
    closing,
    consents,
    correcting,
    dispensing,
    emergencies,
    prescriptions,
    printing,
    reconciling,
    reading,
    signatures,
    tasks,
    telling,
    transferring,
)


@dataclass(frozen=True, slots=True)
class Parts:
    """What the listeners are made of."""

    database: Database
    tokens: Tokens
    pipeline: Pipeline
    links: PageLinks
    clock: Clock
    settings: Settings
    measures: Measures
    classifiers: ClassifierParts = field(default_factory=ClassifierParts)
    validation: ValidationParts = field(default_factory=ValidationParts)
    observer: Observer | None = None  # the lab's, in the test environment only


def all_routes(
    links: PageLinks,
    parts: ClassifierParts | None = None,
    checks: ValidationParts | None = None,
    tokens: Tokens | None = None,
    clock: Clock | None = None,
    trail: Trail | None = None,
) -> list[routes.Route]:
    """Every route of the exchange: those declared beside their doors, and those made for each type."""
    parts = parts or ClassifierParts()
    made = [*reading.declare(links), *tasks.declare(links), *audit_trail.declare(links, trail)]
    asked = validation.declare(checks or ValidationParts())
    beside = [*declare_feed(parts), *introspection.declare(tokens, clock)]
    return [*routes.ROUTES, *made, *classifiers.declare(parts), *beside, *asked]


def listener(parts: Parts, kind: Listener) -> Starlette:
    settings = parts.settings
    base = settings.plain_base if kind.plain else settings.public_base
    root = base.removesuffix("/fhir/r4")
    # Behind a proxy every caller has the same address: nobody could be told from the others.
    checks = replace(parts.validation, takes_definitions=False) if kind.behind_proxy else parts.validation
    trail = Trail(settings.environment, settings.keys_folder)
    every = all_routes(parts.links, parts.classifiers, checks, parts.tokens, parts.clock, trail)
    table = RouteTable(route for route in every if not route.feed)
    fhir = FhirApp(table, parts.pipeline, settings, parts.measures, kind, parts.observer)
    token_url = f"{root}/oauth/token"
    endpoint = TokenEndpoint(
        database=parts.database,
        tokens=parts.tokens,
        pipeline=parts.pipeline,
        clock=parts.clock,
        settings=settings,
        token_url=token_url,
        audience=base,
        provider=ProviderDocuments(settings, parts.clock),
    )
    published = Discovery(base, parts.tokens, parts.clock, settings, parts.database)
    statement = encode(
        capability_statement(
            table.routes,
            canonical_base=settings.canonical_base,
            fhir_base=base,
            token_url=token_url,
            mark=settings.mark,
        )
    )
    feed = RouteTable(route for route in every if route.feed)
    elsewhere = FhirApp(feed, parts.pipeline, settings, parts.measures, kind, parts.observer)
    app = Starlette(
        routes=[
            Route("/healthz", partial(healthy, parts.database)),
            Route("/audit/heads", answering(partial(published_heads, parts.database, trail))),
            Route("/oauth/token", answering(partial(issue, endpoint, fhir)), methods=["POST"]),
            *published.routes(),
            Route("/fhir/r4/metadata", answering(partial(described, statement, settings.canonical_base))),
            Route("/fhir/r4", fhir),  # a transaction goes to the base, with or without a slash
            Mount("/fhir/r4", app=fhir),
            Mount("/", app=elsewhere),
        ]
    )
    app.router.default = elsewhere  # also for paths that no pattern of Starlette's takes (a line break in it)
    return app


async def issue(endpoint: TokenEndpoint, fhir: FhirApp, request: Request) -> Response:
    try:
        incoming, too_large = await fhir.incoming(request.scope, request.receive)
    except CutOff:
        return Response(status_code=400)  # nobody reads it
    trace = Trace()
    response = await endpoint.issue(incoming, too_large, trace)
    if fhir.observer is not None:
        headers = dict(response.headers)
        seen = Exchanged(incoming, TOKEN_ROUTE, {}, response.status_code, headers, bytes(response.body))
        await fhir.observer.saw(seen, trace.connection)
    return response


def described(statement: bytes, canonical_base: str, request: Request) -> Response:
    """The CapabilityStatement: neither token nor certificate, but the same manners as everywhere."""
    language = language_of(request.headers.get("accept-language", ""))
    request_id = request_id_of(request.headers.get("x-request-id", ""))
    headers = {"content-type": FHIR_JSON, "content-language": language, "x-request-id": request_id}
    try:
        check_accept(request.headers.get("accept", ""), request.query_params.get("_format"))
    except Refusal as no:
        status, more, body = answer_for(no, language, request_id, canonical_base)
        return Response(body, status, {**headers, **more})
    return Response(statement, headers=headers)


async def healthy(database: Database, request: Request) -> Response:
    """200 when a transaction can be had; else 503, so that a proxy sends callers elsewhere."""
    ready = await database.answers()
    return JSONResponse({"ready": ready}, status_code=200 if ready else 503)


def answering(answer: Callable[[Request], Any]) -> Callable[[Request], Any]:
    """Starlette wants a named function; this makes one of a lambda or a partial."""

    async def endpoint(request: Request) -> Response:
        found = answer(request)
        response: Response = await found if hasattr(found, "__await__") else found
        return response

    return endpoint
