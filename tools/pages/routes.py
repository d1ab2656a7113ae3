"""docs/reference/routes.md and scopes.md: who may call what, what is written down, what must come with it."""

from tilts.access import scopes
from tilts.access.routes import Route
from tilts.transport.listeners import all_routes
from tilts.transport.search import PageLinks
from tilts.transport.validation import ValidationParts
from tools.pages.blocks import code, table

KEYS = {"none": "", "identifier": "own identifier", "header": "`Idempotency-Key`"}
BODIES = {"none": "", "form": "form", "parameters": "`Parameters`"}

# Answered before the pipeline: they give no patient data (transport/listeners.py).
OUTSIDE = [
    ("POST", "/oauth/token", "certificate and client assertion", "`token.issued`", "200"),
    ("GET", "/oauth/jwks.json", "nothing", "", "200"),
    ("GET", "/oauth/clients/{client_id}/jwks.json", "nothing", "", "200"),
    ("GET", "/.well-known/smart-configuration, also below /fhir/r4", "nothing", "", "200"),
    (
        "GET",
        "/.well-known/udap, also below /fhir/r4",
        "nothing",
        "",
        "200, or 404 without a fitting certificate",
    ),
    ("GET", "/.well-known/oauth-authorization-server, also with /fhir/r4 after it", "nothing", "", "200"),
    ("GET", "/fhir/r4/metadata", "nothing", "", "200"),
    ("GET", "/healthz", "nothing", "", "200, or 503 while no transaction can be had"),
]


def routes() -> list[Route]:
    links = PageLinks(bytes(32), minutes=1, pages=1)
    checks = ValidationParts(takes_definitions=True)
    return sorted(
        all_routes(links, checks=checks), key=lambda route: (route.resource_type, route.path, route.method)
    )


def made_for_routes() -> dict[str, str]:
    events = sorted({route.audit_event for route in routes()})
    return {
        "routes": table(
            ["method", "path below /fhir/r4", "scope", "audit event", "body", "needs", "success"],
            [
                [
                    route.method,
                    code(route.path),
                    code(route.scope),
                    code(route.audit_event),
                    BODIES.get(route.body, f"`{route.resource_type}`"),
                    needs(route),
                    str(route.success_status),
                ]
                for route in routes()
            ],
        ),
        "outside": table(
            ["method", "path", "needs", "audit event", "success"],
            [[method, code(path), *rest] for method, path, *rest in OUTSIDE],
        ),
        "audit events": table(
            ["audit event", "written by"],
            [
                [
                    code(event),
                    ", ".join(f"{r.method} {code(r.path)}" for r in routes() if r.audit_event == event),
                ]
                for event in events
            ]
            + [
                [code("token.issued"), "POST `/oauth/token`"],
                [code("address.unknown"), "an address or method that is not there"],
            ],
        ),
    }


def needs(route: Route) -> str:
    wanted = ["practitioner in a role"] if route.person else []
    wanted += ["at the root, beside `/fhir/r4`"] if route.feed else []
    wanted += ["in the sandbox nothing"] if route.open_in_sandbox else []
    wanted += ["not offered elsewhere"] if route.audit_event == "definition.given" else []
    wanted += [f"open for {route.functionality}"] if route.functionality else []
    wanted += ["`X-Provenance`"] if route.signed else []
    wanted += [KEYS[route.key]] if route.key == "identifier" else []
    wanted += [f"{KEYS[route.key]} (may)"] if route.key == "header" else []
    return ", ".join(wanted)


def scope_list(found: frozenset[str]) -> str:
    return ", ".join(code(scope) for scope in scopes.as_text(found).split()) or "-"


def made_for_scopes() -> dict[str, str]:
    return {
        "scopes": table(
            ["kind of party", "scopes of a basic token", "of an extended one, besides", "purpose of use"],
            [
                [
                    kind,
                    scope_list(scopes.open_to(kind, extended=False)),
                    scope_list(scopes.open_to(kind) - scopes.open_to(kind, extended=False)),
                    ", ".join(code(purpose) for purpose in scopes.PURPOSES[kind]),
                ]
                for kind in scopes.OPEN
            ],
        )
    }
