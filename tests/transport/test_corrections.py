"""Corrections on the wire: withdraw, amend and the cancellation that comes early, signed and repeated."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from tests.transport.documents import (
    dispense,
    handed_out,
    identifier_of,
    line_of,
    parameters,
    prescribed,
    prescription,
)
from tests.transport.wire import Caller, refused
from tilts_fhir.json_strict import decode


def amendment(document: dict[str, Any], reason: str = "wrong-batch") -> dict[str, Any]:
    told = parameters(reason=reason)
    told["parameter"].append({"name": "dispense", "resource": document})
    return told


def cancelling(identifier: dict[str, str], reason: str = "wrong-patient") -> dict[str, Any]:
    told = parameters(reason=reason)
    told["parameter"].append({"name": "identifier", "valueIdentifier": identifier})
    return told


def test_a_withdrawn_dispense_is_entered_in_error_and_the_patient_sees_both(
    practice: Caller, pharmacy: Caller, caller: Callable[..., Caller], patient: str
) -> None:
    line = prescribed(practice, patient)
    made = handed_out(pharmacy, line, packs=2)
    path, key = f"MedicationDispense/{made['id']}", str(uuid4())
    answer = pharmacy.post(f"{path}/$withdraw", parameters(reason="not-collected"), key=key)
    again = pharmacy.post(f"{path}/$withdraw", parameters(reason="not-collected"), key=key)

    assert answer.status_code == again.status_code == 200, answer.text
    assert again.headers["idempotency-replayed"] == "true" and again.content == answer.content
    assert decode(answer.content)["status"] == "entered-in-error"
    portal = caller("portal")
    assert decode(portal.get(path, patient=patient).content)["status"] == "entered-in-error"
    before = portal.get(f"{path}/_history/1", patient=patient)
    assert decode(before.content)["status"] == "completed"
    task = decode(pharmacy.get(f"Task/{line.task}").content)
    assert task["businessStatus"]["coding"][0]["code"] == "claimed"
    request = decode(practice.get(f"MedicationRequest/{line.request}").content)
    assert request["status"] == "active"


def test_an_amended_dispense_is_signed_and_a_new_version(
    practice: Caller, pharmacy: Caller, patient: str
) -> None:
    line = prescribed(practice, patient)
    made = handed_out(pharmacy, line)
    changed = dispense(pharmacy, line, packs=2, identifier=made["identifier"])
    path = f"MedicationDispense/{made['id']}/$amend"

    refused(pharmacy.post(path, amendment(changed)), 400, "SIG-001")
    answer = pharmacy.post(path, amendment(changed), signed=True)
    assert answer.status_code == 200, answer.text
    assert (decode(answer.content)["id"], answer.headers["etag"]) == (made["id"], 'W/"2"')
    found = pharmacy.found("Provenance", target=f"MedicationDispense/{made['id']}")["entry"]
    assert len(found) == 2, "the signature of each version"


def test_dsp_036_and_dsp_034_what_is_wanting_is_named(
    practice: Caller, pharmacy: Caller, patient: str
) -> None:
    made = handed_out(pharmacy, prescribed(practice, patient))
    path = f"MedicationDispense/{made['id']}"

    refused(pharmacy.post(f"{path}/$withdraw"), 400, "DSP-034")
    refused(pharmacy.post(f"{path}/$amend", parameters(reason="other"), signed=True), 400, "DSP-036")


def test_a_prescription_that_comes_after_its_cancellation_is_born_cancelled(
    practice: Caller, patient: str
) -> None:
    identifier = identifier_of(practice)
    early = practice.post("Task/$cancel", cancelling(identifier), signed=True)
    assert early.status_code == 200, early.text
    told = decode(early.content)
    assert (told["status"], told["focus"]["identifier"]) == ("cancelled", identifier)

    answer = practice.post(
        "MedicationRequest", prescription(practice, patient, identifier=[identifier]), signed=True
    )
    assert answer.status_code == 201, answer.text
    document = decode(answer.content)
    assert document["status"] == "cancelled"
    line = line_of(practice, document, patient)
    task = decode(practice.get(f"Task/{line.task}").content)
    assert task["businessStatus"]["coding"][0]["code"] == "cancelled"
    assert task["statusReason"]["coding"][0]["code"] == "wrong-patient"


def test_a_known_line_is_cancelled_by_its_identifier(practice: Caller, patient: str) -> None:
    identifier = identifier_of(practice)
    line = prescribed(practice, patient, identifier=[identifier])
    answer = practice.post("Task/$cancel", cancelling(identifier), signed=True)

    assert answer.status_code == 200, answer.text
    assert decode(answer.content)["id"] == line.task
    refused(practice.post("Task/$cancel", parameters(reason="other"), signed=True), 400, "PRE-031")
