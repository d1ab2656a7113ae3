"""Searching: every parameter that is offered works, and nothing that is not offered is passed over."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.transport.documents import (
    Line,
    consent,
    handed_out,
    parameters,
    patient_of,
    prescribed,
    prescription,
)
from tests.transport.tables import Tables
from tests.transport.wire import Caller, ids, refused
from tilts.ids import new_id
from tilts.indexing import PARAMETERS

PERSON_CODE = "urn:oid:2.999.1.3.1.1"
NOT_THERE = str(new_id())


@dataclass
class World:
    line: Line
    dispense: dict[str, Any]
    expected: dict[tuple[str, str], tuple[Caller, str, str]]  # (type, parameter) -> who, value, id


@pytest.fixture(scope="module")
def world(caller: Callable[..., Caller], patient: str) -> World:
    practice, pharmacy, portal = caller("practice-5"), caller("pharmacy-7"), caller("portal")
    line = prescribed(practice, patient)
    made = handed_out(pharmacy, line)
    person = patient_of(practice, patient)
    request = practice.get(f"MedicationRequest/{line.request}").json()
    org = practice.get(f"Organization/{practice.facts['org']}").json()
    role = practice.get(practice.role).json()
    doctor = practice.get(f"Practitioner/{practice.facts['practitioner']}").json()
    proof = practice.found("Provenance", target=f"MedicationRequest/{line.request}")["entry"][0]["resource"]
    seen = portal.found("AuditEvent", {"patient": patient})["entry"][0]["resource"]
    classifiers = practice.found("CodeSystem")["entry"]
    given = ended_delegation(portal, patient)
    countries = next(e["resource"] for e in classifiers if e["resource"]["id"].startswith("iso-3166"))
    values: dict[str, tuple[Caller, str, dict[str, str]]] = {
        "CodeSystem": (
            practice,
            countries["id"],
            {
                "url": countries["url"],
                "system": countries["url"],
                **{name: countries[name] for name in ("version", "name", "title", "status")},
            },
        ),
        "Patient": (practice, patient, {**names(person), "birthdate": person["birthDate"]}),
        "Practitioner": (practice, doctor["id"], {**names(doctor), "active": "true"}),
        "Organization": (
            practice,
            org["id"],
            {"identifier": token(org), "name": org["name"], "active": "true"},
        ),
        "PractitionerRole": (
            practice,
            role["id"],
            {
                "practitioner": role["practitioner"]["reference"],
                "organization": org["id"],
                "role": role["code"][0]["coding"][0]["code"],
                "active": "true",
            },
        ),
        "MedicationRequest": (
            practice,
            line.request,
            {
                "identifier": token(request),
                "patient": patient,
                "subject": f"Patient/{patient}",
                "status": "active",
                "intent": "order",
                "requester": practice.role,
                "group-identifier": f"urn:oid:2.999.1.3.6|{line.number}",
            },
        ),
        "MedicationDispense": (
            pharmacy,
            made["id"],
            {
                "identifier": token(made),
                "patient": f"{pharmacy.base}/Patient/{patient}",
                "subject": patient,
                "status": "completed",
                "prescription": f"MedicationRequest/{line.request}",
            },
        ),
        "Provenance": (practice, proof["id"], {"target": f"MedicationRequest/{line.request}"}),
        "Task": (
            pharmacy,
            line.task,
            {
                "patient": f"Patient/{patient}",
                "focus": line.request,
                "group-identifier": line.number,
                "status": "in-progress",
                "business-status": "claimed",
                "owner": pharmacy.facts["org"],
            },
        ),
        "Consent": (
            portal,
            given["id"],
            {
                "identifier": token(given),
                "patient": patient,
                "status": "inactive",
                "category": "delegation",
            },
        ),
        "AuditEvent": (
            portal,
            seen["id"],
            {
                "patient": patient,
                "date": f"ge{seen['recorded'][:10]}",
                "agent": seen["agent"][0]["who"]["reference"],
                "subtype": seen["subtype"][0]["code"],
                "outcome": seen["outcome"],
            },
        ),
    }
    expected = {
        (kind, name): (who, value, found)
        for kind, (who, found, more) in values.items()
        for name, value in {"_id": found, **more}.items()
    }
    return World(line, made, expected)


def ended_delegation(portal: Caller, patient: str) -> dict[str, Any]:
    """A consent that hides nothing from the other tests."""
    other = next(
        one["id"]
        for one in portal.exchange.environment.population.resources
        if one["resourceType"] == "Patient" and one["id"] != patient
    )
    wanted = consent(portal, patient, "delegation", person=other)
    given: dict[str, Any] = portal.post("Consent", wanted, patient=patient).json()
    portal.post(f"Consent/{given['id']}/$end", patient=patient)
    return given


def names(person: dict[str, Any]) -> dict[str, str]:
    name = person["name"][0]
    return {
        "identifier": token(person),
        "family": name["family"],
        "given": name["given"][0],
        "name": name["family"],
    }


def token(resource: dict[str, Any]) -> str:
    first = resource["identifier"][0]
    return f"{first['system']}|{first['value']}"


OFFERED = [(kind, one.name) for kind, offered in PARAMETERS.items() for one in offered]
WITHOUT_DATA = {("PractitionerRole", "identifier")}  # the sandbox's roles carry none


@pytest.mark.parametrize(("kind", "name"), [one for one in OFFERED if one not in WITHOUT_DATA])
def test_a_parameter_finds_what_has_its_value_and_not_what_has_another(
    world: World, kind: str, name: str
) -> None:
    who, value, expected = world.expected[kind, name]
    how = {"patient": world.line.patient} if kind in ("AuditEvent", "Consent") else {}
    form = {name: value} | ({"_id": expected} if name in ("active", "status", "role", "intent") else {})
    if kind == "Task" and name in ("status", "business-status"):
        form["focus"] = world.line.request
    if kind == "Patient":  # a patient is never looked for by one of these alone: WIRE-016
        form["_id"] = expected
    assert expected in ids(who.found(kind, how, **form)), form
    if (kind, name) == ("AuditEvent", "patient"):
        return  # another patient is refused: test_access_list.py
    wrong = NOT_THERE if name in ("_id", "patient", "subject", "focus", "owner") else "not-there"
    wrong = "lt1999" if name == "date" else wrong
    assert ids(who.found(kind, how, **{**form, name: wrong})) == []


@pytest.mark.parametrize(("kind", "name"), OFFERED)
def test_the_capability_statement_offers_the_parameter(practice: Caller, kind: str, name: str) -> None:
    resources = practice.get("metadata").json()["rest"][0]["resource"]
    offered = next(one for one in resources if one["type"] == kind)["searchParam"]
    assert name in {one["name"] for one in offered}


@pytest.mark.parametrize("kind", PARAMETERS)
@pytest.mark.parametrize(
    "form", ["colour=red", "_id:missing=true", "_sort=_id", "_include=*", "_has=x", "=x"]
)
def test_what_is_not_offered_is_refused_with_WIRE_008(
    world: World, caller: Callable[..., Caller], kind: str, form: str
) -> None:
    at_portal = kind in ("AuditEvent", "Consent")
    who = caller("portal") if at_portal else world.expected[kind, "_id"][0]
    patient = world.line.patient if at_portal else None
    refused(who.post(f"{kind}/_search", form, patient=patient), 400, "WIRE-008")


@pytest.mark.parametrize(
    "form", ["_count=-1", "_count=x", "_count=1.5", "_summary=text", "status=", "_id=%00"]
)
def test_a_value_that_is_not_understood_is_refused_with_WIRE_008(practice: Caller, form: str) -> None:
    refused(practice.post("MedicationRequest/_search", form), 400, "WIRE-008")


def test_values_with_commas_are_alternatives_and_parameters_must_all_hold(world: World) -> None:
    who, line = world.expected["MedicationRequest", "_id"][0], world.line
    either = {"_id": f"{NOT_THERE},{line.request}", "status": "draft,active"}
    assert ids(who.found("MedicationRequest", None, **either)) == [line.request]
    assert ids(who.found("MedicationRequest", _id=line.request, status="draft")) == []
    twice = who.post("MedicationRequest/_search", f"patient={line.patient}&patient={NOT_THERE}").json()
    assert ids(twice) == []


@pytest.mark.parametrize(
    "written",
    ["Šķērģērbonis", "skergerbonis", "SKERGERBONIS", "šķērģ", " Šķērģērbonis ", "S\u030ck\u0327e\u0304r"],
)
def test_names_are_found_without_accents_and_case_from_their_beginning(
    practice: Caller, exchange: Any, written: str
) -> None:
    person = next(one for one in exchange.facts["persons"] if one["label"] == "diacritics")
    assert person["patient"] in ids(practice.found("Patient", family=written, given="zan"))
    assert person["patient"] in ids(practice.found("Patient", name=written, given="Ģirts"))
    assert person["patient"] not in ids(practice.found("Patient", family="rbonis", given="zan"))


@pytest.mark.parametrize(
    "form",
    [
        "",
        "_count=50",
        "_summary=count",
        "family=a",
        "name=a",
        "given=a",
        "birthdate=1970-01-01",
        "given=a&birthdate=1970",
    ],
)
def test_the_register_of_patients_is_not_for_leafing_through_WIRE_016(practice: Caller, form: str) -> None:
    refused(practice.post("Patient/_search", form), 400, "WIRE-016")


@pytest.mark.parametrize("nothing", ["\u0301", " ", "\u0301,a"])
def test_a_name_of_which_nothing_is_left_does_not_find_everybody(practice: Caller, nothing: str) -> None:
    form = str(httpx.QueryParams({"family": nothing, "given": nothing}))
    refused(practice.post("Patient/_search", form), 400, "WIRE-008")


PERSONAL = {
    "Patient": ["identifier={code}", "family=X", "given=X", "name=X", "name:exact=X", "birthdate=1970-01-01"],
    "MedicationRequest": [
        "patient={code}",
        "subject={code}",
        "patient.identifier={code}",
        "patient:Patient.name=X",
    ],
    "MedicationDispense": ["patient={code}"],
    "Task": ["patient={code}", "patient.name=X"],
}


@pytest.mark.parametrize(
    ("kind", "query"), [(kind, query) for kind, queries in PERSONAL.items() for query in queries]
)
def test_persons_in_the_address_are_refused_on_the_TLS_port_with_WIRE_009(
    practice: Caller, tables: Tables, patient: str, kind: str, query: str
) -> None:
    code = token(patient_of(practice, patient))
    answer = practice.get(f"{kind}?{query.format(code=code)}")
    refused(answer, 400, "WIRE-009")
    assert "_search" in answer.json()["issue"][0]["diagnostics"]
    assert code.split("|")[1] not in str(tables.audit(answer.headers["x-request-id"]))


def test_a_person_code_in_the_address_is_refused_also_beside_a_form(practice: Caller, patient: str) -> None:
    code = token(patient_of(practice, patient))
    refused(
        practice.post(f"Patient/_search?identifier={code}", headers={"Content-Type": "text/x"}),
        400,
        "WIRE-009",
    )


@pytest.mark.parametrize("kind", ["Patient", "Task"])
def test_a_person_code_in_the_address_is_warned_of_on_the_plain_port(
    caller: Callable[..., Caller], patient: str, kind: str
) -> None:
    practice = caller("practice-5", plain=True)
    code = token(patient_of(practice, patient))
    name = "identifier" if kind == "Patient" else "patient"
    answer = practice.get(f"{kind}?{name}={code}")
    assert (answer.status_code, answer.headers["warning"]) == (200, '299 tilts "WIRE-009"')
    bundle = answer.json()
    outcomes = [e["resource"] for e in bundle["entry"] if e["search"]["mode"] == "outcome"]
    assert outcomes[0]["issue"][0]["details"]["coding"][0]["code"] == "WIRE-009"
    if kind == "Patient":
        assert ids(bundle) == [patient]


def test_an_unsigned_write_is_warned_of_on_the_plain_port(
    caller: Callable[..., Caller], patient: str
) -> None:
    practice = caller("practice-5", plain=True)
    answer = practice.post("MedicationRequest", prescription(practice, patient))
    assert (answer.status_code, answer.headers["warning"]) == (201, '299 tilts "SIG-001"')


@pytest.mark.parametrize("kind", ["Patient", "Practitioner", "Organization", "MedicationRequest"])
def test_by_identity_gives_the_one_resource(world: World, kind: str) -> None:
    who, value, expected = world.expected[kind, "identifier"]
    system, _, code = value.partition("|")
    answer = who.post(f"{kind}/by-identity", parameters(system=system, value=code))
    assert (answer.status_code, answer.json()["id"]) == (200, expected)
    refused(who.post(f"{kind}/by-identity", parameters(system=system, value="none")), 404, "WIRE-012")
    refused(who.post(f"{kind}/by-identity", parameters(system="urn:x", value=code)), 404, "WIRE-012")


@pytest.mark.parametrize("missing", ["system", "value"])
def test_by_identity_without_system_or_value_is_refused_with_WIRE_008(practice: Caller, missing: str) -> None:
    given = {"system": PERSON_CODE, "value": "1"}
    del given[missing]
    refused(practice.post("Patient/by-identity", parameters(**given)), 400, "WIRE-008")


@pytest.mark.parametrize("kind", ["MedicationRequest", "Task", "Patient"])
@pytest.mark.parametrize("asked", ["_summary=count", "_count=0"])
def test_a_count_gives_the_number_and_nothing_else(world: World, kind: str, asked: str) -> None:
    practice = world.expected["MedicationRequest", "_id"][0]
    wanted = {
        "MedicationRequest": f"_id={world.line.request}",
        "Task": f"focus={world.line.request}",
        "Patient": f"_id={world.line.patient},{NOT_THERE}",
    }
    counted = practice.post(f"{kind}/_search", f"{asked}&{wanted[kind]}").json()
    assert (counted["total"], counted.get("entry")) == (1, None)


@pytest.mark.parametrize("asked", ["_summary=count", "_count=0"])
@pytest.mark.parametrize("kind", ["Patient", "MedicationRequest", "Task", "MedicationDispense"])
def test_who_is_counted_is_told_of_it_as_if_opened(
    world: World, tables: Tables, kind: str, asked: str
) -> None:
    """Without this a list of person codes could be tried, and a line watched, with nobody counted and nobody told."""
    practice = world.expected["MedicationRequest", "_id"][0]
    person = patient_of(practice, world.line.patient)
    holder = world.expected["Task", "owner"][1]
    named = {
        "Patient": f"identifier={code_of(person)}&birthdate={person['birthDate']}",
        "MedicationRequest": f"_id={world.line.request}",
        "Task": f"focus={world.line.request}&status=in-progress&owner={holder}",
        "MedicationDispense": f"prescription=MedicationRequest/{world.line.request}",
    }
    answer = practice.post(f"{kind}/_search", f"{asked}&{named[kind]}")
    assert answer.json()["total"] == 1
    assert told(tables, answer) == [world.line.patient]


def test_a_count_of_more_patients_than_a_page_holds_is_refused_with_WIRE_016(
    practice: Caller, tables: Tables
) -> None:
    everybody = practice.exchange.environment.population.resources
    people = [one for one in everybody if one["resourceType"] == "Patient"][:51]
    assert len(people) == 51
    codes = ",".join(code_of(one) for one in people)
    answer = practice.post(
        "Patient/_search", str(httpx.QueryParams({"_summary": "count", "identifier": codes}))
    )
    refused(answer, 400, "WIRE-016")
    assert len(told(tables, answer)) == 51


def test_the_patient_who_makes_the_next_page_is_told_of_it(practice: Caller, tables: Tables) -> None:
    """One whom everybody knows, and behind him one whose person code is guessed: the link says that he is there."""
    everybody = practice.exchange.environment.population.resources
    known, guessed = [one for one in everybody if one["resourceType"] == "Patient"][:2]
    codes = ",".join(code_of(one) for one in (known, guessed))
    answer = practice.post("Patient/_search", str(httpx.QueryParams({"_count": 1, "identifier": codes})))
    assert [link["relation"] for link in answer.json()["link"]] == ["self", "next"]
    assert set(told(tables, answer)) == {known["id"], guessed["id"]}


def code_of(person: dict[str, Any]) -> str:
    identifier = person["identifier"][0]
    return f"{identifier['system']}|{identifier['value']}"


def told(tables: Tables, answer: httpx.Response) -> list[str]:
    """The patients in whose lists of accesses the call stands."""
    entry = tables.audit(answer.headers["x-request-id"])
    rows = tables.rows("SELECT patient_id FROM audit_subject WHERE audit_id = %s", entry["audit_id"])
    return [str(row["patient_id"]) for row in rows]


def test_a_count_of_a_register_counts_it(practice: Caller) -> None:
    everybody = practice.exchange.environment.population.resources
    total = sum(one["resourceType"] == "Organization" for one in everybody)
    assert practice.post("Organization/_search", "_summary=count").json()["total"] == total


def test_a_count_of_tasks_looks_at_their_state(world: World) -> None:
    practice = world.expected["MedicationRequest", "_id"][0]
    form = f"_summary=count&focus={world.line.request}&status="
    assert practice.post("Task/_search", form + "in-progress").json()["total"] == 1
    assert practice.post("Task/_search", form + "completed").json()["total"] == 0
