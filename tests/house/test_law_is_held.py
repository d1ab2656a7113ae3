"""Every row of the law and every rule that cites it stands in the table of what holds it, and the table is true."""

import ast
import re

import pytest

from tests.exchange.held import HELD, Held
from tests.house.test_source_page import is_a_test
from tests.house.tree import ROOT, parsed
from tilts.exchange.law import rows
from tilts.rules.catalogue import BY_ID

DOORS = ("tests/transport/", "tests/portal/", "tests/cli/", "tests/exchange/test_civil_days.py")
# Rules that cite the part of the law on prescriptions and hold the medicine or its amount, not a row of the law.
OF_THE_MEDICINE = {"DSP-011", "DSP-045", "PRE-004"}
EACH = pytest.mark.parametrize("held", HELD, ids=lambda held: held.asked)


def source(test: str) -> str:
    """The text of a test with what is written above it."""
    path, _, name = test.partition("::")
    text = (ROOT / path).read_text(encoding="utf-8")
    node = next(one for one in parsed(ROOT / path).body if getattr(one, "name", None) == name)
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    parts = [node, *node.decorator_list]
    return "\n".join(ast.get_source_segment(text, part) or "" for part in parts)


def test_every_row_of_the_law_is_held() -> None:
    assert {of for held in HELD for of in held.rows} == {row.of for row in rows()}


def test_every_rule_that_cites_the_law_of_prescriptions_stands_in_the_table() -> None:
    citing = {
        rule.id for rule in BY_ID.values() if "Latvia 6.1" in rule.source and not rule.id.startswith("MED-")
    }
    assert citing - OF_THE_MEDICINE <= {rule for held in HELD for rule in held.rules}
    assert citing >= OF_THE_MEDICINE


@EACH
def test_rules_and_tests_are_there_and_one_test_goes_through_a_door(held: Held) -> None:
    assert [rule for rule in held.rules if rule not in BY_ID] == []
    assert [test for test in held.tests if not is_a_test(test)] == []
    assert any(test.startswith(DOORS) for test in held.tests)


@EACH
def test_each_rule_stands_in_one_of_its_tests(held: Held) -> None:
    told = re.sub("_", "-", "\n".join(map(source, held.tests))).upper()
    assert [rule for rule in held.rules if rule not in told] == []
