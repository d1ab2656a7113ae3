"""How exactly a value is known: precision, and the least and greatest value it can stand for.

https://hl7.org/fhirpath/#lowboundaryprecision-integer-decimal--date--datetime--time.
"""

from calendar import monthrange
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from decimal import Context as Digits
from typing import Any, Final

from tilts_fhir.fhirpath import quantities, temporal, units
from tilts_fhir.fhirpath.context import Items, Run
from tilts_fhir.fhirpath.functions.registry import function
from tilts_fhir.fhirpath.quantities import Quantity
from tilts_fhir.fhirpath.temporal import Temporal
from tilts_fhir.fhirpath.values import integer, is_number, only, single, system

_WIDE: Final = Digits(prec=700, traps=[])
_MAX_PLACES: Final = 31
_DEFAULT_PLACES: Final = 8
# Digits of a date or time that is known down to each field: 2014 has 4, with milliseconds 17.
_DATE_DIGITS: Final = (4, 6, 8, 10, 12, 14, 17)
_TIME_DIGITS: Final = (2, 4, 6, 9)
_EASTMOST, _WESTMOST = 14 * 60, -12 * 60


@function("lowBoundary", 0, 1)
def low_boundary(run: Run, items: Items, precision: Items | None = None) -> Items:
    return _boundary(items, precision, False)


@function("highBoundary", 0, 1)
def high_boundary(run: Run, items: Items, precision: Items | None = None) -> Items:
    return _boundary(items, precision, True)


def _boundary(items: Items, precision: Items | None, high: bool) -> Items:
    value = single(items, "highBoundary()" if high else "lowBoundary()")
    digits = integer(precision, "precision") if precision else None
    if isinstance(value, Temporal):
        return _of_moment(value, digits, high)
    if isinstance(value, Quantity):
        return [Quantity(each, value.unit, value.calendar) for each in _of_number(value.value, digits, high)]
    return _of_number(Decimal(value), digits, high) if is_number(value) else []


def _of_number(number: Decimal, digits: int | None, high: bool) -> Items:
    """Half a step of the last digit up or down; the bound nearer to zero is cut, the farther one rounded."""
    places = _DEFAULT_PLACES if digits is None else digits
    exponent = int(number.as_tuple().exponent)
    if not 0 <= places <= _MAX_PLACES or exponent < -_MAX_PLACES or number.adjusted() > 300:
        return []
    half = Decimal(5).scaleb(min(exponent, 0) - 1)
    bound = _WIDE.add(number, half) if high else _WIDE.subtract(number, half)
    outwards = high == (number > 0) if number else True
    rounding = ROUND_HALF_UP if outwards else ROUND_DOWN
    return [bound.quantize(Decimal(1).scaleb(-places), rounding, _WIDE)]


def _of_moment(moment: Temporal, digits: int | None, high: bool) -> Items:
    scale = _TIME_DIGITS if moment.kind == temporal.TIME else _DATE_DIGITS
    wanted = digits if digits is not None else 8 if moment.kind == temporal.DATE else scale[-1]
    if wanted not in scale:
        return []
    depth = scale.index(wanted) + 1
    fields = list(moment.fields)
    if moment.kind == temporal.DATETIME and len(fields) == 4:
        fields.append(0)  # FHIR knows no hour without minutes
    filled = _filled(moment.kind, fields, high)
    if depth <= 3 and moment.kind != temporal.TIME:
        return [Temporal(temporal.DATE, tuple(filled[:depth]))]
    clock = 3 if moment.kind == temporal.TIME else 6
    kept = (*filled[: clock - 1], filled[clock - 1]) if depth >= clock else tuple(filled[:depth])
    if depth == clock:
        kept = (*filled[: clock - 1], Decimal(int(filled[clock - 1])))
    if moment.kind == temporal.TIME:
        return [Temporal(temporal.TIME, kept)]
    offset = moment.offset if moment.offset is not None else _WESTMOST if high else _EASTMOST
    return [Temporal(temporal.DATETIME, kept, offset)]


def _filled(kind: str, fields: list[int | Decimal], high: bool) -> list[int | Decimal]:
    """All fields down to the milliseconds, those not known at their least or greatest."""
    if kind != temporal.TIME:
        if len(fields) < 2:
            fields.append(12 if high else 1)
        if len(fields) < 3:
            fields.append(monthrange(int(fields[0]), int(fields[1]))[1] if high else 1)
    clock: list[int | Decimal] = [23, 59, Decimal("59.999")] if high else [0, 0, Decimal("0.000")]
    known = len(fields) - (0 if kind == temporal.TIME else 3)
    fields += clock[known:]
    fields[-1] = _to_milliseconds(Decimal(fields[-1]), high)
    return fields


def _to_milliseconds(second: Decimal, high: bool) -> Decimal:
    places = -int(second.as_tuple().exponent)
    if high and places < 3:
        second += Decimal(1).scaleb(-places) - Decimal("0.001")
    return second.quantize(Decimal("0.001"), ROUND_DOWN)


@function("precision")
def precision(run: Run, items: Items) -> Items:
    value = system(only(items, "precision()"))
    if isinstance(value, Quantity):
        value = value.value
    if isinstance(value, Temporal):
        return [_digits_of(value)]
    if type(value) is int:
        return [len(str(abs(value)))]
    return [_digits(value)] if isinstance(value, Decimal) else []


def _digits(number: Decimal) -> int:
    """Digits behind the point: 1.58700 is known to 5."""
    return max(-int(number.as_tuple().exponent), 0)


def _digits_of(moment: Temporal) -> int:
    scale = _TIME_DIGITS if moment.kind == temporal.TIME else _DATE_DIGITS
    second: Any = moment.fields[-1]
    return scale[len(moment.fields) - 1 + (isinstance(second, Decimal) and second.as_tuple().exponent != 0)]


@function("comparable", 1)
def comparable(run: Run, items: Items, other: Items) -> Items:
    one, two = (system(only(each, "comparable()")) for each in (items, other))
    if not isinstance(one, Quantity) or not isinstance(two, Quantity):
        return []
    if one.unit == two.unit and one.calendar == two.calendar:
        return [one.calendar or units.canonical(one.unit) is not None]
    return [quantities.in_same_unit(one, two) is not None]
