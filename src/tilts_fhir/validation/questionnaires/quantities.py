"""Compares quantities: of the same unit, or of units that measure the same (m and km, g and mg, [mi_i] and km).

A unit that is not known (`fhirpath/units.py`) is compared with itself only.
"""

from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from tilts_fhir.fhirpath.units import canonical
from tilts_fhir.validation.walk import Json

UCUM: Final = "http://unitsofmeasure.org"
# Beyond it a number is not worth the memory that a fraction of it takes.
MAX_MAGNITUDE: Final = 400


def compare_quantities(one: Json, other: Json) -> int | None:
    """Negative, zero or positive; None without values, without formal units, or if the units cannot be compared."""
    first, second = as_decimal(one.get("value")), as_decimal(other.get("value"))
    if first is None or second is None or not (has_formal_unit(one) and has_formal_unit(other)):
        return None
    if _unit(one) != _unit(other):
        if one["system"] != UCUM or other["system"] != UCUM:
            return None
        return _compare_in_base_units((first, one["code"]), (second, other["code"]))
    return (first > second) - (first < second)


def _compare_in_base_units(one: tuple[Decimal, str], other: tuple[Decimal, str]) -> int | None:
    units = canonical(one[1]), canonical(other[1])
    if units[0] is None or units[1] is None or units[0].dimensions != units[1].dimensions:
        return None
    if max(abs(one[0].adjusted()), abs(other[0].adjusted())) > MAX_MAGNITUDE:
        return None
    first, second = Fraction(one[0]) * units[0].factor, Fraction(other[0]) * units[1].factor
    return (first > second) - (first < second)


def has_formal_unit(quantity: Json) -> bool:
    """Whether it names a coded unit."""
    return isinstance(quantity.get("system"), str) and isinstance(quantity.get("code"), str)


def comparable(one: Json, other: Json) -> bool | None:
    """Whether two quantities with formal units measure the same; None if the units are not known here."""
    if _unit(one) == _unit(other):
        return True
    if one["system"] != UCUM or other["system"] != UCUM:
        return None if one["system"] == other["system"] else False
    first, second = canonical(one["code"]), canonical(other["code"])
    return None if first is None or second is None else first.dimensions == second.dimensions


def written(quantity: Json) -> str:
    """A quantity for a text: `10 kg`."""
    return " ".join(str(quantity[name]) for name in ("value", "unit") if name in quantity) or str(
        quantity.get("code", "")
    )


def _unit(quantity: Json) -> tuple[Any, Any]:
    return quantity["system"], quantity["code"]


def as_decimal(value: object) -> Decimal | None:
    """A number of JSON, or one written as a text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except ArithmeticError:
        return None
    return number if number.is_finite() else None
