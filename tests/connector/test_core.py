"""Rules of the connector without a network: waits, tokens, and the twin without an event loop."""

import subprocess
import sys
from pathlib import Path

import pytest

from tilts_connector import Actor, Misused, Patience, Quantity, Refused, Unreachable
from tilts_connector._core import Answer, Call, Failure, Sent, accepted, retry_after_seconds, wait_before_next
from tilts_connector._tokens import Token, TokenCache
from tilts_connector.errors import Attempt

ROOT = Path(__file__).resolve().parents[2]
READ = Call("GET", "https://localhost/fhir/r4/Patient/1")
CREATE_WITHOUT_KEY = Call("POST", "https://localhost/fhir/r4/Consent", b"{}", repeatable=False)
BROKEN = Failure("ReadError", OSError())
PATIENCE = Patience()


def an_answer(status: int, body: bytes = b"", **headers: str) -> Answer:
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


@pytest.mark.parametrize(("tries", "chance", "seconds"), [(1, 0.0, 0.125), (1, 1.0, 0.25), (2, 1.0, 0.5)])
def test_waits_double_and_half_of_a_wait_is_chance(tries: int, chance: float, seconds: float) -> None:
    assert wait_before_next(READ, BROKEN, tries, PATIENCE, chance) == seconds


def test_the_third_try_is_the_last() -> None:
    assert wait_before_next(READ, BROKEN, 3, PATIENCE, 0.5) is None


@pytest.mark.parametrize("status", [200, 400, 401, 404, 409, 412, 422, 500])
def test_what_will_not_change_is_not_tried_again(status: int) -> None:
    assert wait_before_next(READ, an_answer(status), 1, PATIENCE, 0.5) is None


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_what_may_pass_is_tried_again_unless_it_may_have_been_done(status: int) -> None:
    assert wait_before_next(READ, an_answer(status), 1, PATIENCE, 0.5) is not None
    assert wait_before_next(CREATE_WITHOUT_KEY, an_answer(status), 1, PATIENCE, 0.5) is None


def test_retry_after_is_kept_as_the_least_wait() -> None:
    assert wait_before_next(READ, an_answer(429, retry_after="2"), 1, PATIENCE, 0.5) == 2
    assert wait_before_next(READ, an_answer(429, retry_after="11"), 1, PATIENCE, 0.5) is None


def test_retry_after_may_be_a_date() -> None:
    date, later = "Mon, 23 Nov 2026 10:00:00 GMT", "Mon, 23 Nov 2026 10:00:05 GMT"

    assert retry_after_seconds(an_answer(503, date=date, retry_after=later)) == 5
    assert retry_after_seconds(an_answer(503, date=date, retry_after="soon")) is None


def test_a_token_is_renewed_thirty_seconds_before_its_end() -> None:
    cache, actor = TokenCache(), Actor("p", "r")
    cache.keep(actor, Token("t", ends_at=300), now=0)

    assert cache.find(actor, 269.9) is not None
    assert cache.find(actor, 270) is None
    assert cache.find(Actor("p", "r", "HOPERAT"), 0) is None


def test_a_newer_token_is_not_forgotten_for_an_older_one() -> None:
    cache, actor = TokenCache(), Actor("p", "r")
    cache.keep(actor, Token("new", ends_at=300), now=0)

    cache.forget(actor, Token("old", ends_at=200))

    assert cache.find(actor, 0) is not None


def test_an_answer_of_the_token_endpoint_is_read_with_its_outcome() -> None:
    body = b'{"error": "unauthorized_client", "error_description": "The agreement has ended."}'

    with pytest.raises(Refused) as error:
        accepted(Sent(READ, an_answer(400, body), 1), "r-1")

    assert (error.value.text, error.value.rule_id, error.value.request_id) == (
        "The agreement has ended.",
        None,
        "r-1",
    )


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"resourceType": "OperationOutcome", "issue": 1}'])
def test_a_refusal_without_an_outcome_is_still_a_refusal(body: bytes) -> None:
    with pytest.raises(Refused) as error:
        accepted(Sent(READ, an_answer(413, body), 1), "r-1")

    assert (error.value.status, error.value.text) == (413, "HTTP status 413")


def test_person_and_role_stand_together() -> None:
    with pytest.raises(Misused):
        Actor(practitioner_id="p")


def test_a_float_is_no_amount() -> None:
    with pytest.raises(Misused):
        Quantity(0.1, "mL")  # type: ignore[arg-type]


def test_a_key_that_was_sent_is_in_the_error() -> None:
    assert Unreachable("x", Attempt(key="k")).key == "k"


def test_the_twin_without_an_event_loop_is_current() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "async_to_sync.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
