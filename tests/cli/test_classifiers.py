"""`tilts classifiers` as a person and as a program reads it."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.running import Running


def tilts(exchange: Running, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, on the folder of the running sandbox."""
    place = {"TILTS_DATA_DIR": str(exchange.environment.options.data_dir), "LANG": "C.UTF-8"}
    return subprocess.run(
        [sys.executable, "-m", "tilts", "classifiers", *words],
        capture_output=True,
        text=True,
        env={**os.environ, **place, **environment},
        timeout=60,
        check=False,
    )


def test_the_list_is_one_object_a_line(exchange: Running) -> None:
    done = tilts(exchange, "list", "--json")
    found = {row["name"]: row for row in map(json.loads, done.stdout.splitlines())}

    assert done.returncode == 0, done.stderr
    assert (found["iso-4217"]["access"], found["medicine-forms"]["access"]) == ("granted", "none")
    assert len(found["medicine-forms"]["versions"]) == 2


def test_the_list_for_people_names_version_and_access(exchange: Running) -> None:
    done = tilts(exchange, "list", COLUMNS="120")

    assert done.returncode == 0, done.stderr
    assert any(line.split()[:3] == ["iso-4217", "2026.2", "178"] for line in done.stdout.splitlines())


def test_a_download_and_another_one(exchange: Running, tmp_path: Path) -> None:
    first, second = (tilts(exchange, "download", "iso-4217", str(tmp_path), "--json") for _ in range(2))

    assert json.loads(first.stdout)["changed"] is True, first.stderr
    assert json.loads(second.stdout)["changed"] is False
    assert Path(json.loads(first.stdout)["file"]).is_file()


def test_a_refusal_ends_with_one_and_says_why(exchange: Running, tmp_path: Path) -> None:
    done = tilts(exchange, "download", "medicine-forms", str(tmp_path))

    assert done.returncode == 1
    assert "CLS-004" in done.stderr and "operator agreement" in done.stderr.replace("\n", " ")


def test_loading_again_publishes_nothing(exchange: Running) -> None:
    done = tilts(exchange, "load", "--json", DATABASE_URL=exchange.settings.database_url)

    assert (done.returncode, json.loads(done.stdout or "{}")) == (0, {"published": 0}), done.stderr


def test_loading_needs_a_database(exchange: Running) -> None:
    done = tilts(exchange, "load", DATABASE_URL="")

    assert done.returncode == 1 and "DATABASE_URL" in done.stderr
