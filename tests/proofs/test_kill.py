"""kill -9 in the middle of the work: the proof at a small size, with its control."""

from pathlib import Path

from proofs.keeping import Journal
from proofs.kill import Plan, control, judge, kill_all
from proofs.stopping import Stop
from proofs.watching import Silent
from tilts.lab.environment import Environment

SIZE = 40


def test_what_was_acknowledged_outlives_a_kill(environment: Environment, tmp_path: Path) -> None:
    journal, stop = Journal(tmp_path / "kill"), Stop()
    kill_all(environment, journal, Plan(SIZE, 2, seed=3), stop, Silent())
    judged = judge(environment, journal)
    journal.close()
    assert judged["findings"] == []
    assert judged["figures"]["kills"] == 2
    assert judged["figures"]["dispenses acknowledged"] == 2 * SIZE
    assert {entry["target"] for entry in journal.of("round")} == {"the server", "PostgreSQL"}
    assert all(entry["back_seconds"] > 0 for entry in journal.of("round"))


def test_a_loss_would_be_seen(environment: Environment, tmp_path: Path) -> None:
    """With asynchronous commit acknowledged writes are lost, and the same checks name them."""
    journal = Journal(tmp_path / "kill")
    figures = control(environment, journal, SIZE, Stop())
    journal.close()
    assert figures["control: acknowledged and lost with asynchronous commit"] > 0
