"""Mathematics. https://hl7.org/fhirpath/N1/#math-1."""

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from decimal import Context as Digits
from typing import Any, Final

from tilts_fhir.fhirpath.arithmetic import whole
from tilts_fhir.fhirpath.context import Items, Run
from tilts_fhir.fhirpath.errors import WRONG_TYPE, FhirPathError
from tilts_fhir.fhirpath.functions.registry import function
from tilts_fhir.fhirpath.quantities import Quantity
from tilts_fhir.fhirpath.values import DIGITS, finite, integer, is_number, single

_WIDE: Final = Digits(prec=700, traps=[])
_MAX_PLACES: Final = 100


def _number(items: Items, name: str) -> Decimal | None:
    value = single(items, name)
    if value is None or is_number(value):
        return None if value is None else Decimal(value)
    raise FhirPathError(f"{name} needs a number.", None, WRONG_TYPE)


@function("abs")
def abs_(run: Run, items: Items) -> Items:
    value = single(items, "abs()")
    if isinstance(value, Quantity):
        return [Quantity(abs(value.value), value.unit, value.calendar)]
    number = _number(items, "abs()")
    return [] if number is None else [abs(value)]


def _to_whole(name: str, rounding: str) -> None:
    @function(name)
    def body(run: Run, items: Items) -> Items:
        number = _number(items, f"{name}()")
        if number is None or number.adjusted() > 20:
            return []
        return whole(int(number.to_integral_value(rounding)))


_to_whole("ceiling", ROUND_CEILING)
_to_whole("floor", ROUND_FLOOR)
_to_whole("truncate", ROUND_DOWN)


@function("round", 0, 1)
def round_(run: Run, items: Items, precision: Items | None = None) -> Items:
    number = _number(items, "round()")
    places = integer(precision, "round()") if precision else 0
    if number is None or places is None:
        return []
    if not 0 <= places <= _MAX_PLACES:
        raise FhirPathError("round() takes 0 to 100 decimal places.", None, WRONG_TYPE)
    return finite(number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _WIDE))


def _of_one(name: str, operation: Callable[[Decimal], Decimal]) -> None:
    @function(name)
    def body(run: Run, items: Items) -> Items:
        number = _number(items, f"{name}()")
        return [] if number is None else finite(operation(number))


_of_one("exp", DIGITS.exp)
_of_one("ln", DIGITS.ln)
_of_one("sqrt", DIGITS.sqrt)


@function("log", 1)
def log(run: Run, items: Items, base: Items) -> Items:
    number, of = _number(items, "log()"), _number(base, "log()")
    if number is None or of is None or number <= 0 or of <= 0 or of == 1:
        return []
    quotient = DIGITS.divide(DIGITS.ln(number), DIGITS.ln(of))
    # ln is rounded: a quotient within its last digits of a whole number is that number.
    near = quotient.to_integral_value()
    return finite(near if abs(quotient - near) < Decimal("1e-24") else quotient)


@function("power", 1)
def power(run: Run, items: Items, exponent: Items) -> Items:
    base, by = single(items, "power()"), single(exponent, "power()")
    number, raised = _number(items, "power()"), _number(exponent, "power()")
    if number is None or raised is None:
        return []
    found: Any = DIGITS.power(number, raised)
    if not found.is_finite():
        return []
    if type(base) is int and type(by) is int and by >= 0:
        return whole(int(found)) if found.adjusted() < 20 else []
    return finite(found)
