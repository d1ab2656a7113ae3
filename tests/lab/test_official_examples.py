"""What is rewritten in an official example before it is sent, and what is left as HL7 published it."""

from datetime import date

from tilts.lab.official_examples import (
    Place,
    adapt_dispense,
    adapt_request,
    moved_to,
    prescription_for,
    wanted_now,
)
from tilts.lab.official_results import is_unchanged

PLACE = Place("p", "r", "o")
OWN = {"system": "urn:uuid:o", "value": "k"}
REQUEST = {
    "resourceType": "MedicationRequest",
    "id": "medrx",
    "contained": [{"resourceType": "Medication", "id": "m", "manufacturer": {"reference": "Organization/7"}}],
    "identifier": [{"system": "http://www.bmc.nl", "value": "12345689"}],
    "status": "completed",
    "medicationReference": {"reference": "#m"},
    "subject": {"reference": "Patient/pat1", "display": "Donald Duck"},
    "encounter": {"reference": "Encounter/f001", "display": "a visit"},
    "authoredOn": "2015-01-15",
    "requester": {"reference": "Practitioner/f007"},
    "insurance": [{"reference": "Coverage/9876B1"}],
    "dispenseRequest": {"validityPeriod": {"start": "2015-01-15", "end": "2016-01-15"}},
}
DISPENSE = {
    "resourceType": "MedicationDispense",
    "status": "in-progress",
    "medicationCodeableConcept": {"text": "x"},
    "performer": [{"function": {"text": "packs"}, "actor": {"reference": "Practitioner/f006"}}],
    "authorizingPrescription": [{"reference": "MedicationRequest/medrx"}],
    "quantity": {"value": 12, "code": "TAB"},
    "whenHandedOver": "2015-03-17T17:13:00+05:00",
    "whenPrepared": "2015-03-16",
}


def test_persons_become_those_of_the_sandbox_and_the_own_identifier_comes_first() -> None:
    adapted = adapt_request(REQUEST, PLACE, key="k")

    assert adapted["subject"] == {"reference": "Patient/p"}
    assert adapted["requester"] == {"reference": "PractitionerRole/r"}
    assert adapted["identifier"] == [OWN, *REQUEST["identifier"]]


def test_references_to_records_that_are_not_here_keep_their_words() -> None:
    adapted = adapt_request(REQUEST, PLACE, key="k")

    assert adapted["encounter"] == {"display": "a visit"}
    assert adapted["insurance"] == [{"display": "Coverage/9876B1"}]


def test_what_is_contained_and_all_the_rest_stay() -> None:
    adapted = adapt_request(REQUEST, PLACE, key="k")

    for name in ("id", "contained", "status", "medicationReference", "authoredOn", "dispenseRequest"):
        assert adapted[name] == REQUEST[name]


def test_a_dispense_names_the_prescription_made_for_it_and_keeps_the_function_of_its_performer() -> None:
    adapted = adapt_dispense(DISPENSE, PLACE, key="k", prescription_id="n")

    assert adapted["performer"] == [
        {"function": {"text": "packs"}, "actor": {"reference": "PractitionerRole/r"}}
    ]
    assert adapted["authorizingPrescription"] == [{"reference": "MedicationRequest/n"}]


def test_the_prescription_of_a_dispense_has_its_medicine_and_quantity() -> None:
    made = prescription_for(DISPENSE, PLACE, key="k")

    assert made["medicationCodeableConcept"] == {"text": "x"}
    assert made["dispenseRequest"] == {"quantity": {"value": 12, "code": "TAB"}}


def test_the_day_of_writing_becomes_today_and_the_validity_keeps_its_length() -> None:
    moved = moved_to(REQUEST, date(2026, 11, 23))

    assert moved["authoredOn"] == "2026-11-23"
    assert moved["dispenseRequest"]["validityPeriod"] == {"start": "2026-11-23", "end": "2027-11-23"}


def test_the_hour_of_handing_over_becomes_that_of_yesterday() -> None:
    moved = moved_to(DISPENSE, date(2026, 11, 23))

    assert moved["whenHandedOver"] == "2026-11-22T17:13:00+05:00"
    assert moved["whenPrepared"] == "2026-11-21"


def test_an_example_without_dates_stays_as_it_is() -> None:
    assert moved_to({"status": "active"}, date(2026, 11, 23)) == {"status": "active"}


def test_wanted_now_is_in_force_with_a_quantity() -> None:
    assert wanted_now(REQUEST)["status"] == "active"
    assert wanted_now(REQUEST)["dispenseRequest"] == {**REQUEST["dispenseRequest"], "quantity": {"value": 1}}
    assert wanted_now(DISPENSE)["quantity"] == DISPENSE["quantity"]


def test_a_lost_element_is_a_change_and_the_number_of_the_exchange_is_none() -> None:
    number = {"system": "urn:oid:2.999.1.3.6", "value": "7K3M-Q2XR-9TBV"}
    found = {
        **REQUEST,
        "id": "other",
        "identifier": [*REQUEST["identifier"], number],
        "groupIdentifier": number,
    }

    assert is_unchanged(REQUEST, found)
    assert not is_unchanged(REQUEST, {name: value for name, value in found.items() if name != "encounter"})
