"""The patient through the portal: sees their own and nobody else's, and everybody who looked."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.transport.documents import (
    ABSENT,
    dispense,
    parameters,
    prescribed,
    prescription,
    presented,
)
from tests.transport.wire import Caller, ids, refused
from tilts.ids import new_id

PARTICIPANT = "IRCP"


@pytest.fixture(scope="module")
def portal(caller: Callable[..., Caller]) -> Caller:
    return caller("portal")


@pytest.fixture(scope="module")
def people(practice: Caller) -> list[str]:
    everybody = practice.exchange.environment.population.resources
    return [one["id"] for one in everybody if one["resourceType"] == "Patient"]


@pytest.fixture(scope="module")
def history(
    practice: Caller, caller: Callable[..., Caller], people: list[str]
) -> list[tuple[str, str, str, str]]:
    """What happens around one patient: (event, outcome, rule, client), in its order."""
    patient = people[60]
    pharmacy, other, hospital = caller("pharmacy-4"), caller("pharmacy-5"), caller("hospital")
    bad = prescription(practice, patient, dispenseRequest=ABSENT)
    refused(practice.post("MedicationRequest", bad, signed=True), 422, "PRE-004")
    line = prescribed(practice, patient)
    practice.get(f"Patient/{patient}")
    practice.get(f"MedicationRequest/{line.request}")
    presented(pharmacy, line)
    presented(other, line)
    pharmacy.post(f"Task/{line.task}/$claim")
    refused(other.post(f"Task/{line.task}/$claim"), 409, "DSP-001")
    too_much = dispense(pharmacy, line, packs=9)
    refused(pharmacy.post("MedicationDispense", too_much, signed=True), 409, "DSP-003")
    pharmacy.post("MedicationDispense", dispense(pharmacy, line), signed=True)
    refused(practice.post(f"Task/{line.task}/$cancel", parameters(reason="other")), 409, "PRE-013")
    hospital.found("MedicationRequest", patient=patient)
    return [
        ("prescription.prescribed", "4", "PRE-004", "practice-3"),
        ("prescription.prescribed", "0", "", "practice-3"),
        ("task.searched", "0", "", "practice-3"),
        ("patient.read", "0", "", "practice-3"),
        ("prescription.read", "0", "", "practice-3"),
        ("prescription.found", "0", "", "pharmacy-4"),
        ("prescription.found", "0", "", "pharmacy-5"),
        ("prescription.claimed", "0", "", "pharmacy-4"),
        ("prescription.claimed", "4", "DSP-001", "pharmacy-5"),
        ("dispense.recorded", "4", "DSP-003", "pharmacy-4"),
        ("dispense.recorded", "0", "", "pharmacy-4"),
        ("prescription.cancelled", "4", "PRE-013", "practice-3"),
        ("prescription.searched", "0", "", "hospital"),
    ]


def called(entry: dict[str, Any]) -> bool:
    """By a client; tests of the trail write entries of nobody into it."""
    return "identifier" in entry["resource"]["agent"][0]["who"]


def told(event: dict[str, Any], names: dict[str, str]) -> tuple[str, str, str, str]:
    client = event["agent"][0]
    name = names[client["who"]["identifier"]["value"]]
    rule_id = event.get("outcomeDesc", "").partition(":")[0]
    return event["subtype"][0]["code"], event["outcome"], rule_id, name


def test_the_list_names_every_access_in_its_order_also_refused_ones(
    portal: Caller, history: list[tuple[str, str, str, str]], people: list[str]
) -> None:
    names = {facts["client_id"]: name for name, facts in portal.exchange.facts["clients"].items()}
    found = portal.found("AuditEvent", {"patient": people[60]})
    events = [entry["resource"] for entry in found["entry"] if called(entry)]
    assert [told(event, names) for event in reversed(events)] == history


def test_each_entry_names_organisation_practitioner_purpose_and_patient(
    portal: Caller, practice: Caller, history: object, people: list[str]
) -> None:
    doctor = practice.get(f"Practitioner/{practice.facts['practitioner']}").json()["name"][0]
    found = portal.found("AuditEvent", {"patient": people[60]})["entry"]
    events = [entry["resource"] for entry in found if called(entry)]
    read = next(event for event in events if event["subtype"][0]["code"] == "patient.read")
    client, person, _ = read["agent"]
    assert client["who"]["display"] == practice.facts["name"]
    assert person["type"]["coding"][0]["code"] == PARTICIPANT
    assert person["who"]["reference"] == practice.role
    assert person["who"]["display"] == f"{doctor['given'][0]} {doctor['family']}"
    assert person["role"][0]["coding"][0]["code"] == "doctor"
    assert read["purposeOfEvent"][0]["coding"][0]["code"] == "TREAT"
    assert read["entity"][0]["what"]["reference"] == f"Patient/{people[60]}"


def test_looking_at_the_list_is_an_access_too(portal: Caller, people: list[str]) -> None:
    patient = people[61]
    before = ids(portal.found("AuditEvent", {"patient": patient}))
    seen = portal.found("AuditEvent", {"patient": patient})["entry"]
    new = [one["resource"] for one in seen if one["resource"]["id"] not in before]
    assert [one["subtype"][0]["code"] for one in new] == ["audit.searched"]


def test_the_list_pages_and_counts_like_any_other(
    portal: Caller, history: list[object], people: list[str]
) -> None:
    how = {"patient": people[60]}
    total = portal.found("AuditEvent", how, _summary="count")["total"]
    assert total >= len(history)
    first = portal.found("AuditEvent", how, _count="4")
    address = next(one["url"] for one in first["link"] if one["relation"] == "next")
    second = portal.get(address, patient=people[60]).json()
    flat = ids(first) + ids(second)
    assert (len(flat), flat) == (8, sorted(set(flat), reverse=True))
    refused(portal.get(address, patient=people[60], headers={"Accept": "text/html"}), 406, "WIRE-007")


def test_an_entry_can_be_asked_for_by_its_id_and_only_by_its_patient(
    portal: Caller, history: object, people: list[str]
) -> None:
    one = ids(portal.found("AuditEvent", {"patient": people[60]}))[3]
    assert ids(portal.found("AuditEvent", {"patient": people[60]}, _id=f"{one},{new_id()},x")) == [one]
    assert ids(portal.found("AuditEvent", {"patient": people[61]}, _id=one)) == []


def test_accesses_to_another_patient_are_refused_with_ACC_013(portal: Caller, people: list[str]) -> None:
    for form in (f"patient={people[60]}", f"patient={people[60]},{people[61]}", "patient=x"):
        refused(portal.post("AuditEvent/_search", form, patient=people[61]), 403, "ACC-013")


def test_accesses_are_not_for_organisations_ACC_009(practice: Caller, people: list[str]) -> None:
    refused(practice.post("AuditEvent/_search", f"patient={people[60]}"), 403, "ACC-009")


def test_the_portal_sees_the_patient_at_the_screen_and_no_other(
    portal: Caller, practice: Caller, people: list[str]
) -> None:
    mine, other = people[62], people[63]
    line, foreign = prescribed(practice, mine), prescribed(practice, other)
    how = {"patient": mine}
    assert portal.get(f"Patient/{mine}", **how).json()["id"] == mine
    answers = [portal.get(f"Patient/{one}", **how) for one in (other, str(new_id()))]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    for kind in ("MedicationRequest", "Task"):
        assert ids(portal.found(kind, how)) == [getattr(line, "request" if kind != "Task" else "task")]
        assert ids(portal.found(kind, how, patient=other)) == []
        assert ids(portal.found(kind, how, patient=f"{other},{mine}")) == ids(portal.found(kind, how))
    refused(portal.get(f"MedicationRequest/{foreign.request}", **how), 404, "WIRE-012")


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "Patient/_search"), ("POST", "Patient/by-identity"), ("POST", "MedicationRequest")],
)
def test_the_portal_neither_searches_persons_nor_writes_ACC_009(
    portal: Caller, people: list[str], method: str, path: str
) -> None:
    refused(portal.send(method, path, b"{}", patient=people[62]), 403, "ACC-009")


def test_the_page_link_of_one_patient_shows_nothing_to_another(
    portal: Caller, practice: Caller, people: list[str]
) -> None:
    mine, other = people[64], people[65]
    for _ in range(3):
        prescribed(practice, mine)
    for kind in ("MedicationRequest", "Task", "AuditEvent"):
        page = portal.found(kind, {"patient": mine}, _count="1", patient=mine)
        address = next(one["url"] for one in page["link"] if one["relation"] == "next")
        answer = portal.get(address, patient=other)
        assert answer.status_code == 403 or ids(answer.json()) == []
        assert mine not in answer.text
