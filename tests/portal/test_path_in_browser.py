"""The whole path in a real browser, in both languages: every page on it looked at once, and kept as a picture for the docs.

The same chapters as `tilts path`, walked by clicks; each person has a browser context of their own. With
TILTS_PATH_PICTURES=write the pictures of docs/howto/walk-the-path.md are made anew.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.portal.browser_walker import BrowserWalker, Looks
from tests.portal.browsing import launched
from tests.running import running_exchange
from tilts.lab.path import CHAPTERS, Chapter, Event, walk_path
from tilts.rules import Language

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures" / "path"
PEOPLE = 3  # at least: a developer, somebody of the authority, somebody of an institution


@dataclass(frozen=True, slots=True)
class InBrowser:
    looks: Looks
    events: list[tuple[Chapter, Event]]


@pytest.fixture(scope="module", params=["lv", "en"])
def walked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InBrowser]:
    language: Language = request.param
    folder = tmp_path_factory.mktemp(f"browser-{language}")
    anew = os.environ.get("TILTS_PATH_PICTURES") == "write"
    looks = Looks(language, PICTURES if anew else folder, anew)
    with (
        running_exchange(folder / "sandbox", production=True, gate_refresh_seconds=1) as exchange,
        launched() as browser,
    ):
        opened = partial(BrowserWalker, browser, looks)
        events = [
            (chapter, event)
            for chapter, event in walk_path(exchange.facts, language, opened=opened)
            if event is not None
        ]
        yield InBrowser(looks, events)


def test_people_walk_every_chapter_by_clicks(walked: InBrowser) -> None:
    assert {chapter.number for chapter, _ in walked.events} == {chapter.number for chapter in CHAPTERS}
    assert len({event.who for _, event in walked.events}) >= PEOPLE
    assert any(event.kind == "refused" and event.rules for _, event in walked.events)


def test_nothing_on_the_way_is_faulty(walked: InBrowser) -> None:
    """axe finds nothing, no page weighs 100 kB or is wider than the window, no script and no policy complains."""
    assert len(walked.looks.seen) > len(CHAPTERS)
    assert walked.looks.faults == []


def test_the_pictures_of_the_docs_are_of_pages_on_the_way(walked: InBrowser) -> None:
    page = (PICTURES.parents[1] / "howto" / "walk-the-path.md").read_text(encoding="utf-8")
    taken = {path.name for path in walked.looks.pictures.values()}

    assert taken
    assert [name for name in taken if name not in page] == []
