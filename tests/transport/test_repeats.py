"""A repeated call answers as the first time: creates by their identifier, the rest by Idempotency-Key."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.transport.documents import (
    bundle,
    claimed,
    dispense,
    parameters,
    prescribed,
    prescription,
    presented,
)
from tests.transport.tables import Tables
from tests.transport.wire import Caller, refused


def same_answer(first: httpx.Response, again: httpx.Response) -> None:
    """Status, body and the headers that speak of the content; and it says that it is a repeat."""
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    for name in ("content-type", "etag", "last-modified", "location"):
        assert again.headers.get(name) == first.headers.get(name), name
    assert (again.status_code, again.content) == (first.status_code, first.content)


def test_a_create_sent_again_answers_as_the_first_time(
    practice: Caller, patient: str, tables: Tables
) -> None:
    body = json.dumps(prescription(practice, patient)).encode()
    first = practice.post("MedicationRequest", body, signed=True)
    with tables.unchanged():
        again = practice.post("MedicationRequest", body, signed=True)
    same_answer(first, again)


def test_a_dispense_sent_again_answers_as_the_first_time(
    practice: Caller, pharmacy: Caller, patient: str, tables: Tables
) -> None:
    line = prescribed(practice, patient)
    claimed(pharmacy, line)
    body = dispense(pharmacy, line)
    first = pharmacy.post("MedicationDispense", body, signed=True)
    with tables.unchanged():
        again = pharmacy.post("MedicationDispense", body, signed=True)
    same_answer(first, again)
    task = pharmacy.get(f"Task/{line.task}").json()
    assert {out["valueQuantity"]["value"] for out in task["output"]} == {1}


@pytest.mark.parametrize("verb", ["$claim", "$release"])
def test_an_operation_sent_again_with_its_key_answers_as_the_first_time(
    practice: Caller, pharmacy: Caller, patient: str, tables: Tables, verb: str
) -> None:
    line = prescribed(practice, patient)
    presented(pharmacy, line)
    body = parameters(reason="other") if verb == "$release" else b""
    if verb == "$release":
        claimed(pharmacy, line)
    key = str(uuid4())
    first = pharmacy.post(f"Task/{line.task}/{verb}", body, key=key)
    with tables.unchanged():
        again = pharmacy.post(f"Task/{line.task}/{verb}", body, key=key)
    assert first.status_code == 200
    same_answer(first, again)


def test_a_cancellation_sent_again_with_its_key_answers_as_the_first_time(
    practice: Caller, patient: str
) -> None:
    line = prescribed(practice, patient)
    key, reason = str(uuid4()), parameters(reason="other")
    first = practice.post(f"Task/{line.task}/$cancel", reason, key=key)
    same_answer(first, practice.post(f"Task/{line.task}/$cancel", reason, key=key))
    refused(practice.post(f"Task/{line.task}/$cancel", reason), 409, "PRE-009")


def test_a_bundle_sent_again_with_its_key_answers_as_the_first_time(
    practice: Caller, patient: str, tables: Tables
) -> None:
    body = bundle(prescription(practice, patient), prescription(practice, patient))
    key = str(uuid4())
    first = practice.post("", body, signed=True, key=key)
    with tables.unchanged():
        again = practice.post("", body, signed=True, key=key)
    assert first.status_code == 200
    same_answer(first, again)


def test_a_bundle_sent_again_without_a_key_is_refused_and_not_done_twice(
    practice: Caller, patient: str, tables: Tables
) -> None:
    body = bundle(prescription(practice, patient))
    assert practice.post("", body, signed=True).status_code == 200
    with tables.unchanged():
        refused(practice.post("", body, signed=True), 422, "IDM-002")


def test_a_key_used_for_one_task_does_not_answer_for_another(
    practice: Caller, pharmacy: Caller, patient: str
) -> None:
    """Also not when the id is written in capitals, which hides it in the audit trail's address."""
    lines = [prescribed(practice, patient) for _ in range(2)]
    key = str(uuid4())
    for line in lines:
        presented(pharmacy, line)
    first = pharmacy.post(f"Task/{lines[0].task.upper()}/$claim", key=key)
    assert first.json()["id"] == lines[0].task
    refused(pharmacy.post(f"Task/{lines[1].task.upper()}/$claim", key=key), 422, "IDM-002")


def test_the_same_key_of_two_organisations_is_two_keys(
    practice: Caller, pharmacy: Caller, caller: Callable[..., Caller], patient: str
) -> None:
    other = caller("pharmacy-5")
    key = str(uuid4())
    for somebody in (pharmacy, other):
        line = prescribed(practice, patient)
        presented(somebody, line)
        answer = somebody.post(f"Task/{line.task}/$claim", key=key)
        assert (answer.status_code, answer.json()["id"]) == (200, line.task)


def test_a_refusal_keeps_no_key_so_that_the_mended_call_may_use_it(practice: Caller, patient: str) -> None:
    line = prescribed(practice, patient)
    key = str(uuid4())
    refused(practice.post(f"Task/{line.task}/$cancel", parameters(reason="boredom"), key=key), 400, "PRE-010")
    answer = practice.post(f"Task/{line.task}/$cancel", parameters(reason="other"), key=key)
    assert answer.status_code == 200


def test_one_create_sent_by_many_at_once_is_one_prescription(
    practice: Caller, patient: str, tables: Tables
) -> None:
    body = json.dumps(prescription(practice, patient)).encode()
    before = tables.counts()["prescription"]
    practice.token()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: practice.post("MedicationRequest", body, signed=True), range(16)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert [a.headers.get("idempotency-replayed") for a in answers].count("true") == 15
    assert tables.counts()["prescription"] == before + 1


def conditionally(practice: Caller, patient: str, condition: str, **changes: Any) -> httpx.Response:
    body = prescription(practice, patient, **changes)
    return practice.post("MedicationRequest", body, signed=True, headers={"If-None-Exist": condition})


def test_if_none_exist_with_no_match_creates(practice: Caller, patient: str) -> None:
    assert conditionally(practice, patient, f"identifier={uuid4()}").status_code == 201


def test_if_none_exist_with_one_match_answers_with_it(practice: Caller, patient: str, tables: Tables) -> None:
    shared = {"system": "https://practice.example/orders", "value": str(uuid4())}
    first = practice.post(
        "MedicationRequest", prescription(practice, patient, identifier=[shared]), signed=True
    )
    before = tables.counts()["prescription"]
    again = conditionally(practice, patient, f"identifier={shared['system']}|{shared['value']}")
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["etag"] == 'W/"1"'
    assert tables.counts()["prescription"] == before


def test_if_none_exist_with_several_matches_is_refused_with_WIRE_013(
    practice: Caller, patient: str, tables: Tables
) -> None:
    for _ in range(2):
        prescribed(practice, patient)
    with tables.unchanged():
        refused(conditionally(practice, patient, f"patient={patient}"), 412, "WIRE-013")


@pytest.mark.parametrize("condition", ["", "colour=red", "_count=1"])
def test_if_none_exist_that_asks_for_nothing_is_refused_with_WIRE_008(
    practice: Caller, patient: str, tables: Tables, condition: str
) -> None:
    with tables.unchanged():
        refused(conditionally(practice, patient, condition), 400, "WIRE-008")


def test_if_none_exist_does_not_see_what_others_wrote(
    practice: Caller, caller: Callable[..., Caller], patient: str
) -> None:
    theirs = str(uuid4())
    other = caller("practice-4")
    identifier = [{"system": "https://practice.example/orders", "value": theirs}]
    prescribed(other, patient, identifier=identifier)
    assert conditionally(practice, patient, f"identifier={theirs}").status_code == 201


@pytest.mark.parametrize("written", ['W/"9"', '"9"', "9", 'W/"x"', "*", 'W/"1", W/"2"'])
def test_an_operation_on_another_version_is_refused_with_WIRE_015(
    practice: Caller, patient: str, tables: Tables, written: str
) -> None:
    line = prescribed(practice, patient)
    with tables.unchanged():
        answer = practice.post(
            f"Task/{line.task}/$cancel", parameters(reason="other"), headers={"If-Match": written}
        )
    refused(answer, 412, "WIRE-015")


def test_an_operation_on_the_version_that_was_read_is_done(
    practice: Caller, pharmacy: Caller, patient: str
) -> None:
    line = prescribed(practice, patient)
    seen = presented(pharmacy, line).json()["entry"][0]["resource"]["meta"]["versionId"]
    answer = pharmacy.post(f"Task/{line.task}/$claim", headers={"If-Match": f'W/"{seen}"'})
    assert answer.status_code == 200
    assert answer.headers["etag"] == f'W/"{int(seen) + 1}"'


def test_half_a_body_is_not_taken_for_an_empty_one(
    practice: Caller, pharmacy: Caller, patient: str, half_sent: Callable[..., None]
) -> None:
    """A claim needs no body: a caller that dies while sending one must not have claimed."""
    line = prescribed(practice, patient)
    presented(pharmacy, line)
    half_sent(pharmacy, f"Task/{line.task}/$claim", b'{"resourceType": ', length=400)
    task = pharmacy.get(f"Task/{line.task}").json()
    assert task["status"] == "ready"
