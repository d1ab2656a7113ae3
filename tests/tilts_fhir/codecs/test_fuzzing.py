"""The fuzz target runs, makes the same inputs from the same seed, and knows a broken promise when it sees one."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from tools import fuzz_codecs

TOOL = Path(fuzz_codecs.__file__)


def test_a_short_run_finds_every_promise_kept(tmp_path: Path) -> None:
    command = [sys.executable, TOOL, "--seconds", "1", "--seed", "3", "--keep", tmp_path]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (answer.returncode, answer.stderr) == (0, "")
    assert int(answer.stdout.split()[0]) > 50
    assert not list(tmp_path.iterdir())


def test_the_same_seed_makes_the_same_inputs() -> None:
    first, second = random.Random(5), random.Random(5)
    seeds = list(fuzz_codecs.OWN)

    made = [fuzz_codecs.next_input(first, seeds) for _ in range(50)]
    assert made == [fuzz_codecs.next_input(second, seeds) for _ in range(50)]
    assert len({raw for _, raw in made}) > 30


def test_an_input_that_breaks_a_promise_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    error = fuzz_codecs.Broken("not the same")

    assert fuzz_codecs.keep(tmp_path / "kept", 3, 17, b"input", error) == 1
    assert (tmp_path / "kept" / "seed-3-input-17").read_bytes() == b"input"
    assert "Broken: not the same" in capsys.readouterr().err
