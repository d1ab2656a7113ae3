"""Is there any, how many, are all so? https://hl7.org/fhirpath/N1/#existence."""

from typing import Any

from tilts_fhir.fhirpath.comparing import Distinct
from tilts_fhir.fhirpath.context import Items, Run, Scope
from tilts_fhir.fhirpath.errors import WRONG_TYPE, FhirPathError
from tilts_fhir.fhirpath.functions.registry import Expression, for_each, function, lazy_function
from tilts_fhir.fhirpath.nodes import Node
from tilts_fhir.fhirpath.values import truth


@function("empty")
def empty(run: Run, items: Items) -> Items:
    return [not items]


@lazy_function("exists", 0, 1)
def exists(scope: Scope, items: Items, criteria: Expression | None = None) -> Items:
    if criteria is None:
        return [bool(items)]
    return [any(truth(criteria(inner), "exists()") is True for _, inner in for_each(scope, items))]


@lazy_function("all", 1)
def all_(scope: Scope, items: Items, criteria: Expression) -> Items:
    return [all(truth(criteria(inner), "all()") is True for _, inner in for_each(scope, items))]


@function("not")
def not_(run: Run, items: Items) -> Items:
    value = truth(items, "not()")
    return [] if value is None else [not value]


@function("count")
def count(run: Run, items: Items) -> Items:
    return [len(items)]


@function("allTrue")
def all_true(run: Run, items: Items) -> Items:
    return [all(_boolean(item) for item in items)]


@function("anyTrue")
def any_true(run: Run, items: Items) -> Items:
    return [any(_boolean(item) for item in items)]


@function("allFalse")
def all_false(run: Run, items: Items) -> Items:
    return [all(not _boolean(item) for item in items)]


@function("anyFalse")
def any_false(run: Run, items: Items) -> Items:
    return [any(not _boolean(item) for item in items)]


def _boolean(item: Any) -> bool:
    value = item.value if type(item) is Node else item
    if type(value) is not bool:
        raise FhirPathError("allTrue() and its kin need Booleans.", None, WRONG_TYPE)
    return value


@function("subsetOf", 1)
def subset_of(run: Run, items: Items, other: Items) -> Items:
    return [_holds_all(run, other, items)]


@function("supersetOf", 1)
def superset_of(run: Run, items: Items, other: Items) -> Items:
    return [_holds_all(run, items, other)]


def _holds_all(run: Run, larger: Items, smaller: Items) -> bool:
    known = Distinct(run)
    for item in larger:
        known.add(item)
    return all(item in known for item in smaller)


@function("distinct")
def distinct(run: Run, items: Items) -> Items:
    known = Distinct(run)
    return [item for item in items if known.add(item)]


@function("isDistinct")
def is_distinct(run: Run, items: Items) -> Items:
    known = Distinct(run)
    return [all(known.add(item) for item in items)]
