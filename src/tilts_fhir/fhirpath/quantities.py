"""Quantities: a number with a unit of UCUM or of the calendar. https://hl7.org/fhirpath/N1/#quantity."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Final

from tilts_fhir.fhirpath import units

CALENDAR: Final = ("year", "month", "week", "day", "hour", "minute", "second", "millisecond")
CALENDAR_WORDS: Final = {word: unit for unit in CALENDAR for word in (unit, unit + "s")}
UCUM_OF_CALENDAR: Final = {
    "year": "a",
    "month": "mo",
    "week": "wk",
    "day": "d",
    "hour": "h",
    "minute": "min",
    "second": "s",
    "millisecond": "ms",
}
# A calendar year has 365 or 366 days and UCUM's `a` 365.25: nobody can say whether they are equal.
_UNEQUAL: Final = frozenset({"year", "month"})
_WIDE: Final = Context(prec=700)


@dataclass(frozen=True, slots=True)
class Quantity:
    """`unit` is a UCUM code (`1` for none), or with `calendar` a word of the calendar in the singular."""

    value: Decimal
    unit: str = "1"
    calendar: bool = False

    def __str__(self) -> str:
        number = format(self.value, "f")
        if not self.calendar:
            return f"{number} '{self.unit}'"
        return f"{number} {self.unit}{'' if self.value == 1 else 's'}"

    @property
    def ucum(self) -> str:
        return UCUM_OF_CALENDAR[self.unit] if self.calendar else self.unit


def in_same_unit(left: Quantity, right: Quantity) -> tuple[Fraction, Fraction] | None:
    """Both numbers in one unit; None if the units are of different kinds or not known."""
    if left.calendar != right.calendar and (left if left.calendar else right).unit in _UNEQUAL:
        return None
    if left.unit == right.unit:
        return Fraction(left.value), Fraction(right.value)
    if left.calendar and right.calendar:
        return _in_calendar_unit(left, right)
    return _in_ucum_unit(left, right)


def equivalent(left: Quantity, right: Quantity) -> bool:
    """Equal when both are rounded to the digits of the one that is known less precisely."""
    if left.unit == right.unit:
        return same_number(left.value, right.value)
    one, other = units.canonical(left.ucum), units.canonical(right.ucum)
    if one is None or other is None or one.dimensions != other.dimensions:
        return False
    # Both in the unit of the one that is known to the larger step.
    steps = [abs(Fraction(10) ** int(each.value.as_tuple().exponent)) for each in (left, right)]
    if steps[0] * one.factor >= steps[1] * other.factor:
        step, number, exact = (
            steps[0],
            Fraction(left.value),
            Fraction(right.value) * other.factor / one.factor,
        )
    else:
        step, number, exact = (
            steps[1],
            Fraction(right.value),
            Fraction(left.value) * one.factor / other.factor,
        )
    return abs(number - exact) <= step / 2


def same_number(left: Decimal, right: Decimal) -> bool:
    """Equivalence of numbers: equal when rounded to the fewer of their decimal places."""
    places = max(int(left.as_tuple().exponent), int(right.as_tuple().exponent))
    if places >= 0 or max(left.adjusted(), right.adjusted()) - places > 300:
        return left == right
    step = Decimal(1).scaleb(places)
    return left.quantize(step, ROUND_HALF_UP, _WIDE) == right.quantize(step, ROUND_HALF_UP, _WIDE)


def multiply(left: Quantity, right: Quantity, value: Decimal) -> Quantity | None:
    """The product as `value` in the product of the units; None if a unit is not known."""
    if "1" in (left.unit, right.unit):
        other = right if left.unit == "1" else left
        return Quantity(value, other.unit, other.calendar)
    unit = f"({left.ucum}).({right.ucum})"
    return None if units.canonical(unit) is None else Quantity(value, units.written(unit))


def divide(left: Quantity, right: Quantity, value: Decimal) -> Quantity | None:
    """The quotient as `value` in the quotient of the units; None if a unit is not known."""
    if right.unit == "1":
        return Quantity(value, left.unit, left.calendar)
    if left.ucum == right.ucum:
        return Quantity(value)
    unit = f"({left.ucum})/({right.ucum})"
    return None if units.canonical(unit) is None else Quantity(value, units.written(unit))


def _in_calendar_unit(left: Quantity, right: Quantity) -> tuple[Fraction, Fraction] | None:
    months = {"year": 12, "month": 1}
    if left.unit in months and right.unit in months:
        return Fraction(left.value) * months[left.unit], Fraction(right.value) * months[right.unit]
    if left.unit in months or right.unit in months:
        return None
    return _in_ucum_unit(left, right)


def _in_ucum_unit(left: Quantity, right: Quantity) -> tuple[Fraction, Fraction] | None:
    one, other = units.canonical(left.ucum), units.canonical(right.ucum)
    if one is None or other is None or one.dimensions != other.dimensions:
        return None
    return Fraction(left.value) * one.factor, Fraction(right.value) * other.factor
