"""`make suites` says what is missing, fails when anything is, and runs each part with its bar."""

import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.house.tree import ROOT
from tools import suites

RUNNER = """
import sys
print("told", *sys.argv[1:3])
sys.exit({status})
"""


def a_folder(place: Path, status: int = 0) -> Path:
    """Cases and a runner that ends with this status."""
    cases = place / "suites" / "fhir-test-cases" / "validator"
    cases.mkdir(parents=True)
    (cases / "manifest.json").write_text("{}", encoding="utf-8")
    (place / "suites" / suites.RUNNER).write_text(RUNNER.format(status=status), encoding="utf-8")
    return place / "suites"


def test_an_empty_folder_is_told_and_fails(tmp_path: Path) -> None:
    tool = ROOT / "tools" / "suites.py"
    done = subprocess.run([sys.executable, tool, tmp_path], capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert f"not there: validator and FHIRPath cases: {tmp_path / 'fhir-test-cases'}" in done.stderr
    assert f"not there: the runner: {tmp_path / suites.RUNNER}" in done.stderr
    assert "Traceback" not in done.stderr


def test_each_part_has_its_bar(tmp_path: Path) -> None:
    parts = {part.name: part.arguments for part in suites.parts(a_folder(tmp_path))}

    assert {"validator", "FHIRPath"} <= parts.keys()
    for arguments in parts.values():
        assert "--gate" in arguments
    assert "--strict" in parts["FHIRPath"]


def test_the_runner_is_also_found_beside_the_folder(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    beside = tmp_path / "tools" / suites.RUNNER
    beside.parent.mkdir()
    (folder / suites.RUNNER).rename(beside)

    assert suites.runner(folder) == beside


@pytest.mark.parametrize(("status", "ok"), [(0, True), (1, False)])
def test_a_part_below_its_bar_fails(tmp_path: Path, status: int, ok: bool) -> None:
    folder = a_folder(tmp_path, status)
    part = suites.Part("FHIRPath", ("fhirpath", "--strict"))

    assert suites.reached(part, suites.runner(folder)) is ok


def test_a_validator_run_without_figures_fails(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    part = suites.Part("validator", ("validator",), compares_forms=True)

    assert not suites.reached(part, suites.runner(folder))


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("Quantity.value", [Decimal("1.5")]),
        ("@2015.is(Date)", [True]),
        ("(1 | 2).count()", [2]),
        ("@2015-02-04", ["2015-02-04"]),
        ("now() = now()", [True]),
    ],
)
def test_an_expression_gives_values_that_the_runner_can_compare(expression: str, values: list[Any]) -> None:
    assert suites.fhirpath({"resourceType": "Quantity", "value": 1.5}, expression) == values


def test_an_expression_is_read_to_the_letter() -> None:
    with pytest.raises(Exception, match="surname"):
        suites.fhirpath({"resourceType": "Patient"}, "Patient.name.surname")


def test_a_case_gives_severity_path_and_text() -> None:
    found = suites.engine(b'{"resourceType": "Patient", "gender": "F"}', "json", [], [])

    assert [(each["severity"], each["path"]) for each in found if each["severity"] == "error"] == [
        ("error", "Patient.gender")
    ]
    assert all(each["text"] for each in found)
