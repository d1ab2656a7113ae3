"""Equality, equivalence and order. https://hl7.org/fhirpath/N1/#equality."""

from decimal import Decimal
from typing import Any

from tilts_fhir.fhirpath import temporal
from tilts_fhir.fhirpath.context import Items, Run
from tilts_fhir.fhirpath.errors import TOO_DEEP, WRONG_TYPE, FhirPathError
from tilts_fhir.fhirpath.nodes import Node
from tilts_fhir.fhirpath.quantities import Quantity, equivalent, in_same_unit, same_number
from tilts_fhir.fhirpath.temporal import Temporal
from tilts_fhir.fhirpath.values import NamedType, is_number, system

MAX_DEPTH = 100


def equal(left: Items, right: Items, run: Run) -> bool | None:
    """`=` of two collections: same items in the same order; None if one is empty or it cannot be known."""
    if not left or not right:
        return None
    if len(left) != len(right):
        return False
    known: bool | None = True
    for one, other in zip(left, right, strict=True):
        same = equal_items(one, other, run)
        if same is False:
            return False
        known = None if same is None else known
    return known


def equal_items(left: Any, right: Any, run: Run) -> bool | None:
    """`=` of two items; None if it cannot be known."""
    run.spend(1)
    one, other = system(left), system(right)
    if one is None or other is None:
        return _equal_elements(left, right, run)
    if type(one) is str and type(other) is str:
        run.spend(len(one) // 1024)
        return one == other
    if type(one) is type(other) and type(one) in (int, bool):
        return bool(one == other)
    if is_number(one) and is_number(other):
        return bool(one == other)
    if isinstance(one, Temporal) and isinstance(other, Temporal):
        if not _both_or_no_times(one, other):
            return False
        found = temporal.compare(one, other)
        return None if found is None else found == 0
    one, other = _as_quantities(one, other)
    if isinstance(one, Quantity) and isinstance(other, Quantity):
        return _equal_quantities(one, other)
    if isinstance(one, NamedType) and isinstance(other, NamedType):
        return str(one) == str(other)
    return False


def _equal_quantities(one: Quantity, other: Quantity) -> bool | None:
    numbers = in_same_unit(one, other)
    if numbers is None:
        # A calendar year is neither equal to 1 'a' nor different; 1 'kg' is never 1 'cm'.
        return None if one.calendar != other.calendar else False
    return numbers[0] == numbers[1]


def _equal_elements(left: Any, right: Any, run: Run) -> bool | None:
    one = left.value if type(left) is Node else left
    other = right.value if type(right) is Node else right
    if one is None or other is None:
        return None
    if type(one) not in (dict, list) and type(other) not in (dict, list):
        return bool(type(one) is type(other) and one == other)
    return same_json(one, other, run)


def same_json(left: Any, right: Any, run: Run) -> bool:
    """Whether two JSON values are the same, numbers by value."""
    pairs = [(left, right)]
    while pairs:
        one, other = pairs.pop()
        run.spend(1)
        if type(one) is dict and type(other) is dict:
            if one.keys() != other.keys():
                return False
            pairs.extend((value, other[key]) for key, value in one.items())
        elif type(one) is list and type(other) is list:
            if len(one) != len(other):
                return False
            pairs.extend(zip(one, other, strict=True))
        elif type(one) is bool or type(other) is bool:
            if one is not other:
                return False
        elif one != other:
            return False
    return True


def equivalent_collections(left: Items, right: Items, run: Run) -> bool:
    """`~` of two collections: the same items, in any order."""
    if len(left) != len(right):
        return False
    rest = list(right)
    for one in left:
        place = next((at for at, other in enumerate(rest) if equivalent_items(one, other, run)), None)
        if place is None:
            return False
        del rest[place]
    return True


def equivalent_items(left: Any, right: Any, run: Run) -> bool:
    """`~` of two items: text without case and blanks, numbers to the fewer digits, moments to the same depth."""
    run.spend(1)
    one, other = system(left), system(right)
    if one is None or other is None:
        both = [each.value if type(each) is Node else each for each in (left, right)]
        return bool(_loose(both[0], run, 0) == _loose(both[1], run, 0))
    if type(one) is str and type(other) is str:
        return _folded(one, run) == _folded(other, run)
    if is_number(one) and is_number(other):
        return same_number(Decimal(one), Decimal(other))
    one, other = _as_quantities(one, other)
    if isinstance(one, Quantity) and isinstance(other, Quantity):
        return equivalent(one, other)
    return equal_items(one, other, run) is True


def _folded(text: str, run: Run) -> str:
    run.spend(len(text) // 64)
    return " ".join(text.casefold().split())


def _loose(value: Any, run: Run, depth: int) -> Any:
    """A JSON value so that equivalent ones are equal: text folded, entries sorted."""
    run.spend(1)
    if depth > MAX_DEPTH:
        raise FhirPathError("The data are nested too deeply.", None, TOO_DEEP)
    if type(value) is dict:
        return {key: _loose(each, run, depth + 1) for key, each in value.items()}
    if type(value) is list:
        return sorted((_loose(each, run, depth + 1) for each in value), key=repr)
    return _folded(value, run) if type(value) is str else value


def order(left: Any, right: Any) -> int | None:
    """
    -1, 0 or 1 of two items; None if it cannot be known.

    Raises:
        FhirPathError: `wrong-type`, if items of these types have no order.
    """
    one, other = system(left), system(right)
    if one is None or other is None:
        _refuse_elements(left, right)
        return None
    if (type(one) is str and type(other) is str) or (is_number(one) and is_number(other)):
        return int(one > other) - int(one < other)
    if isinstance(one, Temporal) and isinstance(other, Temporal) and _both_or_no_times(one, other):
        return temporal.compare(one, other)
    one, other = _as_quantities(one, other)
    if isinstance(one, Quantity) and isinstance(other, Quantity):
        numbers = in_same_unit(one, other)
        return None if numbers is None else (numbers[0] > numbers[1]) - (numbers[0] < numbers[1])
    raise FhirPathError("Values of these types have no order.", None, WRONG_TYPE)


def _both_or_no_times(one: Temporal, other: Temporal) -> bool:
    return (one.kind == temporal.TIME) == (other.kind == temporal.TIME)


def _refuse_elements(left: Any, right: Any) -> None:
    for each in (left, right):
        if type(each) is Node and type(each.value) in (dict, list) and "value" not in each.value:
            raise FhirPathError("Elements with parts have no order.", None, WRONG_TYPE)


def _as_quantities(one: Any, other: Any) -> tuple[Any, Any]:
    """A number beside a quantity is a quantity without unit."""
    if isinstance(one, Quantity) and is_number(other):
        return one, Quantity(Decimal(other))
    if isinstance(other, Quantity) and is_number(one):
        return Quantity(Decimal(one)), other
    return one, other


class Distinct:
    """The items seen so far; simple values are found by hash, the others are compared one by one."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._hashed: set[tuple[str, Any]] = set()
        self._others: Items = []

    def add(self, item: Any) -> bool:
        """Whether the item is new; then it is one of them from now on."""
        if item in self:
            return False
        key = _hash_key(item)
        if key is None:
            self._others.append(item)
        else:
            self._hashed.add(key)
        return True

    def __contains__(self, item: Any) -> bool:
        self._run.spend(1)
        key = _hash_key(item)
        if key is not None:
            return key in self._hashed
        return any(equal_items(each, item, self._run) for each in self._others)


def _hash_key(item: Any) -> tuple[str, Any] | None:
    value = system(item)
    if type(value) is str:
        return "text", value
    if type(value) is bool:
        return "truth", value
    return ("number", value) if is_number(value) else None
