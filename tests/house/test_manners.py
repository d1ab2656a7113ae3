"""Small manners: dependencies with a decision, remarks with a number, nothing of one machine, changes told."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.house.tree import ROOT, short, tracked

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TEXTS = (
    ".py",
    ".md",
    ".toml",
    ".sh",
    ".sql",
    ".yml",
    ".txt",
    ".html",
    ".css",
    ".js",
    ".json",
    ".svg",
    ".in",
    ".cfg",
    "",
)
MACHINE = re.compile(r"(?<![\w.$}*-])/(?:work|root|home)/[\w.-]+")
INDEX = re.compile(r"(?:https?:)?//[\w.-]*(?:pypi|pythonhosted|npmjs|artifactory|nexus)[\w.-]*")
INDEX_WORD = re.compile(r"--(?:extra-)?index-url|\bindex-url\s*=")
OPEN_MARK = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b(?!\(#\d+\))")
FRAGMENT = re.compile(r"(?P<number>\d{3})\.(?:added|changed|fixed|security)\.md\Z")


def name_of(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found
    return found[0].lower()


def runtime() -> list[str]:
    project = PROJECT["project"]
    return [*project["dependencies"], *project["optional-dependencies"]["server"]]


@pytest.mark.parametrize("requirement", runtime(), ids=name_of)
def test_a_dependency_has_its_decision(requirement: str) -> None:
    line = next(
        line
        for line in (ROOT / "pyproject.toml").read_text("utf-8").splitlines()
        if f'"{requirement}"' in line
    )
    number = re.search(r"ADR (\d{4})", line)
    assert number, f"no ADR beside {requirement}"
    pages = list((ROOT / "docs" / "adr").glob(f"{number[1]}-*.md"))
    assert pages and name_of(requirement) in pages[0].read_text(encoding="utf-8").lower()


@pytest.mark.parametrize("requirement", PROJECT["dependency-groups"]["dev"], ids=name_of)
def test_a_tool_has_its_decision(requirement: str) -> None:
    page = next((ROOT / "docs" / "adr").glob("0018-*.md")).read_text(encoding="utf-8").lower()

    assert f"`{name_of(requirement)}`" in page


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "adr").glob("*.md")), ids=lambda p: p.stem)
def test_a_decision_is_one_page_with_its_date(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert re.match(rf"# {page.stem[:4]}[.:] ", text)
    assert re.search(r"^(?:Date: )?20\d\d-\d\d-\d\d$", text, re.MULTILINE)
    for word in ("question", "measured|know", "choice", "change our mind"):
        assert re.search(rf"^## .*(?:{word})", text, re.MULTILINE | re.IGNORECASE), word
    assert len(text.splitlines()) <= 80


def test_decisions_have_one_number_each() -> None:
    numbers = [page.stem[:4] for page in (ROOT / "docs" / "adr").glob("*.md")]

    assert len(numbers) == len(set(numbers))


def test_nothing_names_one_machine_or_an_index() -> None:
    found = []
    for path in tracked(*TEXTS):
        if path == Path(__file__):
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        patterns = (MACHINE, INDEX, INDEX_WORD)
        found += [f"{short(path)}: {hit[0]}" for pattern in patterns for hit in pattern.finditer(text)]
    assert not found, "\n".join(found[:40])


def test_what_is_left_to_do_has_a_number() -> None:
    marked = [
        f"{short(path)}:{number}"
        for path in tracked(".py", ".md", ".sh", ".sql", ".html", ".js")
        if path != Path(__file__) and path.name != "STYLE.md"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if OPEN_MARK.search(line)
    ]
    assert not marked


@pytest.mark.parametrize("path", sorted((ROOT / "changes").glob("*")), ids=lambda p: p.name)
def test_a_change_is_told(path: Path) -> None:
    assert FRAGMENT.match(path.name), "name it NNN.(added|changed|fixed|security).md"
    text = path.read_text(encoding="utf-8").strip()
    assert text and not text.startswith("#")
    assert all(len(line) <= 400 for line in text.splitlines())


def test_changes_have_one_number_each() -> None:
    numbers = [path.name[:3] for path in (ROOT / "changes").glob("*")]

    assert len(numbers) == len(set(numbers))


def test_what_must_not_be_said_is_not_said() -> None:
    """Design, section 9: claims that this project may not make (they stand only where they are denied)."""
    claims = re.compile(
        r"\b(?:is|are) (?:fully |CE |EHDS )?(?:certified|conformant|CE.marked)\b|\bcertified by\b|\bapproved by the authority\b"
        r"|Regulation 134.compliant|\bcompliant with Regulation 134",
        re.IGNORECASE,
    )
    said = [
        f"{short(path)}: {hit[0]}"
        for path in tracked(".md", ".py", ".html")
        if path != Path(__file__)
        for hit in claims.finditer(path.read_text(encoding="utf-8"))
    ]
    assert not said


def test_what_is_taken_from_ucum_keeps_its_notice() -> None:
    """The licence of UCUM asks for it wherever its codes go (https://ucum.org/license)."""
    notice = "This product includes all or a portion of the UCUM table, UCUM codes, and UCUM definitions"
    engine = ROOT / "src" / "tilts_fhir"

    for path in (engine / "NOTICE.md", engine / "codes" / "ucum_units.py"):
        assert notice in path.read_text(encoding="utf-8"), short(path)
