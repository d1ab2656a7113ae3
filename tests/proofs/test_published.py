"""The proof over all published resources, scaled: stopped half way it goes on, and finds what is there."""

from pathlib import Path

import pytest

from proofs.keeping import Journal
from proofs.published import judge, prove
from proofs.stopping import Stop

PACKAGE = Path(__file__).resolve().parents[2] / ".cache" / "hl7.fhir.r4.examples-4.0.1"


@pytest.mark.skipif(not PACKAGE.is_dir(), reason="the package is not there: run `make examples`")
def test_a_stopped_proof_goes_on_where_it_was(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    assert prove(journal, 24, 1, Stop(wanted=True)) is None
    assert len(journal.of("resource")) == 1

    outcome = prove(journal, 24, 1, Stop())

    assert outcome is not None
    assert outcome["findings"] == []
    assert outcome["figures"]["resources"] == len({entry["name"] for entry in journal.of("resource")}) == 24


def test_a_difference_is_a_finding() -> None:
    facts = {"bytes": 1, "errors": ["missing"], "warnings": 0, "index values": 2}
    entries = [{"name": "a", "same after XML": False, "same both ways": True, **facts}]
    entries += [{"name": "b", "same after XML": True, "same both ways": False, **facts}]

    outcome = judge(entries)

    assert outcome["findings"] == ["a: not the same after XML", "b: the ways differ"]
    assert outcome["figures"]["with errors (named, at most 40)"] == 2
