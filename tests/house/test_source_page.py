"""Every fact of the page that asks for Tilts has a page, a command and a test that shows it; docs/source-page.md says which."""

import ast
import re
from typing import Final

import pytest

from tests.house.test_commands import faults_of
from tests.house.tree import ROOT, parsed, short, tracked

FACTS: Final = [
    f"{letter}{number}"
    for letter, count in (("A", 7), ("B", 6), ("C", 5), ("D", 2))
    for number in range(1, count + 1)
]
PAGE: Final = ROOT / "docs" / "source-page.md"
ROW: Final = re.compile(
    r"^\| (?P<fact>[A-D]\d) \| .+? \| (?P<pages>.+?) \| (?P<command>.+?) \| (?P<tests>.+?) \|$", re.M
)
CODE: Final = re.compile(r"`([^`]+)`")
PORTAL_ROUTE: Final = re.compile(r"Route\(\s*\"(/[^\"]*)\"")


def rows() -> dict[str, re.Match[str]]:
    return {row["fact"]: row for row in ROW.finditer(PAGE.read_text(encoding="utf-8"))}


def routes() -> set[str]:
    """Addresses of the portal, with any name for what varies."""
    portal = [path for path in tracked(".py") if "src/tilts/portal/" in short(path)]
    return {
        re.sub(r"\{[^}]*\}", "*", route)
        for path in portal
        for route in PORTAL_ROUTE.findall(path.read_text(encoding="utf-8"))
    }


def test_every_fact_has_its_row_and_there_is_no_other() -> None:
    assert list(rows()) == FACTS


@pytest.mark.parametrize("fact", FACTS)
def test_its_pages_are_pages_of_the_portal(fact: str) -> None:
    shown = CODE.findall(rows()[fact]["pages"])
    known = routes()

    assert shown
    assert [page for page in shown if not fits(page, known)] == []


def fits(page: str, known: set[str]) -> bool:
    """`/procedures/testing-agreement` is an address of `/procedures/*`; a NUMBER stands for any."""
    return any(re.fullmatch(re.escape(route).replace(r"\*", "[^/]+"), page) for route in known)


@pytest.mark.parametrize("fact", FACTS)
def test_its_command_exists(fact: str) -> None:
    shown = CODE.findall(rows()[fact]["command"])

    assert shown
    assert [fault for line in shown for fault in faults_of(line, set())] == []


@pytest.mark.parametrize("fact", FACTS)
def test_its_tests_are_there(fact: str) -> None:
    shown = CODE.findall(rows()[fact]["tests"])

    assert shown
    assert [name for name in shown if not is_a_test(name)] == []


def is_a_test(name: str) -> bool:
    """`tests/a/test_b.py::test_c`, or `::TestC::test_d`."""
    path, *inner = name.split("::")
    if not inner or not (ROOT / path).is_file():
        return False
    found: list[ast.stmt] = parsed(ROOT / path).body
    for one in inner:
        node = next((n for n in found if getattr(n, "name", None) == one), None)
        if node is None:
            return False
        found = getattr(node, "body", [])
    return inner[-1].startswith("test_")
