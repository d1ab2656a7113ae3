"""The scenarios that are shipped: each can be read, says what it rests on, and is played by the reference system."""

import re
from pathlib import Path

import pytest

from tilts.lab.conformance.compiling import ScenarioFault, compiled
from tilts.lab.conformance.language import Scenario
from tilts.lab.conformance.library import library, scenario, scenarios_for, scenarios_of_rule
from tilts.lab.conformance.reference_system import PARTS

SOURCES = Path(__file__).resolve().parents[3] / "docs" / "reference" / "sources.md"
EVERY = pytest.mark.parametrize("one", library(), ids=lambda one: one.id)

WHOLE = """\
language: 1
id: PHA-99
version: 1
title: {lv: Viens, en: One}
role: pharmacy
kind: positive
requirement: {lv: Vajag, en: Needed, sources: [Design 5]}
given:
  - prescribe: {packs: 1}
instructions: {lv: "Recepte {number}", en: "Prescription {number}"}
steps:
  - id: found
    title: {lv: Atrasts, en: Found}
    see:
      call: POST /Task/$find
      status: 200
      where:
        request.body.parameter.valueString: "{number}"
"""


def test_there_are_at_least_twenty_five_and_half_of_them_are_negative() -> None:
    assert len(library()) >= 25
    assert sum(one.kind == "negative" for one in library()) * 2 >= len(library())


@EVERY
def test_a_scenario_names_sources_that_are_explained(one: Scenario) -> None:
    explained = SOURCES.read_text("utf-8")

    for source in one.requirement.sources:
        section = re.sub(r" [A-D]\d$", "", source)
        assert re.search(rf"^## {re.escape(section)}$", explained, re.MULTILINE), source


@EVERY
def test_a_scenario_speaks_both_languages(one: Scenario) -> None:
    texts = [one.title, one.requirement.text, one.instructions, *(step.title for step in one.steps)]

    assert all(text.lv and text.en and text.lv != text.en for text in texts)


@EVERY
def test_a_negative_scenario_names_the_rule_that_must_be_met(one: Scenario) -> None:
    seen = {step.pattern.rule for step in one.steps if step.pattern and step.kind == "see"} - {""}

    assert one.kind == "positive" or (one.requirement.rules and seen <= set(one.requirement.rules))


@EVERY
def test_a_negative_scenario_says_how_to_behave_afterwards(one: Scenario) -> None:
    assert one.kind == "positive" or any(step.kind in ("never", "at-most") for step in one.steps)


@EVERY
def test_the_reference_system_plays_it(one: Scenario) -> None:
    assert one.id in PARTS


def test_scenarios_are_found_by_role_and_by_rule() -> None:
    assert all("pharmacy" in one.roles for one in scenarios_for("pharmacy"))
    assert scenarios_of_rule("DSP-001") == ("PHA-03",)
    assert scenarios_of_rule("WIRE-001") == ()
    assert scenario("PHA-03") in library() and scenario("ZZZ-01") is None


def test_what_is_whole_is_compiled() -> None:
    made = compiled("PHA-99.yaml", WHOLE)

    assert (made.id, made.roles, made.functionalities) == ("PHA-99", ("pharmacy",), ("dispensing",))
    assert made.steps[0].pattern is not None
    assert made.steps[0].pattern.told() == "POST /Task/$find -> 200"


@pytest.mark.parametrize(
    ("was", "now", "line", "why"),
    [
        ("language: 1", "language: 2", 1, "language 1"),
        ("id: PHA-99", "id: pha", 2, "three letters and two digits"),
        ("role: pharmacy", "role: dentist", 5, "not one of: practice, pharmacy"),
        ("kind: positive", "colour: red", 6, "'colour' is not known here"),
        ("{packs: 1}", "{packs: 1, boxes: 2}", 9, "'boxes' is not known here"),
        ("prescribe:", "juggle:", 9, "nobody can 'juggle'"),
        ('lv: "Recepte {number}"', 'lv: "Recepte {numero}"', 10, "{numero} is not a fact"),
        ('valueString: "{number}"', 'valueString: "{nobody}"', 12, "{nobody} is not known by then"),
        ("POST /Task/$find", "Task/$find", 15, "a method and a route"),
        ("status: 200", "status: soon", 16, "a whole number"),
        ("status: 200", "rule: ABC-123", 16, "there is no rule ABC-123"),
        ("request.body.parameter", "__import__('os')", 18, "is not a place in a call"),
        ('valueString: "{number}"', "valueString: {equals: 1, above: 0}", 18, "one test"),
        ("    see:", "    hope:", 14, "'hope' is not known here"),
        ("  - id: found", "  - id: Found it", 12, "small letters"),
        ("sources: [Design 5]", "rules: [DSP-001]", 7, "'sources' is missing"),
        ("version: 1", "version: 1\nversion: 2", 4, "stands here twice"),
        ("kind: positive", "kind: ]", 6, "not YAML"),
    ],
)
def test_a_fault_is_told_with_file_and_line(was: str, now: str, line: int, why: str) -> None:
    assert was in WHOLE

    with pytest.raises(ScenarioFault, match=re.escape(why)) as told:
        compiled("PHA-99.yaml", WHOLE.replace(was, now, 1))

    assert str(told.value).startswith(f"PHA-99.yaml:{line}:")


def test_a_scenario_in_which_nothing_must_be_seen_is_no_scenario() -> None:
    with pytest.raises(ScenarioFault, match="proves nothing"):
        compiled("PHA-99.yaml", WHOLE.replace("    see:", "    never:"))


def test_an_empty_file_is_no_scenario() -> None:
    with pytest.raises(ScenarioFault, match=r"PHA-99.yaml:1: the file is empty"):
        compiled("PHA-99.yaml", "")
