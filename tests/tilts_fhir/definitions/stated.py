"""Profiles that the tests of definitions are about."""

from typing import Any

Json = dict[str, Any]

TYPE = "http://hl7.org/fhir/StructureDefinition/"
URL = "http://example.lv/StructureDefinition/profils"


def profile(kind: str, /, *elements: Json, **members: Any) -> Json:
    stated = {
        "resourceType": "StructureDefinition",
        "url": URL,
        "kind": "resource",
        "type": kind,
        "baseDefinition": TYPE + kind,
        "derivation": "constraint",
        "differential": {"element": list(elements)},
    }
    return stated | members
