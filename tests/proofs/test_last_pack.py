"""Two pharmacies, one last pack: the proof at a small size, and the eyes with which it looks."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from proofs.driver.http import Answer
from proofs.keeping import Journal
from proofs.last_pack import fault_of_end, judge, race_all
from proofs.races import KINDS, faults_of_refusal, kind_of
from proofs.stopping import Stop
from proofs.watching import Silent
from tilts.lab.environment import Environment

SIZE = 60
SEED = 7


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    found = Journal(tmp_path / "last-pack")
    yield found
    found.close()


def race(environment: Environment, journal: Journal, size: int, stop: Stop) -> None:
    asyncio.run(race_all(environment, journal, size, SEED, stop, Silent()))


def refusal(status: int = 409, rule: str = "DSP-001", **facts: str) -> Answer:
    told = [
        {"extension": [{"url": "name", "valueCode": name}, {"url": "value", "valueString": value}]}
        for name, value in facts.items()
    ]
    issue = {"extension": told, "details": {"coding": [{"code": rule}]}}
    return Answer(status, {}, json.dumps({"issue": [issue]}).encode())


PERIOD = {"since": "2026-11-23 10:00", "lease-until": "2026-11-23 12:00"}


def test_each_pack_is_handed_out_once(environment: Environment, journal: Journal) -> None:
    race(environment, journal, SIZE, Stop())
    judged = judge(environment, journal)
    assert judged["findings"] == []
    assert judged["figures"]["races"] == SIZE
    assert judged["figures"]["packs handed out twice"] == 0
    assert all(judged["kinds"].values()), "each kind of race was run"
    assert judged["figures"]["both claims sent before either was answered"] > SIZE / 2


def test_what_was_stopped_is_gone_on_with(environment: Environment, journal: Journal) -> None:
    race(environment, journal, 5, Stop())
    journal.close()
    again = Journal(journal.folder)
    race(environment, again, 12, Stop())
    numbers = sorted(entry["number"] for entry in again.of("race"))
    assert numbers == list(range(12)), "no race twice, none left out"
    judged = judge(environment, again)
    assert judged["findings"] == []
    assert judged["figures"]["sessions"] == 2
    again.close()


def test_a_wish_to_stop_begins_no_more_races(environment: Environment, journal: Journal) -> None:
    race(environment, journal, 5, Stop(wanted=True))
    assert journal.of("race") == []


def test_a_line_cut_off_by_a_kill_is_no_entry(journal: Journal) -> None:
    journal.add("race", number=1)
    journal.close()
    file = journal.folder / "journal.jsonl"
    file.write_text(file.read_text() + '{"entry": "race", "numb')
    again = Journal(journal.folder)
    again.add("race", number=2)
    again.close()
    assert [entry["number"] for entry in Journal(journal.folder).of("race")] == [1, 2]


def test_the_same_seed_is_the_same_races() -> None:
    assert [kind_of(n, 1) for n in range(200)] == [kind_of(n, 1) for n in range(200)]
    assert {kind_of(n, 1) for n in range(200)} == set(KINDS)


@pytest.mark.parametrize(
    ("answer", "named"),
    [
        (refusal(200, holder="A", **PERIOD), "200 instead of 409"),
        (refusal(rule="DSP-002", holder="A", **PERIOD), "DSP-002 instead of DSP-001"),
        (refusal(holder="None", **PERIOD), "'None' holds it"),
        (refusal(**PERIOD), "None holds it"),
        (refusal(holder="A", since="2026-11-23 10:00"), "make no period"),
        (refusal(holder="A", **{**PERIOD, "since": "2026-11-23 13:00"}), "make no period"),
        (Answer(409, {}, b"not JSON"), "no rule"),
    ],
)
def test_a_wrong_no_is_seen(answer: Answer, named: str) -> None:
    faults = faults_of_refusal(answer, "DSP-001", "A")
    assert len(faults) == 1
    assert named in faults[0]


def test_a_right_no_is_no_finding() -> None:
    assert faults_of_refusal(refusal(holder="A", **PERIOD), "DSP-001", "A") == []


@pytest.mark.parametrize(("dispenses", "cancelled"), [(["a", "b"], False), ([], False), (["a"], True)])
def test_a_race_that_ends_otherwise_is_seen(dispenses: list[str], cancelled: bool) -> None:
    ended: dict[str, Any] = {
        "acknowledged": [{"dispense": d} for d in dispenses],
        "cancelled": cancelled,
        "findings": [],
    }
    assert fault_of_end(ended) is not None


def test_a_double_told_to_a_pharmacy_is_counted(environment: Environment, journal: Journal) -> None:
    race(environment, journal, 3, Stop())
    told = next(entry for entry in journal.of("race") if entry["acknowledged"])
    told["acknowledged"].append(
        {**told["acknowledged"][0], "dispense": "01900000-0000-7000-8000-000000000000"}
    )
    judged = judge(environment, journal)
    assert judged["figures"]["packs handed out twice"] == 1
    assert any("acknowledged and not there" in finding for finding in judged["findings"])
    assert any("2 dispenses were acknowledged, not 1" in finding for finding in judged["findings"])
