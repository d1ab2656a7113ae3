"""The balance of a line where packages are opened: exact in units, and told in the unit of the line.

Pure. A third of a package has no decimal. So a line in packages of known size is counted in units; what is told of it
in packages is rounded down to nine places, and is exact again as soon as whole packages are out.
"""

from dataclasses import replace
from decimal import ROUND_DOWN, Context, Decimal
from typing import Final

from tilts.exchange.medicines.packages import EXACT, Package, counted
from tilts.rules import Refusal
from tilts.rules.dispensing import DSP_NOTHING_LEFT
from tilts.rules.prescribing.products import DSP_PACKS_LEFT
from tilts.store.records import LineRecord

TOLD: Final = Decimal("1e-9")  # as exact as a quantity may be (store/records.py)
DOWN: Final = Context(prec=72, rounding=ROUND_DOWN)


def exactly(line: LineRecord, value: Decimal) -> Decimal:
    """An amount in the unit of the line, in the measure in which it is counted."""
    return value if line.pack_units is None else EXACT.multiply(value, line.pack_units)


def told(line: LineRecord, amount: Decimal) -> Decimal:
    """An amount in the measure in which the line is counted, in the unit of the line."""
    if line.pack_units is None:
        return amount
    found = DOWN.divide(amount, line.pack_units).quantize(TOLD, context=DOWN)
    short = found.normalize(EXACT)
    return short if short.as_tuple().exponent <= 0 else short.quantize(Decimal(1))  # type: ignore[operator]


def still(line: LineRecord) -> Decimal:
    """What is left, in the measure in which the line is counted."""
    if line.pack_units is None:
        return line.left
    return EXACT.subtract(exactly(line, line.allowed.value), line.units_out)


def moved(line: LineRecord, amount: Decimal) -> LineRecord:
    """The line with so much more out; below zero: come back."""
    if line.pack_units is None:
        return replace(line, dispensed=line.dispensed + amount)
    out = EXACT.add(line.units_out, amount)
    return replace(line, units_out=out, dispensed=told(line, out))


def too_much(line: LineRecord, asked: Decimal, left: Decimal) -> Refusal:
    """Both amounts in the measure in which the line is counted."""
    if line.pack_units is None:
        return Refusal(DSP_NOTHING_LEFT, asked=asked, left=left)
    rest = counted(left, Package(line.pack_units, ""))
    return Refusal(
        DSP_PACKS_LEFT,
        asked=f"{asked.normalize(EXACT):f}",
        left=f"{left.normalize(EXACT):f}",
        packs=rest.packs,
        size=f"{line.pack_units.normalize(EXACT):f}",
        loose=f"{rest.loose.normalize(EXACT):f}",
    )
