"""`Task/$find`: number and name open a prescription to a pharmacy; guessing opens nothing and is counted."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.transport.documents import Line, parameters, prescribed
from tests.transport.tables import Tables
from tests.transport.wire import Caller, ids, refused
from tilts.ids import new_prescription_number

MISSES = "SELECT count(*) FROM find_miss WHERE client_id = %s"


@pytest.fixture(scope="module")
def girts(practice: Caller) -> dict[str, Any]:
    """Ģirts Žanis Šķērģērbonis: diacritics, and two given names."""
    found: dict[str, Any] = next(
        one for one in practice.exchange.facts["persons"] if one["label"] == "diacritics"
    )
    return found


@pytest.fixture(scope="module")
def line(practice: Caller, girts: dict[str, Any]) -> Line:
    return prescribed(practice, girts["patient"])


def shown(pharmacy: Caller, number: str, family: str, given: str, **how: Any) -> httpx.Response:
    return pharmacy.post("Task/$find", parameters(number=number, family=family, given=given), **how)


def test_number_and_name_bring_the_tasks_with_their_prescriptions(pharmacy: Caller, line: Line) -> None:
    found = shown(pharmacy, line.number, "Šķērģērbonis", "Ģirts Žanis").json()
    assert (found["type"], found["total"]) == ("searchset", 1)
    assert ids(found) == [line.task]
    assert ids(found, "include") == [line.request]


@pytest.mark.parametrize(
    ("family", "given"),
    [
        ("ŠĶĒRĢĒRBONIS", "ĢIRTS ŽANIS"),
        ("skergerbonis", "girts zanis"),
        ("Šķērģērbonis ", "  Ģirts   Žanis "),
        ("S\u030ck\u0327e\u0304rg\u0327e\u0304rbonis", "G\u0327irts Z\u030canis"),
    ],
)
def test_case_accents_and_blanks_of_a_name_do_not_matter(
    pharmacy: Caller, line: Line, family: str, given: str
) -> None:
    assert ids(shown(pharmacy, line.number, family, given).json()) == [line.task]


def test_the_number_may_be_written_as_people_write_it(pharmacy: Caller, line: Line) -> None:
    bare = line.number.replace("-", "")
    for written in (bare, bare.lower(), " ".join(bare), bare.replace("0", "o").replace("1", "l")):
        assert ids(shown(pharmacy, written, "Šķērģērbonis", "Ģirts Žanis").json()) == [line.task]


def test_a_wrong_number_and_a_wrong_name_get_the_same_answer_and_are_counted_alike(
    caller: Callable[..., Caller], line: Line, tables: Tables
) -> None:
    pharmacy = caller("pharmacy-9")
    client = pharmacy.facts["client_id"]
    wrong = [
        (new_prescription_number(), "Šķērģērbonis", "Ģirts Žanis"),
        ("not a number", "Šķērģērbonis", "Ģirts Žanis"),
        ("7" * 5000, "Šķērģērbonis", "Ģirts Žanis"),
        (line.number, "Bērzlāse", "Ģirts Žanis"),
        (line.number, "Šķērģērboni", "Ģirts Žanis"),
        (line.number, "Šķērģērbonis", "Anna"),
        (line.number, "Ģirts Žanis", "Šķērģērbonis"),
        (line.number, "%", "%"),
        (line.number, "' OR '1'='1", "x"),
    ]
    answers = []
    for number, (written, family, given) in enumerate(wrong, start=1):
        request_id = str(uuid4())
        answers.append(shown(pharmacy, written, family, given, headers={"X-Request-Id": request_id}))
        assert tables.rows(MISSES, client)[0]["count"] == number
        entry = tables.audit(request_id)
        assert entry["outcome"] == "success"
        assert not tables.rows("SELECT 1 FROM audit_subject WHERE audit_id = %s", entry["audit_id"])
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["total"] == 0
    refused(pharmacy.get(f"Task/{line.task}"), 404, "WIRE-012")


def test_after_fifty_misses_in_ten_minutes_even_the_right_one_gets_PRE_012(
    caller: Callable[..., Caller], line: Line, tables: Tables
) -> None:
    pharmacy = caller("pharmacy-9")
    right = (line.number, "Šķērģērbonis", "Ģirts Žanis")
    with tables.guessing(pharmacy.facts["client_id"]):
        with pharmacy.exchange.clock.moved(hours=1):
            for _ in range(pharmacy.exchange.settings.find_misses):
                assert shown(pharmacy, new_prescription_number(), "X", "Y").status_code == 200
            answer = shown(pharmacy, *right)
            refused(answer, 429, "PRE-012")
            assert answer.headers["retry-after"] == "600"
        with pharmacy.exchange.clock.moved(hours=1, minutes=9):
            refused(shown(pharmacy, *right), 429, "PRE-012")
        with pharmacy.exchange.clock.moved(hours=1, minutes=11):
            assert ids(shown(pharmacy, *right).json()) == [line.task]


def test_the_misses_of_one_pharmacy_do_not_close_another(pharmacy: Caller, line: Line) -> None:
    assert shown(pharmacy, line.number, "Šķērģērbonis", "Ģirts Žanis").status_code == 200


@pytest.mark.parametrize("missing", ["number", "family", "given"])
def test_an_incomplete_question_gets_PRE_011(pharmacy: Caller, line: Line, missing: str) -> None:
    asked = {"number": line.number, "family": "Šķērģērbonis", "given": "Ģirts Žanis"}
    del asked[missing]
    refused(pharmacy.post("Task/$find", parameters(**asked)), 400, "PRE-011")


def test_only_a_pharmacy_finds_DSP_011(practice: Caller, line: Line) -> None:
    refused(shown(practice, line.number, "Šķērģērbonis", "Ģirts Žanis"), 403, "DSP-011")
