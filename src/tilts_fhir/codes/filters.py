"""The filters of a value set on a code system that is at hand.

Source: https://hl7.org/fhir/R4/valueset-filter-operator.html.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from tilts_fhir.codes.code_systems import Concept, Json, KnownSystem
from tilts_fhir.codes.patterns import compile_pattern

CODE_PROPERTIES: Final = frozenset({"concept", "code"})
STANDARD: Final = frozenset({"parent", "child", "display", "inactive", "notSelectable", "abstract"})


def filtered(system: KnownSystem, conditions: Iterable[Json]) -> frozenset[str] | None:
    """The codes that meet all conditions (`property`, `op`, `value`); None if that cannot be decided."""
    codes: frozenset[str] | None = None
    for condition in conditions:
        name, operator, value = (condition.get(key) for key in ("property", "op", "value"))
        if not (isinstance(name, str) and isinstance(operator, str) and isinstance(value, str)):
            return None
        found = _one(system, name, operator, value)
        if found is None:
            return None
        codes = found if codes is None else codes & found
    return codes


def code_patterns(conditions: Iterable[Json]) -> tuple[Callable[[str], bool], ...]:
    """The tests of those conditions that look at the code alone: they hold for systems that are not at hand too."""
    tests = (
        compile_pattern(each["value"])
        for each in conditions
        if each.get("op") == "regex"
        and isinstance(each.get("value"), str)
        and str(each.get("property")) in CODE_PROPERTIES
    )
    return tuple(test for test in tests if test is not None)


def _one(system: KnownSystem, name: str, operator: str, value: str) -> frozenset[str] | None:
    if name in CODE_PROPERTIES:
        return _by_code(system, operator, value)
    if name not in system.property_types and name not in STANDARD:
        return None
    test = _test(operator, value)
    if test is None:
        return None
    return frozenset(each.code for each in system.concepts() if test(_values(system, each, name)))


def _by_code(system: KnownSystem, operator: str, value: str) -> frozenset[str] | None:
    concept = system.find(value)
    if operator in _HIERARCHY:
        if concept is None:
            return frozenset() if system.complete and operator != "is-not-a" else None
        return _HIERARCHY[operator](system, concept.code)
    test = _test(operator, value)
    if test is None or operator == "exists":
        return None
    return frozenset(each.code for each in system.concepts() if test((each.code,)))


_HIERARCHY: Final[dict[str, Callable[[KnownSystem, str], frozenset[str]]]] = {
    "is-a": lambda system, code: system.below(code) | {code},
    "descendent-of": lambda system, code: system.below(code),
    "is-not-a": lambda system, code: (
        frozenset(each.code for each in system.concepts()) - system.below(code) - {code}
    ),
    "generalizes": lambda system, code: system.above(code) | {code},
}


def _values(system: KnownSystem, concept: Concept, name: str) -> tuple[str, ...]:
    if name == "parent":
        return concept.parents
    if name == "child":
        return system.children(concept.code)
    if name == "display":
        return concept.displays[:1]
    said = tuple(_written(value) for code, value in concept.properties if code == name)
    if said or name not in ("inactive", "notSelectable", "abstract"):
        return said
    # A boolean that is not said is false.
    return ("true" if (concept.inactive if name == "inactive" else concept.abstract) else "false",)


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _test(operator: str, value: str) -> Callable[[tuple[str, ...]], bool] | None:
    """Whether the values of one concept meet the condition; None for what is not decided here."""
    if operator == "=":
        wanted = {value, value.replace("#", "|")}
        return lambda values: not wanted.isdisjoint(values)
    if operator in ("in", "not-in"):
        listed = {each.strip() for each in value.split(",")}
        return lambda values: listed.isdisjoint(values) == (operator == "not-in")
    if operator == "exists" and value in ("true", "false"):
        return lambda values: bool(values) == (value == "true")
    pattern = compile_pattern(value) if operator == "regex" else None
    return (lambda values: any(pattern(each) for each in values)) if pattern else None
