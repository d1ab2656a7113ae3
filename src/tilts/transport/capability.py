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
    "uri": "uri",
}
DESCRIPTIONS: Final = {  # by the mark of the environment
    "test": "Tilts test environment",
    "rehearsal": "Tilts: a rehearsal of the production environment, with generated persons only",
    "production": "Tilts production environment",
}
REST_INTERACTIONS: Final = frozenset({"read", "vread", "search-type", "create"})
OF_FHIR: Final = frozenset({"lookup", "validate-code"})
SYSTEM_INTERACTIONS: Final = frozenset({"transaction"})


def capability_statement(
    routes: list[Route], *, canonical_base: str, fhir_base: str, token_url: str, mark: str
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
        "implementation": {"description": DESCRIPTIONS[mark], "url": fhir_base},
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


def definition_of(kind: str, name: str, canonical_base: str) -> str:
    """FHIR's own operations have FHIR's own definitions."""
    root = "http://hl7.org/fhir" if name in OF_FHIR else canonical_base
    return (
        f"{root}/OperationDefinition/{kind}-{name}"
        if name in OF_FHIR
        else f"{root}/OperationDefinition/{name}"
    )


def _resource(kind: str, routes: list[Route], canonical_base: str) -> dict[str, Any]:
    own = [route for route in routes if route.resource_type == kind]
    interactions = {route.interaction for route in own}
    resource: dict[str, Any] = {"type": kind}
    if interactions & REST_INTERACTIONS:  # a type with operations only has none
        resource["interaction"] = [{"code": code} for code in sorted(interactions & REST_INTERACTIONS)]
        resource["versioning"] = "versioned"
    if "create" in interactions:
        resource["conditionalCreate"] = True
    if "search-type" in interactions:
        resource["searchParam"] = [
            {"name": parameter.name, "type": KINDS[parameter.kind]} for parameter in PARAMETERS[kind]
        ]
    operations = sorted(interactions - REST_INTERACTIONS - SYSTEM_INTERACTIONS)
    if operations:
        resource["operation"] = [
            {"name": name, "definition": definition_of(kind, name, canonical_base)} for name in operations
        ]
    return resource
