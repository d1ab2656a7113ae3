"""What a ConceptMap must be: its codes exist where it takes them from and where it leads to.

Source: https://hl7.org/fhir/R4/conceptmap.html.
"""

from dataclasses import dataclass
from typing import Any, Final

from tilts_fhir.codes import CodeChecker
from tilts_fhir.issues import quoted
from tilts_fhir.validation.bindings import checker_of
from tilts_fhir.validation.walk import Json, Path, Walk

_SIDES: Final = {"source": "Avota", "target": "Mērķa"}
_NO_SYSTEMS: Final = {
    "value-set": ("value set", "vērtību kopa"),
    "supplement": ("supplement", "papildinājums"),
}


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a group: `source` or `target`, its system with version, and its value set, if there is one."""

    name: str
    system: str
    version: str | None
    value_set: str | None


def check_concept_map(walk: Walk, resource: Json, path: Path) -> None:
    """The codes of a ConceptMap, as far as systems and value sets are at hand."""
    for name in ("sourceCanonical", "sourceUri", "targetCanonical", "targetUri"):
        _check_scope(walk, resource.get(name), (path, name[:6], None))
    for number, group in enumerate(resource.get("group") or ()):
        sides = {name: _side(resource, group, name) for name in _SIDES}
        _check_group(walk, group, sides, (path, "group", number))


def _check_group(walk: Walk, group: Json, sides: dict[str, _Side | None], path: Path) -> None:
    for name in _SIDES:
        _check_system(walk, group.get(name), (path, name, None))
    for index, element in enumerate(group.get("element") or ()):
        here = (path, "element", index)
        _check_code(walk, sides["source"], element, here)
        for place, mapped in enumerate(element.get("target") or ()):
            _check_code(walk, sides["target"], mapped, (here, "target", place))
    if "unmapped" in group:
        _check_code(walk, sides["target"], group["unmapped"], (path, "unmapped", None))


def _check_scope(walk: Walk, canonical: Any, path: Path) -> None:
    if not isinstance(canonical, str):
        return
    kinds = walk.library.kinds(canonical)
    if kinds and "ValueSet" not in kinds:
        walk.report("concept-map-scope", path, canonical=quoted(canonical), type=", ".join(kinds))


def _check_system(walk: Walk, system: Any, path: Path) -> None:
    if not isinstance(system, str):
        return
    place = checker_of(walk).look_up(system, "").place
    if place in _NO_SYSTEMS:
        what_en, what_lv = _NO_SYSTEMS[place]
        walk.report("concept-map-system", path, system=quoted(system), what_en=what_en, what_lv=what_lv)


def _side(resource: Json, group: Json, name: str) -> _Side | None:
    system, version = group.get(name), group.get(f"{name}Version")
    if not isinstance(system, str):
        return None
    value_set = resource.get(f"{name}Canonical") or resource.get(f"{name}Uri")
    return _Side(
        name,
        system,
        version if isinstance(version, str) else None,
        value_set if isinstance(value_set, str) else None,
    )


def _check_code(walk: Walk, side: _Side | None, entry: Json, path: Path) -> None:
    code, display = entry.get("code"), entry.get("display")
    if side is None or not isinstance(code, str):
        return
    checker: CodeChecker = checker_of(walk)
    standing = checker.look_up(side.system, code, display if isinstance(display, str) else None, side.version)
    facts = {"code": quoted(code), "side_en": side.name, "side_lv": _SIDES[side.name]}
    here = (path, "code", None)
    if standing.place in ("absent", "malformed"):
        walk.report("concept-map-code", here, system=side.system, **facts)
    if standing.place != "known":
        return
    if standing.wrong_display:
        shown = {"display": quoted(display), "code": quoted(code), "system": side.system}
        walk.report("concept-map-display", (path, "display", None), **shown)
    if side.value_set is not None:
        verdict = checker.check(side.value_set, side.system, code, None, side.version)
        if verdict.kind == "out":
            walk.report("concept-map-value-set", here, value_set=side.value_set, **facts)
