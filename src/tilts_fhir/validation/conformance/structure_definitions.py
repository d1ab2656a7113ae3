"""Checks that a StructureDefinition can be what it says: derived from its base, sliced, bound and typed rightly.

Invariants of the resource (sdf-, eld-) are checked with all others; here stands what needs other definitions.
Source: https://hl7.org/fhir/R4/structuredefinition.html, https://hl7.org/fhir/R4/profiling.html.
"""

from typing import Any, Final

from tilts_fhir import definitions
from tilts_fhir.snapshots import Problem, generate
from tilts_fhir.structure_reading import read_row
from tilts_fhir.structures import Row
from tilts_fhir.validation.conformance.citing import cited
from tilts_fhir.validation.conformance.element_definitions import Ground, check_element
from tilts_fhir.validation.conformance.obligations import check_inherited_obligations
from tilts_fhir.validation.walk import Json, Path, Walk

EXTENSION_URL: Final = "Extension.url"
MAX_PROBLEMS: Final = 50


def check_structure_definition(walk: Walk, resource: Json, path: Path) -> None:
    """The rule for every StructureDefinition."""
    _check_base(walk, resource, path)
    _check_extension(walk, resource, path)
    _check_contexts(walk, resource, path)
    check_inherited_obligations(walk, resource, path)
    made, problems = _generated(walk, resource)
    for problem in problems[:MAX_PROBLEMS]:
        _report(walk, problem, path)
    view = "differential" if "differential" in resource else "snapshot"
    elements = resource.get(view, {}).get("element", [])
    is_profile = resource.get("derivation") == "constraint"
    base = _base_rows(walk, resource) if is_profile else {}
    ground = Ground(_rows(made), str(resource.get("kind")), str(resource.get("type")), is_profile, base)
    for index, element in enumerate(elements):
        if isinstance(element.get("path"), str):
            check_element(walk, element, ground, ((path, view, None), "element", index))


def _check_base(walk: Walk, resource: Json, path: Path) -> None:
    """A profile describes what its base describes: the same type, of the same kind."""
    base = resource.get("baseDefinition")
    if isinstance(base, str) and "derivation" not in resource and "_derivation" not in resource:
        walk.report("sd-no-derivation", path, base=cited(base))
    if not isinstance(base, str) or resource.get("derivation") != "constraint":
        return
    found = walk.library.find("StructureDefinition", base)
    if found is None:
        return
    # A logical model may give its type as url or as its last part.
    for name in ("type", "kind"):
        stated, expected = resource.get(name), found.get(name)
        if isinstance(stated, str) and isinstance(expected, str) and _tail(stated) != _tail(expected):
            facts = {"name": name, "stated": cited(stated), "base": cited(base), "expected": cited(expected)}
            walk.report("sd-base-differs", (path, name, None), **facts)


def _tail(kind: str) -> str:
    return kind.rpartition("/")[2]


def _check_extension(walk: Walk, resource: Json, path: Path) -> None:
    """An extension is known by its url: the one that its `url` element is fixed to."""
    if resource.get("type") != "Extension" or resource.get("derivation") != "constraint":
        return
    for view in ("differential", "snapshot"):
        for index, element in enumerate(resource.get(view, {}).get("element", [])):
            fixed = element.get("fixedUri")
            if (
                element.get("path") == EXTENSION_URL
                and isinstance(fixed, str)
                and fixed != resource.get("url")
            ):
                place = ((path, view, None), "element", index)
                walk.report("sd-extension-url", place, fixed=cited(fixed), url=cited(resource.get("url")))


def _check_contexts(walk: Walk, resource: Json, path: Path) -> None:
    for index, context in enumerate(resource.get("context", [])):
        expression = context.get("expression")
        if context.get("type") != "element" or not isinstance(expression, str) or "/" in expression:
            continue
        if not _is_element(expression):
            place = ((path, "context", index), "expression", None)
            walk.report("sd-context-unknown", place, expression=cited(expression))


def _is_element(expression: str) -> bool:
    """Whether a path like `Patient.contact.name` leads somewhere; beyond the first type it is not followed."""
    kind, _, rest = expression.partition(".")
    if not definitions.is_type(kind):
        return False
    part = kind
    for step in rest.split(".") if rest and kind not in definitions.primitives() else []:
        found = next(
            (each for each in definitions.elements(part) if each.name == step.removesuffix("[x]")), None
        )
        if found is None:
            return False
        part = found.types[0].code
        if part not in definitions.type_definition(kind).parts:
            return True
    return True


def _generated(walk: Walk, resource: Json) -> tuple[Json, list[Problem]]:
    """The definition with the snapshot its differential makes, or with its own if it has no differential."""
    if "differential" not in resource:
        return resource, []
    return generate(resource, lambda canonical: walk.library.find("StructureDefinition", canonical))


def _rows(definition: Json) -> list[Row]:
    elements: list[Any] = definition.get("snapshot", {}).get("element", [])
    rows = []
    for element in elements:
        try:
            rows.append(read_row(element))
        except (KeyError, TypeError, ValueError, AttributeError):
            continue  # an element that lacks what it must have has been reported
    return rows


def _base_rows(walk: Walk, resource: Json) -> dict[str, Row]:
    """The elements of the base definition, by path; slices stand behind what they are cut from."""
    canonical = resource.get("baseDefinition")
    structure = walk.library.structure(canonical) if isinstance(canonical, str) else None
    found: dict[str, Row] = {}
    for row in structure.rows if structure is not None else ():
        found.setdefault(row.path, row)
    return found


def _report(walk: Walk, problem: Problem, path: Path) -> None:
    place = path if problem.index is None else ((path, "differential", None), "element", problem.index)
    facts = {name: cited(value) for name, value in problem.facts.items()}
    walk.report(problem.key, place, severity=problem.severity, **facts)
