"""What may be given for what was prescribed, which of a group is the cheapest, and what the state pays of it.

Pure; later dispensing asks it. Only groups of the register count: nothing here compares substances or doses.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from tilts.rules import Refusal
from tilts.rules.medicines import MED_NO_SUBSTITUTION, MED_OTHER_GROUP
from tilts.store.medicines.records import Medicine, Reimbursed

Given: TypeAlias = Literal["as-prescribed", "other-package", "substitute"]
SAME: Final = ("name", "substance", "strength", "form_lv", "holder")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was prescribed: a product, or by its general name any product of a group."""

    product: Medicine | None
    substitutes: str
    may_substitute: bool = True

    @property
    def words(self) -> str:
        return self.product.name if self.product else self.substitutes


def decide_given(wanted: Wanted, given: Medicine) -> Given:
    """How what is handed out stands to what was prescribed; raises MED-005 and MED-006.

    Another package size of the same product is no substitution.
    """
    if wanted.product is not None and given.product_id == wanted.product.product_id:
        return "as-prescribed"
    if wanted.product is not None and is_same_product(wanted.product, given):
        return "other-package"
    if wanted.product is not None and not wanted.may_substitute:
        raise Refusal(MED_NO_SUBSTITUTION, prescribed=wanted.words, given=given.name)
    if not wanted.substitutes or given.substitutes != wanted.substitutes:
        raise Refusal(MED_OTHER_GROUP, prescribed=wanted.words, given=given.name)
    return "substitute" if wanted.product is not None else "as-prescribed"


def is_same_product(one: Medicine, other: Medicine) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in SAME)


def reimbursed_for(medicine: Medicine, icd: str) -> Reimbursed | None:
    """By the exact code: E11.0 has terms where E11 has none (Latvia 6.1)."""
    return next((one for one in medicine.reimbursed if one.icd == icd), None)


def price_of_unit(medicine: Medicine) -> Fraction | None:
    """Exactly, so that two package sizes can be compared; None where price or size is not known."""
    if medicine.price is None or medicine.units is None:
        return None
    return Fraction(medicine.price) / Fraction(medicine.units)


def cheapest(medicines: Iterable[Medicine], day: date, icd: str | None = None) -> list[Medicine]:
    """Of one group the products of the lowest price for a unit, all of them where several have it.

    Left out is what is not sold that day, what has no price, and with a diagnosis what has no terms for it.
    """
    priced = [
        (price, one)
        for one in medicines
        if one.is_sold_on(day)
        and (price := price_of_unit(one)) is not None
        and (icd is None or reimbursed_for(one, icd) is not None)
    ]
    lowest = min((price for price, _ in priced), default=None)
    found = [one for price, one in priced if price == lowest]
    return sorted(found, key=lambda one: (one.units or 0, one.product_id))
