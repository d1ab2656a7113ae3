"""Small profiles and resources for the tests: each names only what it is about."""

from typing import Any

from tilts_fhir.library import RELEASE, Library
from tilts_fhir.validation import Options, validate

WARNINGS = ("profile-slice-undecided", "profile-unknown", "extension-unknown")
Json = dict[str, Any]

ROOT = "https://tilts.example/fhir/StructureDefinition/"
BASE = "http://hl7.org/fhir/StructureDefinition/"


def a_profile(name: str, type: str, *elements: Json, **facts: Any) -> Json:
    """A profile as differential; the elements state `path` and what they ask for, `id` is made where it is missing."""
    rows = [{"id": each.get("path"), **each} for each in elements]
    return {
        "resourceType": "StructureDefinition",
        "url": ROOT + name,
        "name": name,
        "status": "active",
        "kind": "resource"
        if type[:1].isupper() and type not in ("Address", "Coding", "Extension")
        else "complex-type",
        "abstract": False,
        "type": type,
        "baseDefinition": BASE + type,
        "derivation": "constraint",
        "differential": {"element": [{"id": type, "path": type}, *rows]},
        **facts,
    }


def an_extension(
    name: str, *elements: Json, context: str = "Element", kind: str = "element", **facts: Any
) -> Json:
    """A simple extension, allowed in one context."""
    return a_profile(
        name,
        "Extension",
        {"path": "Extension.url", "fixedUri": ROOT + name},
        *elements,
        context=[{"type": kind, "expression": context}],
        **facts,
    )


def sliced(
    path: str, discriminators: list[tuple[str, str]], *slices: Json, rules: str = "open", **facts: Any
) -> Json:
    """A profile that slices one element; each slice states `name`, `below` (elements under it) and what it asks for."""
    told = [{"type": kind, "path": at} for kind, at in discriminators]
    elements: list[Json] = [{"path": path, "slicing": {"discriminator": told, "rules": rules, **facts}}]
    for each in slices:
        below = each.pop("below", {})
        name = each.pop("name")
        elements.append({"id": f"{path}:{name}", "path": path, "sliceName": name, **each})
        elements += [
            {"id": f"{path}:{name}.{step}", "path": f"{path}.{step}", **asked}
            for step, asked in below.items()
        ]
    return a_profile("sliced", path.partition(".")[0], *elements)


def a_patient(**facts: Any) -> Json:
    return {"resourceType": "Patient", **facts}


def an_observation(**facts: Any) -> Json:
    return {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, **facts}


def of_systems(*systems: str) -> Json:
    return a_patient(identifier=[{"system": each, "value": "1"} for each in systems])


def found(
    resource: Json, *definitions: Json, profiles: tuple[str, ...] | None = None, **options: Any
) -> list[tuple[str, str]]:
    """Key and place of each issue that a profile or an extension gives rise to; by default the first profile is asked for."""
    asked = (definitions[0]["url"],) if profiles is None and definitions else profiles or ()
    library = Library(definitions, beneath=RELEASE)
    issues = validate(resource, profiles=asked, options=Options(library=library, **options))
    return [
        (each.key, each.expression)
        for each in issues
        if each.key.startswith(("profile-", "extension-", "binding-", "invariant"))
        and (each.severity == "error" or each.key in WARNINGS)
    ]
