"""Arithmetic on numbers, quantities, dates and text. https://hl7.org/fhirpath/N1/#math."""

from calendar import monthrange
from datetime import date
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from typing import Any, Final

from tilts_fhir.fhirpath import quantities, temporal
from tilts_fhir.fhirpath.context import MAX_TEXT, Items, Run
from tilts_fhir.fhirpath.errors import TOO_COSTLY, WRONG_TYPE, FhirPathError
from tilts_fhir.fhirpath.quantities import CALENDAR_WORDS, Quantity
from tilts_fhir.fhirpath.temporal import Temporal
from tilts_fhir.fhirpath.values import DIGITS, finite, is_number

_MAX_INTEGER: Final = 2**63
# The units of time that UCUM fixes; its month and year are means and move no calendar.
_EXACT: Final = {"wk": "week", "d": "day", "h": "hour", "min": "minute", "s": "second", "ms": "millisecond"}
_SECONDS: Final = {"week": 604_800, "day": 86_400, "hour": 3_600, "minute": 60, "second": 1}
_DEPTH: Final = {
    "year": 1,
    "month": 2,
    "week": 3,
    "day": 3,
    "hour": 4,
    "minute": 5,
    "second": 6,
    "millisecond": 6,
}
_A_DAY: Final = 86_400
_ONE: Final = Decimal(1)


def calculate(operator: str, left: Any, right: Any, run: Run) -> Items:
    """
    `left operator right` of two System values; empty where there is no result, such as after a division by zero.

    Raises:
        FhirPathError: `wrong-type`, if the operator is not for values of these types.
    """
    if is_number(left) and is_number(right):
        return _numbers(operator, left, right)
    if operator == "+" and type(left) is str and type(right) is str:
        return [joined([left, right], run)]
    if isinstance(left, Temporal) and isinstance(right, Quantity) and operator in "+-":
        return moved(left, right, operator)
    if isinstance(left, Quantity) or isinstance(right, Quantity):
        one, other = _quantity(left), _quantity(right)
        if one is not None and other is not None:
            return _quantities(operator, one, other)
    raise FhirPathError(f"{operator} is not for values of these types.", None, WRONG_TYPE)


def joined(parts: list[str], run: Run, between: str = "") -> str:
    """Texts put together; counted, since a loop can double a text each round."""
    length = sum(len(part) for part in parts) + len(between) * len(parts)
    if length > MAX_TEXT:
        raise FhirPathError("The expression makes a text that is too long.", None, TOO_COSTLY)
    run.spend(length // 64)
    return between.join(parts)


def whole(number: int) -> Items:
    """An Integer as a collection: empty if it is out of range."""
    return [number] if -_MAX_INTEGER <= number < _MAX_INTEGER else []


def _numbers(operator: str, left: Any, right: Any) -> Items:
    if type(left) is int and type(right) is int and operator in ("+", "-", "*"):
        return whole(left + right if operator == "+" else left - right if operator == "-" else left * right)
    one, other = Decimal(left), Decimal(right)
    if operator in ("/", "div", "mod") and not other:
        return []
    if operator == "div":
        quotient = DIGITS.divide_int(one, other)
        return whole(int(quotient)) if quotient.is_finite() else []
    if operator == "mod":
        rest = DIGITS.remainder(one, other)
        return finite(rest) if isinstance(left, Decimal) or isinstance(right, Decimal) else _as_whole(rest)
    operations = {"+": DIGITS.add, "-": DIGITS.subtract, "*": DIGITS.multiply, "/": DIGITS.divide}
    return finite(operations[operator](one, other))


def _as_whole(number: Decimal) -> Items:
    return whole(int(number)) if number.is_finite() else []


def _quantity(value: Any) -> Quantity | None:
    return Quantity(Decimal(value)) if is_number(value) else value if isinstance(value, Quantity) else None


def _quantities(operator: str, left: Quantity, right: Quantity) -> Items:
    if operator in ("*", "/"):
        number = _numbers(operator, left.value, right.value)
        combine = quantities.multiply if operator == "*" else quantities.divide
        found = combine(left, right, number[0]) if number else None
        return [] if found is None else [found]
    if operator not in ("+", "-"):
        raise FhirPathError(f"{operator} is not for quantities.", None, WRONG_TYPE)
    if left.unit == right.unit and left.calendar == right.calendar:
        number = _numbers(operator, left.value, right.value)
        return [Quantity(each, left.unit, left.calendar) for each in number]
    ones = quantities.in_same_unit(
        Quantity(_ONE, left.unit, left.calendar), Quantity(_ONE, right.unit, right.calendar)
    )
    if ones is None:
        return []
    # The result is in the finer of the two units.
    if ones[0] >= ones[1]:
        left = _converted(left, ones[0] / ones[1], right)
    else:
        right = _converted(right, ones[1] / ones[0], left)
    number = _numbers(operator, left.value, right.value)
    return [Quantity(each, left.unit, left.calendar) for each in number]


def _converted(quantity: Quantity, ratio: Fraction, to: Quantity) -> Quantity:
    exact = Fraction(quantity.value) * ratio
    value = DIGITS.divide(Decimal(exact.numerator), Decimal(exact.denominator))
    return Quantity(value, to.unit, to.calendar)


def moved(moment: Temporal, by: Quantity, operator: str) -> Items:
    """
    A date, moment or time so much later or earlier; empty beyond the years 1 to 9999.

    Raises:
        FhirPathError: `wrong-type`, if the quantity is not of time, or a mean of UCUM (`a`, `mo`).
    """
    unit = by.unit if by.calendar else _EXACT.get(by.unit) or CALENDAR_WORDS.get(by.unit)
    if unit is None:
        raise FhirPathError(f"A date cannot be moved by {by.unit[:20]!r}.", None, WRONG_TYPE)
    value = by.value if operator == "+" else -by.value
    if abs(value.adjusted()) > 15 and value:
        return []
    if unit not in ("second", "millisecond"):
        value = value.to_integral_value(ROUND_DOWN)
    if moment.kind == temporal.TIME:
        return _moved_time(moment, value, unit)
    return _moved_date(moment, value, unit)


def _moved_date(moment: Temporal, value: Decimal, unit: str) -> Items:
    depth = len(moment.fields)
    if depth < 3 and _DEPTH[unit] > depth:
        # A unit finer than what is known counts in whole units of what is known: 30 days a month, 12 months a year.
        if unit not in ("year", "month"):
            value, unit = (_in_seconds(value, unit) / (30 * _A_DAY)).to_integral_value(ROUND_DOWN), "month"
        if depth == 1:
            value, unit = (value / 12).to_integral_value(ROUND_DOWN), "year"
    if unit in ("year", "month"):
        return _moved_months(moment, int(value) * (12 if unit == "year" else 1))
    return _moved_seconds(moment, _in_seconds(value, unit))


def _in_seconds(value: Decimal, unit: str) -> Decimal:
    return value / 1000 if unit == "millisecond" else value * _SECONDS[unit]


def _moved_months(moment: Temporal, months: int) -> Items:
    fields = moment.fields
    year, month = int(fields[0]), int(fields[1]) if len(fields) > 1 else 1
    year, month = divmod(year * 12 + month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return []
    changed: list[int | Decimal] = [year, month + 1, *fields[2:]]
    if len(fields) > 2:
        changed[2] = min(int(fields[2]), monthrange(year, month + 1)[1])
    return [Temporal(moment.kind, tuple(changed[: len(fields)]), moment.offset)]


def _moved_seconds(moment: Temporal, seconds: Decimal) -> Items:
    fields = moment.fields
    if len(fields) < 6:
        step = {3: _A_DAY, 4: 3600, 5: 60}[len(fields)]
        seconds = (seconds / step).to_integral_value(ROUND_DOWN) * step
    days, clock = _since_midnight(fields[3:], seconds)
    ordinal = date(int(fields[0]), int(fields[1]), int(fields[2])).toordinal() + days
    if not 1 <= ordinal <= date.max.toordinal():
        return []
    day = date.fromordinal(ordinal)
    return [Temporal(moment.kind, (day.year, day.month, day.day, *clock), moment.offset)]


def _moved_time(moment: Temporal, value: Decimal, unit: str) -> Items:
    if unit in ("year", "month", "week", "day"):
        raise FhirPathError("A time of day cannot be moved by days.", None, WRONG_TYPE)
    _, clock = _since_midnight(moment.fields, _in_seconds(value, unit))
    return [Temporal(moment.kind, clock)]


def _since_midnight(
    clock: tuple[int | Decimal, ...], seconds: Decimal
) -> tuple[int, tuple[int | Decimal, ...]]:
    """Days passed over, and the clock so many seconds later, known as deep as before."""
    hour, minute, second = (*clock, 0, 0, 0)[:3]
    total = int(hour) * 3600 + int(minute) * 60 + Decimal(second) + seconds
    days = int((total / _A_DAY).to_integral_value("ROUND_FLOOR"))
    rest = total - days * _A_DAY
    minutes = int(rest // 60)
    later: tuple[int | Decimal, ...] = (minutes // 60, minutes % 60, rest - minutes * 60)
    return days, later[: len(clock)]
