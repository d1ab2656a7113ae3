"""Which product of the register is handed out, in which unit, and whether the patient agreed to a dearer one.

A line that names nothing of the register is handed out as it was prescribed: there is nothing to choose.
"""

from dataclasses import dataclass
from typing import Any, Final

from starlette.datastructures import FormData

from tilts.access.routes import Call
from tilts.clock import day_in_riga
from tilts.exchange.medicines.dosage_amounts import UCUM
from tilts.exchange.medicines.joining import coded_in
from tilts.exchange.medicines.offering import Offered, offered_of
from tilts.exchange.medicines.reimbursing import agreed_in
from tilts.portal.incoming_forms import LONGEST_LINE, not_longer, text_in
from tilts.portal.languages import translations
from tilts.portal.marked import N_
from tilts.portal.pharmacy.reading import ShownLine
from tilts.rules import Refusal
from tilts.rules.accounts import USR_FIELD_EMPTY
from tilts.store.medicines.records import Medicine
from tilts.store.records import LineRecord, Quantity

WHAT: Final = N_("What is handed out")
UNITS: Final = "units"


@dataclass(frozen=True, slots=True)
class Named:
    """What a dispense names: a document with its medication, the unit of the amount, and what the patient said."""

    document: dict[str, Any]
    unit: Quantity  # its value says nothing
    agreed: bool = False


async def offered_for(call: Call, shown: ShownLine | None) -> Offered | None:
    """What the form of the line that stands open lets choose."""
    if shown is None or not shown.may("dispense"):
        return None
    return await offered_of(call.tx, shown.document, shown.line, day_in_riga(call.now), call.terms)


async def named_in(call: Call, line: LineRecord, request: dict[str, Any], form: FormData) -> Named:
    """A product that is not offered is named all the same: the exchange says why not (DSP-051, MED-005, MED-006)."""
    offered = await offered_of(call.tx, request, line, day_in_riga(call.now), call.terms)
    if offered is None:
        return Named(request, line.allowed)
    asked = not_longer(text_in(form, "product"), LONGEST_LINE, "product")
    if not asked:
        label = translations(call.incoming.language).gettext(WHAT)
        raise Refusal(USR_FIELD_EMPTY, expressions=("product",), field=label)
    medicine = offered.product(asked)
    coding = {"system": call.terms.medicine_system, "code": asked}
    if medicine is None:
        return Named({"medicationCodeableConcept": {"coding": [coding]}}, line.allowed)
    label = words_of(medicine)
    concept = {"coding": [{**coding, "display": label}], "text": label}
    unit = line.allowed
    if line.pack_units is not None and text_in(form, "measure") == UNITS:
        unit = Quantity(unit.value, "", UCUM, medicine.unit)
    agreed = medicine in offered.dearer and bool(text_in(form, "agreed"))
    return Named({"medicationCodeableConcept": concept}, unit, agreed)


def named_again(call: Call, shown: ShownLine, kept: dict[str, Any]) -> Named:
    """Of a correction: product, unit and agreement stay what they were."""
    if coded_in(kept, call.terms) is None:
        return Named(shown.document, shown.line.allowed)
    packages = [one["code"] for one in kept.get("contained", ()) if "code" in one]
    concept = kept.get("medicationCodeableConcept") or packages[0]
    agreed = agreed_in(kept, call.terms.canonical_base)
    return Named({"medicationCodeableConcept": concept}, unit_in(kept, shown.line), agreed)


def unit_in(kept: dict[str, Any], line: LineRecord) -> Quantity:
    told = kept["quantity"]
    return Quantity(line.allowed.value, told.get("unit", ""), told.get("system", ""), told.get("code", ""))


def words_of(medicine: Medicine) -> str:
    """As it stands on the box: name, strength, package size."""
    name = medicine.name if medicine.strength in medicine.name else f"{medicine.name} {medicine.strength}"
    return f"{name} {medicine.package}".strip()
