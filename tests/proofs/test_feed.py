"""The proof of the feed at a small size: stopped, it goes on; and what is missing is a finding."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from proofs import feed
from proofs.feed import BATCH, STORY, faults_of, judge, play, reader
from proofs.keeping import Journal
from proofs.sandbox import sandbox
from proofs.stopping import Stop
from proofs.watching import Silent
from tests.builders import NOW, TASK
from tests.exchange.counter import Counter
from tests.running import Running
from tilts.lab.environment import Environment
from tilts.store.events import EventRow

SEED = 1


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    with sandbox(tmp_path_factory.mktemp("feed") / "sandbox", Silent(), settling_seconds=0) as found:
        yield found


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    found = Journal(tmp_path / "feed")
    yield found
    found.close()


def test_each_event_reaches_each_system_and_what_was_done_is_not_done_again(
    environment: Environment, journal: Journal
) -> None:
    journal.begin(seed=SEED)
    asyncio.run(play(environment, journal, BATCH, SEED, Stop(wanted=True), Silent()))
    assert journal.of("batch") == [], "a wish to stop begins nothing"
    asyncio.run(play(environment, journal, BATCH, SEED, Stop(), Silent()))
    asyncio.run(play(environment, journal, 2 * BATCH, SEED, Stop(), Silent()))

    outcome = judge(journal)

    assert outcome["findings"] == []
    assert [entry["number"] for entry in journal.of("batch")] == [0, 1]
    figures = outcome["figures"]
    assert (figures["events"], figures["missing"]) == (2 * BATCH, 0)
    assert figures["deliveries, with those that came again"] > 2 * 2 * BATCH


def test_a_missing_event_another_order_and_a_wrong_word_are_findings(exchange: Running) -> None:
    def heard(kinds: list[str]) -> feed.System:
        one = reader(Counter(exchange), "x")
        one.kept = {n: EventRow(n, kind, TASK, NOW) for n, kind in enumerate(kinds, start=1)}
        one.order = sorted(one.kept)
        return one

    whole = heard(STORY * (BATCH // len(STORY)))
    assert [text for text in faults_of(whole, []) if text] == []
    assert len(faults_of(heard(STORY), [])) == 1
    assert len(faults_of(whole, [TASK])) == 1
    whole.order = whole.order[::-1]
    assert len(faults_of(whole, [])) == 1
