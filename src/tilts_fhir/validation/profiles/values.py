"""Fixed values, patterns and bounds.

Source: https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.fixed_x_ and the ones after it.
"""

from decimal import Decimal, InvalidOperation
from typing import Any, Final

from tilts_fhir.validation.questionnaires.quantities import compare_quantities
from tilts_fhir.validation.walk import Json

NUMBERS: Final = (int, float, Decimal)


def is_equal(expected: Any, found: Any) -> bool:
    """Whether two JSON values are the same; numbers by value, arrays in order."""
    if isinstance(expected, dict):
        return (
            isinstance(found, dict)
            and expected.keys() == found.keys()
            and all(is_equal(value, found[key]) for key, value in expected.items())
        )
    if isinstance(expected, list):
        return isinstance(found, list) and len(expected) == len(found) and all(map(is_equal, expected, found))
    return _is_same(expected, found)


def contains(pattern: Any, found: Any) -> bool:
    """Whether a value holds everything that a pattern asks for; arrays in any order and with more entries."""
    if isinstance(pattern, dict):
        return isinstance(found, dict) and all(
            contains(value, found.get(key)) for key, value in pattern.items()
        )
    if isinstance(pattern, list):
        return isinstance(found, list) and all(any(contains(one, each) for each in found) for one in pattern)
    return _is_same(pattern, found)


def effort(pattern: Any, found: Any) -> int:
    """About how many comparisons `contains` needs: every part of the pattern against the longest array."""
    return size(pattern) * max(1, _longest(found))


def size(value: Any) -> int:
    """How many values a JSON value has, itself included."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(size(each) for each in inner)


def _longest(value: Any) -> int:
    if isinstance(value, dict):
        return max((_longest(each) for each in value.values()), default=0)
    if isinstance(value, list):
        return max(len(value), *(_longest(each) for each in value)) if value else 0
    return 0


def first_difference(expected: Any, found: Any, is_pattern: bool) -> str | None:
    """The key at which an object differs first from what it should be; None if not inside of an object."""
    if not isinstance(expected, dict) or not isinstance(found, dict):
        return None
    same = contains if is_pattern else is_equal
    for key, value in expected.items():
        if not same(value, found.get(key)):
            return str(key)
    return next((str(key) for key in found if key not in expected), None)


def _is_same(expected: Any, found: Any) -> bool:
    if isinstance(expected, bool) or isinstance(found, bool):
        return expected is found
    left, right = number(expected), number(found)
    if left is not None or right is not None:
        return left == right
    return bool(expected == found)


def number(value: Any) -> Decimal | None:
    """A JSON number as Decimal; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, NUMBERS):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def is_below(found: Any, bound: Any) -> bool | None:
    """
    Whether a value is smaller than a bound of its type; None if the two cannot be compared.

    Numbers by value, dates and times as far as both say, quantities where the units are the same or measure the
    same by a known factor.
    """
    if isinstance(found, str) and isinstance(bound, str):
        size = min(len(found), len(bound))
        return found[:size] < bound[:size]
    if isinstance(found, dict) and isinstance(bound, dict):
        return _is_quantity_below(found, bound)
    left, right = number(found), number(bound)
    return None if left is None or right is None else left < right


def _is_quantity_below(found: Json, bound: Json) -> bool | None:
    if found.get("system") != bound.get("system") or found.get("code") != bound.get("code"):
        compared = compare_quantities(found, bound)
        return None if compared is None else compared < 0
    left, right = number(found.get("value")), number(bound.get("value"))
    return None if left is None or right is None else left < right
