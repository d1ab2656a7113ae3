"""Packages and what is in them: how much is prescribed, handed out and left, in both, exactly.

Pure. Nothing is ever rounded up: what cannot be taken out of a package whole stays with the balance. Division by
the size of a package gives whole packages and loose units, never a fraction that had to be cut off.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact
from typing import Final, Literal, TypeAlias

from tilts.rules import Refusal
from tilts.rules.medicines import MED_NOT_COUNTED, MED_NOT_OPENED, MED_OTHER_UNIT
from tilts.store.medicines.records import Medicine

PACKS: Final = "packs"
Measure: TypeAlias = Literal["packs", "units"]
# Twice what a quantity may have (store/records.py: nine places, below 10^9) has 36 digits; an inexact one is our fault.
EXACT: Final = Context(prec=72, traps=[Inexact])


@dataclass(frozen=True, slots=True)
class Package:
    """What one package holds, and the smallest part that may be taken out of it (a tablet, a blister)."""

    units: Decimal
    unit: str
    may_open: bool = False
    part: Decimal = Decimal(1)

    @property
    def step(self) -> Decimal:
        """Amounts that can be handed out are multiples of it."""
        return min(self.part, self.units) if self.may_open else self.units


@dataclass(frozen=True, slots=True)
class Amount:
    """So many packages of a size, or so many units of it."""

    value: Decimal
    measure: Measure
    unit: str = ""  # of the units


@dataclass(frozen=True, slots=True)
class Counted:
    """The same amount in both: units, and as whole packages with what is loose beside them."""

    units: Decimal
    packs: int
    loose: Decimal


@dataclass(frozen=True, slots=True)
class Balance:
    """What is left of a prescribed amount, and how much of that can be taken out of this package."""

    left: Counted
    can_hand_out: Counted


def package_of(medicine: Medicine) -> Package:
    """Raises MED-009 where the register's words about its size were not understood."""
    if medicine.units is None:
        raise Refusal(MED_NOT_COUNTED, product=medicine.name)
    return Package(medicine.units, medicine.unit, medicine.may_open)


def in_units(amount: Amount, package: Package) -> Decimal:
    """Exactly; raises MED-007 for units of another kind."""
    if amount.measure == PACKS:
        return EXACT.multiply(amount.value, package.units)
    if amount.unit != package.unit:
        raise Refusal(MED_OTHER_UNIT, asked=amount.unit, unit=package.unit)
    return amount.value


def counted(units: Decimal, package: Package) -> Counted:
    packs = int(EXACT.divide_int(units, package.units))
    return Counted(units, packs, EXACT.subtract(units, EXACT.multiply(Decimal(packs), package.units)))


def most_of(units: Decimal, package: Package) -> Decimal:
    """The largest amount not above this one that can be taken out of whole, or opened, packages.

    Of packages that may be opened: whole ones, then parts of one more.
    """
    whole = counted(units, package)
    if not package.may_open:
        return EXACT.subtract(units, whole.loose)
    parts = EXACT.multiply(EXACT.divide_int(whole.loose, package.step), package.step)
    return EXACT.add(EXACT.subtract(units, whole.loose), parts)


def balance(
    prescribed: Amount, prescribed_in: Package, handed_out: Iterable[tuple[Amount, Package]], package: Package
) -> Balance:
    """What is left after dispenses of whatever package sizes, for handing out of this one.

    Raises MED-007 where units of different kinds would have to be added.
    """
    left = in_units(prescribed, prescribed_in)
    for amount, taken_from in handed_out:
        if taken_from.unit != prescribed_in.unit:
            raise Refusal(MED_OTHER_UNIT, asked=taken_from.unit, unit=prescribed_in.unit)
        left = EXACT.subtract(left, in_units(amount, taken_from))
    if package.unit != prescribed_in.unit:
        raise Refusal(MED_OTHER_UNIT, asked=prescribed_in.unit, unit=package.unit)
    left = max(left, Decimal(0))
    return Balance(counted(left, package), counted(most_of(left, package), package))


def decide_amount(amount: Amount, package: Package) -> Decimal:
    """What is handed out, in units; raises MED-008 where it would mean to break what may not be broken."""
    asked = in_units(amount, package)
    possible = most_of(asked, package)
    if possible != asked:
        raise Refusal(
            MED_NOT_OPENED,
            asked=f"{asked:f}",
            units=f"{package.units:f}",
            unit=package.unit,
            possible=f"{possible:f}",
        )
    return asked
