"""Tokens that name who acts: purpose, delegator, and proof of the person by an identity provider."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.running import Running
from tests.transport.documents import prescription
from tests.transport.promises import explains
from tests.transport.serving_too import calling
from tests.transport.tables import Tables
from tests.transport.wire import Caller, Key, refused

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"
UNSIGNED = base64.urlsafe_b64encode(b'{"alg": "none"}').decode().rstrip("=")
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"


def claims_in(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    part = answer.json()["access_token"].split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def asserting(caller: Caller, *, person: bool = True, patient: str | None = None, **b2b: Any) -> str:
    """An assertion whose hl7-b2b is changed; None leaves a member out."""
    claims = caller.claims(person=person, patient=patient)
    changed = claims["extensions"]["hl7-b2b"] | b2b
    claims["extensions"]["hl7-b2b"] = {name: value for name, value in changed.items() if value is not None}
    return caller.key.compact(json.dumps(claims).encode())


def roles_at(exchange: Running, caller: Caller) -> dict[str, dict[str, str]]:
    """code -> role and practitioner, of one institution."""
    here = f"Organization/{caller.facts['org']}"
    return {
        one["code"][0]["coding"][0]["code"]: {
            "subject_role": one["id"],
            "subject_id": one["practitioner"]["reference"].partition("/")[2],
        }
        for one in reversed(exchange.environment.population.resources)
        if one["resourceType"] == "PractitionerRole" and one["organization"]["reference"] == here
    }


@pytest.fixture(scope="module")
def staff(exchange: Running, practice: Caller) -> dict[str, dict[str, str]]:
    return roles_at(exchange, practice)


# Two kinds of token.


def test_ACC_010_a_basic_token_opens_registers_and_no_patient(practice: Caller, patient: str) -> None:
    token = practice.token(person=False)

    assert practice.get(f"Organization/{practice.facts['org']}", token=token).status_code == 200
    for path in (f"Patient/{patient}", "Task?_count=1", "MedicationRequest?_count=1"):
        explains(refused(practice.get(path, token=token), 403, "ACC-010"), "ACC-010", "en")


def test_TOK_007_a_basic_token_is_not_asked_for_patient_data(practice: Caller) -> None:
    answer = practice.ask_token(practice.assertion(person=False), scope="system/Patient.rs system/Task.r")

    explains(refused(answer, 400, "TOK-007"), "TOK-007", "lv")
    assert answer.json()["error"] == "invalid_scope"
    told = practice.ask_token(practice.assertion(person=False)).json()["scope"]
    registers = (
        "system/CodeSystem.rs system/Organization.rs system/Practitioner.rs system/PractitionerRole.rs"
    )
    assert told == f"__events.r {registers}"  # what happened, without saying to whom


def test_TOK_008_a_scope_with_a_query_is_refused(practice: Caller) -> None:
    answer = practice.ask_token(practice.assertion(), scope="system/Task.rs?status=ready")

    explains(refused(answer, 400, "TOK-008"), "TOK-008", "lv")


def test_a_token_in_words_of_smart_1_opens_what_it_says(practice: Caller) -> None:
    answer = practice.ask_token(practice.assertion(), scope="system/Organization.read")
    token = answer.json()["access_token"]

    assert answer.json()["scope"] == "system/Organization.read"
    assert practice.get(f"Organization/{practice.facts['org']}", token=token).status_code == 200
    assert practice.get("Organization", token=token).status_code == 200
    refused(practice.get("Practitioner", token=token), 403, "ACC-009")


# Why.


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("TREAT", "TREAT"),
        ("ETREAT", "ETREAT"),
        ("BTG", "BTG"),
        ("urn:oid:2.16.840.1.113883.5.8#TREAT", "TREAT"),
        ("http://terminology.hl7.org/CodeSystem/v3-ActReason|ETREAT", "ETREAT"),
        ("IN_MEDICAL_TREATMENT", "TREAT"),
        ("EMERGENCY", "ETREAT"),
        ("urn:oid:1.3.6.1.4.1.38760.2.4#DRUG_TREATMENT", "TREAT"),
    ],
)
def test_a_purpose_is_a_code_of_ours_or_of_the_old_exchange(practice: Caller, said: str, meant: str) -> None:
    assert claims_in(practice.ask_token(asserting(practice, purpose_of_use=[said])))["purpose"] == meant


@pytest.mark.parametrize("purpose", ["ETREAT", "BTG"])
def test_TOK_006_an_emergency_has_a_practitioner(practice: Caller, purpose: str) -> None:
    answer = practice.ask_token(asserting(practice, person=False, purpose_of_use=[purpose]))

    refused(answer, 400, "TOK-006")


def test_who_has_proven_itself_and_is_refused_is_named_in_the_audit_entry(
    practice: Caller, tables: Tables
) -> None:
    proven, unproven = str(uuid4()), str(uuid4())
    asked = asserting(practice, person=False, purpose_of_use=["BTG"])
    refused(practice.ask_token(asked, headers={"X-Request-Id": proven}), 400, "TOK-006")
    refused(practice.ask_token("x.y.z", headers={"X-Request-Id": unproven}), 401, "TOK-001")

    named, unnamed = tables.audit(proven), tables.audit(unproven)
    assert (named["client_id"], str(named["organization_id"])) == (
        practice.facts["client_id"],
        practice.facts["org"],
    )
    assert unnamed["client_id"] is None and unnamed["organization_id"] is None


def test_consents_and_the_code_that_was_said_are_written_down_and_names_are_not(
    practice: Caller, tables: Tables
) -> None:
    request_id = str(uuid4())
    told = {
        "consent_policy": ["urn:oid:2.999.7"],
        "consent_reference": ["https://practice.example/Consent/1"],
        "subject_name": "Ieva Piemēra",
        "organization_name": "Prakse",
        "purpose_of_use": ["IN_MEDICAL_TREATMENT"],
    }
    claims = claims_in(practice.ask_token(asserting(practice, **told), headers={"X-Request-Id": request_id}))
    entry = tables.audit(request_id)

    assert entry["detail"]["consent_policy"] == ["urn:oid:2.999.7"]
    assert entry["detail"]["consent_reference"] == ["https://practice.example/Consent/1"]
    assert entry["detail"]["purpose_said"] == "IN_MEDICAL_TREATMENT"
    assert (entry["purpose"], str(entry["role_id"]), entry["token_id"]) == (
        "TREAT",
        practice.facts["role"],
        claims["jti"],
    )
    assert "Ieva" not in json.dumps([entry["detail"], claims], ensure_ascii=False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject_name": 1},
        {"subject_name": "x" * 201},
        {"organization_name": "a\nb"},
        {"consent_policy": "urn:oid:2.999"},
        {"consent_policy": ["urn:oid:2.999"] * 11},
        {"consent_policy": [{}]},
        {"consent_reference": ["https://practice.example/Consent/1"]},
        {"delegator": "nobody"},
    ],
)
def test_TOK_006_members_that_are_not_as_they_should_be(practice: Caller, wrong: dict[str, Any]) -> None:
    refused(practice.ask_token(asserting(practice, **wrong)), 400, "TOK-006")


# In whose name.


def test_an_assistant_acts_in_the_name_of_a_doctor(
    practice: Caller, staff: dict[str, dict[str, str]], tables: Tables
) -> None:
    doctor, request_id = staff["doctor"]["subject_role"], str(uuid4())
    for code in ("physician-assistant", "nurse"):
        request_id = str(uuid4())
        answer = practice.ask_token(
            asserting(practice, **staff[code], delegator=doctor), headers={"X-Request-Id": request_id}
        )
        claims = claims_in(answer)
        assert (claims["role_code"], claims["delegator_role"]) == (code, doctor)
        assert tables.audit(request_id)["detail"]["delegator_role"] == doctor


def test_TOK_010_nobody_acts_in_the_name_of_whom_they_may_not(
    exchange: Running, practice: Caller, pharmacy: Caller, staff: dict[str, dict[str, str]]
) -> None:
    elsewhere = roles_at(exchange, pharmacy)["pharmacist"]["subject_role"]
    nurse, doctor = staff["nurse"], staff["doctor"]
    wrong = {
        "a doctor for a nurse": {**doctor, "delegator": nurse["subject_role"]},
        "a nurse for an assistant": {**nurse, "delegator": staff["physician-assistant"]["subject_role"]},
        "somebody for themselves": {**doctor, "delegator": doctor["subject_role"]},
        "for somebody elsewhere": {**nurse, "delegator": elsewhere},
        "for nobody": {**nurse, "delegator": str(uuid4())},
    }
    for what, binding in wrong.items():
        answer = practice.ask_token(asserting(practice, **binding), headers={"Accept-Language": "en"})
        assert answer.status_code == 400, what
        explains(refused(answer, 400, "TOK-010"), "TOK-010", "en")


@contextmanager
def ended(tables: Tables, role_id: str) -> Iterator[None]:
    tables.change("UPDATE practitioner_role SET active = false WHERE role_id = %s", role_id)
    try:
        yield
    finally:
        tables.change("UPDATE practitioner_role SET active = true WHERE role_id = %s", role_id)


def test_a_role_that_ended_today_names_nobody_any_more(
    practice: Caller, staff: dict[str, dict[str, str]], tables: Tables
) -> None:
    nurse, doctor = staff["nurse"], staff["doctor"]["subject_role"]
    with ended(tables, doctor):
        refused(practice.ask_token(asserting(practice, **nurse, delegator=doctor)), 400, "TOK-010")
    with ended(tables, nurse["subject_role"]):
        refused(practice.ask_token(asserting(practice, **nurse, delegator=doctor)), 400, "TOK-004")


def test_MAY_009_a_live_token_ends_with_the_role_in_whose_name_it_acts(
    practice: Caller, staff: dict[str, dict[str, str]], tables: Tables
) -> None:
    doctor = staff["doctor"]["subject_role"]
    answer = practice.ask_token(asserting(practice, **staff["nurse"], delegator=doctor))
    token = answer.json()["access_token"]
    assert practice.get("Task?_count=1", token=token).status_code == 200
    with ended(tables, doctor):
        refused(practice.get("Task?_count=1", token=token), 403, "MAY-009")
    assert practice.get("Task?_count=1", token=token).status_code == 200


def test_a_guardian_gets_a_token_for_the_child_and_others_do_not(
    exchange: Running, caller: Any, tables: Tables
) -> None:
    portal = caller("portal")
    people = [
        one["id"] for one in exchange.environment.population.resources if one["resourceType"] == "Patient"
    ]
    child, parent = people[60], people[61]

    def asked(**other: Any) -> httpx.Response:
        binding = {"patient": parent, "delegator": child, "purpose_of_use": ["FAMRQT"], **other}
        return portal.ask_token(asserting(portal, **binding))

    refused(asked(), 400, "TOK-010")
    tables.change(
        "INSERT INTO guardian (patient_id, person_id, starts_at, evidence, recorded_at)"
        " VALUES (%s, %s, now() - interval '1 day', 'test', now())",
        child,
        parent,
    )
    claims = claims_in(asked())
    assert (claims["patient"], claims["acting_patient"], claims["purpose"]) == (child, parent, "FAMRQT")
    refused(asked(purpose_of_use=["PATRQT"]), 400, "TOK-006")
    refused(asked(delegator=None), 400, "TOK-006")
    own = claims_in(asked(delegator=None, purpose_of_use=["PATRQT"]))
    assert own["patient"] == parent and "acting_patient" not in own


# Proof of the person.


def id_token(exchange: Running, practitioner: str, **other: str) -> str:
    form = {"practitioner": practitioner, **other}
    address = f"{exchange.facts['portal']}test-sign-in/practitioner-token"
    answer = httpx.post(address, data=form, trust_env=False)
    assert answer.status_code == 200, answer.text
    found: str = answer.json()["id_token"]
    return found


def exchanged(
    caller: Caller, subject_token: str, assertion: str | None = None, **other: str
) -> httpx.Response:
    form = {
        "grant_type": EXCHANGE,
        "subject_token": subject_token,
        "subject_token_type": ID_TOKEN,
        **other,
    }
    given = assertion or caller.assertion(aud=form.pop("aud", caller.token_url))
    return caller.ask_token(given, headers={"Accept-Language": "en"}, **form)


def test_an_ID_token_is_exchanged_for_a_token_that_says_so(exchange: Running, practice: Caller) -> None:
    shown = id_token(exchange, practice.facts["practitioner"])
    answer = exchanged(practice, shown)

    assert claims_in(answer)["assurance"] == "eid"
    assert answer.json()["issued_token_type"] == ACCESS_TOKEN
    assert claims_in(exchanged(practice, shown))["assurance"] == "eid", "the same client may renew with it"
    assert claims_in(practice.ask_token(practice.assertion()))["assurance"] == "org-asserted"


def test_TOK_014_an_ID_token_belongs_to_the_first_client_that_shows_it(
    exchange: Running, caller: Any, practice: Caller
) -> None:
    hospital = caller("hospital")
    shown = id_token(exchange, practice.facts["practitioner"])
    assert exchanged(practice, shown).status_code == 200

    explains(refused(exchanged(hospital, shown), 400, "TOK-014"), "TOK-014", "en")


def test_TOK_012_only_the_practitioner_who_signed_in_is_proven(
    exchange: Running, practice: Caller, staff: dict[str, dict[str, str]], tables: Tables
) -> None:
    nurse = staff["nurse"]
    answer = exchanged(practice, id_token(exchange, nurse["subject_id"]))
    explains(refused(answer, 400, "TOK-012"), "TOK-012", "en")
    refused(exchanged(practice, id_token(exchange, str(uuid4()))), 400, "TOK-012")
    proven = exchanged(practice, id_token(exchange, nurse["subject_id"]), asserting(practice, **nurse))
    assert claims_in(proven)["practitioner"] == nurse["subject_id"]
    nobody = exchanged(practice, id_token(exchange, nurse["subject_id"]), practice.assertion(person=False))
    refused(nobody, 400, "TOK-012")


@pytest.mark.parametrize(
    ("other", "rule_id", "status"),
    [
        ({"minutes_ago": "700"}, "TOK-011", 400),
        ({"audience": "tilts-portal"}, "TOK-011", 400),
        ({"service": "piemera-lietotne"}, "EID-002", 403),
        ({"service": "ilustracijas-banka"}, "EID-001", 403),
    ],
)
def test_a_sign_in_that_does_not_prove_enough(
    exchange: Running, practice: Caller, other: dict[str, str], rule_id: str, status: int
) -> None:
    answer = exchanged(practice, id_token(exchange, practice.facts["practitioner"], **other))

    explains(refused(answer, status, rule_id), rule_id, "en")


def test_TOK_011_what_is_no_ID_token_of_the_provider(exchange: Running, practice: Caller) -> None:
    good = id_token(exchange, practice.facts["practitioner"])
    head, claims, signature = good.split(".")
    other = Key({**practice.key.jwk})
    content = base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4))
    wrong = {
        "rubbish": "rubbish",
        "unsigned": f"{UNSIGNED}.{claims}.",
        "signed by a client": other.compact(content),
        "our own access token": practice.token(),
        "our own assertion": practice.assertion(),
        "changed": f"{head}.{claims[:-4]}AAAA.{signature}",
        "padded": f"{good}=",
        "oversized": good + "A" * 20_000,
    }
    for what, token in wrong.items():
        answer = exchanged(practice, token)
        assert answer.status_code == 400, what
        explains(refused(answer, 400, "TOK-011"), "TOK-011", "en")
        assert answer.json()["error"] == "invalid_request"


def test_who_is_not_authenticated_learns_nothing_of_an_ID_token(exchange: Running, practice: Caller) -> None:
    shown = id_token(exchange, practice.facts["practitioner"])
    bodies = {exchanged(practice, token, "rubbish").content for token in (shown, "rubbish", practice.token())}

    assert len(bodies) == 1
    assert bodies == {practice.ask_token("rubbish", headers={"Accept-Language": "en"}).content}


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"subject_token": ""}, "invalid_request"),
        ({"subject_token_type": ACCESS_TOKEN}, "invalid_request"),
        ({"requested_token_type": ID_TOKEN}, "invalid_request"),
        ({"actor_token": "x"}, "invalid_request"),
        ({"audience": "https://elsewhere.example"}, "invalid_target"),
        ({"resource": "https://elsewhere.example"}, "invalid_target"),
        ({"grant_type": "authorization_code"}, "unsupported_grant_type"),
    ],
)
def test_TOK_002_an_exchange_that_is_not_offered(practice: Caller, form: dict[str, str], error: str) -> None:
    answer = exchanged(practice, form.pop("subject_token", "x"), **form)

    refused(answer, 400, "TOK-002")
    assert answer.json()["error"] == error


# Where proof is asked for.


@pytest.fixture(scope="module")
def strict(exchange: Running) -> Iterator[Caller]:
    """A server on which every person proves themselves."""
    with calling(exchange, "practice-3", person_proof="all") as found:
        yield found


def test_TOK_009_where_all_prove_themselves_no_person_is_named_without(
    exchange: Running, strict: Caller
) -> None:
    explains(refused(strict.ask_token(strict.assertion()), 400, "TOK-009"), "TOK-009", "lv")
    assert strict.ask_token(strict.assertion(person=False)).status_code == 200
    shown = id_token(exchange, strict.facts["practitioner"])
    assert claims_in(exchanged(strict, shown))["assurance"] == "eid"


def test_ACC_018_where_writes_need_proof_a_document_is_taken_with_it_only(
    exchange: Running, patient: str
) -> None:
    with calling(exchange, "practice-3", person_proof="writes") as caller:
        asserted = caller.token()
        proven = exchanged(caller, id_token(exchange, caller.facts["practitioner"])).json()["access_token"]
        document = prescription(caller, patient)
        answer = caller.post("MedicationRequest", document, signed=True, token=asserted)
        explains(refused(answer, 403, "ACC-018"), "ACC-018", "en")
        assert caller.get("Organization", token=asserted).status_code == 200
        assert caller.post("MedicationRequest", document, signed=True, token=proven).status_code == 201


def test_TOK_013_without_a_provider_nothing_is_exchanged(exchange: Running) -> None:
    with calling(exchange, "practice-3", sandbox=False) as caller:
        explains(refused(exchanged(caller, "x.y.z"), 400, "TOK-013"), "TOK-013", "en")
