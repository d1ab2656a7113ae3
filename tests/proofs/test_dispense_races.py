"""Everything at once: the proof at a small size with its kills, and the eyes with which it looks."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from proofs.dispense_races import faults_of_balances, judge, kills_at, race_all, whole
from proofs.driver.http import Answer
from proofs.keeping import Journal
from proofs.killing import drive
from proofs.rivals.drawing import story_of
from proofs.rivals.table import STANDS, faults_of_no, faults_of_task
from proofs.stopping import Stop
from proofs.watching import Silent
from tests.proofs.test_last_pack import refusal
from tilts.lab.environment import Environment

SIZE, SEED, KILLS = 24, 5, 2


def test_whatever_happens_at_once_nothing_is_handed_out_twice(
    environment: Environment, tmp_path: Path
) -> None:
    journal, stop = Journal(tmp_path / "rivals"), Stop()
    asyncio.run(race_all(environment, journal, (SIZE, SEED, KILLS), Stop(wanted=True), Silent()))
    assert journal.of("prescription") == [], "a wish to stop begins nothing"
    drive(environment, stop, lambda: race_all(environment, journal, (SIZE, SEED, KILLS), stop, Silent()))
    drive(environment, stop, lambda: race_all(environment, journal, (SIZE, SEED, KILLS), stop, Silent()))
    judged = judge(environment, journal)
    journal.close()

    assert judged["findings"] == []
    assert sorted(entry["number"] for entry in journal.of("prescription")) == list(range(whole(SIZE)))
    figures = judged["figures"]
    assert (figures["prescriptions"], figures["doubles"], figures["kills"]) == (whole(SIZE), 0, KILLS)
    assert figures["dispenses acknowledged"] > 0 and figures["refused with DSP-001"] > 0
    assert figures["looks at the whole database meanwhile"] > 0


def test_the_same_seed_is_the_same_stories_with_every_action() -> None:
    stories = [story_of(number, 1) for number in range(300)]
    assert stories == [story_of(number, 1) for number in range(300)]
    done = {one.action for story in stories for tries in (*story.tills, story.practice) for one in tries}
    assert done >= {"claim", "dispense", "amend", "withdraw", "cancel", "cancel-by-identifier", "lease-end"}
    assert {story.early for story in stories} == {"", "before", "at once"}


def test_kills_come_after_the_calm_in_turn() -> None:
    assert kills_at(100, 3) == {125: "the server", 150: "PostgreSQL", 175: "the server"}


PERIOD = {"since": "2026-11-23 10:00+02:00", "lease-until": "2999-11-23 12:00+02:00"}


@pytest.mark.parametrize(
    ("answer", "action", "named"),
    [
        (refusal(500, rule="DSP-001", holder="A", **PERIOD), "claim", "500 instead of 409"),
        (refusal(rule="DSP-003"), "claim", "409 DSP-003"),
        (refusal(422, rule="DSP-002"), "claim", "422 instead of 409"),
        (refusal(rule="DSP-001", holder="B", **PERIOD), "claim", "'B' holds it"),
        (refusal(rule="DSP-001", **PERIOD), "claim", "'nobody' holds it"),
        (refusal(rule="DSP-001", holder="A", since="2026-11-23 10:00+02:00"), "claim", "make no period"),
        (
            refusal(rule="DSP-001", holder="A", **{**PERIOD, "lease-until": "2026-11-23 12:00+02:00"}),
            "claim",
            "which is over",
        ),
        (Answer(409, {}, b"not JSON"), "claim", "no rule"),
    ],
)
def test_a_wrong_no_is_seen(answer: Answer, action: str, named: str) -> None:
    [fault] = faults_of_no(answer, action, {"A"})
    assert named in fault


def test_a_right_no_is_no_finding() -> None:
    assert faults_of_no(refusal(rule="DSP-001", holder="A", **PERIOD), "claim", {"A"}) == []
    assert faults_of_no(refusal(rule="DSP-003"), "dispense", {"A"}) == []


def a_task(state: str, dispensed: int, left: int, **more: Any) -> dict[str, Any]:
    def value(name: str, packs: int) -> dict[str, Any]:
        return {"type": {"coding": [{"code": name}]}, "valueQuantity": {"value": packs}}

    status, held = STANDS[state]
    owner = {"owner": {"display": "A"}} if held else {}
    output = [value("dispensed", dispensed), value("remaining", left)]
    business = {"coding": [{"code": state}]}
    return json.loads(
        json.dumps({"status": status, "businessStatus": business, "output": output} | owner | more)
    )


@pytest.mark.parametrize(
    ("task", "named"),
    [
        (a_task("claimed", 2, 1), "told of 1"),
        (a_task("claimed", 1, 1), "1 left of 3"),
        (a_task("ready", 1, 2), "ready, and 1"),
        (a_task("completed", 1, 2, status="ready"), "status ready"),
        (a_task("partly-dispensed", 1, 2, owner={"display": "A"}), "owner"),
    ],
)
def test_a_task_that_is_not_what_was_told_is_seen(task: dict[str, Any], named: str) -> None:
    assert any(named in fault for fault in faults_of_task(task, 1, 3))


def test_a_balance_that_changed_since_is_seen() -> None:
    entry = {"balances": {"t": "1"}}
    assert faults_of_balances([entry], {"t": "1.00"}) == []
    assert len(faults_of_balances([entry], {"t": "2"})) == 1
    assert len(faults_of_balances([entry], {})) == 1
