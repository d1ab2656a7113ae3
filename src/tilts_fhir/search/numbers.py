"""Numbers and quantities as ranges: `100` written as a decimal stands for everything from 99.5 to 100.5.

https://hl7.org/fhir/R4/search.html#number.
"""

from collections.abc import Iterator
from decimal import Context as Digits
from decimal import Decimal
from typing import Any, Final, TypeAlias

from tilts_fhir.search.values import IndexValue, NumberValue, QuantityValue

Json: TypeAlias = dict[str, Any]

CURRENCY: Final = "urn:iso:std:iso:4217"
_WIDE: Final = Digits(prec=700, traps=[])
_WHOLE: Final = frozenset({"integer", "positiveInt", "unsignedInt"})


def implied_range(number: Decimal) -> tuple[Decimal, Decimal]:
    """
    The range that a number stands for by the digits it was written with: half a unit of the last digit each way.

    `1e2` is an exception of the specification: it stands for 95 to 105, a unit of ten and not of a hundred.
    """
    exponent = int(number.as_tuple().exponent)
    half = Decimal(5).scaleb(exponent - 1 if exponent <= 0 else exponent - 2)
    return _WIDE.subtract(number, half), _WIDE.add(number, half)


def numbers(value: Any, kind: str) -> Iterator[IndexValue]:
    """The range of a number; of a whole-number element the number itself."""
    number = _number(value)
    if number is not None:
        yield (
            NumberValue(number, number) if kind in _WHOLE or not kind else NumberValue(*implied_range(number))
        )


def quantities(value: Any, kind: str) -> Iterator[IndexValue]:
    """The range of a Quantity, Money, Range or bare number, with its unit."""
    if not isinstance(value, dict):
        number = _number(value)
        if number is not None:
            yield QuantityValue(*implied_range(number), None, None)
    elif kind == "Range" or "low" in value or "high" in value:
        yield from _range(value)
    elif (number := _number(value.get("value"))) is not None:
        low, high = implied_range(number)
        comparator = value.get("comparator")
        below, above = comparator in ("<", "<="), comparator in (">", ">=")
        yield QuantityValue(None if below else low, None if above else high, *_unit(value))


def _range(value: Json) -> Iterator[IndexValue]:
    ends = [value.get(key) for key in ("low", "high")]
    parts = [end if isinstance(end, dict) else {} for end in ends]
    low, high = (_number(part.get("value")) for part in parts)
    if low is not None or high is not None:
        units = _unit(parts[0] if low is not None else parts[1])
        yield QuantityValue(
            None if low is None else implied_range(low)[0],
            None if high is None else implied_range(high)[1],
            *units,
        )


def _unit(value: Json) -> tuple[str | None, str | None, str | None]:
    found = [value.get(key) for key in ("system", "code", "unit")]
    system, code, unit = (each if isinstance(each, str) else None for each in found)
    currency = value.get("currency")
    return (CURRENCY, currency, None) if isinstance(currency, str) else (system, code, unit)


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return number if number.is_finite() and -400 < number.adjusted() < 400 else None
