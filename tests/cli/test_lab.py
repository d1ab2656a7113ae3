"""`tilts lab` as a vendor's build server uses it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.running import Running

PLAYER = """\
import json, sys
from tilts.lab.conformance.reference_system import play
state, client, scenario = sys.argv[1:]
facts = json.loads(sys.stdin.readline())
entry = json.load(open(state))["clients"][client]
def go_on():
    print("go on", flush=True)
    assert sys.stdin.readline() == "gone on\\n"
play(scenario, entry, facts, go_on)
"""


def tilts(exchange: Running, *words: str) -> subprocess.CompletedProcess[str]:
    folder = str(Path(exchange.facts["state"]).parent)
    return subprocess.run(
        [sys.executable, "-m", "tilts", "lab", *words],
        env={**os.environ, "TILTS_DATA_DIR": folder, "LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_scenarios_are_listed_without_a_sandbox(exchange: Running) -> None:
    done = tilts(exchange, "scenarios", "--role", "pharmacy", "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]

    assert done.returncode == 0
    assert all("pharmacy" in row["roles"] for row in rows)
    assert {"PHA-03", "CON-01"} <= {row["id"] for row in rows}


def test_a_run_with_the_reference_system_passes_and_writes_its_reports(
    exchange: Running, tmp_path: Path
) -> None:
    junit, html = tmp_path / "report.xml", tmp_path / "report.html"
    done = tilts(
        exchange,
        *("run", "--as", "pharmacy", "--reference", "--only", "PHA-03", "--only", "PHA-06"),
        *("--junit", str(junit), "--html", str(html), "--json"),
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["counts"]["passed"] == 2
    assert ElementTree.parse(junit).getroot().get("tests") == "2"
    assert "<html" in html.read_text("utf-8")


def test_a_vendors_own_command_plays_and_tells_the_lab_to_go_on(exchange: Running, tmp_path: Path) -> None:
    player = tmp_path / "player.py"
    player.write_text(PLAYER, "utf-8")
    command = f"{sys.executable} {player} {exchange.facts['state']} practice"
    done = tilts(exchange, "run", "--as", "practice", "--play", command, "--only", "PRA-07")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed" in done.stdout and "PRA-07" in done.stdout


def test_what_does_not_pass_ends_with_one_and_says_why(exchange: Running) -> None:
    done = tilts(exchange, "run", "--as", "practice", "--play", "false", "--only", "PRA-01")

    assert done.returncode == 1
    assert "No such call was seen." in done.stdout
    assert "false ended with 1" in done.stdout


def test_the_report_of_a_run_can_be_had_again(exchange: Running) -> None:
    first = tilts(exchange, "run", "--as", "pharmacy", "--reference", "--only", "PHA-01", "--json")
    again = tilts(exchange, "report", json.loads(first.stdout)["run"])

    assert (again.returncode, again.stdout) == (0, first.stdout)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "--as", "practice", "--reference", "--only", "PHA-01"), "LAB-003"),
        (("run", "--as", "vendor", "--reference"), "LAB-005"),
        (("run", "--as", "practice"), "--play COMMAND"),
        (("run", "--as", "nobody", "--reference"), "there is no client"),
        (("report", "00000000-0000-7000-8000-000000000000"), "LAB-001"),
    ],
)
def test_what_is_not_possible_is_said_in_one_sentence(
    exchange: Running, words: tuple[str, ...], said: str
) -> None:
    done = tilts(exchange, *words)

    assert done.returncode == 1
    assert said in done.stderr and "Traceback" not in done.stderr
