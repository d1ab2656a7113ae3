"""The System value of an item: what a FHIR primitive or Quantity is converted to before it is compared or counted.

https://hl7.org/fhir/R4/fhirpath.html#types.
"""

from decimal import Context as Digits
from decimal import Decimal
from typing import Any, Final

from tilts_fhir.fhirpath.context import Items, Run
from tilts_fhir.fhirpath.errors import NOT_SINGLE, WRONG_TYPE, FhirPathError
from tilts_fhir.fhirpath.nodes import Node
from tilts_fhir.fhirpath.quantities import Quantity
from tilts_fhir.fhirpath.temporal import Temporal, read_date, read_datetime, read_time

# Results of operations carry 28 digits; nothing is raised, a result out of range is empty.
DIGITS: Final = Digits(prec=28, traps=[])
MAX_EXPONENT: Final = 400  # of a quantity; JSON ends at 308
QUANTITIES: Final = frozenset({"Quantity", "Age", "Count", "Distance", "Duration", "Money"})
_READERS: Final = {"date": read_date, "dateTime": read_datetime, "instant": read_datetime, "time": read_time}


class NamedType:
    """What `type()` gives: a namespace and a name, both readable as elements."""

    __slots__ = ("name", "namespace")

    def __init__(self, namespace: str, name: str) -> None:
        self.namespace = namespace
        self.name = name

    def __str__(self) -> str:
        return f"{self.namespace}.{self.name}"


def system(item: Any) -> Any:
    """The System value of an item; None for a complex element, or a primitive without a (well-formed) value."""
    if type(item) is not Node:
        return item
    value, kind = item.value, item.type
    if type(value) is str:
        reader = _READERS.get(kind)
        return value if reader is None else reader(value)
    if type(value) is bool:
        return value
    if type(value) is int:
        return Decimal(value) if kind == "decimal" else value
    if isinstance(value, Decimal):
        return value
    if type(value) is float:
        return Decimal(repr(value))
    return _quantity(value) if kind in QUANTITIES else None


def _quantity(value: Any) -> Quantity | None:
    """A FHIR Quantity; without a UCUM code its unit compares only with the same words."""
    if type(value) is not dict:
        return None
    number = system(Node(value.get("value"), None, "decimal"))
    if not isinstance(number, Decimal) or not number.is_finite() or abs(number.adjusted()) > MAX_EXPONENT:
        return None
    for key in ("code", "unit", "currency"):
        if type(value.get(key)) is str:
            return Quantity(number, value[key])
    return Quantity(number)


def is_number(value: Any) -> bool:
    """Whether a System value is an Integer or a Decimal."""
    return type(value) is int or isinstance(value, Decimal)


def single(items: Items, what: str) -> Any:
    """
    The System value of the only item; None of none.

    Raises:
        FhirPathError: `not-single`, if there are more; `wrong-type`, if it has no System value.
    """
    item = only(items, what)
    if item is None:
        return None
    value = system(item)
    if value is None and type(item.value) in (dict, list):
        raise FhirPathError(f"{what} needs a value, not an element with parts.", None, WRONG_TYPE)
    return value


def only(items: Items, what: str) -> Any:
    """The only item; None of none.

    Raises:
        FhirPathError: `not-single`, if there are more.
    """
    if len(items) > 1:
        raise FhirPathError(f"{what} needs one item at most and got {len(items)}.", None, NOT_SINGLE)
    return items[0] if items else None


def text(items: Items, what: str) -> str | None:
    """The only item as a String; None of none.

    Raises:
        FhirPathError: `not-single` or `wrong-type`.
    """
    value = single(items, what)
    if value is None or type(value) is str:
        return value
    if items and type(items[0]) is Node and type(items[0].value) is str:
        return items[0].value
    raise FhirPathError(f"{what} needs a String.", None, WRONG_TYPE)


def integer(items: Items, what: str) -> int | None:
    """The only item as an Integer; None of none.

    Raises:
        FhirPathError: `not-single` or `wrong-type`.
    """
    value = single(items, what)
    if value is None or type(value) is int:
        return value
    raise FhirPathError(f"{what} needs an Integer.", None, WRONG_TYPE)


def truth(items: Items, what: str) -> bool | None:
    """
    A collection where a Boolean is wanted: None of none; a single item that is no Boolean counts as true.

    Raises:
        FhirPathError: `not-single`, if there are more. https://hl7.org/fhirpath/N1/#singleton-evaluation-of-collections
    """
    if not items:
        return None
    item = only(items, what)
    if type(item) is bool:
        return item
    value = item.value if type(item) is Node else item
    return value if type(value) is bool else True


def as_text(value: Any, run: Run) -> str | None:
    """How a System value is written as a String; None if it has no such form."""
    if type(value) is str:
        return value
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is int:
        return str(value)
    if isinstance(value, Decimal):
        run.spend(abs(value.adjusted()))
        return format(value, "f")
    return str(value) if isinstance(value, Quantity | Temporal) else None


def finite(number: Decimal) -> Items:
    """A result as a collection: empty if it is out of range."""
    return [number] if number.is_finite() and abs(number.adjusted()) < 400 else []
