"""The truths that the short forms are made of: closures from a JSON object to true, false or None (empty)."""

from collections.abc import Callable
from typing import Any, Final

from tilts_fhir.fhirpath.context import Context
from tilts_fhir.fhirpath.errors import NOT_SINGLE, FhirPathError
from tilts_fhir.fhirpath.language.syntax import Literal, Operation, Tree
from tilts_fhir.fhirpath.shortcuts.paths import TEXTS, Path, Truth, gatherer, single_text
from tilts_fhir.fhirpath.temporal import compare, read_datetime

Number = Callable[[Any, Context], int]
Text = Callable[[Any, Context], Any]

ON_COUNTS: Final[dict[str, Callable[[int, int], bool]]] = {
    "=": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}
ON_TEXT: Final[dict[str, Callable[[str, str], bool]]] = {
    "startsWith": lambda whole, part: whole.startswith(part),
    "endsWith": lambda whole, part: whole.endswith(part),
    "contains": lambda whole, part: part in whole,
}


def _junction(left: Truth, right: Truth, decisive: bool) -> Truth:
    def truth(value: Any, context: Context) -> bool | None:
        one = left(value, context)
        if one is decisive:
            return decisive
        other = right(value, context)
        return decisive if other is decisive else None if one is None or other is None else not decisive

    return truth


def conjunction(left: Truth, right: Truth) -> Truth:
    return _junction(left, right, False)


def disjunction(left: Truth, right: Truth) -> Truth:
    return _junction(left, right, True)


def difference(left: Truth, right: Truth) -> Truth:
    return same_truth(left, right, False)


def implication(left: Truth, right: Truth) -> Truth:
    def truth(value: Any, context: Context) -> bool | None:
        one = left(value, context)
        if one is False:
            return True
        other = right(value, context)
        return True if other is True else None if one is None or other is None else False

    return truth


LOGIC: Final = {"and": conjunction, "or": disjunction, "xor": difference, "implies": implication}


def same_truth(left: Truth, right: Truth, wanted: bool) -> Truth:
    def truth(value: Any, context: Context) -> bool | None:
        one, other = left(value, context), right(value, context)
        return None if one is None or other is None else (one is other) is wanted

    return truth


def negated(inner: Truth) -> Truth:
    def truth(value: Any, context: Context) -> bool | None:
        found = inner(value, context)
        return None if found is None else not found

    return truth


def count_comparison(one: Number, other: Number, holds: Callable[[int, int], bool]) -> Truth:
    return lambda value, context: holds(one(value, context), other(value, context))


def moment_comparison(tree: Operation, left: Text, right: Text) -> Truth:
    holds = ON_COUNTS[tree.operator]

    def truth(value: Any, context: Context) -> bool | None:
        one, other = left(value, context), right(value, context)
        if type(one) is str and type(other) is str:
            first, second = read_datetime(one), read_datetime(other)
            found = None if first is None or second is None else compare(first, second)
            return None if found is None else holds(found, 0)
        if one is None or other is None or one == [None] or other == [None]:
            return None
        raise FhirPathError(f"{tree.operator} needs one moment on each side.", tree.position, NOT_SINGLE)

    return truth


def sum(one: Number, other: Number) -> Number:
    return lambda value, context: one(value, context) + other(value, context)


def has_value(path: Path) -> Truth:
    gather, first = gatherer(path), path.steps[0]
    key = first[0].key if len(path.steps) == len(first) == 1 and not path.of_resource else None

    def truth(value: Any, context: Context) -> bool:
        if key is not None and type(value.get(key)) is str:
            return True
        found = gather(value, context)
        return len(found) == 1 and found[0] is not None and type(found[0]) not in (dict, list)

    return truth


def text_equality(path: Path, literal: str, wanted: bool) -> Truth:
    text = single_text(path)

    def truth(value: Any, context: Context) -> bool | None:
        found = text(value, context)
        if type(found) is str:
            return (found == literal) is wanted
        return None if found is None or found == [None] else not wanted

    return truth


def boolean(path: Path) -> Truth:
    gather = gatherer(path)

    def truth(value: Any, context: Context) -> bool | None:
        found = gather(value, context)
        if len(found) > 1:
            raise FhirPathError("A single truth is needed.", None, NOT_SINGLE)
        return None if not found else found[0] is not False

    return truth


def boolean_equality(path: Path, literal: bool, wanted: bool) -> Truth:
    gather = gatherer(path)

    def truth(value: Any, context: Context) -> bool | None:
        found = gather(value, context)
        if not found or found == [None]:
            return None
        return (len(found) == 1 and found[0] is literal) is wanted

    return truth


def text_test(path: Path, name: str, argument: Tree) -> Truth | None:
    if not isinstance(argument, Literal) or type(argument.value) is not str or not path.types <= TEXTS:
        return None
    text, part, test = single_text(path), argument.value, ON_TEXT[name]

    def truth(value: Any, context: Context) -> bool | None:
        found = text(value, context)
        if type(found) is list and found != [None]:
            raise FhirPathError(f"{name}() needs one text at most.", argument.position, NOT_SINGLE)
        return test(found, part) if type(found) is str else None

    return truth


def over_each(path: Path, inner: Truth, every: bool) -> Truth:
    """`all` of them, or any of them."""
    gather = gatherer(path)

    def truth(value: Any, context: Context) -> bool:
        # An element that is no object has no parts: the criterion sees it as an empty one.
        found = (
            inner(each if type(each) is dict else {}, context) is True for each in gather(value, context)
        )
        return all(found) if every else any(found)

    return truth
