"""The floors of the house: no floor calls upward, no room calls a neighbour (pyproject.toml, import-linter)."""

import subprocess
import sys
from pathlib import Path

from tests.house.tree import ROOT


def test_the_floors_are_kept() -> None:
    linter = Path(sys.executable).parent / "lint-imports"

    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, check=False, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr
