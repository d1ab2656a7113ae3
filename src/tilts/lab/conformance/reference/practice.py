"""The reference system as a practice (PRA): prescribes, repeats, cancels, and makes the mistakes it is told to."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4

from tilts.lab.conformance.reference.connection import DOSAGE, Facts, Tester
from tilts_connector import Exchange, Practice, Prescription, PrescriptionOrder, Refused, Unreachable, packs
from tilts_fhir.json_strict import encode


def order(facts: Facts, count: int = 3, identifier: str | None = None) -> PrescriptionOrder:
    return PrescriptionOrder(facts["medicine"], packs(count), DOSAGE, identifier=identifier)


def one_line(tester: Tester, facts: Facts) -> None:
    with tester.client.connect() as exchange:
        for _ in range(2 if tester.habits.writes_twice else 1):
            Practice(exchange).prescribe(facts["patient"], order(facts))


def three_lines(tester: Tester, facts: Facts) -> None:
    with tester.client.connect() as exchange:
        practice = Practice(exchange)
        if tester.habits.lines_one_by_one:
            for _ in range(3):
                practice.prescribe(facts["patient"], order(facts))
        else:
            practice.prescribe_several(facts["patient"], [order(facts, count) for count in (1, 2, 3)])


def written(tester: Tester, facts: Facts, identifier: str | None) -> dict[str, Any]:
    """A MedicationRequest as this system writes it; without an identifier where none is given."""
    entry = tester.client.entry
    resource: dict[str, Any] = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"text": facts["medicine"]},
        "subject": {"reference": f"Patient/{facts['patient']}"},
        "requester": {"reference": f"PractitionerRole/{entry['role']}"},
        "dosageInstruction": [{"text": DOSAGE}],
        "dispenseRequest": {"quantity": packs(3).to_fhir()},
    }
    if identifier is not None:
        resource["identifier"] = [{"system": f"urn:uuid:{entry['org']}", "value": identifier}]
    return resource


def wrong_then_right(tester: Tester, facts: Facts, wrong: Callable[[Exchange], None], times: int = 1) -> None:
    with tester.client.connect() as exchange:
        for _ in range(times):
            wrong(exchange)
        Practice(exchange).prescribe(facts["patient"], order(facts))


def without_identifier(tester: Tester, facts: Facts) -> None:
    body = encode(written(tester, facts, None))

    def wrong(exchange: Exchange) -> None:
        token, signature = exchange.bearer_token(), exchange.signature_of(body)
        tester.client.send("POST", "MedicationRequest", token, body, X_Provenance=signature)

    wrong_then_right(tester, facts, wrong)


def unsigned(tester: Tester, facts: Facts) -> None:
    body = encode(written(tester, facts, str(uuid4())))

    def wrong(exchange: Exchange) -> None:
        tester.client.send("POST", "MedicationRequest", exchange.bearer_token(), body)

    wrong_then_right(tester, facts, wrong, 2 if tester.habits.sends_unsigned_again else 1)


def changed_after_signing(tester: Tester, facts: Facts) -> None:
    resource = written(tester, facts, str(uuid4()))
    body = encode(resource)
    changed = encode({**resource, "dispenseRequest": {"quantity": packs(30).to_fhir()}})

    def wrong(exchange: Exchange) -> None:
        token, signature = exchange.bearer_token(), exchange.signature_of(body)
        tester.client.send("POST", "MedicationRequest", token, changed, X_Provenance=signature)

    wrong_then_right(tester, facts, wrong)


def cancel(tester: Tester, facts: Facts) -> None:
    with tester.client.connect() as exchange:
        practice = Practice(exchange)
        made = practice.prescribe(facts["patient"], order(facts))
        practice.cancel(made.lines[0].task_id, "therapy-changed")


def cancel_what_is_held(tester: Tester, facts: Facts) -> None:
    with tester.client.connect() as exchange:
        practice = Practice(exchange)
        made = practice.prescribe(facts["patient"], order(facts))
        tester.go_on()
        for _ in range(3 if tester.habits.cancels_over_and_over else 1):
            with suppress(Refused):
                practice.cancel(made.lines[0].task_id, "therapy-changed")


def lost_reply(tester: Tester, facts: Facts) -> None:
    """The connector repeats by itself, with the same identifier and the same bytes."""
    forgetful = tester.habits.new_identifier_on_repeat
    with tester.client.connect(tries=1 if forgetful else 3) as exchange:
        prescribed(Practice(exchange), facts, tries=2 if forgetful else 1)


def prescribed(practice: Practice, facts: Facts, tries: int) -> Prescription | None:
    for _ in range(tries):
        with suppress(Unreachable):
            return practice.prescribe(facts["patient"], order(facts))
    return None


def identifier_used_again(tester: Tester, facts: Facts) -> None:
    identifier = str(uuid4())
    with tester.client.connect() as exchange:
        practice = Practice(exchange)
        practice.prescribe(facts["patient"], order(facts, 1, identifier))
        with suppress(Refused):
            practice.prescribe(facts["patient"], order(facts, 2, identifier))
        practice.prescribe(facts["patient"], order(facts, 2))


def seen_by_patient(tester: Tester, facts: Facts) -> None:
    with tester.client.connect() as exchange:
        Practice(exchange).prescribe(facts["patient"], order(facts))
    tester.go_on()


def code_in_address(tester: Tester, facts: Facts) -> None:
    with tester.client.connect() as exchange:
        for _ in range(2 if tester.habits.code_in_address_again else 1):
            path = f"Patient?identifier={facts['person_code']}"
            tester.client.send("GET", path, exchange.bearer_token())
        Practice(exchange).find_patient(facts["person_code"])
