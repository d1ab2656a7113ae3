"""`tilts validate` as a person, an editor and a program read it."""

import json
import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tilts.rules.profiles import canonical, right, wrong
from tilts_fhir.json_strict import encode
from tilts_fhir.xml_writer import write_xml

GOOD: dict[str, Any] = {
    "resourceType": "Patient",
    "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Anna</div>'},
}
FAULTY = '{"resourceType": "Patient",\n "gender": "F",\n "birthDate": "2024-02-30"}'
ESCAPE = "\x1b["


def run(*words: str | Path, folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "tilts", "validate", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=folder,
        env={**os.environ, "LANG": "C.UTF-8", "COLUMNS": "100", **environment},
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A right and a wrong file, in both forms."""
    (tmp_path / "faulty.json").write_text(FAULTY, "utf-8")
    (tmp_path / "good.json").write_bytes(encode(GOOD))
    (tmp_path / "good.xml").write_bytes(write_xml(GOOD))
    return tmp_path


def rows(answer: "subprocess.CompletedProcess[str]") -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.stdout.splitlines()]


def profile_of(day: str) -> dict[str, Any]:
    return {
        "resourceType": "StructureDefinition",
        "url": "https://example.org/fhir/StructureDefinition/born",
        "name": "Born",
        "status": "active",
        "fhirVersion": "4.0.1",
        "kind": "resource",
        "abstract": False,
        "type": "Patient",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
        "derivation": "constraint",
        "differential": {
            "element": [{"id": "Patient.birthDate", "path": "Patient.birthDate", "min": 1, "fixedDate": day}]
        },
    }


def test_nothing_wrong_ends_with_0(folder: Path) -> None:
    answer = run("good.json", "good.xml", folder=folder)
    assert (answer.returncode, answer.stdout, answer.stderr) == (
        0,
        "Files: 2, wrong: 0, errors: 0, warnings: 0\n",
        "",
    )


def test_each_finding_is_a_line_that_editors_understand(folder: Path) -> None:
    answer = run("faulty.json", "--errors-only", folder=folder)
    first, second, last = answer.stdout.splitlines()
    assert answer.returncode == 1
    assert re.fullmatch(r"faulty\.json:2:2: error: Patient\.gender: .+ \[[a-z-]+\]", first)
    assert re.fullmatch(r"faulty\.json:3:2: error: Patient\.birthDate: .+ \[[a-z-]+\]", second)
    assert last == "Files: 1, wrong: 1, errors: 2, warnings: 0"
    assert ESCAPE not in answer.stdout


def test_warnings_alone_are_told_and_end_with_0(folder: Path) -> None:
    (folder / "bare.json").write_text('{"resourceType": "Patient"}', "utf-8")
    told = run("bare.json", folder=folder)
    assert (told.returncode, told.stdout.count(": warning: ")) == (0, 1)
    assert len(run("bare.json", "--errors-only", folder=folder).stdout.splitlines()) == 1


def test_json_is_one_object_a_file(folder: Path) -> None:
    answer = run(".", "--json", folder=folder)
    found = rows(answer)
    assert (answer.returncode, answer.stderr) == (1, "")
    assert [(row["file"], row["valid"]) for row in found] == [
        ("faulty.json", False),
        ("good.json", True),
        ("good.xml", True),
    ]
    first = found[0]["issues"][0]
    assert set(first) == {"severity", "code", "key", "expression", "line", "column", "text", "source"}
    errors = [each for each in found[0]["issues"] if each["severity"] == "error"]
    assert [(each["expression"], each["line"], each["column"]) for each in errors] == [
        ("Patient.gender", 2, 2),
        ("Patient.birthDate", 3, 2),
    ]


def test_xml_has_the_same_findings(folder: Path) -> None:
    faulty = write_xml(json.loads(FAULTY))
    (folder / "faulty.xml").write_bytes(faulty)
    of_json, of_xml = rows(run("faulty.json", "faulty.xml", "--errors-only", "--json", folder=folder))
    assert [(each["key"], each["expression"]) for each in of_json["issues"]] == [
        (each["key"], each["expression"]) for each in of_xml["issues"]
    ]


def test_a_profile_of_ours_needs_no_file(folder: Path) -> None:
    (folder / "right.json").write_bytes(encode(right("tilts-patient")))
    for one in wrong("tilts-patient"):
        (folder / f"wrong-{one.name}.json").write_bytes(encode(one.resource))
    names = [path.name for path in folder.glob("wrong-*")]
    found = rows(run("right.json", *names, "--profile", canonical("tilts-patient"), "--json", folder=folder))
    assert [row["valid"] for row in found] == [True, *[False] * len(names)]


def test_definitions_come_from_a_file_or_a_folder(folder: Path) -> None:
    url, given = profile_of("1980-05-05")["url"], folder / "given"
    given.mkdir()
    (given / "born.json").write_bytes(encode(profile_of("1980-05-05")))
    (given / "born.xml").write_bytes(write_xml({**profile_of("1980-05-05"), "url": f"{url}-too"}))
    (folder / "anna.json").write_bytes(encode({**GOOD, "birthDate": "1980-05-05"}))
    (folder / "berta.json").write_bytes(encode({**GOOD, "birthDate": "1981-05-05"}))
    for definitions, wanted in ((given / "born.json", url), (given, f"{url}-too")):
        words = ("anna.json", "berta.json", "--profile", wanted, "--definitions", definitions, "--json")
        found = rows(run(*words, folder=folder))
        assert [(row["file"], row["valid"]) for row in found] == [("anna.json", True), ("berta.json", False)]


def test_many_files_keep_their_order_and_progress_goes_to_standard_error(folder: Path) -> None:
    many = folder / "many"
    many.mkdir()
    for number in range(40):
        text = FAULTY if number % 7 == 0 else encode(GOOD).decode()
        (many / f"{number:02}.json").write_text(text, "utf-8")
    answer = run("many", "--errors-only", folder=folder)
    told = [line.partition(":")[0] for line in answer.stdout.splitlines()[:-1]]
    assert told == [f"many/{number:02}.json" for number in range(0, 40, 7) for _ in range(2)]
    assert "files: 40 of 40" in answer.stderr
    assert "of 40" not in answer.stdout
    assert answer.stdout.splitlines()[-1].startswith("Files: 40, wrong: 6, errors: 12")
    backwards = [f"many/{number:02}.json" for number in reversed(range(40))]
    assert [row["file"] for row in rows(run(*backwards, "--json", folder=folder))] == backwards


def test_a_file_that_cannot_be_read_is_told_and_the_others_are_checked(folder: Path) -> None:
    (folder / "nowhere.json").symlink_to("/proc/self/mem")  # opens, and cannot be read, even by root
    answer = run("good.json", "nowhere.json", "faulty.json", "--errors-only", folder=folder)
    assert answer.returncode == 1
    assert answer.stdout.startswith("nowhere.json: fatal: cannot be read: ")
    assert "faulty.json:2:2" in answer.stdout
    told = rows(run("nowhere.json", "--json", folder=folder))[0]
    assert (told["valid"], told["issues"], told["fault"][:14]) == (False, [], "cannot be read")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "no .json or .xml file to check"),
        (("empty",), "no .json or .xml file to check"),
        (("missing.json",), "missing.json is not there"),
        (("notes.txt",), "notes.txt: only .json and .xml are read"),
        (("good.json", "--definitions", "missing"), "missing is not there"),
        (("good.json", "--definitions", "half.json"), "half.json: "),
        (("good.json", "--nonsense"), "--nonsense"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_why(folder: Path, words: tuple[str, ...], said: str) -> None:
    (folder / "empty").mkdir()
    (folder / "notes.txt").write_text("x", "utf-8")
    (folder / "half.json").write_text("{", "utf-8")
    answer = run(*words, folder=folder)
    assert answer.returncode == 2
    assert said in answer.stdout + answer.stderr
    assert "Traceback" not in answer.stderr


def test_what_is_no_json_is_told_with_its_place(folder: Path) -> None:
    (folder / "half.json").write_text('{"resourceType": "Patient",\n "id" 7}', "utf-8")
    answer = run("half.json", folder=folder)
    assert answer.returncode == 1
    assert answer.stdout.startswith("half.json:2:")
    assert ": fatal: " in answer.stdout


def test_texts_are_latvian_for_a_latvian_terminal(folder: Path) -> None:
    answer = run("faulty.json", "--errors-only", folder=folder, LANG="lv_LV.UTF-8")
    assert answer.stdout.splitlines()[-1] == "Faili: 1, nepareizi: 1, kļūdas: 2, brīdinājumi: 0"
    assert "nav derīga" in answer.stdout


def test_what_a_file_holds_cannot_steer_the_terminal(folder: Path) -> None:
    (folder / "evil.json").write_text('{"resourceType": "Patient", "gender": "\\u009b31m[red]x"}', "utf-8")
    answer = run("evil.json", "--errors-only", folder=folder)
    assert "[red]x" in answer.stdout
    assert "\x9b" not in answer.stdout


def on_a_terminal(folder: Path, *words: str, **environment: str) -> str:
    """What is shown on a terminal of 100 columns."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "tilts", "validate", *words],
        stdout=theirs,
        stderr=theirs,
        stdin=theirs,
        cwd=folder,
        env={**os.environ, "LANG": "C.UTF-8", "COLUMNS": "100", "TERM": "xterm-256color", **environment},
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 65_536)
        except OSError:  # Linux says so when the other side is closed
            break
        if not part:
            break
        shown += part
    os.close(ours)
    process.wait(timeout=60)
    return shown.decode().replace("\r\n", "\n")


def test_a_terminal_shows_blocks_whose_lines_stay_under_their_text(folder: Path) -> None:
    (folder / "coded.json").write_bytes(encode({**right("tilts-patient"), "gender": "F"}))
    coloured = on_a_terminal(folder, "coded.json")
    assert f"{ESCAPE}31merror" in coloured and f"{ESCAPE}33mwarning" in coloured
    lines = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", coloured).splitlines()
    assert lines[0] == "coded.json"
    assert max(map(len, lines)) <= 100
    blocks = [line for line in lines[1:-1] if line.strip()]
    indented = {len(line) - len(line.lstrip()) for line in blocks if not re.match(r" *\d+:\d+ ", line)}
    assert len(indented) == 1, lines  # the second and later lines of every block begin in one column
    assert lines[-1].startswith("Files: 1, wrong: 1")


def test_no_colours_where_they_are_not_wanted(folder: Path) -> None:
    shown = on_a_terminal(folder, "faulty.json", NO_COLOR="1")
    assert f"{ESCAPE}31m" not in shown
    assert "Patient.gender" in shown


def test_help_says_what_ends_how(folder: Path) -> None:
    told = run("--help", folder=folder).stdout
    for word in ("--profile", "--definitions", "--errors-only", "--json", "Exit status: 0", "FILES"):
        assert word in told
    assert "--empty" not in told


@pytest.mark.skipif(not shutil.which("head"), reason="head is not here")
def test_whoever_reads_may_stop_reading(folder: Path) -> None:
    for number in range(300):
        (folder / f"{number}.json").write_text(FAULTY, "utf-8")
    command = f"{sys.executable} -m tilts validate . | head -n 1"
    answer = subprocess.run(
        ["sh", "-c", command], cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )
    assert len(answer.stdout.splitlines()) == 1
    assert "Traceback" not in answer.stderr and "BrokenPipe" not in answer.stderr
