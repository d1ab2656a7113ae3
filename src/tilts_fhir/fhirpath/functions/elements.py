"""Walking the tree, and what FHIR adds to FHIRPath. https://hl7.org/fhir/R4/fhirpath.html#functions."""

from decimal import Decimal
from typing import Any

from tilts_fhir.fhirpath import references
from tilts_fhir.fhirpath.context import Items, Run, Scope
from tilts_fhir.fhirpath.errors import ARGUMENTS, NOT_AVAILABLE, FhirPathError
from tilts_fhir.fhirpath.functions.registry import Expression, for_each, function, lazy_function
from tilts_fhir.fhirpath.model import is_type, type_of_resource
from tilts_fhir.fhirpath.nodes import Node, children, children_by_name
from tilts_fhir.fhirpath.temporal import DATE, DATETIME, TIME, Temporal
from tilts_fhir.fhirpath.types import named_type
from tilts_fhir.fhirpath.values import only, system, text

BASE_PROFILE = "http://hl7.org/fhir/StructureDefinition/"


@function("children")
def children_(run: Run, items: Items) -> Items:
    found = [child for item in items if type(item) is Node for child in children(item)]
    run.spend(len(found) + len(items))
    return found


@function("descendants")
def descendants(run: Run, items: Items) -> Items:
    if len(items) == 1 and type(items[0]) is Node and items[0] is run.wrapped.get("resource"):
        # dom-3 walks all of %resource for each contained resource, seven times.
        if run.below is None:
            run.below = _below(run, items)
        run.spend(len(run.below))
        return run.below
    return _below(run, items)


def _below(run: Run, items: Items) -> Items:
    found: Items = []
    stack = [item for item in reversed(items) if type(item) is Node]
    while stack:
        below = children(stack.pop())
        run.spend(len(below) + 1)
        found += below
        stack += reversed(below)
    return found


@function("extension", 1)
def extension(run: Run, items: Items, url: Items) -> Items:
    wanted = text(url, "extension()")
    run.spend(len(items))
    return [
        found
        for item in items
        if type(item) is Node and wanted
        for found in children_by_name(item, "extension")
        if type(found.value) is dict and found.value.get("url") == wanted
    ]


@function("hasExtension", 1)
def has_extension(run: Run, items: Items, url: Items) -> Items:
    return [bool(extension(run, items, url))]


@function("hasValue")
def has_value(run: Run, items: Items) -> Items:
    return [len(items) == 1 and _value(items[0]) is not None]


@function("getValue")
def get_value(run: Run, items: Items) -> Items:
    if len(items) != 1 or _value(items[0]) is None:
        return []
    found = system(items[0])
    return [] if found is None else [found]


def _value(item: Any) -> Any:
    if type(item) is not Node:
        return item
    return None if type(item.value) in (dict, list) else item.value


@function("resolve")
def resolve(run: Run, items: Items) -> Items:
    found = [references.resolve(run, item) for item in items]
    return [node for node in found if node is not None]


@function("type")
def type_(run: Run, items: Items) -> Items:
    return [named_type(item) for item in items]


@function("checkModifiers", 0, 50)
def check_modifiers(run: Run, items: Items, *allowed: Items) -> Items:
    known = {text(each, "checkModifiers()") for each in allowed}
    for item in items:
        for found in children_by_name(item, "modifierExtension") if type(item) is Node else ():
            if type(found.value) is not dict or found.value.get("url") not in known:
                raise FhirPathError(
                    "There is a modifier extension that was not expected.", None, NOT_AVAILABLE
                )
    return items


@function("htmlChecks")
def html_checks(run: Run, items: Items) -> Items:
    check = run.context.html
    texts = [item.value if type(item) is Node else item for item in items]
    return [check is None or all(type(each) is str and check(each) for each in texts)]


@function("conformsTo", 1)
def conforms_to(run: Run, items: Items, profile: Items) -> Items:
    canonical, item = text(profile, "conformsTo()"), only(items, "conformsTo()")
    if canonical is None or item is None:
        return []
    if run.context.conforms_to is not None:
        return _known(run.context.conforms_to(_json(item), canonical), "conformsTo()")
    name = canonical.removeprefix(BASE_PROFILE)
    if name == canonical or not is_type(name):
        raise FhirPathError("conformsTo() does not know this profile here.", None, NOT_AVAILABLE)
    return [type(item) is Node and name in (item.type, type_of_resource(item.value))]


@function("memberOf", 1)
def member_of(run: Run, items: Items, value_set: Items) -> Items:
    canonical, item = text(value_set, "memberOf()"), only(items, "memberOf()")
    if canonical is None or item is None:
        return []
    if run.context.member_of is None:
        raise FhirPathError("memberOf() needs terminology, and there is none here.", None, NOT_AVAILABLE)
    return _known(run.context.member_of(_json(item), canonical), "memberOf()")


def _subsumption(run: Run, first: Items, second: Items, name: str) -> Items:
    one, other = only(first, name), only(second, name)
    if one is None or other is None:
        return []
    if run.context.subsumes is None:
        raise FhirPathError(f"{name} needs terminology, and there is none here.", None, NOT_AVAILABLE)
    return _known(run.context.subsumes(_json(one), _json(other)), name)


@function("subsumes", 1)
def subsumes(run: Run, items: Items, other: Items) -> Items:
    return _subsumption(run, items, other, "subsumes()")


@function("subsumedBy", 1)
def subsumed_by(run: Run, items: Items, other: Items) -> Items:
    return _subsumption(run, other, items, "subsumedBy()")


def _json(item: Any) -> Any:
    return item.value if type(item) is Node else item


def _known(answer: bool | None, name: str) -> Items:
    if answer is None:
        raise FhirPathError(f"{name} cannot be decided here.", None, NOT_AVAILABLE)
    return [answer]


@lazy_function("trace", 1, 2)
def trace(scope: Scope, items: Items, name: Expression, projection: Expression | None = None) -> Items:
    label = text(name(scope), "trace()")
    if label is None:
        raise FhirPathError("trace() needs a name.", None, ARGUMENTS)
    if scope.run.context.trace is not None:
        shown = items
        if projection is not None:
            shown = [found for _, inner in for_each(scope, items) for found in projection(inner)]
        scope.run.context.trace(label, list(shown))
    return items


@function("now")
def now(run: Run, items: Items) -> Items:
    return [_moment(run, DATETIME)]


@function("today")
def today(run: Run, items: Items) -> Items:
    return [_moment(run, DATE)]


@function("timeOfDay")
def time_of_day(run: Run, items: Items) -> Items:
    return [_moment(run, TIME)]


def _moment(run: Run, kind: str) -> Temporal:
    at = run.context.now
    if at is None:
        raise FhirPathError("There is no clock here: the evaluation was given no `now`.", None, NOT_AVAILABLE)
    if kind == DATE:
        return Temporal(DATE, (at.year, at.month, at.day))
    clock = (at.hour, at.minute, Decimal(at.second * 1000 + at.microsecond // 1000).scaleb(-3))
    if kind == TIME:
        return Temporal(TIME, clock)
    away = at.utcoffset()
    offset = None if away is None else int(away.total_seconds() // 60)
    return Temporal(DATETIME, (at.year, at.month, at.day, *clock), offset)
