"""The whole path on a running exchange with its rehearsal of production: walked once in each language of the pages.

The walk itself fails when a step does not end as it should; here it is seen that it shows what it is there to show.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.running import Running, running_exchange
from tilts.cli.path import told, walked
from tilts.cli.refusals import NotPossible
from tilts.lab.path import CHAPTERS, Chapter, Event, walk_path
from tilts.rules import Language
from tilts.rules.catalogue import BY_ID

# Every fact of the page that asks for Tilts.
FACTS = (
    {f"A{n}" for n in range(1, 8)}
    | {f"B{n}" for n in range(1, 7)}
    | {f"C{n}" for n in range(1, 6)}
    | {"D1", "D2"}
)
# What must be seen refused, chapter by chapter: the rules that the pages and the wire named.
REFUSED = {
    1: {"USR-014", "CON-005", "GATE-001", "GATE-002", "TOK-001"},
    2: {"PRC-007", "SGN-009", "SGN-025"},
    3: {"CERT-001", "TOK-001"},
    4: {"TST-001", "TST-004"},
    5: {"CASE-005"},
    6: {
        "GATE-003",
        "GATE-005",
        "GATE-006",
        "GATE-007",
        "GATE-002",
        "CASE-005",
        "SGN-031",
        "PRC-007",
    }
    | {"CERT-004"},
    7: {"CASE-005", "ACC-011", "GATE-003"},
    8: {"GATE-011", "CLS-004", "SGN-004", "SGN-032"},
}


@dataclass(frozen=True, slots=True)
class Walked:
    exchange: Running
    language: Language
    events: tuple[tuple[Chapter, Event], ...]

    def of(self, number: int) -> list[Event]:
        return [event for chapter, event in self.events if chapter.number == number]


# In Latvian, and again in English, it is walked in a browser: tests/portal/test_path_in_browser.py.
@pytest.fixture(scope="module", params=["en"])
def walk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walked]:
    language: Language = request.param
    folder = tmp_path_factory.mktemp(f"path-{language}") / "sandbox"
    with running_exchange(folder, production=True, gate_refresh_seconds=1) as exchange:
        told = [
            (chapter, event) for chapter, event in walk_path(exchange.facts, language) if event is not None
        ]
        yield Walked(exchange, language, tuple(told))


def test_every_fact_of_the_source_page_has_its_chapter() -> None:
    named = [fact for chapter in CHAPTERS for fact in chapter.facts]
    assert set(named) == FACTS
    assert [chapter.number for chapter in CHAPTERS] == list(range(1, len(CHAPTERS) + 1))


@pytest.mark.parametrize("fact", sorted(FACTS))
def test_each_fact_of_the_page_is_shown(walk: Walked, fact: str) -> None:
    chapters = {chapter.number for chapter in CHAPTERS if fact in chapter.facts}
    assert any(event.kind == "done" for number in chapters for event in walk.of(number))


def test_before_each_gate_the_attempt_is_refused_by_the_rules_that_stand_there(walk: Walked) -> None:
    for number, wanted in REFUSED.items():
        seen = {rule for event in walk.of(number) if event.kind == "refused" for rule in event.rules}
        assert wanted <= seen, f"chapter {number}: {sorted(wanted - seen)} not seen refused"
        assert seen <= BY_ID.keys()


def test_each_refusal_tells_what_is_wrong_and_is_followed_by_the_step(walk: Walked) -> None:
    for number in REFUSED:
        events = walk.of(number)
        kinds = [event.kind for event in events]
        assert all(event.conditions and all(event.conditions) for event in events if event.kind == "refused")
        assert "done" in kinds[kinds.index("refused") :]


def test_what_is_unmet_shrinks_until_nothing_is_missing(walk: Walked) -> None:
    of_practice = [
        len(event.conditions)
        for event in walk.of(6)
        if event.who == "Valda Čiekure" and (event.kind == "shown" or "GATE-003" in event.rules)
    ]
    assert of_practice[0] == 5
    assert of_practice == sorted(of_practice, reverse=True)
    assert of_practice[-1] == 0


def test_a_second_walk_on_the_same_sandbox_says_that_it_was_walked(walk: Walked) -> None:
    with pytest.raises(NotPossible, match="walked once"):
        walked(walk.exchange.facts, walk.language, len(CHAPTERS), as_json=True)


def test_the_terminal_shows_who_did_what_and_every_condition(walk: Walked) -> None:
    for _, event in walk.events:
        shown = told(event).renderable
        text = str(shown)
        assert event.who in text and event.text in text
        assert all(condition in text for condition in event.conditions)
