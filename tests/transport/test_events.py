"""`Task/$events` and worklists at the wire: a party hears what happened, names no patient, and finds its work."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.transport.documents import Line, parameters, prescribed
from tests.transport.tables import Tables
from tests.transport.wire import Caller, ids, refused
from tilts_connector import Actor, Events

KIND = "Task/$events"
DONE = "Task/$acknowledge-events"


def numbers(**given: int) -> dict[str, Any]:
    parts = [{"name": name, "valueInteger": value} for name, value in given.items()]
    return {"resourceType": "Parameters", **({"parameter": parts} if parts else {})}


def search(caller: Caller, asked: dict[str, str], kind: str = "Task") -> httpx.Response:
    return caller.post(f"{kind}/_search", str(httpx.QueryParams(asked)))


def told(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Each event by the names of its parts."""
    return [
        {
            part["name"]: next(value for name, value in part.items() if name.startswith("value"))
            for part in one["part"]
        }
        for one in answer["parameter"]
        if one["name"] == "event"
    ]


def about(answer: dict[str, Any], line: Line) -> list[str]:
    return [one["kind"] for one in told(answer) if one["task"]["reference"] == f"Task/{line.task}"]


def drain(caller: Caller, **how: Any) -> None:
    while found := told(caller.post(KIND, numbers(), **how).json()):
        assert caller.post(DONE, numbers(number=found[-1]["number"]), **how).status_code == 200


@pytest.fixture(scope="module")
def line(practice: Caller, pharmacy: Caller, patient: str) -> Iterator[Line]:
    drain(practice)
    drain(pharmacy)
    line = prescribed(practice, patient)
    found(pharmacy, line)
    assert pharmacy.post(f"Task/{line.task}/$claim").status_code == 200
    yield line
    pharmacy.post(f"Task/{line.task}/$release", parameters(reason="other"))


def found(pharmacy: Caller, line: Line) -> None:
    person = next(
        one
        for one in pharmacy.exchange.environment.population.resources
        if one["resourceType"] == "Patient" and one["id"] == line.patient
    )
    name = person["name"][0]
    shown = parameters(number=line.number, family=name["family"], given=" ".join(name["given"]))
    assert ids(pharmacy.post("Task/$find", shown).json()) == [line.task]


def test_a_practice_hears_of_a_claim_until_it_acknowledges(practice: Caller, line: Line) -> None:
    first, again = (practice.post(KIND, numbers()).json() for _ in range(2))
    assert about(first, line) == ["claimed"]
    assert told(first) == told(again)
    last = told(first)[-1]["number"]
    assert {one["name"]: one.get("valueInteger") for one in first["parameter"]}["next"] == last
    assert told(practice.post(KIND, numbers(after=last)).json()) == []
    for _ in range(2):
        [done] = practice.post(DONE, numbers(number=last)).json()["parameter"]
        assert (done["name"], done["valueInteger"]) == ("acknowledged", last)
    assert told(practice.post(KIND).json()) == []


def test_an_event_names_no_patient_and_its_fetching_is_written_down(
    practice: Caller, line: Line, tables: Tables
) -> None:
    request_id = str(uuid4())
    answer = practice.post(KIND, numbers(after=0), headers={"X-Request-Id": request_id})

    assert told(answer.json())
    assert line.patient not in answer.text
    assert line.number not in answer.text
    entry = tables.audit(request_id)
    assert (entry["event"], entry["outcome"]) == ("event.fetched", "success")
    assert not tables.rows("SELECT 1 FROM audit_subject WHERE audit_id = %s", entry["audit_id"])


def test_a_token_that_names_nobody_is_enough(practice: Caller, line: Line) -> None:
    """Systems listen at night too; what there is to see needs a person."""
    token = practice.token(person=False)

    assert practice.post(KIND, numbers(after=0), token=token).status_code == 200
    refused(practice.get(f"Task/{line.task}", token=token), 403, "ACC-010")


def test_a_pharmacy_hears_when_the_clock_takes_a_hold_away(
    practice: Caller, pharmacy: Caller, patient: str
) -> None:
    line = prescribed(practice, patient)
    found(pharmacy, line)
    drain(pharmacy)
    assert pharmacy.post(f"Task/{line.task}/$claim").status_code == 200
    with pharmacy.exchange.clock.moved(hours=3):
        assert pharmacy.post(f"Task/{line.task}/$claim").status_code == 200
        heard = pharmacy.post(KIND, numbers()).json()

    assert about(heard, line) == ["lease-ended"]
    assert next(one["valueInteger"] for one in heard["parameter"] if one["name"] == "lost-holds") >= 1


def test_a_patient_hears_of_their_own_only(caller: Callable[..., Caller], line: Line, tables: Tables) -> None:
    portal = caller("portal")
    other = next(one["patient"] for one in portal.exchange.facts["persons"] if one["patient"] != line.patient)
    request_id = str(uuid4())
    own = portal.post(
        KIND, numbers(), token=portal.token(patient=line.patient), headers={"X-Request-Id": request_id}
    )

    assert about(own.json(), line) == ["claimed"]
    assert about(portal.post(KIND, numbers(), token=portal.token(patient=other)).json(), line) == []
    [subject] = tables.rows(
        "SELECT * FROM audit_subject WHERE audit_id = %s", tables.audit(request_id)["audit_id"]
    )
    assert (str(subject["patient_id"]), subject["basis"]) == (line.patient, "self")


@pytest.mark.parametrize(
    ("path", "given"),
    [
        (KIND, {"after": -1}),
        (KIND, {"most": 0}),
        (KIND, {"most": 101}),
        (KIND, {"number": 1}),
        (DONE, {}),
        (DONE, {"number": 0}),
        (DONE, {"number": 2_000_000_000}),
    ],
)
def test_numbers_out_of_bounds_get_WIRE_008(practice: Caller, path: str, given: dict[str, int]) -> None:
    refused(practice.post(path, numbers(**given)), 400, "WIRE-008")


@pytest.mark.parametrize("client", ["authority", "vendor"])
def test_who_has_no_prescriptions_has_no_feed_ACC_009(caller: Callable[..., Caller], client: str) -> None:
    refused(caller(client).post(KIND, numbers()), 403, "ACC-009")


def test_the_connector_goes_through_all_that_waits_and_again_through_what_it_did_not_finish(
    practice: Caller, pharmacy: Caller, patient: str
) -> None:
    with practice.exchange.connect("practice-3") as exchange:
        events = Events(exchange)
        assert all(one.number for one in events.waiting())
        lines = [prescribed(practice, patient) for _ in range(3)]
        for one in lines:
            assert practice.post(f"Task/{one.task}/$cancel", parameters(reason="other")).status_code == 200
        for event in events.waiting():
            first = event
            break
        heard = list(events.waiting())
        assert first == heard[0], "what was not finished comes again"
        assert [(one.task_id, one.kind) for one in heard] == [(one.task, "cancelled") for one in lines]
        assert list(events.waiting()) == []
        assert events.fetch().acknowledged == heard[-1].number
        assert events.fetch(after=heard[0].number).events == tuple(heard[1:])
    with practice.exchange.connect("portal") as exchange:
        own = Events(exchange.acting_as(Actor(purpose="PATRQT", patient_id=patient)))
        assert {one.task_id for one in own.waiting()} >= {one.task for one in lines}


# Worklists.


def test_a_pharmacy_sees_what_it_holds_whose_hold_ends_first_page_by_page(
    practice: Caller, caller: Callable[..., Caller], patient: str
) -> None:
    pharmacy = caller("pharmacy-6")
    lines = [prescribed(practice, patient) for _ in range(5)]
    order = [lines[2], lines[0], lines[4], lines[1], lines[3]]
    for one in order:
        found(pharmacy, one)
        assert pharmacy.post(f"Task/{one.task}/$claim").status_code == 200
    seen: list[str] = []
    answer = search(pharmacy, {"_sort": "lease-end", "_count": "2"})
    while True:
        bundle = answer.json()
        seen += ids(bundle)
        link = next((one["url"] for one in bundle["link"] if one["relation"] == "next"), None)
        if link is None:
            break
        answer = pharmacy.get(link)

    assert seen == [one.task for one in order]
    wanted = {"_sort": "lease-end", "business-status": "claimed"}
    assert ids(search(pharmacy, wanted).json()) == seen
    with pharmacy.exchange.clock.moved(hours=3):
        assert ids(search(pharmacy, {"_sort": "lease-end"}).json()) == []
    for one in order:
        assert pharmacy.post(f"Task/{one.task}/$release", parameters(reason="other")).status_code == 200


def test_a_practice_asks_for_what_it_wrote_by_state(practice: Caller, patient: str) -> None:
    line = prescribed(practice, patient)
    practice.post(f"Task/{line.task}/$cancel", parameters(reason="other"))
    own = f"Organization/{practice.facts['org']}"
    for asked in ({"business-status": "cancelled"}, {"business-status": "cancelled", "requester": own}):
        assert line.task in ids(search(practice, asked).json())
    asked = {"business-status": "ready", "requester": own, "patient": f"Patient/{patient}"}
    assert line.task not in ids(search(practice, asked).json())
    other = {"requester": f"Organization/{uuid4()}", "patient": f"Patient/{patient}"}
    assert ids(search(practice, other).json()) == []


@pytest.mark.parametrize("sort", ["lease-end", "-lease-end", "_lastUpdated"])
def test_what_cannot_be_sorted_so_gets_WIRE_008(practice: Caller, sort: str) -> None:
    refused(search(practice, {"_sort": sort}), 400, "WIRE-008")
    refused(search(practice, {"_sort": sort}, "MedicationRequest"), 400, "WIRE-008")
