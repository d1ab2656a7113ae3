"""Checks one ElementDefinition of a StructureDefinition: its types, profiles, values, slicing, binding, invariants."""

from dataclasses import dataclass, field
from typing import Any, Final

from tilts_fhir import definitions
from tilts_fhir.structures import FHIRPATH_TYPE_ROOT, Row
from tilts_fhir.validation.conformance.citing import cited
from tilts_fhir.validation.conformance.discriminators import resolves, start_of
from tilts_fhir.validation.conformance.expressions import check_expression
from tilts_fhir.validation.walk import Json, Path, Walk

ANY: Final = frozenset(("*", "Resource", "DomainResource", "Element", "BackboneElement"))
POINTING: Final = frozenset(("Reference", "canonical"))


@dataclass(slots=True)
class Ground:
    """
    What the elements of one StructureDefinition are seen against.

    Attributes:
        rows: The snapshot made from the differential; empty if there is none.
        kind: `resource`, `complex-type`, `logical`, ...
        type: The type it describes or constrains.
    """

    rows: list[Row]
    kind: str
    type: str
    by_id: dict[str, Row] = field(init=False)

    def __post_init__(self) -> None:
        self.by_id = {}
        for row in self.rows:
            self.by_id.setdefault(row.path, row)
        self.by_id.update((row.id, row) for row in self.rows)

    def row(self, element: Json) -> Row | None:
        """The element as the snapshot has it."""
        return self.by_id.get(str(element.get("id"))) or self.by_id.get(str(element.get("path")))


def check_element(walk: Walk, element: Json, ground: Ground, path: Path) -> None:
    """Everything that can be said of one element of a differential or snapshot."""
    for index, kind in enumerate(element.get("type", [])):
        _check_type(walk, kind, ground, (path, "type", index))
    row = ground.row(element)
    if "." not in str(element.get("path")) and "slicing" in element:
        walk.report("sd-root-slicing", (path, "slicing", None))
    if row is not None:
        _check_value(walk, element, row, path)
        _check_slicing(walk, element, row, path)
    _check_binding(walk, element, path)
    start = None if row is None or ground.kind == "logical" else start_of(row)
    for index, constraint in enumerate(element.get("constraint", [])):
        expression = constraint.get("expression")
        if isinstance(expression, str):
            place = ((path, "constraint", index), "expression", None)
            check_expression(walk, expression, place, start=start)


def _check_type(walk: Walk, kind: Json, ground: Ground, path: Path) -> None:
    code = kind.get("code")
    if not isinstance(code, str):
        return
    if "/" not in code and not definitions.is_type(code) and ground.kind != "logical":
        walk.report("sd-type-unknown", (path, "code", None), type=cited(code))
        return
    for index, canonical in enumerate(kind.get("profile", [])):
        _check_profile(walk, canonical, code, (path, "profile", index))
    if code in POINTING:
        for index, canonical in enumerate(kind.get("targetProfile", [])):
            _check_target(walk, canonical, (path, "targetProfile", index))


def _check_profile(walk: Walk, canonical: Any, code: str, path: Path) -> None:
    found = _definition(walk, canonical, path)
    if found is None or "/" in code:
        return
    kind = str(found.get("type"))
    if definitions.is_type(kind) and code not in ANY and not definitions.is_kind_of(kind, code):
        walk.report("sd-profile-type", path, profile=cited(canonical), type=kind, expected=code)


def _check_target(walk: Walk, canonical: Any, path: Path) -> None:
    found = _definition(walk, canonical, path)
    if found is not None and found.get("kind") in ("primitive-type", "complex-type"):
        walk.report("sd-target-type", path, profile=cited(canonical), type=cited(found.get("type")))


def _definition(walk: Walk, canonical: Any, path: Path) -> Json | None:
    if not isinstance(canonical, str):
        return None
    found = walk.library.find("StructureDefinition", canonical)
    if found is None:
        kinds = walk.library.kinds(canonical)
        if kinds and "StructureDefinition" not in kinds:
            walk.report("sd-profile-kind", path, profile=cited(canonical), kind=kinds[0])
        elif not canonical.startswith("#"):
            walk.report("sd-profile-unknown", path, profile=cited(canonical))
    return found


def _check_value(walk: Walk, element: Json, row: Row, path: Path) -> None:
    """The type of a fixed value or pattern is one of the types of the element."""
    codes = {kind.code for kind in row.types}
    if not codes or codes & ANY or any(code.startswith(FHIRPATH_TYPE_ROOT) for code in codes):
        return
    for name in element:
        for stem in ("fixed", "pattern"):
            stated = name.removeprefix(stem)
            if stated != name and stated[:1].isupper() and not _fits(stated, codes):
                walk.report("sd-value-type", path, name=name, allowed=", ".join(sorted(codes)))


def _fits(stated: str, codes: set[str]) -> bool:
    name = stated if definitions.is_type(stated) else stated[:1].lower() + stated[1:]
    return any(definitions.is_kind_of(name, code) or definitions.is_kind_of(code, name) for code in codes)


def _check_slicing(walk: Walk, element: Json, row: Row, path: Path) -> None:
    for index, discriminator in enumerate(element.get("slicing", {}).get("discriminator", [])):
        stated = discriminator.get("path")
        if isinstance(stated, str) and not resolves(stated, row):
            place = ((path, "slicing", None), "discriminator", index)
            walk.report("sd-discriminator", place, stated=cited(stated), element=cited(row.id))


def _check_binding(walk: Walk, element: Json, path: Path) -> None:
    canonical = element.get("binding", {}).get("valueSet")
    if not isinstance(canonical, str) or walk.library.find("ValueSet", canonical) is not None:
        return
    kinds = walk.library.kinds(canonical)
    if kinds and "ValueSet" not in kinds:
        place = ((path, "binding", None), "valueSet", None)
        walk.report("sd-value-set-kind", place, value_set=cited(canonical), kind=kinds[0])
