"""The proof beside England's state logic, scaled: stopped it goes on; a fault that nobody finds is a finding."""

from pathlib import Path

import pytest

from proofs import oracle
from proofs.keeping import Journal
from proofs.stopping import Stop


def test_a_stopped_proof_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oracle, "BATCH", 20)
    monkeypatch.setattr(oracle, "FAULTS", oracle.FAULTS[:3])  # all of them: tests/exchange/test_oracle.py
    journal = Journal(tmp_path)
    assert oracle.prove(journal, 40, 1, Stop(wanted=True)) is None
    assert journal.of("batch") == []

    outcome = oracle.prove(journal, 40, 1, Stop())

    assert outcome is not None
    assert all("never seen" in text for text in outcome["findings"]), "forty are too few to see all"
    assert outcome["figures"]["sequences"] == 40
    assert outcome["figures"]["faults found"] == outcome["figures"]["faults planted"] == 3
    again = oracle.prove(journal, 40, 1, Stop())
    assert again == outcome, "what is done is not done again"
    assert [entry["first"] for entry in journal.of("batch")] == [0, 20]


def test_what_is_unmeant_never_seen_or_not_found_is_a_finding() -> None:
    batch = {"meant": {}, "compared": {"sequences": 1}, "findings": ["1: here yes, there no"]}
    found = oracle.judge([batch], [{"what": "a lease never ends", "after": None}])["findings"]

    assert found[0] == "1: here yes, there no"
    assert "listed as a difference and never seen: amounts are counted (1)" in found
    assert found[-1] == "not found in 1000 sequences: a lease never ends"
