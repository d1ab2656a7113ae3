"""The proof of the audit trail, scaled: what somebody does to it in the database is found and named, and nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from proofs.keeping import Journal
from proofs.stopping import Stop
from proofs.tamper import Bench, bench, judge, waiting, write_all
from proofs.tampering import DEEDS, fill
from proofs.watching import Silent
from tilts.lab.environment import Environment

SIZE = 6000


@pytest.fixture(scope="module")
def found(environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with bench(environment.cluster.superuser_dsn(), tmp_path_factory.mktemp("keys")) as made:
        yield made


def test_every_deed_of_a_superuser_is_named_and_nothing_that_was_not_touched(
    found: Bench, tmp_path: Path
) -> None:
    journal = Journal(tmp_path)
    assert not write_all(found, SIZE, 1, Stop(wanted=True), Silent())  # stopped, it goes on where it was
    assert write_all(found, SIZE, 1, Stop(), Silent())

    outcome = judge(found, journal, SIZE, 1, [])

    assert outcome["findings"] == []
    figures = outcome["figures"]
    assert figures["rows with their patients, sealed"] == 2 * SIZE
    assert figures["found and named"] == figures["rows that had to be named"] >= 24
    assert {name for name in figures if name.startswith("deeds: ")} == {
        f"deeds: {deed.__name__.replace('_', ' ')}" for deed in DEEDS
    }


def test_rows_that_are_not_sealed_yet_are_told_and_not_called_findings(found: Bench) -> None:
    before, _ = found.verdict()
    fill(found.db, SIZE, 10, 2)

    after, _ = found.verdict()

    assert waiting(found)
    assert after.unsealed - before.unsealed == 20
    assert len(after.findings) == len(before.findings)
