"""What a pharmacist may hand out of a line today, and which of it stands ready: products of the register, by its groups."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from tilts.exchange.medicines.balances import still
from tilts.exchange.medicines.joining import coded_in, wanted_in
from tilts.exchange.medicines.packages import PACKS, Amount, counted, most_of, package_of
from tilts.exchange.medicines.reimbursing import cheapest_for, needs_agreement
from tilts.exchange.medicines.substitution import Wanted, cheapest, decide_given
from tilts.exchange.terms import Terms
from tilts.rules import Refusal
from tilts.store.medicines import register
from tilts.store.medicines.records import Medicine
from tilts.store.records import LineRecord
from tilts.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Offered:
    """Of a line that names the register; `ready` is None where nothing of it is sold today."""

    products: tuple[Medicine, ...]
    cheapest: tuple[Medicine, ...]  # told where the cheapest is to be given, or any product is meant
    dearer: tuple[Medicine, ...]  # of them a dispense says that the patient agreed
    ready: Medicine | None
    amount: Amount | None  # of what stands ready, as much as is left; None: as the line counts it

    def product(self, product_id: str) -> Medicine | None:
        return next((one for one in self.products if one.product_id == product_id), None)


async def offered_of(
    tx: Tx, request: dict[str, Any], line: LineRecord, day: date, terms: Terms
) -> Offered | None:
    """None: the line names nothing of the register."""
    asked, wanted = coded_in(request, terms), await wanted_in(tx, request, line, terms)
    if asked is None or wanted is None or wanted.product is None:
        return None
    itself = await register.one(tx, day, asked.product_id)
    known = [*([itself] if itself else []), *await register.of_group(tx, day, wanted.substitutes)]
    sold = {one.product_id: one for one in known if one.is_sold_on(day) and may_be_given(wanted, one)}
    products = sorted(sold.values(), key=lambda one: (one.name, one.units or 0, one.product_id))
    best = await cheapest_for(tx, request, wanted.product, day, terms.canonical_base)
    lowest = [one for one in best if one.product_id in sold]
    if not lowest and asked.by_inn:
        lowest = cheapest(products, day)
    ready = ready_of(line, lowest) or sold.get(asked.product_id) or next(iter(products), None)
    dearer = tuple(one for one in products if needs_agreement(one, best, day))
    amount = amount_ready(line, ready) if ready else None
    return Offered(tuple(products), tuple(lowest), dearer, ready, amount)


def may_be_given(wanted: Wanted, medicine: Medicine) -> bool:
    try:
        decide_given(wanted, medicine)
    except Refusal:
        return False
    return True


def ready_of(line: LineRecord, lowest: Sequence[Medicine]) -> Medicine | None:
    """Of several at the same price for a unit the one by which most of what is left can be given."""

    def most(medicine: Medicine) -> Decimal:
        counts = line.pack_units is not None or line.allowed.code == medicine.unit
        return most_of(still(line), package_of(medicine)) if counts else Decimal(0)

    return max(lowest, key=most, default=None)


def amount_ready(line: LineRecord, medicine: Medicine) -> Amount | None:
    """In whole packages of this product if they are all that can be given, else in its units."""
    if line.pack_units is None or medicine.units is None:
        return None
    package = package_of(medicine)
    left = most_of(still(line), package)
    whole = counted(left, package)
    if whole.packs and not whole.loose:
        return Amount(Decimal(whole.packs), PACKS)
    return Amount(left or still(line), "units", medicine.unit)
