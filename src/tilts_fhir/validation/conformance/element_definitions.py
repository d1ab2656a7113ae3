"""Checks one ElementDefinition of a StructureDefinition: its types, profiles, values, slicing, binding, invariants."""

from dataclasses import dataclass, field
from typing import Any, Final

from tilts_fhir import definitions
from tilts_fhir.structures import FHIRPATH_TYPE_ROOT, TYPE_ROOT, Row
from tilts_fhir.validation.conformance.citing import cited
from tilts_fhir.validation.conformance.discriminators import resolves, start_of
from tilts_fhir.validation.conformance.expressions import check_expression
from tilts_fhir.validation.walk import Json, Path, Walk

ANY: Final = frozenset(("*", "Resource", "DomainResource", "Element", "BackboneElement"))
POINTING: Final = frozenset(("Reference", "canonical"))
MAX_LISTED: Final = 6


@dataclass(slots=True)
class Ground:
    """
    What the elements of one StructureDefinition are seen against.

    Attributes:
        rows: The snapshot made from the differential; empty if there is none.
        kind: `resource`, `complex-type`, `logical`, ...
        type: The type it describes or constrains.
        is_profile: Whether it constrains its base, instead of making a new type of it.
        base: The elements of the base definition, by their paths; empty if it is not known.
    """

    rows: list[Row]
    kind: str
    type: str
    is_profile: bool = False
    base: dict[str, Row] = field(default_factory=dict)
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
    _check_targets(walk, element, ground, path)
    _check_binding(walk, element, ground, path)
    start = None if row is None or ground.kind == "logical" else start_of(row)
    # In an extension it may be written for the element that has the extension.
    severity = "error" if ground.is_profile and ground.type != "Extension" else "warning"
    for index, constraint in enumerate(element.get("constraint", [])):
        expression = constraint.get("expression")
        if isinstance(expression, str):
            place = ((path, "constraint", index), "expression", None)
            check_expression(walk, expression, place, start=start, severity=severity)


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


def _check_targets(walk: Walk, element: Json, ground: Ground, path: Path) -> None:
    """A profile may point to fewer resources than its base, and to none that the base does not have."""
    base = ground.base.get(str(element.get("path")))
    if not ground.is_profile or base is None:
        return
    for index, kind in enumerate(element.get("type", [])):
        allowed = [each for each in base.types if each.code == kind.get("code") and each.code in POINTING]
        targets = {target for each in allowed for target in each.targets}
        if not allowed or not all(each.targets for each in allowed):
            continue
        for place, canonical in enumerate(kind.get("targetProfile", [])):
            found = (
                walk.library.find("StructureDefinition", canonical) if isinstance(canonical, str) else None
            )
            is_resource = found is not None and found.get("kind") == "resource"
            name = found.get("type") if found is not None and is_resource else None
            if isinstance(name, str) and not _is_target(walk, name, canonical, targets):
                here = ((path, "type", index), "targetProfile", place)
                listed = ", ".join(sorted(targets)[:MAX_LISTED])
                walk.report("sd-target-loosened", here, profile=cited(canonical), allowed=cited(listed))


def _is_target(walk: Walk, name: str, canonical: str, targets: set[str]) -> bool:
    """Whether a resource type is one of those that the targets (canonicals) describe."""
    for target in targets:
        known = walk.library.find("StructureDefinition", target)
        kind = known.get("type") if known is not None else target.removeprefix(TYPE_ROOT)
        if target == canonical or kind == name or kind in ANY or not definitions.is_type(str(kind)):
            return True
    return False


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
    if name in definitions.primitives():
        return name in codes
    return any(definitions.is_kind_of(name, code) or definitions.is_kind_of(code, name) for code in codes)


def _check_slicing(walk: Walk, element: Json, row: Row, path: Path) -> None:
    for index, discriminator in enumerate(element.get("slicing", {}).get("discriminator", [])):
        stated = discriminator.get("path")
        if isinstance(stated, str) and not resolves(stated, row):
            place = ((path, "slicing", None), "discriminator", index)
            walk.report("sd-discriminator", place, stated=cited(stated), element=cited(row.id))


def _check_binding(walk: Walk, element: Json, ground: Ground, path: Path) -> None:
    canonical = element.get("binding", {}).get("valueSet")
    if not isinstance(canonical, str) or walk.library.find("ValueSet", canonical) is not None:
        return
    kinds = walk.library.kinds(canonical)
    if kinds and "ValueSet" not in kinds:
        place = ((path, "binding", None), "valueSet", None)
        severity = "error" if ground.is_profile else "warning"
        walk.report("sd-value-set-kind", place, severity=severity, value_set=cited(canonical), kind=kinds[0])
