"""The register of medicines at the wire: what is prescribed by it, told to the pharmacy, and handed out by it."""

from typing import Any, Final

from tests.transport.documents import claimed, dispense, prescribed, prescription, presented
from tests.transport.test_prescription_law import BASE, collected, diagnosis, reimbursement
from tests.transport.wire import Caller, refused
from tilts.exchange.medicines.reading import Report, medicine_of, terms_of
from tilts.exchange.medicines.substitution import cheapest
from tilts.lab.medicines import VALID_FROM, invented
from tilts.store.medicines.records import Medicine

REGISTER: Final = f"{BASE}/CodeSystem/medicine"
TABLETS: Final = {
    "unit": "tablete",
    "system": "http://unitsofmeasure.org",
    "code": "{tablet}",
}


def concept(medicine: Medicine, how: str = "") -> dict[str, Any]:
    return {"coding": [{"system": f"{REGISTER}{how}", "code": medicine.product_id}], "text": medicine.name}


def tablets_of_a_group() -> tuple[list[Medicine], str]:
    """Of the invented register: a group of tablets that may be opened, is reimbursed, and has a dearer one; and for what."""
    made, report = invented(), Report()
    groups: dict[str, list[Medicine]] = {}
    for place, (product, price) in enumerate(zip(made.products, made.prices, strict=True), start=1):
        medicine, told = medicine_of(place, product, report), terms_of(place, price, report)
        assert medicine is not None and told is not None
        terms = {name: getattr(told[1], name) for name in told[1].__slots__}
        full = Medicine(**{name: getattr(medicine, name) for name in Medicine.__slots__} | terms)
        if full.substitutes and full.reimbursed and full.unit == "{tablet}":
            groups.setdefault(full.substitutes, []).append(full)
    group = next(one for one in groups.values() if len({found.units for found in one}) > 1)
    return group, group[0].reimbursed[0].icd


def test_of_a_reimbursed_line_the_cheapest_is_told_and_a_dearer_one_asks_for_agreement(
    practice: Caller, pharmacy: Caller, patient: str
) -> None:
    group, icd = tablets_of_a_group()
    best = cheapest(group, VALID_FROM, icd)
    dear = next(one for one in group if one not in best)
    by_inn = {"medicationCodeableConcept": concept(dear, "-by-inn"), "extension": reimbursement(by="inn")}
    line = prescribed(practice, patient, **by_inn, reasonCode=diagnosis(icd))
    claimed(pharmacy, line)

    outputs = presented(pharmacy, line).json()["entry"][0]["resource"]["output"]
    told = [one["valueCoding"] for one in outputs if one["type"]["coding"][0]["code"] == "cheapest"]
    assert [(one["system"], one["code"]) for one in told] == [(REGISTER, one.product_id) for one in best]

    given = {"medicationCodeableConcept": concept(dear), "quantity": {"value": 10, **TABLETS}}
    unsaid = dispense(pharmacy, line, **given, extension=collected("self"))
    refused(pharmacy.post("MedicationDispense", unsaid, signed=True), 422, "DSP-053")
    agreed = {"url": f"{BASE}/StructureDefinition/dearer-agreed", "valueBoolean": True}
    said = dispense(pharmacy, line, **given, extension=[*collected("self"), agreed])
    assert pharmacy.post("MedicationDispense", said, signed=True).status_code == 201

    too_much = {
        "medicationCodeableConcept": concept(dear),
        "quantity": {"value": int(2 * (dear.units or 0)), **TABLETS},
    }
    again = dispense(pharmacy, line, **too_much, extension=[*collected("self"), agreed])
    refused(pharmacy.post("MedicationDispense", again, signed=True), 409, "DSP-052")


def test_a_code_of_the_register_that_means_nothing_is_not_prescribed(practice: Caller, patient: str) -> None:
    unknown = {"coding": [{"system": REGISTER, "code": "XX-none"}]}
    answer = practice.post(
        "MedicationRequest",
        prescription(practice, patient, medicationCodeableConcept=unknown),
        signed=True,
    )
    refused(answer, 422, "PRE-032")
