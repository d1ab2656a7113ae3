"""From what was typed to what will be signed: the MedicationRequest of each line, held against the rules before.

Nothing is kept between two pages: the form carries it. What is shown for review is what is signed, byte for byte.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

from tilts.access.routes import Call
from tilts.clock import day_in_riga
from tilts.exchange import law
from tilts.exchange.medicines.dosage_text import dose_text
from tilts.exchange.prescribing_rules import Lawful, Reimbursement, kind_of
from tilts.exchange.prescriptions import LineOrder, decide, validity
from tilts.exchange.terms import Interval
from tilts.portal.practice.fields import UCUM, LineFields
from tilts.portal.practice.medicine_shelf import MOST_OFFERED, MedicineShelf, Offer
from tilts.rules import Refusal
from tilts.rules.accounts import USR_FIELD_EMPTY
from tilts.rules.medicines import MED_NOT_CHOSEN
from tilts.store.records import Quantity

ICD: Final = "http://hl7.org/fhir/sid/icd-10"
PACK: Final = ("iepakojums", "{pack}")
KINDS: Final = ("ordinary", "special")
# Where the exchange says what is wrong, and which field of the form that is.
FIELD_OF: Final = {
    "MedicationRequest.category": "kind",
    "MedicationRequest.extension": "why-brand",
    "MedicationRequest.reasonCode": "diagnosis",
    "MedicationRequest.dispenseRequest.validityPeriod": "until",
    "MedicationRequest.dispenseRequest.quantity": "packs",
    "MedicationRequest.dispenseRequest.numberOfRepeatsAllowed": "issues",
    "MedicationRequest.dispenseRequest.dispenseInterval": "interval",
}
# Which row of the law gave the last day, by kind; an end that the doctor sets makes it one for repeated use.
TERM_OF: Final = {"ordinary": "validity-ordinary", "special": "validity-special"}


@dataclass(slots=True)
class DraftLine:
    """A line on its way: as typed, as it will be signed, and in words."""

    fields: LineFields
    offered: list[Offer] = field(default_factory=list)  # to choose from
    chosen: Offer | None = None
    document: dict[str, Any] = field(default_factory=dict)
    kind: str = "ordinary"
    dosage_lv: str = ""
    dosage_en: str = ""
    windows: list[tuple[date, date]] = field(default_factory=list)  # of each issue
    term: law.LawRow | None = None  # by which the last day was set; None: the doctor set it
    order: LineOrder | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    patient_id: UUID
    key: UUID
    lines: list[DraftLine]

    @property
    def faults(self) -> dict[str, Refusal]:
        return {name: no for line in self.lines for name, no in line.fields.faults.items()}

    @property
    def is_ready(self) -> bool:
        return not self.faults and all(line.order for line in self.lines)

    @property
    def orders(self) -> list[LineOrder]:
        return [line.order for line in self.lines if line.order]

    @property
    def document(self) -> dict[str, Any]:
        """What is signed: the line, or all of them as one transaction, as a system would send them."""
        documents = [line.document for line in self.lines]
        if len(documents) == 1:
            return documents[0]
        request = {"method": "POST", "url": "MedicationRequest"}
        entries = [{"resource": one, "request": request} for one in documents]
        return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def drafted(
    call: Call, patient_id: UUID, key: UUID, fields: Sequence[LineFields], shelf: MedicineShelf
) -> Draft:
    """Each line read and held against the rules of prescribing; nothing is saved. Lines left empty are left out."""
    filled = [one for one in fields if not one.is_empty] or list(fields[:1])
    return Draft(patient_id, key, [draft_line(call, patient_id, key, one, shelf) for one in filled])


def draft_line(call: Call, patient_id: UUID, key: UUID, given: LineFields, shelf: MedicineShelf) -> DraftLine:
    line = DraftLine(given)
    choose(line, shelf)
    unit = given.given["unit"] or (line.chosen.medicine.unit if line.chosen else "")
    dosage, packs = given.dosage(unit or "{dose}"), given.packs()
    issues, interval, until = given.whole("issues"), given.whole("interval"), given.day("until")
    if given.faults or line.chosen is None or dosage is None or packs is None:
        return line
    line.dosage_lv, line.dosage_en = dose_text(dosage, "lv").text, dose_text(dosage, "en").text
    asked = lawful_of(given, line.chosen)
    line.kind = kind_of(asked)
    supply: dict[str, Any] = {"numberOfRepeatsAllowed": (issues or 1) - 1}
    if until:
        supply["validityPeriod"] = {"end": until.isoformat()}
    if interval and (issues or 1) > 1:
        supply["dispenseInterval"] = {"value": interval, "unit": "d", "system": UCUM, "code": "d"}
    supply["quantity"] = {"value": packs, "unit": PACK[0], "system": UCUM, "code": PACK[1]}
    line.document = {
        "resourceType": "MedicationRequest",
        "identifier": [
            {"system": f"urn:uuid:{call.party.organization_id}", "value": f"{key}-{given.number}"}
        ],
        **lawful_parts(asked, line.kind, call.canonical_base),
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": concept_of(line.chosen, call.canonical_base),
        "subject": {"reference": f"Patient/{patient_id}"},
        "authoredOn": day_in_riga(call.now).isoformat(),
        "requester": {"reference": f"PractitionerRole/{call.party.role_id}"},
        "dosageInstruction": [{"text": line.dosage_lv, **dosage}],
        "dispenseRequest": supply,
    }
    line.order = LineOrder(
        document=line.document,
        status="active",
        intent="order",
        patient_id=patient_id,
        requester=f"PractitionerRole/{call.party.role_id}",
        quantity=Quantity(packs, PACK[0], UCUM, PACK[1]),
        repeats=(issues or 1) - 1,
        interval=Interval(days=interval) if interval and (issues or 1) > 1 else None,
        valid_from=None,
        valid_to=until,
        group=None,
        law=asked,
    )
    hold_against_rules(call, line)
    return line


def choose(line: DraftLine, shelf: MedicineShelf) -> None:
    """The medicine that was chosen, as long as its words still stand in the field; else what fits what stands there."""
    given = line.fields.given
    if not given["medicine"]:
        line.fields.refuse("medicine", Refusal(USR_FIELD_EMPTY, field=line.fields.labels["medicine"]))
        return
    chosen = shelf.offer_of(given["chosen"])
    fitting = shelf.meant(given["medicine"])
    if chosen is not None and chosen in fitting:
        line.chosen = chosen
    elif len(fitting) == 1:
        line.chosen = fitting[0]
    else:
        line.offered = fitting[:MOST_OFFERED]
        line.fields.refuse("medicine", Refusal(MED_NOT_CHOSEN, count=len(fitting)))
        return
    given["medicine"], given["chosen"] = line.chosen.label, line.chosen.value


def lawful_of(given: LineFields, chosen: Offer) -> Lawful:
    said = given.given
    kind = said["kind"] if said["kind"] in KINDS else None
    codes = tuple(said["diagnosis"].upper().replace(" ", "").split(",")) if said["diagnosis"] else ()
    asked = None
    if said["reimbursed"]:
        asked = Reimbursement(by="inn" if chosen.by_inn else "brand", justification=said["why-brand"])
    return Lawful(kind=kind, reimbursement=asked, diagnoses=codes)  # type: ignore[arg-type]  # one of KINDS


def lawful_parts(asked: Lawful, kind: str, base: str) -> dict[str, Any]:
    parts: dict[str, Any] = {
        "category": [{"coding": [{"system": f"{base}/CodeSystem/prescription-kind", "code": kind}]}]
    }
    if asked.diagnoses:
        parts["reasonCode"] = [{"coding": [{"system": ICD, "code": code}]} for code in asked.diagnoses]
    if asked.reimbursement:
        told: list[dict[str, Any]] = [{"url": "by", "valueCode": asked.reimbursement.by}]
        if asked.reimbursement.justification:
            told.append({"url": "justification", "valueString": asked.reimbursement.justification})
        parts["extension"] = [{"url": f"{base}/StructureDefinition/reimbursement", "extension": told}]
    return parts


def concept_of(chosen: Offer, base: str) -> dict[str, Any]:
    """In words, and by the product or the group of the register of medicines."""
    medicine = chosen.medicine
    how = "medicine-by-inn" if chosen.by_inn else "medicine"
    coding = {"system": f"{base}/CodeSystem/{how}", "code": medicine.product_id, "display": chosen.label}
    return {"coding": [coding], "text": chosen.label}


def hold_against_rules(call: Call, line: DraftLine) -> None:
    """The exchange's own rule, asked before anything is signed; its "no" goes to the field that it is about."""
    assert line.order is not None
    today = day_in_riga(call.now)
    try:
        decided = decide([line.order], call.party, call.now, call.terms)
    except Refusal as no:
        named = next((FIELD_OF[one] for one in no.expressions if one in FIELD_OF), None)
        if named is None:
            raise
        line.fields.refuse(named, no)
        return
    line.windows = [(one.valid_from, one.valid_to) for one in decided.issues[0]]
    if line.order.valid_to is None:
        line.term = law.row_of(TERM_OF[line.kind], today)


def usual_end(call: Call, kind: str) -> tuple[date, law.LawRow]:
    """Until when a line is valid if the doctor sets nothing, and the row of the law that says so."""
    today = day_in_riga(call.now)
    order = LineOrder({}, "active", "order", None, "", None, 0, None, None, None, None, Lawful(kind=kind))  # type: ignore[arg-type]
    return validity(order, today, call.terms)[1], law.row_of(TERM_OF[kind], today)
