"""The filters of a value set: property, operator and value fit each other and the code system.

Source: https://hl7.org/fhir/R4/valueset-filter-operator.html.
"""

import re
from collections.abc import Callable
from typing import Final

from tilts_fhir import primitives
from tilts_fhir.codes import CodeChecker, KnownSystem, codes_of
from tilts_fhir.codes.ecl import is_ecl
from tilts_fhir.codes.grammars import SNOMED_CT
from tilts_fhir.issues import quoted
from tilts_fhir.validation.bindings import MOVING_SYSTEMS, checker_of
from tilts_fhir.validation.conformance.standard_properties import STANDARD_TYPES
from tilts_fhir.validation.walk import Json, Path, Walk

MAX_NAMES: Final = 20

_CODE_PROPERTIES: Final = frozenset({"concept", "code", "parent", "child"})
_ALWAYS_KNOWN: Final = {
    **STANDARD_TYPES,
    "concept": "code",
    "code": "code",
    "display": "string",
    "definition": "string",
}
_HIERARCHY: Final = frozenset({"is-a", "descendent-of", "is-not-a", "generalizes"})
_CODING: Final = re.compile(r"(?P<system>[^#|\s]+)(?:\|(?P<version>[^#]*))?#(?P<code>.+)")

# Numbers and dates may be compared, as in searches: https://hl7.org/fhir/R4/search.html#prefix.
_COMPARED: Final = r"(?:eq|ne|gt|lt|ge|le)?"
_PREFIX: Final = re.compile(_COMPARED)

_FORMS: Final[dict[str, tuple[Callable[[str], object], str, str]]] = {
    "boolean": ({"true", "false"}.__contains__, "'true' or 'false'", "'true' vai 'false'"),
    "integer": (re.compile(rf"{_COMPARED}[+-]?[0-9]+").fullmatch, "a whole number", "veselam skaitlim"),
    "decimal": (
        re.compile(rf"{_COMPARED}[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?").fullmatch,
        "a number",
        "skaitlim",
    ),
    "dateTime": (
        lambda value: primitives.is_datetime(_PREFIX.sub("", value, count=1)),
        "a date or a date with time",
        "datumam vai datumam ar laiku",
    ),
    "Coding": (_CODING.fullmatch, "written as system#code or system|version#code", "formā sistēma#kods"),
}


def check_filters(walk: Walk, include: Json, path: Path) -> None:
    """The filters of one include or exclude."""
    system = include.get("system")
    if not isinstance(system, str):
        return
    version = include.get("version")
    canonical = f"{system}|{version}" if isinstance(version, str) else system
    known = codes_of(walk.library).system(canonical)
    for index, condition in enumerate(include.get("filter") or ()):
        here = (path, "filter", index)
        if system == SNOMED_CT:
            _check_snomed(walk, condition, here)
        elif known is not None and known.content not in ("not-present", "supplement"):
            _check_filter(walk, known, condition, here)


def _check_filter(walk: Walk, known: KnownSystem, condition: Json, path: Path) -> None:
    name, operator, value = (condition.get(key) for key in ("property", "op", "value"))
    if not isinstance(name, str) or not isinstance(operator, str):
        return
    kind = known.property_types.get(name) or _ALWAYS_KNOWN.get(name)
    if kind is None:
        _check_declared(walk, known, (name, operator), path)
        return
    if operator in _HIERARCHY and kind not in ("code", ""):
        facts = {"operator": operator, "name": quoted(name), "type": kind}
        walk.report("value-set-filter-operator", path, **facts)
    elif isinstance(value, str):
        _check_value(walk, known, (name, kind, operator), value, path)


def _check_declared(walk: Walk, known: KnownSystem, asked: tuple[str, str], path: Path) -> None:
    """A name that is no property may be one of the filters that the code system declares."""
    name, operator = asked
    operators = known.filters.get(name)
    if operators is None:
        names = sorted({*known.property_types, *known.filters, *_ALWAYS_KNOWN})
        facts = {"system": known.url, "name": quoted(name), "names": ", ".join(names[:MAX_NAMES])}
        walk.report("value-set-filter-property", path, **facts)
    elif operators and operator not in operators:
        facts = {"operator": operator, "name": quoted(name), "type": "filter"}
        walk.report("value-set-filter-operator", path, **facts)


def _check_value(walk: Walk, known: KnownSystem, asked: tuple[str, str, str], value: str, path: Path) -> None:
    name, kind, operator = asked
    if operator == "regex":
        return
    if operator == "exists":
        _check_form(walk, (name, "boolean"), value, path)
        return
    for each in value.split(",") if operator in ("in", "not-in") else (value,):
        if kind in _FORMS and not _check_form(walk, (name, kind), each.strip(), path):
            continue
        if name in _CODE_PROPERTIES:
            _check_code(walk, known, name, each.strip(), path)
        elif kind == "Coding":
            _check_coding(walk, name, each.strip(), path)


def _check_form(walk: Walk, asked: tuple[str, str], value: str, path: Path) -> bool:
    is_right, form_en, form_lv = _FORMS[asked[1]]
    if is_right(value):
        return True
    facts = {"value": quoted(value), "name": quoted(asked[0]), "form_en": form_en, "form_lv": form_lv}
    walk.report("value-set-filter-value", path, **facts)
    return False


def _check_code(walk: Walk, known: KnownSystem, name: str, value: str, path: Path) -> None:
    if known.complete and not known.has(value):
        severity = "warning" if known.url.startswith(MOVING_SYSTEMS) else "error"
        facts = {"name": quoted(name), "system": known.url, "value": quoted(value)}
        walk.report("value-set-filter-code", path, severity=severity, **facts)


def _check_coding(walk: Walk, name: str, value: str, path: Path) -> None:
    parts = _CODING.fullmatch(value)
    if parts is None:
        return
    checker: CodeChecker = checker_of(walk)
    standing = checker.look_up(parts["system"], parts["code"], None, parts["version"] or None)
    if standing.place in ("absent", "malformed"):
        facts = {"name": quoted(name), "system": parts["system"], "value": quoted(value)}
        walk.report("value-set-filter-code", path, **facts)


def _check_snomed(walk: Walk, condition: Json, path: Path) -> None:
    """SNOMED CT: concepts by identifier, and expression constraints."""
    name, operator, value = (condition.get(key) for key in ("property", "op", "value"))
    if not isinstance(value, str):
        return
    if name in ("constraint", "expression") and operator == "=":
        if name == "constraint" and not is_ecl(value):
            walk.report("value-set-filter-ecl", path, value=quoted(value))
    elif name in ("concept", "parent", "child") and operator in (*_HIERARCHY, "="):
        if checker_of(walk).look_up(SNOMED_CT, value).place == "malformed":
            facts = {"name": quoted(name), "system": SNOMED_CT, "value": quoted(value)}
            walk.report("value-set-filter-code", path, **facts)
    elif name in ("inactive", "notSelectable") and operator == "=":
        _check_form(walk, (name, "boolean"), value, path)
