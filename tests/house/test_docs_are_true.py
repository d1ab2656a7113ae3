"""What the docs say can be wrong only with a red test: made pages, links, commands, settings, source lines."""

import ast
import re
from dataclasses import fields
from pathlib import Path

import pytest

from tests.house.tree import ROOT, SRC, compared, parsed, short, sources, tracked
from tilts.rules.catalogue import BY_ID
from tilts.settings import Settings
from tools import async_to_sync, make_docs
from tools.pages.lifecycles import state_picture, states

PAGES = tracked(".md")
LINK = re.compile(r"(?<!`)\[[^\]\n]*\]\((?P<target>[^)\s]+)\)")
FENCE = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)


def test_made_pages_are_current() -> None:
    assert not [short(path) for path in make_docs.stale()], "run make docs"


def test_the_connector_without_event_loop_is_current() -> None:
    assert not [short(path) for path in async_to_sync.stale()], "run python tools/async_to_sync.py"


@pytest.mark.parametrize("page", PAGES, ids=short)
def test_links_lead_somewhere(page: Path) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    dead = [target for target in LINK.findall(text) if not _leads(page, target)]

    assert not dead


def _leads(page: Path, target: str) -> bool:
    if re.match(r"[a-z]+:", target):
        return True
    name, _, anchor = target.partition("#")
    found = (page.parent / name).resolve() if name else page
    if not found.exists():
        return False
    return found.suffix != ".md" or not anchor or anchor in _anchors(found)


def _anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("field", fields(Settings), ids=lambda field: field.name)
def test_a_setting_is_documented_and_used(field: object) -> None:
    name = field.name  # type: ignore[attr-defined]
    page = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    line = re.search(rf"^\| `TILTS_{name.upper()}` \|.*\| (?P<meaning>[^|]+) \|$", page, re.MULTILINE)

    assert line and line["meaning"].strip()


def test_every_setting_is_read_somewhere() -> None:
    read = {
        node.attr
        for path in sources("tilts")
        if path.name != "settings.py"
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute)
    }
    idle = {field.name: "never read" for field in fields(Settings) if field.name not in read}

    compared(idle, "idle-settings.txt")


def test_short_names_of_sources_are_explained() -> None:
    """`Latvia 6.1` in a rule, a remark or a page has its section in docs/reference/sources.md."""
    page = (ROOT / "docs" / "reference" / "sources.md").read_text(encoding="utf-8")
    cited = re.compile(r"\b((?:Latvia|Exchanges|Security|Storage|Stack) \d+(?:\.\d+)?|Design \d)\b")
    unknown = {
        f"{short(path)}: {name}"
        for path in (*sources(), *tracked(".sql"))
        for name in cited.findall(path.read_text(encoding="utf-8"))
        if f"## {name}\n" not in page
    }
    assert not unknown


def test_every_status_is_explained() -> None:
    page = (ROOT / "docs" / "reference" / "status-codes.md").read_text(encoding="utf-8")
    statuses = {rule.http_status for rule in BY_ID.values()} | {200, 201, 500, 503}
    silent = [
        status
        for status in sorted(statuses)
        if not re.search(rf"^## (?:\d+ and )?{status}\b", page, re.MULTILINE)
    ]

    assert not silent


def test_every_caller_of_the_table_of_states_may_do_something_and_every_action_is_allowed_to_somebody() -> (
    None
):
    told = [states.answers(state, caller) for state in states.STATES for caller in states.CALLERS]

    assert {action for each in told for action, answer in each.items() if answer == "yes"} == set(
        states.ACTIONS
    )


def test_the_picture_of_the_states_has_every_step() -> None:
    assert state_picture.picture().count('class="road') == len(state_picture.ROADS)
    assert set(states.STATES) == set(state_picture.PLACES)


def test_source_lines_named_in_the_docs_are_those_lines() -> None:
    """[`dispense`](src/tilts/exchange/dispensing.py#L135): line 135 defines it (make docs moves the number)."""
    wrong = []
    for page in PAGES:
        for name, target, line in re.findall(
            r"\[`([\w.]+)`\]\(([\w./]+\.(?:py|sql))#L(\d+)\)", page.read_text(encoding="utf-8")
        ):
            lines = (page.parent / target).read_text(encoding="utf-8").splitlines()
            if not re.search(rf"\b{re.escape(name.rpartition('.')[2])}\b", lines[int(line) - 1]):
                wrong.append(f"{short(page)}: {name} is not at {target}:{line}")
    assert not wrong


def test_paths_named_in_the_docs_are_there() -> None:
    """`src/tilts/ids.py`, `docs/adr/0007-...md` written as code in a page are files or folders of the tree."""
    pattern = re.compile(r"`((?:src|docs|tests|tools|changes|requirements)/[\w./-]*\w)/?`")
    missing = {
        f"{short(page)}: {name}"
        for page in PAGES
        for name in pattern.findall(FENCE.sub("", page.read_text(encoding="utf-8")))
        if not (ROOT / name).exists() and not list(ROOT.glob(f"{name}*"))
    }
    assert not missing


def test_comments_point_to_decisions_and_pages_that_are_there() -> None:
    """docs/... and ADR numbers named in the sources."""
    missing = set()
    for path in tracked(".py", ".toml", ".sh", ".sql", ".yml"):
        text = path.read_text(encoding="utf-8")
        numbers = re.findall(r"\bADR (\d{4})\b|docs/adr/(\d{4})", text)
        for number in {first or second for first, second in numbers}:
            if not list((ROOT / "docs" / "adr").glob(f"{number}-*.md")):
                missing.add(f"{short(path)}: ADR {number}")
        for name in re.findall(r"\bdocs/[\w/-]+\.md\b", text):
            if path.is_relative_to(SRC) and not (ROOT / name).exists():
                missing.add(f"{short(path)}: {name}")
    assert not missing
