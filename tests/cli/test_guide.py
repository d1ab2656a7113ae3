"""`tilts guide` as a person and as a program reads it."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

from tilts.rules.profiles import profiles
from tilts.rules.profiles.packing import FILE_NAME


def run(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "tilts", "guide", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_every_profile_is_listed() -> None:
    answer = run("list", "--json")
    rows = [json.loads(line) for line in answer.stdout.splitlines()]
    assert answer.returncode == 0
    assert [row["name"] for row in rows] == [one["id"] for one in profiles()]
    assert "tilts-dispense" in run("list").stdout


def test_the_package_is_written_under_its_name_with_its_hash(tmp_path: Path) -> None:
    answer = run("package", str(tmp_path))
    content = (tmp_path / FILE_NAME).read_bytes()
    assert answer.returncode == 0
    assert hashlib.sha256(content).hexdigest() in answer.stdout
    assert run("package", str(tmp_path / "again.tgz")).returncode == 0
    assert (tmp_path / "again.tgz").read_bytes() == content


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    answer = run("package", str(tmp_path / "nowhere" / "x.tgz"))
    assert answer.returncode == 1
    assert "cannot be written" in answer.stderr
