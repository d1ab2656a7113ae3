"""Filters, parts and combinations of collections. https://hl7.org/fhirpath/N1/#filtering-and-projection."""

from functools import cmp_to_key
from typing import Any

from tilts_fhir.fhirpath.comparing import Distinct, order
from tilts_fhir.fhirpath.context import Items, Run, Scope
from tilts_fhir.fhirpath.functions.registry import Expression, for_each, function, lazy_function
from tilts_fhir.fhirpath.nodes import Node
from tilts_fhir.fhirpath.values import integer, only, truth


@lazy_function("where", 1)
def where(scope: Scope, items: Items, criteria: Expression) -> Items:
    return [item for item, inner in for_each(scope, items) if truth(criteria(inner), "where()") is True]


@lazy_function("select", 1)
def select(scope: Scope, items: Items, projection: Expression) -> Items:
    return [found for _, inner in for_each(scope, items) for found in projection(inner)]


@lazy_function("repeat", 1)
def repeat(scope: Scope, items: Items, projection: Expression) -> Items:
    found: Items = []
    seen = _Seen(scope.run)
    level = items
    while level:
        level = [each for each in select(scope, level, projection) if seen.adds(each)]
        found += level
    return found


class _Seen:
    """An element is itself, however often another is equal to it; a value is known by what it is."""

    def __init__(self, run: Run) -> None:
        self.values = Distinct(run)
        self.elements: set[int] = set()

    def adds(self, item: Any) -> bool:
        if type(item) is not Node or type(item.value) is not dict:
            return self.values.add(item)
        new = id(item.value) not in self.elements
        self.elements.add(id(item.value))
        return new


@lazy_function("aggregate", 1, 2)
def aggregate(scope: Scope, items: Items, step: Expression, start: Expression | None = None) -> Items:
    total: Items = [] if start is None else start(scope)
    inner = Scope(scope.run, [], 0, total)
    for index, item in enumerate(items):
        scope.run.spend(1)
        inner.focus, inner.index = [item], index
        inner.total = step(inner)
    return inner.total or []


@lazy_function("iif", 2, 3)
def iif(
    scope: Scope, items: Items, criterion: Expression, yes: Expression, no: Expression | None = None
) -> Items:
    only(items, "iif()")
    inner = Scope(scope.run, items, scope.index, scope.total)
    if truth(criterion(inner), "iif()") is True:
        return yes(inner)
    return [] if no is None else no(inner)


@lazy_function("sort", 0, 20)
def sort(scope: Scope, items: Items, *keys: Expression) -> Items:
    """Ascending; a key with a minus before it descending (the compiler marks it with `descending`)."""
    rows = [([key(inner) for key in keys] or [[item]], item) for item, inner in for_each(scope, items)]
    scope.run.spend(len(rows) * len(rows).bit_length() * max(len(keys), 1))
    falling = [getattr(key, "descending", False) for key in keys] or [False]

    def compare(one: tuple[list[Items], Any], other: tuple[list[Items], Any]) -> int:
        for mine, theirs, falls in zip(one[0], other[0], falling, strict=True):
            if not mine or not theirs:
                found = (not theirs) - (not mine)  # what has no key comes first, in either direction
            else:
                found = (order(only(mine, "sort()"), only(theirs, "sort()")) or 0) * (-1 if falls else 1)
            if found:
                return found
        return 0

    return [item for _, item in sorted(rows, key=cmp_to_key(compare))]


@function("single")
def single(run: Run, items: Items) -> Items:
    only(items, "single()")
    return items


@function("first")
def first(run: Run, items: Items) -> Items:
    return items[:1]


@function("last")
def last(run: Run, items: Items) -> Items:
    return items[-1:]


@function("tail")
def tail(run: Run, items: Items) -> Items:
    return items[1:]


@function("skip", 1)
def skip(run: Run, items: Items, number: Items) -> Items:
    return items[max(integer(number, "skip()") or 0, 0) :]


@function("take", 1)
def take(run: Run, items: Items, number: Items) -> Items:
    return items[: max(integer(number, "take()") or 0, 0)]


@function("intersect", 1)
def intersect(run: Run, items: Items, other: Items) -> Items:
    theirs, mine = Distinct(run), Distinct(run)
    for item in other:
        theirs.add(item)
    return [item for item in items if item in theirs and mine.add(item)]


@function("exclude", 1)
def exclude(run: Run, items: Items, other: Items) -> Items:
    theirs = Distinct(run)
    for item in other:
        theirs.add(item)
    return [item for item in items if item not in theirs]


@function("union", 1)
def union(run: Run, items: Items, other: Items) -> Items:
    known = Distinct(run)
    return [item for item in (*items, *other) if known.add(item)]


@function("combine", 1, 2)
def combine(run: Run, items: Items, other: Items, preserve: Items | None = None) -> Items:
    run.spend(len(items) + len(other))
    return [*items, *other]
