"""The printed sheet at the wire: who may print it, and that its code holds with the published keys and nothing else."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.exchange.sheets import codes_on
from tests.transport.documents import Line, parameters, prescribed, presented
from tests.transport.wire import Caller, refused, tls
from tilts_connector.sheets import NotVerified, SheetKeys, verify_sheet

KEYS = "/.well-known/prescription-keys.json"


def published(caller: Caller) -> SheetKeys:
    address = caller.base.removesuffix("/fhir/r4") + KEYS
    answer = httpx.get(address, verify=tls(caller.facts["ca"]), trust_env=False)
    assert answer.headers["cache-control"] == "max-age=300"
    assert all("d" not in key for key in answer.json()["keys"])
    return SheetKeys.published(answer.json(), datetime.now(UTC))


@pytest.fixture
def line(practice: Caller, patient: str) -> Line:
    return prescribed(practice, patient)


def printed(caller: Caller, line: Line, language: str = "lv") -> httpx.Response:
    return caller.get(f"Task/{line.task}/$sheet", headers={"accept-language": language})


def test_who_prescribed_prints_and_the_code_holds_with_the_published_keys(
    practice: Caller, line: Line
) -> None:
    answer = printed(practice, line)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["cache-control"] == "no-store"
    [code] = codes_on(answer.content)
    found = verify_sheet(code, published(practice), datetime.now(UTC))
    assert (found.content.number, found.content.task_id) == (line.number, line.task)
    assert not found.keys_stale and found.keys_age < timedelta(minutes=5)


def test_a_client_that_wants_a_pdf_says_so(practice: Caller, line: Line) -> None:
    answer = practice.get(f"Task/{line.task}/$sheet", headers={"accept": "application/pdf"})
    assert answer.content.startswith(b"%PDF-1.7")


def test_a_pharmacy_prints_what_was_shown_to_it_and_no_other(
    caller: Callable[..., Caller], pharmacy: Caller, line: Line
) -> None:
    refused(printed(pharmacy, line), 404, "WIRE-012")
    presented(pharmacy, line)
    assert codes_on(printed(pharmacy, line, "en").content)
    refused(printed(caller("pharmacy-2"), line), 404, "WIRE-012")


def test_of_what_is_cancelled_there_is_a_sheet_without_a_code(practice: Caller, line: Line) -> None:
    assert practice.post(f"Task/{line.task}/$cancel", parameters(reason="other")).status_code == 200
    assert codes_on(printed(practice, line).content) == []


def test_a_token_of_the_exchange_is_no_sheet(practice: Caller, line: Line) -> None:
    with pytest.raises(NotVerified) as no:
        verify_sheet(practice.token(), published(practice), datetime.now(UTC))
    assert no.value.reason == "wrong-purpose"
