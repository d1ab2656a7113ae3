"""Checks the parameters of an OperationDefinition against the profiles of its input and output.

Source: https://hl7.org/fhir/R4/operationdefinition.html: `inputProfile` and `outputProfile` profile Parameters, and
"what is described in the parameters must agree with them".
"""

from dataclasses import dataclass
from typing import Final

from tilts_fhir.structures import Row, Structure
from tilts_fhir.validation.conformance.citing import cited
from tilts_fhir.validation.walk import Json, Path, Walk

PARAMETER: Final = "Parameters.parameter"
PROFILES: Final = (("inputProfile", "in"), ("outputProfile", "out"))
POINTING: Final = ("Reference", "canonical")


@dataclass(frozen=True, slots=True)
class Profiled:
    """One parameter as a profile of Parameters has it: the slice, and the row of its value or resource."""

    row: Row
    value: Row | None


def check_operation_definition(walk: Walk, resource: Json, path: Path) -> None:
    """The rule for every OperationDefinition."""
    for name, use in PROFILES:
        canonical = resource.get(name)
        if not isinstance(canonical, str):
            continue
        here = (path, name, None)
        structure = walk.library.structure(canonical)
        if structure is None:
            walk.report("op-profile-unknown", here, profile=cited(canonical))
        elif structure.type != "Parameters":
            walk.report("op-profile-type", here, profile=cited(canonical), type=structure.type)
        else:
            stated = [each for each in resource.get("parameter", []) if each.get("use") == use]
            _compare(walk, stated, _profiled(structure), here)


def _profiled(structure: Structure) -> dict[str, Profiled]:
    """The parameters of a profile by their names, which the slices fix."""
    rows = {row.id: row for row in structure.rows}
    found = {}
    for row in structure.rows:
        if row.path != PARAMETER or row.slice_name is None:
            continue
        name = rows.get(f"{row.id}.name")
        fixed = None if name is None else name.fixed or name.pattern
        values = [rows.get(f"{row.id}.{step}") for step in ("resource", "value[x]")]
        allowed = [each for each in values if each is not None and each.max != 0]
        if isinstance(fixed, str):
            found[fixed] = Profiled(row, allowed[0] if len(allowed) == 1 else None)
    return found


def _compare(walk: Walk, stated: list[Json], profiled: dict[str, Profiled], path: Path) -> None:
    names = {str(each.get("name")) for each in stated}
    for name in profiled.keys() - names:
        walk.report("op-parameter-extra", path, name=cited(name))
    for each in stated:
        name = str(each.get("name"))
        if name not in profiled:
            if profiled:
                walk.report("op-parameter-missing", path, name=cited(name))
            continue
        _compare_numbers(walk, each, profiled[name].row, path)
        if profiled[name].value is not None:
            _compare_types(walk, each, profiled[name].value, path)


def _compare_numbers(walk: Walk, stated: Json, row: Row, path: Path) -> None:
    highest = "*" if row.max is None else str(row.max)
    for member, expected in (("min", str(row.min)), ("max", highest)):
        found = stated.get(member)
        if found is not None and str(found) != expected:
            facts = {"name": cited(stated.get("name")), "stated": cited(found), "expected": expected}
            walk.report(f"op-parameter-{member}", path, **facts)


def _compare_types(walk: Walk, stated: Json, row: Row | None, path: Path) -> None:
    kind = stated.get("type")
    if row is None or not row.types or not isinstance(kind, str) or kind in ("Any", "Element", "Resource"):
        return
    codes = {each.code for each in row.types}
    name = cited(stated.get("name"))
    if codes != {kind} and "Resource" not in codes:
        walk.report("op-parameter-type", path, name=name, stated=kind, expected=", ".join(sorted(codes)))
        return
    targets = {target for each in row.types if each.code in POINTING for target in each.targets}
    if kind in POINTING and targets != set(stated.get("targetProfile", [])):
        walk.report("op-parameter-target", path, name=name, expected=", ".join(sorted(targets)) or "-")
