"""Finding a value in a call that was seen, and comparing it: the whole of the scenarios' safe language.

    answer.body.identifier.value     a list on the way means: any of its members
    answer.body.entry[2].resource    the third one
    request.headers.if-match         names of headers in lower case

FHIRPath comes in a later part; this reads members and places, and runs nothing.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from tilts.lab.conformance.language import Condition, Known, Scalar

ROOTS: Final = ("path", "status", "rule", "certificate", "replayed", "lost", "request", "answer")
PART: Final = re.compile(r"(?P<name>[A-Za-z_$][A-Za-z0-9_$-]*)|\[(?P<place>\d{1,4})\]")
SUBJECT: Final = re.compile(r"[a-z]+(?:\.[A-Za-z_$][A-Za-z0-9_$-]*(?:\[\d{1,4}\])?)*")
UNKNOWN: Final = re.compile(r"\{[a-z_]+\}")


def is_subject(written: str) -> bool:
    return SUBJECT.fullmatch(written) is not None and written.partition(".")[0] in ROOTS


def values_at(document: Mapping[str, Any], subject: str) -> list[Any]:
    """Everything that stands at this place; nothing when there is no such place."""
    found: list[Any] = [document]
    for part in PART.finditer(subject):
        found = list(_step(found, part["name"], part["place"]))
    return [one for value in found for one in (value if isinstance(value, list) else [value])]


def _step(values: Iterable[Any], name: str | None, place: str | None) -> Iterable[Any]:
    for value in values:
        if place is not None:
            if isinstance(value, list) and int(place) < len(value):
                yield value[int(place)]
            continue
        for member in value if isinstance(value, list) else [value]:
            if isinstance(member, Mapping) and member.get(name) is not None:
                yield member[name]


def filled(value: Scalar, words: Mapping[str, str]) -> Scalar | None:
    """`{task}` becomes the fact of that name; None while it is not known."""
    if not isinstance(value, str):
        return value
    text = value.format_map(Known(words)) if "{" in value else value
    return None if UNKNOWN.search(text) else text


def holds(condition: Condition, found: list[Any], words: Mapping[str, str]) -> bool:
    """Whether any value that was found satisfies the test; `exists` and `differs` look at all of them."""
    if condition.test == "exists":
        return bool(found) is bool(condition.value)
    written = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    expected = [filled(value, words) for value in written]
    if any(value is None for value in expected):
        return False
    if condition.test == "differs":
        return bool(found) and not any(same(one, expected[0]) for one in found)
    return any(_compared(condition.test, one, expected) for one in found)


def _compared(test: str, one: Any, expected: list[Any]) -> bool:
    match test:
        case "equals" | "one-of":
            return any(same(one, value) for value in expected)
        case "contains":
            return str(expected[0]) in str(one)
        case "starts-with":
            return str(one).startswith(str(expected[0]))
    left, right = number(one), number(expected[0])
    if left is None or right is None:
        return False
    return left > right if test == "above" else left < right


def same(left: Any, right: Any) -> bool:
    """1 is 1.0 and "1"; true is not 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    numbers = number(left), number(right)
    if None not in numbers and not (isinstance(left, str) and isinstance(right, str)):
        return numbers[0] == numbers[1]
    return str(left) == str(right)


def number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    try:
        made = Decimal(value)
    except InvalidOperation:
        return None
    return made if made.is_finite() else None
