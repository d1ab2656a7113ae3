"""A repeated call answers as the first time: one effect, the same bytes, and it says so."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.access.speaking import LEFT_OUT, Speaker, rule_of
from tests.exchange.counter import rows
from tests.running import Running
from tilts.store.tx import Database

pytestmark = pytest.mark.anyio

AT_ONCE = 12
EMPTY: dict[str, Any] = {"resourceType": "Parameters"}


@dataclass
class Counters:
    """A practice and a pharmacy with tokens, over real TLS."""

    practice: Speaker
    pharmacy: Speaker
    doctor: str
    pharmacist: str

    @property
    def person(self) -> dict[str, Any]:
        found: dict[str, Any] = next(p for p in self.practice.exchange.facts["persons"] if p["code"])
        return found

    def order(self, **other: Any) -> dict[str, Any]:
        return self.practice.prescription(self.person["patient"], **other)

    async def prescribe(self, **other: Any) -> httpx.Response:
        return await self.practice.post("MedicationRequest", self.doctor, self.order(**other))

    async def presented(self) -> dict[str, Any]:
        """A prescription that the pharmacy has found: its Task."""
        made = (await self.prescribe()).json()
        words = {
            "number": made["groupIdentifier"]["value"],
            "family": self.person["family"],
            "given": " ".join(self.person["given"]),
        }
        asked = {**EMPTY, "parameter": [{"name": n, "valueString": v} for n, v in words.items()]}
        found = await self.pharmacy.post("Task/$find", self.pharmacist, asked)
        task: dict[str, Any] = found.json()["entry"][0]["resource"]
        return task

    async def claim(self, task: dict[str, Any], **headers: str) -> httpx.Response:
        return await self.pharmacy.post(f"Task/{task['id']}/$claim", self.pharmacist, EMPTY, **headers)

    async def release(self, task: dict[str, Any], reason: str = "other", **headers: str) -> httpx.Response:
        asked = {**EMPTY, "parameter": [{"name": "reason", "valueCode": reason}]}
        return await self.pharmacy.post(f"Task/{task['id']}/$release", self.pharmacist, asked, **headers)

    def handed_over(self, task: dict[str, Any], identifier: str) -> dict[str, Any]:
        quantity = next(
            one["valueQuantity"] for one in task["output"] if one["type"]["coding"][0]["code"] == "remaining"
        )
        return {
            "resourceType": "MedicationDispense",
            "identifier": [{"system": "urn:test", "value": identifier}],
            "status": "completed",
            "medicationCodeableConcept": {"text": "Ibuprofenum 400 mg"},
            "subject": task["for"],
            "authorizingPrescription": [task["focus"]],
            "quantity": quantity,
        }

    async def dispense(self, body: dict[str, Any]) -> httpx.Response:
        return await self.pharmacy.post("MedicationDispense", self.pharmacist, body)


@pytest.fixture
async def counters(exchange: Running) -> AsyncIterator[Counters]:
    async with Speaker(exchange, "practice") as practice, Speaker(exchange, "pharmacy") as pharmacy:
        yield Counters(practice, pharmacy, await practice.token(), await pharmacy.token())


def replayed(answer: httpx.Response) -> bool:
    return answer.headers.get("idempotency-replayed") == "true"


def told(answer: httpx.Response) -> tuple[Any, ...]:
    return (answer.status_code, answer.content, answer.headers.get("etag"), answer.headers.get("location"))


async def count(database: Database, table: str, task: dict[str, Any]) -> int:
    line_id = task["focus"]["reference"].partition("/")[2]
    statement = {"dispense": "SELECT count(*) FROM dispense WHERE line_id = %(line_id)s"}[table]
    return int((await rows(database, statement, line_id=line_id))[0]["count"])


# One after the other.


async def test_a_prescription_sent_again_answers_as_the_first_time(counters: Counters) -> None:
    order = counters.order()
    first = await counters.practice.post("MedicationRequest", counters.doctor, order)
    again = await counters.practice.post("MedicationRequest", counters.doctor, order)

    assert (first.status_code, replayed(first), replayed(again)) == (201, False, True)
    assert told(again) == told(first)


async def test_a_new_signature_over_the_same_bytes_is_still_the_same_request(counters: Counters) -> None:
    """ECDSA signs with chance: each repetition that is signed anew has another header."""
    order = counters.order()
    numbers = {
        (await counters.practice.post("MedicationRequest", counters.doctor, order)).json()["groupIdentifier"][
            "value"
        ]
        for _ in range(3)
    }

    assert len(numbers) == 1


async def test_a_dispense_sent_again_hands_out_nothing_more(counters: Counters, database: Database) -> None:
    task = await counters.presented()
    await counters.claim(task)
    body = counters.handed_over(task, str(uuid4()))
    first, again = await counters.dispense(body), await counters.dispense(body)

    assert (first.status_code, replayed(first), replayed(again)) == (201, False, True)
    assert told(again) == told(first)
    assert await count(database, "dispense", task) == 1


async def test_an_operation_with_a_key_answers_as_the_first_time_whatever_happened_since(
    counters: Counters,
) -> None:
    task, key = await counters.presented(), str(uuid4())
    first = await counters.claim(task, idempotency_key=key)
    await counters.release(task)
    again = await counters.claim(task, idempotency_key=key)

    assert (first.status_code, replayed(again), told(again)) == (200, True, told(first))
    assert again.json()["businessStatus"]["coding"][0]["code"] == "claimed", (
        "the first answer, not the state now"
    )


async def test_a_refused_call_keeps_no_key(counters: Counters) -> None:
    task, key = await counters.presented(), str(uuid4())
    refused = await counters.release(task, idempotency_key=key)
    await counters.claim(task)
    mended = await counters.release(task, "patient-left", idempotency_key=key)

    assert (refused.status_code, rule_of(refused)) == (409, "DSP-004")
    assert (mended.status_code, replayed(mended)) == (200, False)


async def test_two_organisations_may_use_the_same_key(counters: Counters, exchange: Running) -> None:
    identifier = [{"system": "urn:test", "value": str(uuid4())}]
    first = await counters.prescribe(identifier=identifier)
    async with Speaker(exchange, "hospital") as hospital:
        order = hospital.prescription(counters.person["patient"], identifier=identifier)
        other = await hospital.post("MedicationRequest", await hospital.token(), order)

    assert (first.status_code, other.status_code, replayed(other)) == (201, 201, False)


# IDM-001 to IDM-003.


@pytest.mark.parametrize(
    "identifier",
    [LEFT_OUT, [{"system": "urn:test"}], [{"value": "1"}], [{"system": "urn:a"}, {"value": "1"}]],
    ids=["none", "no value", "no system", "one of each"],
)
async def test_idm_001_a_create_without_an_identifier_of_the_sender(
    counters: Counters, identifier: Any
) -> None:
    answer = await counters.prescribe(identifier=identifier)

    assert (answer.status_code, rule_of(answer)) == (422, "IDM-001")


async def test_idm_002_the_same_identifier_with_other_content(counters: Counters) -> None:
    order = counters.order()
    await counters.practice.post("MedicationRequest", counters.doctor, order)
    other = {**order, "note": [{"text": "and one thing more"}]}
    answer = await counters.practice.post("MedicationRequest", counters.doctor, other)

    assert (answer.status_code, rule_of(answer)) == (422, "IDM-002")


async def test_idm_002_the_same_key_for_another_task_reason_or_operation(counters: Counters) -> None:
    task, other_task, key = await counters.presented(), await counters.presented(), str(uuid4())
    await counters.claim(task, idempotency_key=key)

    for answer in (
        await counters.claim(other_task, idempotency_key=key),
        await counters.claim({"id": other_task["id"].upper()}, idempotency_key=key),
        await counters.release(task, idempotency_key=key),
    ):
        assert (answer.status_code, rule_of(answer)) == (422, "IDM-002")


@pytest.mark.parametrize("key", ["", "a b", "x" * 65, "ķ"], ids=repr)
async def test_idm_003_a_key_is_1_to_64_visible_characters(counters: Counters, key: str) -> None:
    task = await counters.presented()
    headers = [(b"Idempotency-Key", key.encode("utf-8"))]
    request = counters.pharmacy.http.build_request(
        "POST", f"{counters.pharmacy.base}/Task/{task['id']}/$claim", headers=headers
    )
    request.headers["Authorization"] = f"Bearer {counters.pharmacist}"
    answer = await counters.pharmacy.http.send(request)

    assert (answer.status_code, rule_of(answer)) == (400, "IDM-003")


async def test_a_key_may_be_64_characters_long_and_of_any_visible_ones(counters: Counters) -> None:
    task, key = await counters.presented(), f'!"#,;={{}}~{uuid4()}'.ljust(64, "z")
    first, again = (
        await counters.claim(task, idempotency_key=key),
        await counters.claim(task, idempotency_key=key),
    )

    assert (len(key), first.status_code, replayed(again)) == (64, 200, True)


# At once.


async def at_once(*calls: Any) -> list[httpx.Response]:
    return list(await asyncio.gather(*calls))


def one_effect(answers: list[httpx.Response], status: int) -> None:
    assert {told(answer) for answer in answers} == {told(answers[0])}
    assert answers[0].status_code == status
    assert sum(not replayed(answer) for answer in answers) == 1


async def test_the_same_prescription_many_times_at_once_is_one(
    counters: Counters, database: Database
) -> None:
    order = counters.order()
    answers = await at_once(
        *(counters.practice.post("MedicationRequest", counters.doctor, order) for _ in range(AT_ONCE))
    )

    one_effect(answers, 201)
    held = "SELECT count(*) FROM resource_identifier WHERE value = %(value)s"
    assert await rows(database, held, value=order["identifier"][0]["value"]) == [{"count": 1}]


async def test_the_same_dispense_many_times_at_once_is_one(counters: Counters, database: Database) -> None:
    task = await counters.presented()
    await counters.claim(task)
    body = counters.handed_over(task, str(uuid4()))
    answers = await at_once(*(counters.dispense(body) for _ in range(AT_ONCE)))

    one_effect(answers, 201)
    assert await count(database, "dispense", task) == 1


async def test_the_same_key_many_times_at_once_is_one_claim(counters: Counters) -> None:
    task, key = await counters.presented(), str(uuid4())
    answers = await at_once(*(counters.claim(task, idempotency_key=key) for _ in range(AT_ONCE)))

    one_effect(answers, 200)


async def test_a_release_repeated_at_once_with_one_key_gives_back_once(counters: Counters) -> None:
    task, key = await counters.presented(), str(uuid4())
    await counters.claim(task)
    answers = await at_once(*(counters.release(task, idempotency_key=key) for _ in range(AT_ONCE)))

    one_effect(answers, 200)


async def test_idm_002_of_two_contents_at_once_under_one_identifier_one_is_done(counters: Counters) -> None:
    order = counters.order()
    orders = [{**order, "note": [{"text": str(n)}]} for n in range(AT_ONCE)]
    answers = await at_once(
        *(counters.practice.post("MedicationRequest", counters.doctor, each) for each in orders)
    )

    assert sorted(answer.status_code for answer in answers) == [201] + [422] * (AT_ONCE - 1)
    assert {rule_of(answer) for answer in answers if answer.status_code == 422} == {"IDM-002"}
