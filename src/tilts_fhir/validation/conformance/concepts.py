"""The concepts of a CodeSystem: their properties and designations."""

from collections.abc import Iterator
from typing import Any, Final

from tilts_fhir.codes.code_systems import PROPERTIES, KnownSystem
from tilts_fhir.issues import quoted
from tilts_fhir.validation.conformance.standard_properties import CONCEPT_PROPERTIES
from tilts_fhir.validation.walk import Json, Path, Walk

_HIERARCHY: Final = frozenset({"parent", "child"})


def standing_concepts(resource: Json, path: Path) -> Iterator[tuple[Json, Path]]:
    """All concepts with their places, in the order of the document."""
    waiting = _below(resource, path)
    while waiting:
        entry, here = waiting.pop()
        waiting.extend(_below(entry, here))
        yield entry, here


def _below(holder: Json, path: Path) -> list[tuple[Json, Path]]:
    entries: list[tuple[Json, Path]] = [
        (entry, (path, "concept", index)) for index, entry in enumerate(holder.get("concept") or ())
    ]
    return entries[::-1]


def check_concepts(walk: Walk, resource: Json, concepts: list[tuple[Json, Path]]) -> None:
    """Values of properties against their declarations, and what designations add."""
    declared = {each.get("code"): each for each in reversed(resource.get("property") or ())}
    if not any("property" in entry or "designation" in entry for entry, _ in concepts):
        return
    system = KnownSystem(resource)
    language = resource.get("language")
    for entry, path in concepts:
        for index, each in enumerate(entry.get("property") or ()):
            here = (path, "property", index)
            declaration = declared.get(each.get("code"))
            if declaration is not None:
                _check_type(walk, declaration, each, here)
            elif resource.get("content") != "supplement":
                walk.report("code-system-property-undeclared", here, name=quoted(each.get("code")))
            _check_named_concept(walk, system, declaration, each, here)
        _check_designations(walk, entry, language, path)


def _check_type(walk: Walk, declaration: Json, said: Json, path: Path) -> None:
    found = next((key.removeprefix("value") for key in said if key.startswith("value")), None)
    expected = declaration.get("type")
    if found is None or not isinstance(expected, str) or expected.lower() == found.lower():
        return
    name = found if found == "Coding" else found[:1].lower() + found[1:]
    facts = {"name": quoted(said.get("code")), "expected": expected, "type": name}
    walk.report("code-system-property-value", path, **facts)


def _check_named_concept(
    walk: Walk, system: KnownSystem, declaration: Json | None, said: Json, path: Path
) -> None:
    """A property that names another concept of the same system names one that exists."""
    uri = str((declaration or {}).get("uri") or PROPERTIES + str(said.get("code")))
    name = uri.removeprefix(PROPERTIES)
    value = next((item for key, item in said.items() if key.startswith("value")), None)
    if name not in CONCEPT_PROPERTIES or value is None or isinstance(value, dict) or not system.complete:
        return
    if not system.has(str(value)):
        severity = "error" if name in _HIERARCHY else "warning"
        facts = {"name": quoted(said.get("code")), "code": quoted(value)}
        walk.report("code-system-property-concept", path, severity=severity, **facts)


def _check_designations(walk: Walk, entry: Json, language: Any, path: Path) -> None:
    if "display" not in entry:
        return
    for index, each in enumerate(entry.get("designation") or ()):
        same = each.get("language") in (None, language)
        if same and "use" not in each and isinstance(each.get("value"), str):
            walk.report("code-system-designation", (path, "designation", index), value=quoted(each["value"]))
