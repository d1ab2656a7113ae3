"""One rule, one id, six places: raised, tested, documented, sourced, in two languages, with what to do."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pkgutil import walk_packages
from string import Formatter

import pytest

from tests.house.tree import ROOT, SRC, golden, parsed, short, sources, tracked
from tilts import rules
from tilts.portal.words import RULE_GROUPS
from tilts.rules import Rule
from tilts.rules.catalogue import BY_ID, BY_NAME

RULES = list(BY_NAME.items())
PREFIXES = "|".join(RULE_GROUPS)  # each has words for people
ID = re.compile(rf"(?:{PREFIXES})-\d{{3}}\Z")
RAISERS = {"Refusal", "FaultyContent", "No", "held", "nearest", "Condition"}
# These take the facts of a rule otherwise than by name: a table of states (workflow.py, exchange/lines.py), and the gate
# (tests/access/test_gate.py).
GIVES = {
    "No": {"action", "side", "state", "possible", "holder", "since", "lease_until", "left", "asked"},
    "held": {"state"},
    "nearest": {"state"},
}
CITED = re.compile(r"\b((?:Latvia|Exchanges|Security) \d+(?:\.\d+)?|Design \d|Source page(?= [A-D]\d))")
# https://hl7.org/fhir/R4/valueset-issue-type.html
ISSUE_CODE = re.compile(
    "invalid|structure|required|value|invariant|security|login|unknown|expired|forbidden|suppressed|processing"
    "|not-supported|duplicate|multiple-matches|not-found|deleted|too-long|code-invalid|extension|too-costly"
    "|business-rule|conflict|transient|lock-error|no-store|exception|timeout|incomplete|throttled"
)
STATUSES = {400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 415, 422, 429, 503}


def named(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def raising_calls() -> Iterator[tuple[ast.Call, str]]:
    for path in sources("tilts"):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISERS:
                yield node, f"{short(path)}:{node.lineno}"


@cache
def raised() -> set[str]:
    """Names of rules that stand in the first argument of what raises a refusal."""
    first = [call.args[0] for call, _ in raising_calls() if call.args]
    return {node.id for argument in first for node in ast.walk(argument) if isinstance(node, ast.Name)}


@cache
def texts(folder: str, suffix: str, *, without: str = "") -> str:
    found = [p for p in tracked(suffix) if p.is_relative_to(ROOT / folder)]
    return "\n".join(p.read_text(encoding="utf-8") for p in found if not without or without not in short(p))


@pytest.mark.parametrize(("name", "rule"), RULES, ids=[rule.id for _, rule in RULES])
class TestEveryRule:
    def test_is_raised(self, name: str, rule: Rule) -> None:
        assert name in raised(), f"{name} is never raised"

    def test_is_tested(self, name: str, rule: Rule) -> None:
        tested = rule.id in texts("tests", ".py", without="tests/house/")
        untested = golden("rules-without-test.txt")
        assert tested or rule.id in untested, f"{rule.id} stands in no test"
        assert not (tested and rule.id in untested), (
            f"{rule.id} is tested now: take it out of rules-without-test.txt"
        )

    def test_is_documented(self, name: str, rule: Rule) -> None:
        assert re.search(rf"^## {rule.id}$", texts("docs/rules", ".md"), re.MULTILINE)

    def test_names_a_source_that_can_be_found(self, name: str, rule: Rule) -> None:
        page = (ROOT / "docs" / "reference" / "sources.md").read_text(encoding="utf-8")
        assert rule.source.strip()
        for cited in CITED.findall(rule.source):
            assert f"## {cited}\n" in page, f"docs/reference/sources.md does not explain {cited}"

    def test_speaks_both_languages(self, name: str, rule: Rule) -> None:
        for text in (rule.text_en, rule.text_lv, rule.fix_en, rule.fix_lv):
            assert text.endswith("."), text
        assert rule.text_lv != rule.text_en and rule.fix_lv != rule.fix_en
        assert named(rule.text_lv) == named(rule.text_en), "the two texts name different facts"
        assert named(rule.fix_en) | named(rule.fix_lv) <= {"type", "id"}, "a fix is not formatted: no facts"

    def test_has_an_answer_that_fits(self, name: str, rule: Rule) -> None:
        assert ID.match(rule.id)
        assert ISSUE_CODE.fullmatch(rule.issue_code)
        assert rule.http_status in STATUSES


def test_ids_are_unique() -> None:
    assert len(BY_ID) == len(BY_NAME)


def test_every_file_of_rules_is_in_the_catalogue() -> None:
    written = [
        value.id
        for module in walk_packages(rules.__path__, "tilts.rules.")
        if module.name != "tilts.rules.catalogue" and not module.ispkg
        for value in vars(import_module(module.name)).values()
        if isinstance(value, Rule)
    ]

    assert sorted(BY_ID) == sorted(written)


def test_every_refusal_gives_the_facts_that_its_text_names() -> None:
    """A fact that is named and not given would be our fault (500) in place of a "no"."""
    wanting = []
    for call, where in raising_calls():
        rule = call.args[0] if call.args else None
        if isinstance(rule, ast.Name) and rule.id in BY_NAME and isinstance(call.func, ast.Name):
            given = {word.arg for word in call.keywords}
            given |= GIVES.get(call.func.id, set())
            if call.func.id == "Condition":
                continue
            lacking = named(BY_NAME[rule.id].text_en) - given
            if lacking and None not in given:
                wanting.append(f"{where}: {rule.id} without {sorted(lacking)}")
    assert not wanting, "\n".join(wanting)


def test_ids_that_are_written_out_are_ids_of_rules() -> None:
    """In src and docs no id may be named that does not exist (any longer)."""
    pattern = re.compile(rf"\b(?:{PREFIXES})-\d{{3}}\b")
    unknown = {
        f"{short(p)}: {found}"
        for p in tracked(".py", ".md", ".html")
        if p.is_relative_to(SRC) or p.is_relative_to(ROOT / "docs")
        for found in pattern.findall(p.read_text(encoding="utf-8"))
        if found not in BY_ID
    }
    assert not unknown
