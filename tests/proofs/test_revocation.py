"""Revoked under load at a small size: one round with rounds of a second, then the servers go down."""

from pathlib import Path
from typing import Any

import pytest

from proofs import revocation
from proofs.keeping import Journal
from proofs.revocation import KINDS, faults_of, faults_of_down
from proofs.revoking import Pace
from proofs.stopping import Stop

QUICK = Pace(
    sockets=2,
    pause_seconds=0.05,
    phase_seconds=0.5,
    word_seconds=4,
    lead_seconds=3,
    differing=(("revocation_look_seconds", 1), ("revocation_refresh_seconds", 1)),
)


def test_acc_003_acc_014_acc_015_what_is_revoked_is_refused_and_what_cannot_be_learnt_closes_after_its_grace_time(
    tmp_path: Path,
) -> None:
    journal = Journal(tmp_path / "revocation")
    outcome = revocation.prove(journal, 1, 3, Stop(), QUICK)
    journal.close()

    assert outcome is not None
    assert outcome["findings"] == []
    assert outcome["figures"]["sources down: hours of grace"] == 24
    assert set(journal.of("round")[0]["told"]) == set(KINDS)


GOOD: dict[str, Any] = {
    "sockets": 2,
    "opened": 2,
    "refused": 2,
    "answers": {"200": 9, "ACC-003": 6},
    "first_refusal": 20.0,
    "last_success": 19.9,
}


@pytest.mark.parametrize(
    "changed",
    [
        {"last_success": 60.1},
        {"first_refusal": None},
        {"first_refusal": 61.0},
        {"answers": {"200": 9, "ACC-005": 6}},
        {"answers": {"ACC-003": 6}},
        {"refused": 1},
        {"opened": 3},
    ],
)
def test_a_failure_would_be_seen(changed: dict[str, Any]) -> None:
    assert faults_of(GOOD, "ACC-003") == []
    assert faults_of(GOOD | changed, "ACC-003")


@pytest.mark.parametrize(
    "changed",
    [
        {"within": {"ACC-014": {"200": 3, "ACC-014": 1}}},
        {"open": False},
        {"ahead": []},
        {"grace_hours": 23.0},
        {"ended": {"ACC-014": GOOD | {"open": True, "why": []}}},
    ],
)
def test_a_grace_time_that_is_none_would_be_seen(changed: dict[str, Any]) -> None:
    ended = GOOD | {"answers": {"200": 9, "ACC-014": 6}, "open": False, "why": ["ACC-014"]}
    good = {
        "within": {"ACC-014": {"200": 3}},
        "open": True,
        "ahead": ["ACC-014"],
        "grace_hours": 24.0,
        "ended": {"ACC-014": ended},
    }
    assert faults_of_down(good) == []
    assert faults_of_down(good | changed)
