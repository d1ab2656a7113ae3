"""A refusal as a value: what its rule says, which facts it tells, and which it keeps for the log.

That each rule is raised, tested, documented and written in two languages: tests/house/test_rules_are_whole.py.
"""

import re
from dataclasses import FrozenInstanceError
from string import Formatter

import pytest

from tilts.rules import Refusal, Rule
from tilts.rules.catalogue import BY_ID, BY_NAME

RULES = list(BY_NAME.values())
LATVIAN = re.compile(r"[āčēģīķļņšūž]", re.IGNORECASE)


def facts_of(rule: Rule) -> dict[str, object]:
    return {field: f"<{field}>" for _, field, _, _ in Formatter().parse(rule.text_en) if field}


def test_no_id_is_given_twice() -> None:
    assert len(BY_ID) == len(BY_NAME)


def test_a_rule_cannot_be_changed_while_the_house_stands() -> None:
    with pytest.raises(FrozenInstanceError):
        BY_ID["DSP-001"].id = "DSP-999"  # type: ignore[misc]
    with pytest.raises(TypeError):
        BY_ID["DSP-999"] = BY_ID["DSP-001"]  # type: ignore[index]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_latvian_text_is_latvian_and_the_english_one_is_not(rule: Rule) -> None:
    assert LATVIAN.search(rule.text_lv + rule.fix_lv)
    assert not LATVIAN.search(rule.text_en + rule.fix_en)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_refusal_reads_without_gaps_and_tells_exactly_what_its_text_names(rule: Rule) -> None:
    facts = facts_of(rule)
    refusal = Refusal(rule, **facts, about="a line", reason="for the log only")

    assert refusal.told() == facts
    for language in ("lv", "en"):
        sentence = rule.sentence(language, refusal.facts)  # type: ignore[arg-type]
        assert not set("{}") & set(sentence)
        assert all(str(fact) in sentence for fact in facts.values())
        assert "for the log only" not in sentence
