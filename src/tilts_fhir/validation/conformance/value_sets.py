"""What a ValueSet must be: systems, codes, imported value sets, filters and parameters that make sense.

Source: https://hl7.org/fhir/R4/valueset.html.
"""

from typing import Any, Final

from tilts_fhir.codes import Standing
from tilts_fhir.codes.value_sets import CONTAINED_SYSTEM
from tilts_fhir.issues import quoted
from tilts_fhir.validation.bindings import MAX_NAMES, MOVING_SYSTEMS, checker_of
from tilts_fhir.validation.conformance.value_set_filters import check_filters
from tilts_fhir.validation.conformance.value_set_parameters import check_parameters
from tilts_fhir.validation.walk import Json, Path, Walk

# Value sets that such URLs name are made by the terminology itself: nobody can have them as a resource.
IMPLICIT: Final = ("?fhir_vs", "http://loinc.org/vs", "http://snomed.info/")
MAX_EXPANSION: Final = 100_000

_SYSTEM_FAULTS: Final = {
    "relative": "value-set-system-relative",
    "value-set": "value-set-system-value-set",
    "supplement": "value-set-system-supplement",
}


def check_value_set(walk: Walk, resource: Json, path: Path) -> None:
    """All of a ValueSet beyond its structure and its invariants."""
    contained = {f"#{each['id']}": each for each in resource.get("contained") or () if "id" in each}
    here = (path, "compose", None)
    compose = resource.get("compose") or {}
    for name in ("include", "exclude"):
        for index, include in enumerate(compose.get(name) or ()):
            place = (here, name, index)
            _check_system(walk, include, place)
            _check_pointer(walk, include, (place, contained))
            _check_listed(walk, include, place, _own(resource, include))
            _check_imports(walk, resource.get("url"), include, (place, contained))
            check_filters(walk, include, place)
    check_parameters(walk, resource, path)
    if "expansion" in resource:
        _check_expansion(walk, resource["expansion"], (path, "expansion", None))


def _own(resource: Json, include: Json) -> bool:
    """Whether the system of an include is a code system that the value set brings along."""
    system = include.get("system")
    return any(each.get("url") == system for each in resource.get("contained") or ())


def _check_system(walk: Walk, include: Json, path: Path) -> None:
    system, version = include.get("system"), include.get("version")
    if not isinstance(system, str):
        return
    place = checker_of(walk).look_up(system, "", None, version if isinstance(version, str) else None).place
    if place in _SYSTEM_FAULTS:
        walk.report(_SYSTEM_FAULTS[place], (path, "system", None), system=quoted(system))


def _check_pointer(walk: Walk, include: Json, where: tuple[Path, dict[str, Json]]) -> None:
    """The extension that points from the system to the contained CodeSystem."""
    path, contained = where
    for index, each in enumerate((include.get("_system") or {}).get("extension") or ()):
        canonical = each.get("valueCanonical")
        if each.get("url") != CONTAINED_SYSTEM or not isinstance(canonical, str) or canonical[:1] != "#":
            continue
        found = contained.get(canonical)
        if (
            found is None
            or found.get("resourceType") != "CodeSystem"
            or found.get("url") != include.get("system")
        ):
            facts = {"canonical": quoted(canonical), "system": quoted(include.get("system"))}
            walk.report("value-set-pointer", ((path, "system", None), "extension", index), **facts)


def _check_listed(walk: Walk, include: Json, path: Path, own: bool) -> None:
    system, version = include.get("system"), include.get("version")
    if not isinstance(system, str):
        return
    seen: set[str] = set()
    checker = checker_of(walk)
    for index, entry in enumerate(include.get("concept") or ()):
        code, display = entry.get("code"), entry.get("display")
        if not isinstance(code, str):
            continue
        here = (path, "concept", index)
        if code in seen:
            walk.report("value-set-code-twice", here, code=quoted(code))
        seen.add(code)
        if own:
            continue
        asked_version = version if isinstance(version, str) else None
        standing = checker.look_up(system, code, display if isinstance(display, str) else None, asked_version)
        _report_code(walk, standing, {"system": system, **entry}, here)


def _report_code(walk: Walk, standing: Standing, coding: Json, path: Path) -> None:
    facts = {"code": quoted(coding["code"]), "system": coding["system"]}
    if standing.place in ("absent", "malformed"):
        moving = standing.place == "absent" and coding["system"].startswith(MOVING_SYSTEMS)
        severity = "warning" if moving else "error"
        walk.report("value-set-code", (path, "code", None), severity=severity, **facts)
    elif standing.wrong_display:
        names = ", ".join(f"'{each}'" for each in standing.displays[:MAX_NAMES])
        shown = {"display": quoted(coding["display"]), "names": names}
        walk.report("value-set-display", (path, "display", None), **shown, **facts)


def _check_imports(walk: Walk, url: Any, include: Json, where: tuple[Path, dict[str, Json]]) -> None:
    path, contained = where
    for index, canonical in enumerate(include.get("valueSet") or ()):
        here = (path, "valueSet", index)
        if not isinstance(canonical, str) or canonical[:1] == "#":
            kind = contained.get(str(canonical), {}).get("resourceType", "ValueSet")
            if kind != "ValueSet":
                walk.report("value-set-import-type", here, canonical=quoted(canonical), type=kind)
        elif canonical.partition("|")[0] == url:
            walk.report("value-set-import-itself", here)
        elif walk.library.find("ValueSet", canonical) is None:
            _report_import(walk, canonical, here)


def _report_import(walk: Walk, canonical: str, path: Path) -> None:
    kinds = walk.library.kinds(canonical)
    if kinds and "ValueSet" not in kinds:
        walk.report("value-set-import-type", path, canonical=quoted(canonical), type=", ".join(kinds))
    elif not any(each in canonical for each in IMPLICIT):
        walk.report("value-set-import-unknown", path, canonical=quoted(canonical))


def _check_expansion(walk: Walk, expansion: Json, path: Path) -> None:
    checker = checker_of(walk)
    waiting = [
        (each, (path, "contains", index)) for index, each in enumerate(expansion.get("contains") or ())
    ]
    count = seen = 0
    while waiting and seen < MAX_EXPANSION:
        entry, here = waiting.pop()
        seen += 1
        count += "code" in entry and entry.get("abstract") is not True
        below = enumerate(entry.get("contains") or ())
        waiting.extend((each, (here, "contains", index)) for index, each in below)
        system, code = entry.get("system"), entry.get("code")
        # vsd-9 has no result where `abstract` is missing, which means false; what is said is meant.
        if "display" in entry and not {"code", "_code", "abstract", "_abstract"} & entry.keys():
            walk.report("value-set-expansion-code", here)
        if isinstance(system, str) and isinstance(code, str):
            version = entry.get("version")
            standing = checker.look_up(system, code, None, version if isinstance(version, str) else None)
            if standing.place in ("absent", "malformed"):
                _report_code(walk, standing, entry, here)
    total = expansion.get("total")
    if isinstance(total, int) and count > total:
        walk.report("value-set-expansion-total", (path, "total", None), count=count, total=total)
