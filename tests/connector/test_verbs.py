"""A practice, a pharmacy and a patient through the connector, and what they get when there is no answer."""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from joserfc import jws
from joserfc.jwk import ECKey
from starlette.responses import Response

from tests.connector.clinic import NUMBER
from tests.connector.keys import Held
from tests.connector.peer import Peer, answers, cuts_the_line, outcome
from tilts_connector import (
    AsyncExchange,
    AsyncPharmacy,
    AsyncPractice,
    Coding,
    Credentials,
    Exchange,
    Misused,
    Options,
    PatientPortal,
    Pharmacy,
    Practice,
    PrescriptionOrder,
    Quantity,
    Refused,
    Seen,
    Unreachable,
    packs,
)

MEDICINE = Coding("urn:oid:2.999.1.3.9", "00-0123", "Amoxicillin 500 mg")


def an_order(**facts: object) -> PrescriptionOrder:
    order = PrescriptionOrder(MEDICINE, packs(2), "1 tablet 3 times a day")
    return replace(order, **facts)  # type: ignore[arg-type]


@pytest.fixture
def exchange(peer: Peer, credentials: Credentials, options: Options) -> Iterator[Exchange]:
    with Exchange(f"{peer.url}/fhir/r4", credentials, options=options) as one:
        yield one


def test_a_prescription_from_the_practice_to_the_counter(exchange: Exchange) -> None:
    practice, pharmacy = Practice(exchange), Pharmacy(exchange)

    person = practice.find_patient("100390-25379")
    prescription = practice.prescribe(person.id, an_order(valid_to=date(2026, 12, 31)))
    [line] = pharmacy.find(prescription.number, person.family, "Anna")
    held = pharmacy.claim(line.task_id)
    dispensed = pharmacy.dispense(held, 1)

    assert (prescription.number, prescription.lines[0].task_id) == (NUMBER, line.task_id)
    assert line.remaining == packs(2)
    assert (held.state, held.holder) == ("claimed", "Organization/org-1")
    assert dispensed.quantity == packs(1)
    assert pharmacy.release(line.task_id, "not-in-stock").state == "ready"
    assert practice.cancel(line.task_id, "therapy-changed").state == "cancelled"
    assert practice.state(line.task_id).state == "cancelled"


@pytest.mark.anyio
async def test_the_same_with_an_event_loop(peer: Peer, credentials: Credentials, options: Options) -> None:
    async with AsyncExchange(f"{peer.url}/fhir/r4", credentials, options=options) as exchange:
        prescription = await AsyncPractice(exchange).prescribe("patient-1", an_order())
        [line] = await AsyncPharmacy(exchange).find(prescription.number, "Bērziņa", "Anna")
        dispensed = await AsyncPharmacy(exchange).dispense(line, packs(2))

    assert dispensed.quantity.value == Decimal(2)


def test_the_signature_is_over_the_exact_bytes_of_the_body(
    exchange: Exchange, peer: Peer, held: Held
) -> None:
    Practice(exchange).prescribe("patient-1", an_order())

    [sent] = peer.seen("/MedicationRequest")
    provenance = json.loads(sent.headers["x-provenance"])
    head, payload, signature = base64.b64decode(provenance["signature"][0]["data"]).decode().split(".")
    assert payload == ""
    body = base64.urlsafe_b64encode(sent.body).decode().rstrip("=")
    verified = jws.deserialize_compact(f"{head}.{body}.{signature}", ECKey.import_key(held.jwk))
    assert verified.headers() == {"alg": "ES256", "kid": "key-1"}
    assert provenance["agent"][0]["who"] == {"reference": "PractitionerRole/role-1"}


def test_an_amount_keeps_all_its_digits(exchange: Exchange, peer: Peer) -> None:
    order = an_order(quantity=Quantity(Decimal("1.50"), "mL", "http://unitsofmeasure.org", "mL"))

    prescription = Practice(exchange).prescribe("patient-1", order)

    assert b'"value":1.50' in peer.seen("/MedicationRequest")[0].body
    assert str(prescription.lines[0].remaining) == str(order.quantity)


def test_a_broken_line_is_tried_again_with_the_same_bytes(
    exchange: Exchange, peer: Peer, calls: list[Seen]
) -> None:
    peer.plant("/MedicationRequest", cuts_the_line, answers(lambda: outcome(503, "SRV-001", {})))

    Practice(exchange).prescribe("patient-1", an_order())

    tries = peer.seen("/MedicationRequest")
    assert len(tries) == 3
    assert len({(one.body, one.headers["x-provenance"], one.headers["x-request-id"]) for one in tries}) == 1


def test_what_had_no_answer_is_repeated_with_its_key_and_done_once(
    exchange: Exchange, peer: Peer, calls: list[Seen]
) -> None:
    practice = Practice(exchange)
    peer.plant("/MedicationRequest", *[answers(lambda: Response(status_code=504))] * 3)
    with pytest.raises(Unreachable) as error:
        practice.prescribe("patient-1", an_order())

    first = practice.prescribe("patient-1", an_order(identifier=error.value.key))
    again = practice.prescribe("patient-1", an_order(identifier=error.value.key))

    assert first == again
    assert [one.replayed for one in calls if one.path.endswith("/MedicationRequest")][-2:] == [False, True]


def test_a_claim_is_repeated_with_the_same_key(exchange: Exchange, peer: Peer) -> None:
    prescription = Practice(exchange).prescribe("patient-1", an_order())
    peer.plant("$claim", cuts_the_line)

    Pharmacy(exchange).claim(prescription.lines[0].task_id)

    keys = [one.headers["idempotency-key"] for one in peer.seen("$claim")]
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_a_state_that_does_not_allow_it_is_refused_with_its_facts(exchange: Exchange, peer: Peer) -> None:
    facts = {"holder": "Saules aptieka", "lease_until": "2026-11-23T12:00:00+02:00"}
    peer.plant("$claim", answers(lambda: outcome(409, "DSP-003", facts, "Held by another pharmacy.")))

    with pytest.raises(Refused) as error:
        Pharmacy(exchange).claim("task-1")

    refused = error.value
    assert (refused.status, refused.rule_id, refused.facts) == (409, "DSP-003", facts)
    assert (refused.text, refused.advice) == ("Held by another pharmacy.", "Ask the holder.")
    assert refused.request_id == "quoted-1"
    assert len(peer.seen("$claim")) == 1


def test_a_fault_of_the_exchange_is_unreachable_and_not_tried_again(exchange: Exchange, peer: Peer) -> None:
    peer.plant("patient-1", answers(lambda: Response(status_code=500, headers={"X-Request-Id": "q-2"})))

    with pytest.raises(Unreachable) as error:
        exchange.read("Patient", "patient-1")

    assert (error.value.status, error.value.request_id, error.value.tries) == (500, "q-2", 1)


def test_a_long_retry_after_is_handed_to_the_caller(exchange: Exchange, peer: Peer) -> None:
    peer.plant("patient-1", answers(lambda: Response(status_code=429, headers={"Retry-After": "60"})))

    with pytest.raises(Unreachable) as error:
        exchange.read("Patient", "patient-1")

    assert (error.value.retry_after_seconds, error.value.tries) == (60, 1)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"resourceType": "Task"}', b'{"a": 1, "a": 2}'])
def test_an_answer_that_cannot_be_read_is_unreachable(body: bytes, exchange: Exchange, peer: Peer) -> None:
    peer.plant("task-1", answers(lambda: Response(body)))

    with pytest.raises(Unreachable, match="cannot be read"):
        Practice(exchange).state("task-1")


def test_a_create_without_an_identifier_is_sent_once(exchange: Exchange, peer: Peer) -> None:
    peer.plant("/Consent", cuts_the_line)

    with pytest.raises(Unreachable) as error:
        exchange.create({"resourceType": "Consent"})

    assert (error.value.tries, error.value.repeatable, error.value.key) == (1, False, None)


def test_several_lines_have_one_number_and_one_signature(exchange: Exchange, peer: Peer) -> None:
    orders = [an_order(), an_order(medication="Zinc ointment")]

    prescription = Practice(exchange).prescribe_several("patient-1", orders, key="visit-1")
    again = Practice(exchange).prescribe_several("patient-1", orders, key="visit-1")

    assert prescription == again
    assert prescription.number == NUMBER
    assert len({line.task_id for line in prescription.lines}) == 2
    requests = [line.medication_request for line in prescription.lines]
    assert requests[1] is not None
    assert requests[1]["medicationCodeableConcept"] == {"text": "Zinc ointment"}


def test_a_line_says_what_may_be_done_and_why_not(exchange: Exchange) -> None:
    Practice(exchange).prescribe("patient-1", an_order())

    [prescription] = Practice(exchange).my_prescriptions("patient-1")

    [line] = prescription.lines
    assert line.may("claim")
    assert not line.may("dispense")
    assert line.why_not("dispense") == "Not held."


def test_a_wrong_name_finds_nothing(exchange: Exchange) -> None:
    assert Pharmacy(exchange).find(NUMBER, "Ozola", "Anna") == []


def test_all_pages_of_a_search_are_read(exchange: Exchange, peer: Peer) -> None:
    for _ in range(3):
        Practice(exchange).prescribe("patient-1", an_order())
    peer.clinic.page_size = 2

    pages = list(exchange.search("MedicationRequest", {"patient": "Patient/patient-1"}))

    assert len(pages) == 2
    assert pages[0].next_url is not None


def test_a_next_link_to_another_host_is_not_followed(exchange: Exchange, peer: Peer) -> None:
    link = '[{"relation": "next", "url": "https://elsewhere.example/x"}]'
    body = f'{{"resourceType": "Bundle", "link": {link}}}'
    peer.plant("_search", answers(lambda: Response(body)))

    with pytest.raises(Unreachable, match="another host"):
        list(exchange.search("Task", {"patient": "Patient/patient-1"}))


def test_a_patient_sees_who_looked(exchange: Exchange, peer: Peer) -> None:
    [access] = PatientPortal(exchange).accesses("patient-1")

    assert access.at.astimezone(UTC) == datetime(2026, 11, 23, 8, 0, 0, 123000, UTC)
    assert (access.organization, access.practitioner) == ("Saules aptieka", "Jānis Kalniņš")
    assert (access.role, access.purpose, access.action) == ("pharmacist", "TREAT", "prescription.claimed")
    assert (access.what, access.effect, access.refused) == (("Task/task-1",), "updated", True)
    b2b = peer.claims[-1]["extensions"]["hl7-b2b"]
    assert (b2b["purpose_of_use"], b2b["patient"], "subject_id" in b2b) == (["PATRQT"], "patient-1", False)


def test_a_patient_does_not_show_when_printed(exchange: Exchange) -> None:
    person = Practice(exchange).find_patient("10039025379")

    assert repr(person) == "Person(id='patient-1')"
    assert (person.given, person.birthdate) == ("Anna Marta", date(1980, 5, 17))


def test_an_unknown_person_code_is_refused(exchange: Exchange) -> None:
    with pytest.raises(Refused) as error:
        Practice(exchange).find_patient("32999000000")

    assert error.value.status == 404


@pytest.mark.parametrize("code", ["", "1234", "3299901234a", "329990123456"])
def test_what_is_no_person_code_is_misused_and_not_repeated(code: str, exchange: Exchange) -> None:
    with pytest.raises(Misused) as error:
        Practice(exchange).find_patient(code)

    assert not code or code not in str(error.value)


def test_misuse_is_told_before_anything_is_sent(
    peer: Peer, credentials: Credentials, options: Options
) -> None:
    nobody = replace(credentials, practitioner_id=None, role_id=None)
    with Exchange(f"{peer.url}/fhir/r4", nobody, options=options) as exchange:
        with pytest.raises(Misused, match="practitioner"):
            Practice(exchange).prescribe("patient-1", an_order())
        with pytest.raises(Misused, match="nothing to prescribe"):
            Practice(exchange).prescribe_several("patient-1", [])
        with pytest.raises(Misused, match="visible"):
            exchange.operation("Task/1/$claim", None, key="with blank")

    assert peer.received == []
