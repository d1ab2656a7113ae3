"""The law of prescriptions at the wire: what a practice may write, what a pharmacy must say and may still see."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.transport.documents import (
    Line,
    claimed,
    dispense,
    patient_of,
    prescribed,
    prescription,
    presented,
)
from tests.transport.wire import Caller, ids, refused

BASE = "https://tilts.example/fhir"
SPECIAL = [{"coding": [{"system": f"{BASE}/CodeSystem/prescription-kind", "code": "special"}]}]
FORMS = "urn:oid:2.999.1.3.10"
OTHER_TAG = {"tag": [{"system": "urn:tags", "code": "digitised"}]}


def reimbursement(**parts: Any) -> list[dict[str, Any]]:
    kinds = {
        "by": "valueCode",
        "justification": "valueString",
        "list": "valueCode",
        "rate": "valuePositiveInt",
    }
    told = [{"url": name, kinds[name]: value} for name, value in parts.items()]
    return [{"url": f"{BASE}/StructureDefinition/reimbursement", "extension": told}]


def diagnosis(code: str) -> list[dict[str, Any]]:
    return [{"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": code}]}]


def collected(manner: str, **parts: str) -> list[dict[str, Any]]:
    kinds = {"name": "valueString", "document": "valueCode"}
    told = [{"url": "manner", "valueCode": manner}]
    told += [{"url": name, kinds[name]: value} for name, value in parts.items()]
    return [{"url": f"{BASE}/StructureDefinition/collected-by", "extension": told}]


@pytest.mark.parametrize(
    ("changes", "rule_id"),
    [
        ({"extension": reimbursement(by="inn"), "reasonCode": diagnosis("E11")}, "PRE-021"),
        ({"extension": reimbursement(by="brand"), "reasonCode": diagnosis("E11.0")}, "PRE-022"),
        ({"extension": reimbursement(by="inn", list="D"), "reasonCode": diagnosis("E11.0")}, "PRE-023"),
        (
            {
                "category": SPECIAL,
                "dispenseRequest": {
                    "quantity": {"value": 1, "unit": "iepakojums"},
                    "validityPeriod": {"end": "2031-01-01"},
                },
            },
            "PRE-019",
        ),
    ],
)
def test_what_would_not_be_paid_or_is_too_long_is_refused_when_it_is_written(
    practice: Caller, patient: str, changes: dict[str, Any], rule_id: str
) -> None:
    answer = practice.post("MedicationRequest", prescription(practice, patient, **changes), signed=True)
    refused(answer, 422, rule_id)


def test_of_a_special_prescription_who_collected_is_recorded_and_shown_to_the_patient(
    practice: Caller, pharmacy: Caller, patient: str
) -> None:
    by_inn = {"extension": reimbursement(by="inn", list="A", rate=75), "reasonCode": diagnosis("E11.0")}
    line = prescribed(practice, patient, **by_inn)
    claimed(pharmacy, line)
    refused(pharmacy.post("MedicationDispense", dispense(pharmacy, line), signed=True), 422, "DSP-017")
    nameless = dispense(pharmacy, line, extension=collected("number-and-name"))
    refused(pharmacy.post("MedicationDispense", nameless, signed=True), 422, "DSP-018")
    told = collected("number-and-name", name="Anna Paraudziņa", document="identity-card")
    answer = pharmacy.post("MedicationDispense", dispense(pharmacy, line, extension=told), signed=True)
    assert answer.status_code == 201, answer.text
    shown = pharmacy.get(f"MedicationDispense/{answer.json()['id']}").json()
    assert shown["extension"] == told


def test_a_pharmacist_sees_what_is_not_used_up_and_for_72_hours_what_was_handed_out_here(
    practice: Caller, pharmacy: Caller, caller: Callable[..., Caller], patient: str
) -> None:
    line, other = prescribed(practice, patient, packs=1), caller("pharmacy-6")
    presented(other, line)
    claimed(pharmacy, line)
    assert other.get(f"MedicationRequest/{line.request}").status_code == 200
    handed = pharmacy.post("MedicationDispense", dispense(pharmacy, line), signed=True)
    assert handed.status_code == 201, handed.text
    own = (f"MedicationRequest/{line.request}", f"MedicationDispense/{handed.json()['id']}")

    assert other.get(f"MedicationRequest/{line.request}").status_code == 404
    assert other.get(f"Task/{line.task}").json()["businessStatus"]["coding"][0]["code"] == "dispensed"
    found = presented(other, line).json()
    assert (ids(found), ids(found, "include")) == ([line.task], [])
    for address in own:
        assert pharmacy.get(address).status_code == 200
    with pharmacy.exchange.clock.moved(hours=71, minutes=55):
        for address in own:
            assert pharmacy.get(address).status_code == 200
    with pharmacy.exchange.clock.moved(hours=72, minutes=5):
        for address in own:
            assert pharmacy.get(address).status_code == 404


def on_paper(practice: Caller, pharmacy: Caller, patient: str, form: str, **changes: Any) -> dict[str, Any]:
    document = prescription(practice, patient)
    return {
        **document,
        "meta": {"tag": [{"system": f"{BASE}/CodeSystem/origin", "code": "digitised"}]},
        "identifier": [
            {"system": f"urn:uuid:{pharmacy.facts['org']}", "value": f"paper {form}"},
            {"system": FORMS, "value": form},
        ],
        "subject": {"identifier": patient_of(practice, patient)["identifier"][0]},
        "recorder": {"reference": pharmacy.role},
        **changes,
    }


def test_a_pharmacy_enters_a_paper_prescription_once_and_hands_out_by_it(
    practice: Caller, pharmacy: Caller, caller: Callable[..., Caller], patient: str
) -> None:
    entered = pharmacy.post(
        "MedicationRequest/$digitise", on_paper(practice, pharmacy, patient, "AB 654321"), signed=True
    )
    assert entered.status_code == 201, entered.text
    document = entered.json()
    assert document["subject"] == {"reference": f"Patient/{patient}"}
    task = pharmacy.found("Task", focus=f"MedicationRequest/{document['id']}")["entry"][0]["resource"]
    line = Line(document["id"], task["id"], task["groupIdentifier"]["value"], patient)
    assert pharmacy.post(f"Task/{line.task}/$claim").status_code == 200
    assert pharmacy.post("MedicationDispense", dispense(pharmacy, line), signed=True).status_code == 201
    assert practice.get(f"MedicationRequest/{line.request}").status_code == 200

    again = caller("pharmacy-6")
    twice = on_paper(practice, again, patient, "ab654321")
    refused(again.post("MedicationRequest/$digitise", twice, signed=True), 409, "PRE-028")


def test_what_is_not_a_paper_form_is_not_entered(practice: Caller, pharmacy: Caller, patient: str) -> None:
    untagged = on_paper(practice, pharmacy, patient, "AB 654322", meta=OTHER_TAG)
    refused(pharmacy.post("MedicationRequest/$digitise", untagged, signed=True), 422, "PRE-025")
    own = on_paper(practice, pharmacy, patient, "AB 654323", requester={"reference": pharmacy.role})
    refused(pharmacy.post("MedicationRequest/$digitise", own, signed=True), 422, "PRE-026")
