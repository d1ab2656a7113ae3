"""What a prescription line and a dispense name of the register of medicines, and what is counted by it.

A line in packages of a product of known size is counted in units of it, so that ten tablets of thirty leave exactly
twenty. What names nothing of ours is counted as it always was, in the unit of the line.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from tilts.clock import day_in_riga
from tilts.exchange.medicines.balances import exactly, still
from tilts.exchange.medicines.packages import PACKS, Amount, decide_amount, package_of
from tilts.exchange.medicines.reimbursing import Chosen, cheapest_for
from tilts.exchange.medicines.substitution import Wanted, decide_given
from tilts.exchange.terms import Terms
from tilts.rules import Refusal
from tilts.rules.prescribing.products import DSP_NOT_IN_REGISTER, PRE_NOT_IN_REGISTER
from tilts.store import resources
from tilts.store.medicines import register
from tilts.store.medicines.records import Medicine
from tilts.store.records import LineRecord, Quantity
from tilts.store.tx import Tx
from tilts_fhir.json_strict import decode

PACK_CODES: Final = ("{pack}", "{package}")  # annotations of UCUM: one package


@dataclass(frozen=True, slots=True)
class Coded:
    """A product of ours; `by_inn`: it stands for every product of its general name."""

    product_id: str
    by_inn: bool = False


@dataclass(frozen=True, slots=True)
class Handed:
    """What was prescribed, by the register of the day it was written, and what is handed out, by that of its day."""

    wanted: Wanted
    medicine: Medicine
    day: date
    best: tuple[Medicine, ...] = ()  # the cheapest of the group, where the line is reimbursed


def coded_in(document: dict[str, Any], terms: Terms) -> Coded | None:
    """The first code of ours, of the medication itself or of the package that it carries; other systems say nothing here."""
    systems = {terms.medicine_system: False, f"{terms.medicine_system}-by-inn": True}
    concepts = [document.get("medicationCodeableConcept", {})]
    concepts += [
        one.get("code", {})
        for one in document.get("contained", ())
        if one.get("resourceType") == "Medication"
    ]
    for concept in concepts:
        for coding in concept.get("coding", ()):
            if coding.get("system") in systems and coding.get("code"):
                return Coded(coding["code"], systems[coding["system"]])
    return None


def pack_units_of(quantity: Quantity, medicine: Medicine | None) -> Decimal | None:
    """Units of the packages in which a line is counted; None: its own unit is what is counted."""
    return medicine.units if medicine is not None and is_in_packs(quantity) else None


def is_in_packs(quantity: Quantity) -> bool:
    return (quantity.code or quantity.unit) in PACK_CODES


def measured(line: LineRecord, quantity: Quantity, handed: Handed | None) -> Decimal | None:
    """
    How much it is in the measure in which the line is counted (balances.py); None: not in a unit of the line.

    Raises:
        Refusal: MED-005, MED-006 not what was prescribed, MED-007 another unit, MED-008 not to be taken out of its
            package, MED-009 a package of unknown size where units are needed.
    """
    same_unit = quantity.same_unit(line.allowed)
    if handed is not None:
        given = decide_given(handed.wanted, handed.medicine)
        if is_the_rest(line, quantity) and handed.medicine.units == line.pack_units:
            return decide_amount(
                Amount(still(line), "units", handed.medicine.unit), package_of(handed.medicine)
            )
        if line.pack_units is not None or not same_unit:
            return units_of(line, quantity, handed.medicine)
        if handed.medicine.units is not None or given != "as-prescribed":
            decide_amount(amount_of(quantity), package_of(handed.medicine))
    if not same_unit:
        return None
    return still(line) if is_the_rest(line, quantity) else exactly(line, quantity.value)


def is_the_rest(line: LineRecord, quantity: Quantity) -> bool:
    """Two thirds of a package are told with nine places; who gives them back means all that is left."""
    counted = line.pack_units is not None and quantity.same_unit(line.allowed)
    return counted and quantity.value == line.left


def units_of(line: LineRecord, quantity: Quantity, medicine: Medicine) -> Decimal | None:
    units = decide_amount(amount_of(quantity), package_of(medicine))
    counted_in_units = line.pack_units is not None or line.allowed.code == medicine.unit
    return units if counted_in_units else None


def amount_of(quantity: Quantity) -> Amount:
    if is_in_packs(quantity):
        return Amount(quantity.value, PACKS)
    return Amount(quantity.value, "units", quantity.code or quantity.unit)


async def prescribed_in(tx: Tx, document: dict[str, Any], day: date, terms: Terms) -> Chosen | None:
    """The product of the register that a line names, itself or by its general name; None: it names none.

    Raises PRE-032 for a code of ours that means nothing that day, and for a product that is no longer sold.
    """
    coded = coded_in(document, terms)
    if coded is None:
        return None
    medicine = await register.one(tx, day, coded.product_id)
    if medicine is None or not (coded.by_inn or medicine.is_sold_on(day)):
        where = ("MedicationRequest.medication",)
        raise Refusal(PRE_NOT_IN_REGISTER, expressions=where, asked=coded.product_id, day=day)
    return Chosen(medicine, coded.by_inn)


async def best_of(
    tx: Tx, request: dict[str, Any], line: LineRecord, day: date, terms: Terms
) -> list[Medicine]:
    """What the pharmacist gives of a line that was found: the cheapest, where it is reimbursed and names a product."""
    wanted = await wanted_in(tx, request, line, terms)
    if wanted is None or wanted.product is None:
        return []
    return await cheapest_for(tx, request, wanted.product, day, terms.canonical_base)


async def wanted_in(tx: Tx, request: dict[str, Any], line: LineRecord, terms: Terms) -> Wanted | None:
    """What was prescribed, by the register of the day it was written; None: the line names nothing of it."""
    asked = coded_in(request, terms)
    product = await register.one(tx, day_in_riga(line.written_at), asked.product_id) if asked else None
    if asked is None or product is None:
        return None
    may = asked.by_inn or request.get("substitution", {}).get("allowedBoolean", True)
    return Wanted(product, product.substitutes, may)


async def handed_out_in(
    tx: Tx, document: dict[str, Any], line: LineRecord, day: date, terms: Terms
) -> Handed | None:
    """Where line and dispense both name something of the register; raises DSP-051 for a product it does not have."""
    given = coded_in(document, terms)
    if given is None or given.by_inn:
        return None
    medicine = await register.one(tx, day, given.product_id)
    if medicine is None or not medicine.is_sold_on(day):
        where = ("MedicationDispense.medication",)
        raise Refusal(DSP_NOT_IN_REGISTER, expressions=where, asked=given.product_id, day=day)
    row = await resources.read(tx, "MedicationRequest", line.line_id, None)
    assert row is not None, "a line without its document"
    request = decode(row.body)
    wanted = await wanted_in(tx, request, line, terms)
    if wanted is None or wanted.product is None:
        return None
    best = await cheapest_for(tx, request, wanted.product, day, terms.canonical_base)
    return Handed(wanted, medicine, day, tuple(best))
