"""HL7's own prescriptions and dispenses through the real door: the page in docs says what the door answers."""

import os
from pathlib import Path

import pytest

from tests.running import Running
from tilts.clock import WallClock, day_in_riga
from tilts.lab.official_examples import Place, adapt_request
from tilts.lab.official_results import Result, examples, send_all
from tilts_connector import Refused
from tools.fetch_examples import fetch
from tools.official_examples import PAGE
from tools.pages.blocks import renewed
from tools.pages.official_examples import made_for_examples


@pytest.fixture(scope="module")
def folder() -> Path:
    """Fetched when it is not there; a machine without npm is told what to do."""
    return fetch()


@pytest.fixture(scope="module")
def results(exchange: Running, folder: Path) -> list[Result]:
    return send_all(exchange.facts, folder, day_in_riga(WallClock().now()))


def test_all_40_prescriptions_and_31_dispenses_are_sent(results: list[Result]) -> None:
    names = [result.name.partition("-")[0] for result in results]

    assert (names.count("MedicationRequest"), names.count("MedicationDispense")) == (40, 31)


def test_the_structure_check_accepts_all_but_the_one_that_hl7_got_wrong(results: list[Result]) -> None:
    assert [result.name for result in results if result.published] == ["MedicationRequest-medrx0301"]
    assert not [result.name for result in results if result.sent]


def test_refusals_come_from_a_business_rule_only(results: list[Result]) -> None:
    answers = [told for result in results for told in (result.as_it_is, result.moved, result.wanted)]

    assert {told.status for told in answers} == {201, 422}
    assert {told.rule_id for told in answers if told.status != 201} == {
        "PRE-001",
        "PRE-004",
        "PRE-005",
        "DSP-005",
        "DSP-006",
    }


def test_each_is_taken_once_it_is_in_force_and_read_back_as_it_was_sent(results: list[Result]) -> None:
    assert [result.name for result in results if str(result.wanted) != "201"] == []


def test_the_fault_of_hl7_is_named_by_the_door(exchange: Running, folder: Path) -> None:
    published = dict(examples(folder))["MedicationRequest-medrx0301"]
    facts = exchange.facts["clients"]["practice"]
    place = Place(exchange.facts["persons"][0]["patient"], facts["role"], facts["org"])
    adapted = adapt_request(published, place, key="medrx0301-with-its-fault")

    with exchange.connect("practice") as practice, pytest.raises(Refused) as no:
        practice.create({**adapted, "dispenseRequest": published["dispenseRequest"]})

    assert (no.value.status, no.value.rule_id) == (400, "WIRE-005")
    assert no.value.outcome["issue"][0]["expression"] == [
        "MedicationRequest.dispenseRequest.performer.reference"
    ]


def test_the_page_says_what_the_door_answers(results: list[Result]) -> None:
    """TILTS_UPDATE_DOCS=1 writes the page instead of comparing it."""
    written = PAGE.read_text(encoding="utf-8")
    expected = renewed(written, made_for_examples(results))
    if os.environ.get("TILTS_UPDATE_DOCS") == "1":
        PAGE.write_text(expected, encoding="utf-8")

    assert PAGE.read_text(encoding="utf-8") == expected, (
        "write it again: python tools/official_examples.py, or TILTS_UPDATE_DOCS=1"
    )
