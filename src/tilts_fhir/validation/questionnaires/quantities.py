"""Compares quantities: of the same unit, or of units that differ by a known factor (m and km, g and mg, [mi_i]).

Not a UCUM engine: a unit that is not one atom of the table, alone or with a metric prefix, is compared with itself
only. Source of the factors: https://ucum.org/ucum sections 4.2 to 4.6.
"""

from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from tilts_fhir.validation.walk import Json

UCUM: Final = "http://unitsofmeasure.org"

_PREFIXES: Final = MappingProxyType(
    {
        "": 0,
        "T": 12,
        "G": 9,
        "M": 6,
        "k": 3,
        "h": 2,
        "da": 1,
        "d": -1,
        "c": -2,
        "m": -3,
        "u": -6,
        "n": -9,
        "p": -12,
    }
)
_METRIC: Final = MappingProxyType(
    {
        "m": ("length", Decimal(1)),
        "g": ("mass", Decimal(1)),
        "s": ("time", Decimal(1)),
        "L": ("volume", Decimal(1)),
        "l": ("volume", Decimal(1)),
        "mol": ("amount", Decimal(1)),
        "eq": ("equivalents", Decimal(1)),
        "Pa": ("pressure", Decimal(1)),
        "bar": ("pressure", Decimal(100_000)),
        "m[Hg]": ("pressure", Decimal("133322")),
        "J": ("energy", Decimal(1)),
        "cal": ("energy", Decimal("4.184")),
        "W": ("power", Decimal(1)),
        "V": ("voltage", Decimal(1)),
        "A": ("current", Decimal(1)),
        "Hz": ("frequency", Decimal(1)),
        "Bq": ("activity", Decimal(1)),
        "Sv": ("dose equivalent", Decimal(1)),
        "Gy": ("absorbed dose", Decimal(1)),
        "[IU]": ("international units", Decimal(1)),
        "U": ("enzyme units", Decimal(1)),
    }
)
_OTHERS: Final = MappingProxyType(
    {
        "min": ("time", Decimal(60)),
        "h": ("time", Decimal(3_600)),
        "d": ("time", Decimal(86_400)),
        "wk": ("time", Decimal(604_800)),
        "mo": ("time", Decimal(2_629_800)),
        "a": ("time", Decimal(31_557_600)),
        "t": ("mass", Decimal(1_000_000)),
        "[in_i]": ("length", Decimal("0.0254")),
        "[ft_i]": ("length", Decimal("0.3048")),
        "[yd_i]": ("length", Decimal("0.9144")),
        "[mi_i]": ("length", Decimal("1609.344")),
        "[lb_av]": ("mass", Decimal("453.59237")),
        "[oz_av]": ("mass", Decimal("28.349523125")),
        "[stone_av]": ("mass", Decimal("6350.29318")),
        "%": ("fraction", Decimal("0.01")),
        "1": ("fraction", Decimal(1)),
        "{score}": ("fraction", Decimal(1)),
        "Cel": ("temperature in degrees Celsius", Decimal(1)),
        "[degF]": ("temperature in degrees Fahrenheit", Decimal(1)),
        "K": ("temperature in kelvin", Decimal(1)),
    }
)


def compare_quantities(one: Json, other: Json) -> int | None:
    """Negative, zero or positive; None without values, without formal units, or if the units cannot be compared."""
    first, second = as_decimal(one.get("value")), as_decimal(other.get("value"))
    if first is None or second is None or not (has_formal_unit(one) and has_formal_unit(other)):
        return None
    if _unit(one) != _unit(other):
        if not comparable(one, other) or one["system"] != UCUM:
            return None
        try:
            first, second = first * _atom(one["code"])[1], second * _atom(other["code"])[1]
        except ArithmeticError:  # an exponent beyond all measure
            return None
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
    first, second = _atom(one["code"])[0], _atom(other["code"])[0]
    return None if not first or not second else first == second


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


def _atom(code: str) -> tuple[str, Decimal]:
    """What a unit measures, empty if it is not in the table, and its size in the smallest coherent unit of that."""
    if code in _OTHERS:
        return _OTHERS[code]
    for prefix, power in _PREFIXES.items():
        atom = _METRIC.get(code[len(prefix) :]) if code.startswith(prefix) else None
        if atom is not None:
            return atom[0], atom[1].scaleb(power)
    return "", Decimal(1)
