"""Every step of the table, every "why not" and every rule of prescriptions has an example, or a reason why it has none."""

import json
import re
from typing import Any, get_args

import pytest

from tests.house.tree import ROOT
from tilts.exchange.lifecycle import NOES, PRESCRIPTION, SIDES, STATES, LineState
from tilts.rules.catalogue import BY_ID
from tilts.rules.profiles.verbs import verbs
from tilts.workflow import No, Step

FOLDER = ROOT / "docs" / "examples"
PAIRS: list[dict[str, Any]] = [
    json.loads(file.read_text("utf-8")) for file in sorted(FOLDER.glob("*/*.json"))
]
WITHOUT = json.loads((FOLDER / "without.json").read_text("utf-8"))
RULES = sorted(rule for rule in BY_ID if rule.startswith(("PRE-", "DSP-")))
TAKEN = [one["step"] for one in PAIRS if "to" in one.get("step", {})]
TESTS = (ROOT / "tests" / "transport" / "test_pairs.py").read_text("utf-8")


def told(action: str, by: str) -> bool:
    """Is there a reason why this step has no pair?"""
    return any(
        one.get("action") in (action, "*") and one["by"] in (by, "*") and one["reason"]
        for one in WITHOUT["steps"]
    )


@pytest.mark.parametrize("step", PRESCRIPTION.steps, ids=lambda s: f"{s.action} {s.of[0]} {s.to} {s.by}")
def test_a_step_has_an_example(step: Step) -> None:
    shown = [
        one
        for one in TAKEN
        if (one["action"], one["by"], one["to"]) == (step.action, step.by, step.to) and one["from"] in step.of
    ]
    assert bool(shown) != told(step.action, step.by), f"{len(shown)} examples"


@pytest.mark.parametrize("taken", TAKEN, ids=lambda one: " ".join(one.values()))
def test_what_an_example_shows_is_a_step_of_the_table(taken: dict[str, str]) -> None:
    assert any(
        (step.action, step.by, step.to) == (taken["action"], taken["by"], taken["to"])
        and taken["from"] in step.of
        for step in PRESCRIPTION.steps
    )


def refusing(action: str, side: str, state: str) -> int:
    """Which row of "why not" speaks."""
    return next(n for n, one in enumerate(NOES) if one.fits(action, side, state, other_side=True))


@pytest.mark.parametrize("number", range(len(NOES)))
def test_a_row_of_why_not_has_an_example(number: int) -> None:
    steps = [one["step"] for one in PAIRS if one.get("rule") == NOES[number].rule.id and "step" in one]
    shown = [one for one in steps if refusing(one["action"], one["by"], one["from"]) == number]
    excused = any(one["number"] == number and one["reason"] for one in WITHOUT["noes"])
    assert bool(shown) != excused, f"{NOES[number]}: {len(shown)} examples"


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_has_an_example(rule: str) -> None:
    shown = [one for one in PAIRS if one.get("rule") == rule]
    assert bool(shown) != bool(WITHOUT["rules"].get(rule)), f"{len(shown)} examples"


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_stands_at_a_verb(rule: str) -> None:
    assert [verb.id for verb in verbs() if rule in verb.rules] or WITHOUT["rules"].get(rule)


@pytest.mark.parametrize("verb", verbs(), ids=lambda one: one.id)
def test_a_verb_says_every_rule_that_its_examples_show_and_no_other(verb: Any) -> None:
    shown = {one["rule"] for one in PAIRS if one["verb"] == verb.id and "rule" in one}
    excused = {rule for rule in verb.rules if rule in WITHOUT["rules"]}
    elsewhere = {rule for rule, others in WITHOUT["elsewhere"].items() if verb.id in others}
    assert shown == set(verb.rules) - excused - elsewhere


@pytest.mark.parametrize("pair", PAIRS, ids=lambda one: f"{one['verb']} {one['name']}")
def test_an_example_is_made_by_a_test_and_stands_on_its_page(pair: dict[str, Any]) -> None:
    page = (ROOT / "docs" / "reference" / "verbs" / f"{pair['verb']}.md").read_text("utf-8")
    assert f"/{pair['verb']}/{pair['name']}.json)" in page
    rule = pair.get("rule", "")
    assert f'"{pair["name"]}"' in TESTS or (rule.lower() == pair["name"] and rule.lower() in TESTS.lower())
    assert not rule or f"{rule}" in page


def test_reasons_name_what_there_is() -> None:
    actions = {step.action for step in PRESCRIPTION.steps}
    assert all(one["action"] in actions | {"*"} and one["by"] in {*SIDES, "*"} for one in WITHOUT["steps"])
    assert set(WITHOUT["rules"]) | set(WITHOUT["elsewhere"]) <= set(BY_ID)
    assert {state.name for state in STATES} == set(get_args(LineState))
    assert all(isinstance(one, No) for one in NOES) and re.match(r"\w", WITHOUT["steps"][0]["reason"])
