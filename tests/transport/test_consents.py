"""Bans and delegations, told through the real exchange: they hold at once, hide existence, and end."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.running import Running
from tests.transport.documents import consent, dispense, identifier_of, parameters, prescribed, presented
from tests.transport.sight import Somebody, for_another, somebody, written_for
from tests.transport.tables import Tables
from tests.transport.wire import Caller, ids, refused
from tilts.ids import new_id

Callers = Callable[..., Caller]


@pytest.fixture(scope="module")
def portal(caller: Callers) -> Caller:
    return caller("portal")


@pytest.fixture
def who(exchange: Running, request: pytest.FixtureRequest) -> Somebody:
    """Another patient for each test."""
    place = sorted(name for name in dir(request.module) if name.startswith("test_"))
    return somebody(exchange, 60 + place.index(request.function.__name__))


def given(portal: Caller, who: Somebody, kind: str = "ban", **provision: Any) -> str:
    answer = portal.post("Consent", consent(portal, who.patient, kind, **provision), patient=who.patient)
    assert answer.status_code == 201, answer.text
    made: str = answer.json()["id"]
    return made


def adult(exchange: Running, but: str) -> str:
    people = [one for one in exchange.environment.population.resources if one["resourceType"] == "Patient"]
    return next(one["id"] for one in people[45:] if one["birthDate"] < "1990" and one["id"] != but)


def sees(caller: Caller, path: str, **how: Any) -> bool:
    answer = caller.get(path, **how)
    assert answer.status_code in (200, 404), answer.text
    return answer.status_code == 200


def test_a_gp_sees_what_others_wrote_for_a_registered_patient_and_a_stranger_does_not(
    caller: Callers, tables: Tables, who: Somebody
) -> None:
    line = written_for(caller, who)
    for path in (f"MedicationRequest/{line.request}", f"Task/{line.task}"):
        assert sees(caller(who.gp), path) and not sees(caller(who.stranger), path)
    answer = caller(who.gp).get(f"MedicationRequest/{line.request}")
    entry = tables.audit(answer.headers["x-request-id"])
    subjects = tables.rows("SELECT basis FROM audit_subject WHERE audit_id = %s", entry["audit_id"])
    assert [one["basis"] for one in subjects] == ["home-doctor"]


def test_the_true_reason_of_what_is_hidden_stands_in_the_audit_entry_only(
    caller: Callers, portal: Caller, tables: Tables, who: Somebody
) -> None:
    line = written_for(caller, who)

    def reason(name: str) -> str:
        answer = caller(name).get(f"MedicationRequest/{line.request}")
        refused(
            answer,
            404,
            "WIRE-001"
            if "WIRE-001" in answer.text
            else answer.json()["issue"][0]["details"]["coding"][0]["code"],
        )
        assert "MAY-" not in answer.text
        told: str = tables.audit(answer.headers["x-request-id"])["detail"]["reason"]
        return told

    assert reason(who.stranger) == "MAY-001"
    assert reason("pharmacy-5") == "MAY-012"
    ban = given(portal, who)
    assert reason(who.gp) == "MAY-002"
    portal.post(f"Consent/{ban}/$end", patient=who.patient)
    given(portal, who, never=True)
    assert reason(who.gp) == "MAY-003"


def test_a_ban_of_the_whole_card_hides_all_from_all_but_its_author(
    caller: Callers, portal: Caller, who: Somebody
) -> None:
    line = written_for(caller, who)
    gp, shop = caller(who.gp), caller("pharmacy-9")
    presented(shop, line)
    assert sees(gp, f"Task/{line.task}")

    ban = given(portal, who)

    assert not sees(gp, f"Task/{line.task}")
    assert ids(gp.found("MedicationRequest", patient=who.patient)) == []
    assert gp.post("MedicationRequest/_search", f"patient={who.patient}&_summary=count").json()["total"] == 0
    assert ids(gp.found("Provenance", target=f"MedicationRequest/{line.request}")) == []
    assert sees(caller(who.prescriber), f"Task/{line.task}"), "who wrote it keeps it"
    assert sees(shop, f"MedicationRequest/{line.request}"), "the patient showed it at the counter"
    assert sees(portal, f"MedicationRequest/{line.request}", patient=who.patient)
    ended = portal.post(f"Consent/{ban}/$end", patient=who.patient)
    assert (ended.status_code, ended.json()["status"]) == (200, "inactive")
    assert sees(gp, f"Task/{line.task}")
    assert portal.get(f"Consent/{ban}/_history/1", patient=who.patient).json()["status"] == "active"


def test_a_ban_of_a_document_hides_it_with_all_that_belongs_to_it(
    caller: Callers, portal: Caller, who: Somebody
) -> None:
    hidden, shown = written_for(caller, who), written_for(caller, who)
    shop = caller("pharmacy-9")
    presented(shop, hidden)
    shop.post(f"Task/{hidden.task}/$claim")
    handed = shop.post("MedicationDispense", dispense(shop, hidden), signed=True).json()["id"]
    gp = caller(who.gp)
    assert sees(gp, f"MedicationDispense/{handed}")

    given(portal, who, documents=[f"MedicationRequest/{hidden.request}"])

    assert not sees(gp, f"MedicationRequest/{hidden.request}") and not sees(gp, f"Task/{hidden.task}")
    assert not sees(gp, f"MedicationDispense/{handed}")
    for target in (f"MedicationRequest/{hidden.request}", f"MedicationDispense/{handed}"):
        assert ids(gp.found("Provenance", target=target)) == []
    found = ids(gp.found("MedicationRequest", patient=who.patient))
    assert (shown.request in found, hidden.request in found) == (True, False)
    assert not sees(caller(who.prescriber), f"MedicationDispense/{handed}"), "another wrote that one"


def test_a_ban_of_a_dispense_hides_that_and_its_signature_only(
    caller: Callers, portal: Caller, who: Somebody
) -> None:
    line, shop, gp = written_for(caller, who), caller("pharmacy-9"), caller(who.gp)
    presented(shop, line)
    shop.post(f"Task/{line.task}/$claim")
    handed = shop.post("MedicationDispense", dispense(shop, line), signed=True).json()["id"]
    given(portal, who, documents=[f"MedicationDispense/{handed}"])
    assert not sees(gp, f"MedicationDispense/{handed}")
    assert ids(gp.found("Provenance", target=f"MedicationDispense/{handed}")) == []
    assert sees(gp, f"MedicationRequest/{line.request}")


def test_a_ban_for_hospitals_leaves_practices_their_sight(
    caller: Callers, portal: Caller, who: Somebody
) -> None:
    line = written_for(caller, who)
    given(portal, who, group="hospital")
    assert sees(caller(who.gp), f"Task/{line.task}")
    given(portal, who, group="practice")
    assert not sees(caller(who.gp), f"Task/{line.task}")


def test_a_ban_holds_in_its_period_only(
    exchange: Running, caller: Callers, portal: Caller, who: Somebody
) -> None:
    line = written_for(caller, who)
    period = {"start": "2999-01-01", "end": "2999-02-01"}
    given(portal, who, period=period)
    assert sees(caller(who.gp), f"Task/{line.task}")


def test_a_delegate_sees_the_whole_or_the_part_that_was_opened_until_it_ends(
    exchange: Running, caller: Callers, portal: Caller, who: Somebody
) -> None:
    part, rest = written_for(caller, who), written_for(caller, who)
    person = adult(exchange, who.patient)
    opened = given(portal, who, "delegation", person=person, documents=[f"MedicationRequest/{part.request}"])
    token = for_another(portal, person, who.patient)

    assert sees(portal, f"Task/{part.task}", token=token) and not sees(
        portal, f"Task/{rest.task}", token=token
    )
    assert ids(portal.found("MedicationRequest", {"token": token})) == [part.request]
    assert sees(portal, f"Patient/{who.patient}", token=token)
    refused(portal.post("AuditEvent/_search", "", token=token), 403, "ACC-013")
    number = {"system": "urn:oid:2.999.1.3.1.1", "value": code_of(exchange, person)}
    given(portal, who, "delegation", person=number)  # by person code: the patient knows no ids
    assert sees(portal, f"Task/{rest.task}", token=token)

    for consent_id in ids(portal.found("Consent", {"patient": who.patient}, patient=who.patient)):
        portal.post(f"Consent/{consent_id}/$end", patient=who.patient)
    refused(portal.get(f"Task/{part.task}", token=token), 403, "MAY-010")
    assert portal.get(f"Consent/{opened}", patient=who.patient).json()["status"] == "inactive"


def test_a_delegate_bans_but_does_not_delegate(
    exchange: Running, caller: Callers, portal: Caller, who: Somebody
) -> None:
    line, person = written_for(caller, who), adult(exchange, who.patient)
    third = caller("practice").exchange.environment.population.resources[-1]["id"]
    given(portal, who, "delegation", person=person, documents=[f"MedicationRequest/{line.request}"])
    token = for_another(portal, person, who.patient)
    wanted = consent(portal, who.patient, "delegation", person=third)
    refused(portal.post("Consent", wanted, token=token), 403, "CNS-001")
    refused(portal.post("Consent", consent(portal, who.patient), token=token), 403, "CNS-001")
    ban = consent(portal, who.patient, documents=[f"MedicationRequest/{line.request}"])
    assert portal.post("Consent", ban, token=token).json()["performer"] == [
        {"reference": f"Patient/{person}"}
    ]
    assert not sees(caller(who.gp), f"Task/{line.task}")


def test_a_delegate_sees_bans_and_their_own_delegation_but_not_whom_else_the_patient_named(
    exchange: Running, portal: Caller, tables: Tables, who: Somebody
) -> None:
    """As the portal's page: whom the patient named, only the patient sees, names and ends (Latvia 6.5)."""
    person = adult(exchange, who.patient)
    third = exchange.environment.population.resources[-1]["id"]
    ban, own = given(portal, who), given(portal, who, "delegation", person=person)
    others = [given(portal, who, kind, person=third) for kind in ("delegation", "collection")]
    token = for_another(portal, person, who.patient)

    def found(**how: Any) -> set[str]:
        return set(ids(portal.found("Consent", how)))

    assert found(token=token) == {ban, own}
    assert found(patient=who.patient) == {ban, own, *others}
    total = portal.post("Consent/_search", f"patient={who.patient}&_summary=count", token=token).json()[
        "total"
    ]
    assert total == 2
    for hidden in others:
        for path in (f"Consent/{hidden}", f"Consent/{hidden}/_history", f"Consent/{hidden}/_history/1"):
            assert not sees(portal, path, token=token)
        answer = portal.post(f"Consent/{hidden}/$end", token=token)
        refused(answer, 404, "WIRE-012")
        assert tables.audit(answer.headers["x-request-id"])["detail"]["reason"] == "MAY-013"
    ended = portal.post(f"Consent/{ban}/$end", token=token)  # a whole delegation: bans too, at any time
    assert ended.json()["status"] == "inactive"


def test_a_right_to_collect_opens_no_document(exchange: Running, portal: Caller, who: Somebody) -> None:
    person = adult(exchange, who.patient)
    given(portal, who, "collection", person=person)
    with pytest.raises(AssertionError, match="TOK-"):
        for_another(portal, person, who.patient)


def test_a_parent_acts_for_a_child(
    exchange: Running, caller: Callers, portal: Caller, tables: Tables
) -> None:
    row = tables.rows("SELECT patient_id, person_id FROM guardian WHERE ends_at > now() ORDER BY 1 LIMIT 1")[
        0
    ]
    child, parent = str(row["patient_id"]), str(row["person_id"])
    line = prescribed(caller("practice-3"), child)
    token = for_another(portal, parent, child)
    answer = portal.get(f"Task/{line.task}", token=token)
    entry = tables.audit(answer.headers["x-request-id"])
    basis = tables.rows("SELECT basis FROM audit_subject WHERE audit_id = %s", entry["audit_id"])[0]["basis"]
    assert (answer.status_code, basis, str(entry["acting_patient_id"])) == (200, "guardian", parent)
    ban = portal.post("Consent", consent(portal, child), token=token)
    assert ban.status_code == 201
    assert portal.post(f"Consent/{ban.json()['id']}/$end", token=token).status_code == 200
    with exchange.clock.moved(days=19 * 365):  # of age: business time, so the token is still alive
        refused(portal.get(f"Task/{line.task}", token=token), 403, "MAY-010")


def test_what_was_asked_for_on_paper_is_entered_with_its_number(caller: Callers, who: Somebody) -> None:
    line, authority = written_for(caller, who), caller("authority")
    wanted = consent(authority, who.patient)
    refused(authority.post("Consent", wanted), 422, "CNS-005")
    paper = {"identifier": {"system": "urn:tilts:paper", "value": "P-2026-17"}}
    made = authority.post(
        "Consent", {**wanted, "identifier": [identifier_of(authority)], "sourceReference": paper}
    )
    assert made.status_code == 201, made.text
    assert not sees(caller(who.gp), f"Task/{line.task}")
    ending = f"Consent/{made.json()['id']}/$end"
    refused(authority.post(ending), 422, "CNS-005")
    assert authority.post(ending, parameters(evidence="P-2026-18")).status_code == 200
    assert sees(caller(who.gp), f"Task/{line.task}")


def test_nobody_elses_consents_are_seen(
    exchange: Running, caller: Callers, portal: Caller, who: Somebody
) -> None:
    ban = given(portal, who)
    other = adult(exchange, who.patient)
    for path in (f"Consent/{ban}", f"Consent/{ban}/_history/1"):
        assert not sees(portal, path, patient=other)
        assert not sees(caller("authority"), path)
        refused(caller(who.gp).get(path), 403, "ACC-009")
    assert ids(portal.found("Consent", {"patient": other}, patient=who.patient)) == []
    assert portal.post(f"Consent/{ban}/$end", patient=other).status_code == 404


def wrong(exchange: Running, portal: Caller, who: Somebody) -> dict[str, tuple[dict[str, Any], str]]:
    person = adult(exchange, who.patient)
    ban = consent(portal, who.patient)
    return {
        "draft": ({**ban, "status": "draft"}, "CNS-002"),
        "two in one": ({**ban, "category": ban["category"] * 2}, "CNS-002"),
        "a ban that permits": (consent(portal, who.patient, type="permit"), "CNS-002"),
        "with an exception": (consent(portal, who.patient, provision=[{"type": "permit"}]), "CNS-002"),
        "never, for a delegate": (
            consent(portal, who.patient, "delegation", person=person, never=True),
            "CNS-002",
        ),
        "a ban of pharmacies": (consent(portal, who.patient, group="pharmacy"), "CNS-002"),
        "nobody named": (consent(portal, who.patient, "delegation"), "CNS-002"),
        "over": (consent(portal, who.patient, period={"end": "2020-01-01"}), "CNS-003"),
        "a document of nobody": (
            consent(portal, who.patient, documents=[f"MedicationRequest/{new_id()}"]),
            "CNS-004",
        ),
        "another type": (consent(portal, who.patient, documents=[f"Patient/{who.patient}"]), "CNS-004"),
        "an unknown person": (consent(portal, who.patient, "delegation", person=str(new_id())), "CNS-006"),
        "oneself": (consent(portal, who.patient, "delegation", person=who.patient), "CNS-006"),
        "a wrong code": (
            consent(portal, who.patient, "delegation", person={"system": "urn:x", "value": "1"}),
            "CNS-006",
        ),
        "another patient": (consent(portal, person), "CNS-008"),
    }


def test_what_cannot_be_held_to_is_not_recorded(
    exchange: Running, portal: Caller, tables: Tables, who: Somebody
) -> None:
    for name, (document, rule_id) in wrong(exchange, portal, who).items():
        with tables.unchanged():
            answer = portal.post(
                "Consent", {**document, "identifier": [identifier_of(portal)]}, patient=who.patient
            )
            refused(answer, 422, rule_id), name
    assert tables.rows("SELECT 1 FROM consent WHERE patient_id = %s", who.patient) == []


def test_a_repeated_consent_is_one_consent(portal: Caller, tables: Tables, who: Somebody) -> None:
    wanted = consent(portal, who.patient)
    first, second = (portal.post("Consent", wanted, patient=who.patient) for _ in range(2))
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert len(tables.rows("SELECT 1 FROM consent WHERE patient_id = %s", who.patient)) == 1


def test_ended_twice_at_once_it_ends_once(caller: Callers, portal: Caller, who: Somebody) -> None:
    ban = given(portal, who)
    with ThreadPoolExecutor(8) as threads:
        answers = list(
            threads.map(lambda _: portal.post(f"Consent/{ban}/$end", patient=who.patient), range(8))
        )
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    assert all(answer.status_code == 200 or "CNS-007" in answer.text for answer in answers)


def test_from_the_answer_to_a_ban_on_nothing_more_is_read(
    caller: Callers, portal: Caller, who: Somebody
) -> None:
    """Readers run while the ban is given: every read begun after its answer is hidden."""
    line, gp = written_for(caller, who), caller(who.gp)
    banned = False
    seen_after: list[bool] = []

    def look(_: int) -> None:
        after = banned
        seen = sees(gp, f"Task/{line.task}")
        if after:
            seen_after.append(seen)

    with ThreadPoolExecutor(4) as threads:
        early = [threads.submit(look, n) for n in range(12)]
        given(portal, who)
        banned = True
        for future in [*early, *(threads.submit(look, n) for n in range(12))]:
            future.result()
    assert len(seen_after) >= 12 and not any(seen_after)


def code_of(exchange: Running, patient: str) -> str:
    people = exchange.environment.population.resources
    code: str = next(one for one in people if one["id"] == patient)["identifier"][0]["value"]
    return code


def collected(pharmacy: Caller, person: dict[str, Any], collector: str) -> list[str]:
    """The Tasks that open to somebody who names the patient and shows only who they are."""
    body = parameters(family=person["name"][0]["family"], given=person["name"][0]["given"][0])
    number = {"system": "urn:oid:2.999.1.3.1.1", "value": collector}
    body["parameter"].append({"name": "collector", "valueIdentifier": number})
    answer = pharmacy.post("Task/$find", body)
    assert answer.status_code == 200, answer.text
    return ids(answer.json())


def test_who_may_collect_needs_no_number_and_others_do(
    exchange: Running, caller: Callers, portal: Caller, tables: Tables, who: Somebody
) -> None:
    line, pharmacy = written_for(caller, who), caller("pharmacy-4")
    patient = next(one for one in exchange.environment.population.resources if one["id"] == who.patient)
    person = adult(exchange, who.patient)
    code = code_of(exchange, person)
    assert collected(pharmacy, patient, code) == []
    given(portal, who, "delegation", person=person)
    assert collected(pharmacy, patient, code) == [], "who sees it at the portal reads the number there"
    right = given(portal, who, "collection", person=person)

    assert collected(pharmacy, patient, code) == [line.task]
    assert collected(pharmacy, patient, "32000000000") == []
    assert sees(pharmacy, f"Task/{line.task}")
    told = tables.rows("SELECT basis FROM audit_subject WHERE patient_id = %s", who.patient)
    assert "collected" in {one["basis"] for one in told}

    ban = given(portal, who, documents=[f"MedicationRequest/{line.request}"])
    other = written_for(caller, who)
    assert collected(pharmacy, patient, code) == [other.task], "what is forbidden opens by its number only"
    portal.post(f"Consent/{ban}/$end", patient=who.patient)
    assert set(collected(pharmacy, patient, code)) == {line.task, other.task}
    portal.post(f"Consent/{right}/$end", patient=who.patient)
    assert collected(pharmacy, patient, code) == []


def test_a_parent_collects_for_a_child(exchange: Running, caller: Callers, tables: Tables) -> None:
    [row] = tables.rows(
        "SELECT patient_id, person_id FROM guardian WHERE ends_at > now() ORDER BY 1 DESC LIMIT 1"
    )
    child = next(
        one for one in exchange.environment.population.resources if one["id"] == str(row["patient_id"])
    )
    line = prescribed(caller("practice-3"), child["id"])
    found = collected(caller("pharmacy-4"), child, code_of(exchange, str(row["person_id"])))
    assert line.task in found


def test_PRE_011_number_and_collector_are_not_shown_together(caller: Callers) -> None:
    body = parameters(number="7K3M-Q2XR-9TBV", family="Nobody", given="At All")
    number = {"system": "urn:oid:2.999.1.3.1.1", "value": "32000000000"}
    body["parameter"].append({"name": "collector", "valueIdentifier": number})
    refused(caller("pharmacy-4").post("Task/$find", body), 400, "PRE-011")


def test_whom_the_patient_named_gives_it_up_and_the_patient_is_told(
    exchange: Running, caller: Callers, portal: Caller, tables: Tables, who: Somebody
) -> None:
    line, person = written_for(caller, who), adult(exchange, who.patient)
    part = given(portal, who, "delegation", person=person, documents=[f"MedicationRequest/{line.request}"])
    right = given(portal, who, "collection", person=person)
    token = for_another(portal, person, who.patient)
    stranger = somebody(exchange, 58).patient
    refused(portal.post(f"Consent/{right}/$end", patient=stranger), 404, "WIRE-012")
    before = tables.rows("SELECT letter_id FROM onboarding.letter")

    assert portal.post(f"Consent/{part}/$end", token=token).json()["status"] == "inactive"
    refused(portal.get(f"Task/{line.task}", token=token), 403, "MAY-010")
    answer = portal.post(f"Consent/{right}/$end", patient=person)  # who only collects acts for nobody
    assert answer.status_code == 200, answer.text
    refused(portal.post(f"Consent/{right}/$end", patient=person), 409, "CNS-007")

    letters = tables.rows(
        "SELECT text FROM onboarding.letter WHERE letter_id <> ALL(%s) AND subject LIKE '%%given it up%%'",
        [row["letter_id"] for row in before],
    )
    assert {part, right} == {one for one in (part, right) for row in letters if one in row["text"]}
    assert not any(who.patient in row["text"] or person in row["text"] for row in letters)
    entry = tables.audit(answer.headers["x-request-id"])
    [told] = tables.rows("SELECT patient_id, basis FROM audit_subject WHERE audit_id = %s", entry["audit_id"])
    assert (str(told["patient_id"]), told["basis"], str(entry["acting_patient_id"])) == (
        who.patient,
        "delegate",
        person,
    )
