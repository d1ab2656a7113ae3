"""Every row of the requirement lists has exactly one answer, and what it names is there (tools/requirements/*.json)."""

import json
from collections import Counter
from dataclasses import fields

import pytest

from tests.house.test_source_page import fits, is_a_test, routes
from tests.house.tree import ROOT, short
from tilts.settings import Settings
from tools.pages import requirements as pages
from tools.pages.requirements import ANSWERS, DATA, LISTS, PLACES, Row, requirements

ROWS = [(name, row) for name in LISTS for row in requirements(name).rows]
HOW_MANY = {"smart": 265, "udap": 153, "asvs": 253}  # server rows of each list; levels 1 and 2 of the last


def named(one: tuple[str, Row]) -> str:
    return f"{one[0]} {one[1].id}"


def test_every_file_of_rows_is_a_list_that_is_shown() -> None:
    assert sorted(path.stem for path in DATA.glob("*.json")) == sorted(LISTS)


@pytest.mark.parametrize("name", LISTS)
def test_no_row_lacks_and_none_stands_twice(name: str) -> None:
    ids = [row.id for row in requirements(name).rows]

    assert [one for one, count in Counter(ids).items() if count > 1] == []
    assert len(ids) == HOW_MANY.get(name, len(ids))


@pytest.mark.parametrize("name", LISTS)
def test_every_row_has_exactly_one_answer(name: str) -> None:
    written = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))["rows"]
    given = {row["id"]: [answer for answer in ANSWERS if row.get(answer)] for row in written}

    assert {one: answers for one, answers in given.items() if len(answers) != 1} == {}


@pytest.mark.parametrize("name", LISTS)
def test_every_reason_is_written_and_used(name: str) -> None:
    found = requirements(name)

    assert {row.reason for row in found.rows if row.reason} == found.reasons.keys()
    assert all(told.endswith(".") for told in found.reasons.values())


@pytest.mark.parametrize("name", LISTS)
def test_what_is_not_met_says_so_first(name: str) -> None:
    """Else it would be counted among what does not apply."""
    told = requirements(name).reasons.values()

    assert [one for one in told if "not met" in one.lower() and not one.startswith("Not met")] == []


def test_every_test_that_is_named_is_there() -> None:
    tests = {test: named(one) for one in ROWS for test in one[1].test}

    assert {test: row for test, row in tests.items() if not is_a_test(test)} == {}


def test_every_evidence_is_there() -> None:
    missing = {named(one): one[1].evidence for one in ROWS if one[1].evidence and not is_there(one[1])}

    assert missing == {}


def is_there(row: Row) -> bool:
    """A file of the project, a setting by its name, or a page of the portal; and a sentence on what it shows."""
    if len([place for place in PLACES if place in row.evidence]) != 1 or not row.evidence.get("says"):
        return False
    found = pages.where(row.evidence)
    if "file" in row.evidence:
        return (ROOT / found).is_file()
    if "setting" in row.evidence:
        return found in {f"TILTS_{field.name.upper()}" for field in fields(Settings)}
    return fits(found, routes())


def test_a_test_named_after_rows_proves_those_rows() -> None:
    """`test_smart_86_87_...` stands in the rows 86 and 87 of the list `smart`."""
    wrong = []
    for name in ("smart", "udap"):
        file = ROOT / "tests" / "transport" / f"test_{name}_requirements.py"
        rows = {row.id: row.test for row in requirements(name).rows}
        wrong += [
            f"{short(file)}::{test} is not the answer to {name} {number}"
            for test in written_in(name)
            for number in numbers_in(test, name)
            if f"{short(file)}::{test}" not in rows.get(number, ())
        ]
    assert wrong == []


def written_in(name: str) -> list[str]:
    text = (ROOT / "tests" / "transport" / f"test_{name}_requirements.py").read_text(encoding="utf-8")
    marks = (line.partition("def ")[2].partition("(")[0] for line in text.splitlines())
    return [mark for mark in marks if mark.startswith("test_")]


def numbers_in(test: str, name: str) -> list[str]:
    words = test.removeprefix(f"test_{name}_").split("_")
    end = next((place for place, word in enumerate(words) if not word.isdigit()), len(words))
    return words[:end]
