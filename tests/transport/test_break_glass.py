"""In an emergency: one patient, one practitioner, an hour; and the register of patients for whoever names them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.running import Running
from tests.transport.documents import consent, parameters, prescribed
from tests.transport.sight import REASON, Somebody, emergency, glass, named, somebody, written_for
from tests.transport.tables import Tables
from tests.transport.wire import Caller, ids, refused
from tilts.ids import new_id

Callers = Callable[..., Caller]


@pytest.fixture
def who(exchange: Running, request: pytest.FixtureRequest) -> Somebody:
    place = sorted(name for name in dir(request.module) if name.startswith("test_"))
    return somebody(exchange, 90 + place.index(request.function.__name__))


@pytest.fixture
def hospital(caller: Callers, tables: Tables) -> Caller:
    """Its practitioner has broken no glass lately."""
    one = caller("hospital-2")
    tables.change(
        "INSERT INTO glass_release VALUES (%s, %s, clock_timestamp(), 'test', 'test')",
        new_id(),
        one.facts["practitioner"],
    )
    return one


def broken(caller: Caller, patient: str) -> str:
    """The token with which the patient is open now."""
    named(caller, patient)
    token = emergency(caller)
    answer = caller.post(f"Patient/{patient}/$break-glass", glass(), token=token)
    assert answer.status_code == 200, answer.text
    return token


def test_broken_glass_opens_one_patient_for_an_hour_to_one_practitioner(
    exchange: Running, caller: Callers, tables: Tables, hospital: Caller, who: Somebody
) -> None:
    line, other = written_for(caller, who), written_for(caller, somebody(exchange, 120))
    path = f"MedicationRequest/{line.request}"
    assert hospital.get(path).status_code == 404

    token = broken(hospital, who.patient)

    assert hospital.get(path, token=token).status_code == 200
    assert ids(hospital.found("Task", {"token": token}, patient=who.patient)) == [line.task]
    assert hospital.get(path).status_code == 404, "with a token for ordinary treatment it stays closed"
    assert hospital.get(f"MedicationRequest/{other.request}", token=token).status_code == 404
    assert caller("hospital").get(path, token=emergency(caller("hospital"))).status_code == 404
    answer = hospital.get(path, token=token)
    entry = tables.audit(answer.headers["x-request-id"])
    told = tables.rows("SELECT basis FROM audit_subject WHERE audit_id = %s", entry["audit_id"])
    assert (entry["purpose"], [one["basis"] for one in told]) == ("BTG", ["emergency"])
    with exchange.clock.moved(minutes=59):
        assert hospital.get(path, token=token).status_code == 200
    with exchange.clock.moved(minutes=61):
        gone = hospital.get(path, token=token)
        assert gone.status_code == 404
    assert tables.audit(gone.headers["x-request-id"])["detail"]["reason"] == "MAY-004"


def test_patient_and_officer_are_told_and_it_stands_in_the_list_of_accesses(
    caller: Callers, tables: Tables, hospital: Caller, who: Somebody
) -> None:
    before = tables.rows("SELECT letter_id FROM onboarding.letter")
    broken(hospital, who.patient)
    letters = tables.rows(
        "SELECT recipient, subject, text FROM onboarding.letter WHERE letter_id <> ALL(%s)",
        [row["letter_id"] for row in before],
    )
    glasses = tables.rows("SELECT glass_id, reason FROM broken_glass WHERE patient_id = %s", who.patient)
    assert len(glasses) == 1 and len(letters) == 2
    people = hospital.exchange.environment.population.resources
    person = next(one for one in people if one["id"] == who.patient)
    for letter in letters:
        assert str(glasses[0]["glass_id"]) in letter["text"]
        for secret in (person["name"][0]["family"], glasses[0]["reason"], who.patient):
            assert secret not in letter["text"] + letter["subject"]
    seen = caller("portal").found("AuditEvent", {"patient": who.patient})
    events = [entry["resource"]["subtype"][0]["code"] for entry in seen["entry"]]
    assert "glass.broken" in events
    one = next(
        each["resource"] for each in seen["entry"] if each["resource"]["subtype"][0]["code"] == "glass.broken"
    )
    details = {each["type"]: each["valueString"] for each in one["entity"][0]["detail"]}
    assert details == {
        "basis": "emergency",
        "reason": REASON,
        "reference": str(glasses[0]["glass_id"]),
    }


def test_a_ban_yields_to_an_emergency_unless_never(caller: Callers, hospital: Caller, who: Somebody) -> None:
    portal = caller("portal")
    line = written_for(caller, who)
    portal.post("Consent", consent(portal, who.patient), patient=who.patient)
    token = broken(hospital, who.patient)
    assert hospital.get(f"Task/{line.task}", token=token).status_code == 200
    portal.post("Consent", consent(portal, who.patient, never=True), patient=who.patient)
    assert hospital.get(f"Task/{line.task}", token=token).status_code == 404


def test_without_reason_confirmation_or_purpose_it_stays_whole(
    caller: Callers, tables: Tables, hospital: Caller, who: Somebody
) -> None:
    named(hospital, who.patient)
    address, token = f"Patient/{who.patient}/$break-glass", emergency(hospital)
    for body in (
        glass("too short"),
        glass("x" + " " * 40),
        glass(confirmed=False),
        parameters(reason="x" * 30),
    ):
        refused(hospital.post(address, body, token=token), 422, "MAY-006")
    refused(hospital.post(address, glass()), 403, "MAY-008")
    named(caller("practice-3"), who.patient)
    refused(caller("pharmacy-4").post(address, glass()), 403, "ACC-009")
    assert tables.rows("SELECT 1 FROM broken_glass WHERE patient_id = %s", who.patient) == []


def test_whom_nobody_named_cannot_be_opened_and_looks_missing(hospital: Caller, who: Somebody) -> None:
    token = emergency(hospital)
    there = hospital.post(f"Patient/{who.patient}/$break-glass", glass(), token=token)
    nowhere = hospital.post(f"Patient/{new_id()}/$break-glass", glass(), token=token)
    assert (there.status_code, there.content) == (nowhere.status_code, nowhere.content)
    assert there.status_code == 404


def test_an_emergency_is_never_a_search_for_people_or_a_worklist(hospital: Caller, who: Somebody) -> None:
    token = broken(hospital, who.patient)
    for kind, form in (
        ("Task", ""),
        ("MedicationRequest", ""),
        ("Patient", "family=a&given=b"),
        ("Patient", "identifier=1"),
    ):
        refused(hospital.post(f"{kind}/_search", form, token=token), 403, "MAY-005")
    refused(
        hospital.post("Patient/by-identity", parameters(system="urn:x", value="1"), token=token),
        403,
        "MAY-005",
    )
    assert hospital.get(f"Patient/{who.patient}", token=token).status_code == 200


def test_the_fourth_in_a_day_waits_for_a_supervisor(
    exchange: Running, caller: Callers, tables: Tables
) -> None:
    hospital = caller(
        "practice-6"
    )  # whose clock goes ahead here: its glass counts for none of the other tests
    people = [somebody(exchange, 130 + serial).patient for serial in range(4)]
    for patient in people:
        named(hospital, patient)
    token = emergency(hospital)
    answers = [hospital.post(f"Patient/{patient}/$break-glass", glass(), token=token) for patient in people]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 403]
    refused(answers[3], 403, "MAY-007")
    again = hospital.post(f"Patient/{people[0]}/$break-glass", glass(), token=token)
    assert again.json() == answers[0].json(), "what is open is not counted again"
    tables.change(
        "INSERT INTO glass_release VALUES (%s, %s, clock_timestamp(), 'test', 'looked at')",
        new_id(),
        hospital.facts["practitioner"],
    )
    assert hospital.post(f"Patient/{people[3]}/$break-glass", glass(), token=token).status_code == 200
    with exchange.clock.moved(hours=25):
        named(hospital, people[0])
        assert hospital.post(f"Patient/{people[0]}/$break-glass", glass(), token=token).status_code == 200


def test_many_at_once_open_no_more_than_three(exchange: Running, tables: Tables, hospital: Caller) -> None:
    people = [somebody(exchange, 140 + serial).patient for serial in range(8)]
    for patient in people:
        named(hospital, patient)
    token = emergency(hospital)
    with ThreadPoolExecutor(8) as threads:
        answers = list(
            threads.map(
                lambda one: hospital.post(f"Patient/{one}/$break-glass", glass(), token=token), people
            )
        )
    assert sorted(answer.status_code for answer in answers) == [200] * 3 + [403] * 5


def test_the_same_patient_twice_at_once_is_one_glass(tables: Tables, hospital: Caller, who: Somebody) -> None:
    named(hospital, who.patient)
    token = emergency(hospital)
    with ThreadPoolExecutor(4) as threads:
        answers = list(
            threads.map(
                lambda _: hospital.post(f"Patient/{who.patient}/$break-glass", glass(), token=token), range(4)
            )
        )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1


# The register of patients.


def test_an_entry_of_the_register_is_for_whoever_names_the_person(
    exchange: Running, caller: Callers, tables: Tables, who: Somebody
) -> None:
    stranger, path = caller(who.stranger), f"Patient/{who.patient}"
    hidden, missing = stranger.get(path), stranger.get(f"Patient/{new_id()}")
    assert (hidden.status_code, hidden.content) == (missing.status_code, missing.content)
    assert ids(stranger.found("Patient", _id=who.patient)) == []
    entry = tables.audit(hidden.headers["x-request-id"])
    assert entry["detail"]["reason"] == "MAY-011"
    assert len(tables.rows("SELECT 1 FROM audit_subject WHERE audit_id = %s", entry["audit_id"])) == 1

    named(stranger, who.patient)

    assert stranger.get(path).status_code == 200
    assert ids(stranger.found("Patient", _id=who.patient)) == [who.patient]
    with exchange.clock.moved(hours=25):
        assert stranger.get(path).status_code == 404
    assert caller(who.gp).get(path).status_code == 200, "a GP needs to name nobody"
    prescribed(stranger, who.patient)
    with exchange.clock.moved(hours=25):
        assert stranger.get(path).status_code == 200, "whoever wrote for a patient knows them"


def test_a_token_outlives_a_role_by_no_call(caller: Callers, tables: Tables) -> None:
    doctor = caller("practice-9")
    assert doctor.get(doctor.role).status_code == 200
    tables.change("UPDATE practitioner_role SET active = false WHERE role_id = %s", doctor.facts["role"])
    try:
        refused(doctor.get(doctor.role), 403, "MAY-009")
    finally:
        tables.change("UPDATE practitioner_role SET active = true WHERE role_id = %s", doctor.facts["role"])
    assert doctor.get(doctor.role).status_code == 200
