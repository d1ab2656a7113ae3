"""What this exchange can do, made from the very routes that do it: the CapabilityStatement.

https://hl7.org/fhir/R4/capabilitystatement.html
"""

from datetime import date
from typing import Any, Final

from tilts import __version__
from tilts.access.routes import Route
from tilts.indexing import PARAMETERS

RELEASED: Final = date(2026, 11, 23)  # of this statement; raise it when the routes change
KINDS: Final = {
    "token": "token",
    "reference": "reference",
    "text": "string",
    "identifier": "token",
    "id": "token",
    "date": "date",
}
REST_INTERACTIONS: Final = frozenset({"read", "vread", "search-type", "create"})
SYSTEM_INTERACTIONS: Final = frozenset({"transaction"})


def capability_statement(
    routes: list[Route], *, canonical_base: str, fhir_base: str, token_url: str
) -> dict[str, Any]:
    return {
        "resourceType": "CapabilityStatement",
        "url": f"{canonical_base}/CapabilityStatement/tilts",
        "version": __version__,
        "name": "Tilts",
        "status": "active",
        "experimental": True,
        "date": RELEASED.isoformat(),
        "kind": "instance",
        "software": {"name": "Tilts", "version": __version__},
        "implementation": {"description": "Tilts test environment", "url": fhir_base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [_rest(routes, canonical_base, token_url)],
    }


def _rest(routes: list[Route], canonical_base: str, token_url: str) -> dict[str, Any]:
    types = sorted({route.resource_type for route in routes if route.resource_type not in ("", "Bundle")})
    return {
        "mode": "server",
        "security": {
            "description": "Mutual TLS and a token bound to the certificate (RFC 8705), SMART Backend Services.",
            "extension": [
                {
                    "url": "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris",
                    "extension": [{"url": "token", "valueUri": token_url}],
                }
            ],
        },
        "resource": [_resource(kind, routes, canonical_base) for kind in types],
        "interaction": [
            {"code": code} for code in sorted({r.interaction for r in routes} & SYSTEM_INTERACTIONS)
        ],
    }


def _resource(kind: str, routes: list[Route], canonical_base: str) -> dict[str, Any]:
    own = [route for route in routes if route.resource_type == kind]
    interactions = {route.interaction for route in own}
    resource: dict[str, Any] = {
        "type": kind,
        "interaction": [{"code": code} for code in sorted(interactions & REST_INTERACTIONS)],
        "versioning": "versioned",
    }
    if "create" in interactions:
        resource["conditionalCreate"] = True
    if "search-type" in interactions:
        resource["searchParam"] = [
            {"name": parameter.name, "type": KINDS[parameter.kind]} for parameter in PARAMETERS[kind]
        ]
    operations = sorted(interactions - REST_INTERACTIONS - SYSTEM_INTERACTIONS)
    if operations:
        resource["operation"] = [
            {"name": name, "definition": f"{canonical_base}/OperationDefinition/{name}"}
            for name in operations
        ]
    return resource
