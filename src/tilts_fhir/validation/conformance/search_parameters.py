"""Checks a SearchParameter: its expression, and that it fits the one it is derived from.

Source: https://hl7.org/fhir/R4/searchparameter.html.
"""

from tilts_fhir import definitions
from tilts_fhir.validation.conformance.citing import cited
from tilts_fhir.validation.conformance.expressions import check_expression
from tilts_fhir.validation.walk import Json, Path, Walk


def check_search_parameter(walk: Walk, resource: Json, path: Path) -> None:
    """The rule for every SearchParameter."""
    expression = resource.get("expression")
    if isinstance(expression, str):
        bases = resource.get("base", [])
        # An expression for several types names elements that only some of them have.
        start = bases[0] if len(bases) == 1 and definitions.is_type(bases[0]) else None
        # One that begins with another type may be shared by the parameters of many.
        is_own = start is not None and expression.lstrip(" (").startswith(f"{start}.")
        severity = "error" if is_own else "warning"
        check_expression(walk, expression, (path, "expression", None), start=start, severity=severity)
    derived = resource.get("derivedFrom")
    if isinstance(derived, str):
        _check_origin(walk, resource, derived, path)


def _check_origin(walk: Walk, resource: Json, derived: str, path: Path) -> None:
    origin = walk.library.find("SearchParameter", derived)
    if origin is None:
        walk.report("sp-derived-unknown", (path, "derivedFrom", None), url=cited(derived))
        return
    if resource.get("type") != origin.get("type"):
        facts = {"type": cited(resource.get("type")), "expected": cited(origin.get("type"))}
        walk.report("sp-derived-type", (path, "type", None), **facts)
    bases = origin.get("base", [])
    for index, base in enumerate(resource.get("base", [])):
        if base not in bases and not {"Resource", "DomainResource"} & set(bases):
            allowed = ", ".join(map(str, bases))
            walk.report("sp-derived-base", (path, "base", index), base=cited(base), allowed=cited(allowed))
