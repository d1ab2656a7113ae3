"""From one System type to another. https://hl7.org/fhirpath/N1/#conversion."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from tilts_fhir.fhirpath import temporal
from tilts_fhir.fhirpath.context import Items, Run
from tilts_fhir.fhirpath.functions.registry import function
from tilts_fhir.fhirpath.nodes import Node
from tilts_fhir.fhirpath.quantities import CALENDAR_WORDS, Quantity
from tilts_fhir.fhirpath.temporal import Temporal, read_date, read_datetime, read_time
from tilts_fhir.fhirpath.values import as_text, is_number, only, system

Convert = Callable[[Any], Any]

_TRUE: Final = frozenset({"true", "t", "yes", "y", "1", "1.0"})
_FALSE: Final = frozenset({"false", "f", "no", "n", "0", "0.0"})
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL: Final = re.compile(r"[+-]?[0-9]{1,300}(?:\.[0-9]{1,300})?")
_QUANTITY: Final = re.compile(r"([+-]?[0-9]{1,300}(?:\.[0-9]{1,300})?)\s*(?:'([^']+)'|([A-Za-z]+))?")


def _boolean(value: Any) -> bool | None:
    if type(value) is bool:
        return value
    if is_number(value):
        return bool(value) if value in (0, 1) else None
    if type(value) is str:
        word = value.lower()
        return True if word in _TRUE else False if word in _FALSE else None
    return None


def _integer(value: Any) -> int | None:
    if type(value) in (bool, int):
        return int(value)
    return int(value) if type(value) is str and _INTEGER.fullmatch(value) else None


def _decimal(value: Any) -> Decimal | None:
    if type(value) in (bool, int):
        return Decimal(int(value))
    if isinstance(value, Decimal):
        return value
    return Decimal(value) if type(value) is str and _DECIMAL.fullmatch(value) else None


def _quantity(value: Any) -> Quantity | None:
    if isinstance(value, Quantity):
        return value
    if type(value) is bool:
        return Quantity(Decimal(int(value)))
    if is_number(value):
        return Quantity(Decimal(value))
    match = _QUANTITY.fullmatch(value) if type(value) is str else None
    if match is None:
        return None
    number, unit, word = match.groups()
    if word is not None:
        return Quantity(Decimal(number), CALENDAR_WORDS[word], True) if word in CALENDAR_WORDS else None
    return Quantity(Decimal(number), unit or "1")


def _date(value: Any) -> Temporal | None:
    if isinstance(value, Temporal):
        if value.kind == temporal.TIME:
            return None
        fields = value.fields[:3]
        return Temporal(temporal.DATE, fields)
    if type(value) is not str:
        return None
    moment = read_date(value) or read_datetime(value)
    return None if moment is None else Temporal(temporal.DATE, moment.fields[:3])


def _datetime(value: Any) -> Temporal | None:
    if isinstance(value, Temporal):
        return (
            None if value.kind == temporal.TIME else Temporal(temporal.DATETIME, value.fields, value.offset)
        )
    return read_datetime(value) if type(value) is str else None


def _time(value: Any) -> Temporal | None:
    if isinstance(value, Temporal):
        return value if value.kind == temporal.TIME else None
    return read_time(value) if type(value) is str else None


def _conversion(name: str, convert: Convert) -> None:
    @function(f"to{name}", 0, 1)
    def to(run: Run, items: Items, unit: Items | None = None) -> Items:
        value = _converted(convert, items, f"to{name}()")
        return [] if value is None else [value]

    @function(f"convertsTo{name}", 0, 1)
    def converts_to(run: Run, items: Items, unit: Items | None = None) -> Items:
        return [_converted(convert, items, f"convertsTo{name}()") is not None] if items else []


def _converted(convert: Convert, items: Items, name: str) -> Any:
    value = system(only(items, name))
    return None if value is None else convert(value)


_conversion("Boolean", _boolean)
_conversion("Integer", _integer)
_conversion("Long", _integer)
_conversion("Decimal", _decimal)
_conversion("Quantity", _quantity)
_conversion("Date", _date)
_conversion("DateTime", _datetime)
_conversion("Time", _time)


@function("toString")
def to_string(run: Run, items: Items) -> Items:
    item = only(items, "toString()")
    written = _written(item, run)
    return [] if written is None else [written]


@function("convertsToString")
def converts_to_string(run: Run, items: Items) -> Items:
    item = only(items, "convertsToString()")
    return [] if item is None else [_written(item, run) is not None]


def _written(item: Any, run: Run) -> str | None:
    if type(item) is Node and type(item.value) is str:
        return item.value  # as it came, well-formed or not
    value = system(item)
    return None if value is None else as_text(value, run)
