"""Any order of calls: the proof at a small size; stopped, it goes on; and a difference is a finding."""

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from proofs.keeping import Journal
from proofs.sandbox import sandbox
from proofs.sequences import Batch, judge, play_on_paper, play_through_doors
from proofs.stopping import Stop
from proofs.watching import Silent
from tests.exchange.moves import Move, Order
from tests.exchange.playing import Play
from tests.exchange.sides import Paper
from tilts.lab.environment import Environment

SEED = 1


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """One of its own: doors without a pipeline leave no audit behind, which the other proofs would find."""
    with sandbox(tmp_path_factory.mktemp("sequences") / "sandbox", Silent(), settling_seconds=0) as found:
        yield found


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    found = Journal(tmp_path / "sequences")
    yield found
    found.close()


def test_the_model_and_what_decides_agree(environment: Environment, journal: Journal) -> None:
    journal.begin(seed=SEED)
    asyncio.run(play_on_paper(journal, 250, SEED, Stop(wanted=True), Silent()))
    assert journal.of("paper") == [], "a wish to stop begins nothing"
    asyncio.run(play_on_paper(journal, 250, SEED, Stop(), Silent()))
    asyncio.run(play_on_paper(journal, 500, SEED, Stop(), Silent()))
    asyncio.run(play_through_doors(environment, journal, 100, SEED, Stop(), Silent()))
    asyncio.run(play_through_doors(environment, journal, 200, SEED, Stop(), Silent()))

    outcome = judge(environment, journal)

    assert outcome["findings"] == []
    assert [entry["first"] for entry in journal.of("paper")] == [0, 250]
    numbers = sorted(entry["number"] for entry in journal.of("doors"))
    assert numbers == list(range(len(numbers))), "no sequence twice, none left out"
    assert outcome["figures"]["sequences on paper"] == 500
    assert outcome["figures"]["operations through the doors"] >= 200


def test_a_difference_from_the_model_is_a_finding_with_the_calls_that_led_to_it() -> None:
    play = Play(Order(), Paper(Order()))
    play.model.issues[0].over = "cancelled"
    batch = Batch()
    asyncio.run(batch.play(play, random.Random(1), "one", [Move("claim", "pharmacy 1")]))

    assert len(batch.findings) == 1
    assert "claim pharmacy 1" in batch.findings[0]
