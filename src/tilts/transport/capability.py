"""What this exchange can do, made from the very routes that do it: the CapabilityStatement.

https://hl7.org/fhir/R4/capabilitystatement.html
"""

from datetime import date
from typing import Any, Final

from tilts import __version__
from tilts.access.routes import Route
from tilts.indexing import PARAMETERS
from tilts.rules.profiles import PROFILE_OF, canonical
from tilts.rules.profiles.verbs import operations

RELEASED: Final = date(2026, 11, 24)  # of this statement; raise it when the routes change
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
REST_INTERACTIONS: Final = frozenset({"read", "vread", "search-type", "create", "update", "delete"})
SYSTEM_INTERACTIONS: Final = frozenset({"transaction"})
OF_THE_REST: Final = REST_INTERACTIONS | SYSTEM_INTERACTIONS  # everything else is an operation
SECURITY_SERVICE: Final = "http://terminology.hl7.org/CodeSystem/restful-security-service"
ANY_TYPE: Final = "/{type}/"  # operations of every resource type


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
    types = sorted(
        {
            route.resource_type
            for route in routes
            if route.resource_type != "Resource" and route.interaction != "transaction"
        }
    )
    return {
        "mode": "server",
        # Without FHIR's extension for OAuth addresses: it asks for an authorization endpoint, and there is none.
        "security": {
            "service": [
                {"coding": [{"system": SECURITY_SERVICE, "code": code}]}
                for code in ("Certificates", "SMART-on-FHIR")
            ],
            "description": "Mutual TLS and a token bound to the certificate (RFC 8705), SMART Backend Services; "
            f"what concerns patients needs a token that names who acts; tokens: {token_url}",
        },
        "resource": [_resource(kind, routes, canonical_base) for kind in types],
        "interaction": [
            {"code": code} for code in sorted({r.interaction for r in routes} & SYSTEM_INTERACTIONS)
        ],
        "operation": [
            operation_of("Resource", route.interaction, canonical_base)
            for route in routes
            if route.path.startswith(ANY_TYPE)
        ],
    }


def operation_of(kind: str, interaction: str, canonical_base: str) -> dict[str, Any]:
    """Its name as it is called, and its definition: ours, or FHIR's own of FHIR's own operations."""
    ours = operations().of(kind, interaction)
    name, root = (ours.name, canonical_base) if ours else (interaction, "http://hl7.org/fhir")
    place = ours.definition_id if ours else f"{kind}-{interaction}"
    return {"name": name, "definition": f"{root}/OperationDefinition/{place}"}


def _resource(kind: str, routes: list[Route], canonical_base: str) -> dict[str, Any]:
    own = [route for route in routes if route.resource_type == kind]
    interactions = {route.interaction for route in own}
    resource: dict[str, Any] = {"type": kind}
    if kind in PROFILE_OF:
        resource["supportedProfile"] = [canonical(PROFILE_OF[kind], canonical_base)]
    if interactions & REST_INTERACTIONS:  # a type with operations only has none
        resource["interaction"] = [{"code": code} for code in sorted(interactions & REST_INTERACTIONS)]
        resource["versioning"] = "versioned" if "vread" in interactions else "no-version"
    if "update" in interactions:  # of definitions only: their ids are the caller's
        resource["updateCreate"] = True
    if "create" in interactions:
        resource["conditionalCreate"] = True
    if "search-type" in interactions:
        resource["searchParam"] = [
            {"name": parameter.name, "type": KINDS[parameter.kind]} for parameter in PARAMETERS[kind]
        ]
    offered = sorted(interactions - OF_THE_REST)
    if offered:
        resource["operation"] = [operation_of(kind, name, canonical_base) for name in offered]
    return resource
