"""The pages that show commands tell the truth: their blocks run, in order, against a running exchange."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import Running

HOWTO = Path(__file__).resolve().parents[2] / "docs" / "howto"
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
needs_tools = pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("jq")), reason="the page uses curl and jq, one is not here"
)


def played(page: str, folder: Path, exchange: Running) -> str:
    """Shell blocks as one script; Python blocks, one after the other, in one process in between."""
    blocks = BLOCK.findall((HOWTO / page).read_text("utf-8"))
    python = "\n".join(text for kind, text in blocks if kind == "python")
    (folder / "page.py").write_text(python, "utf-8")
    shell = "\n".join(text for kind, text in blocks if kind == "sh")
    script = f"set -euo pipefail\n{shell}\n"
    script += "python page.py\n" if python else ""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "TILTS_DATA_DIR": str(Path(exchange.facts["state"]).parent)}
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@needs_tools
def test_the_first_prescription(exchange: Running, tmp_path: Path) -> None:
    said = played("first-prescription.md", tmp_path, exchange).splitlines()

    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}", said[0])
    assert said[1:4] == ["claimed", "1", "DSP-001"]
    assert said[-1] == "partly-dispensed"


@needs_tools
def test_sign_a_document(exchange: Running, tmp_path: Path) -> None:
    assert played("sign-a-document.md", tmp_path, exchange).splitlines() == ["True"]


@needs_tools
def test_trust_the_ca(exchange: Running, tmp_path: Path) -> None:
    assert played("trust-the-ca.md", tmp_path, exchange).splitlines() == ["ACC-001"]


@needs_tools
def test_classifiers(exchange: Running, tmp_path: Path) -> None:
    said = played("classifiers.md", tmp_path, exchange).splitlines()

    assert said[0].startswith("The code 'MF-14' was not valid on 2026-04-01; it was replaced by 'MF-15'")
    assert said[-5].endswith("downloaded") and said[-4].endswith("is still good")
    assert said[-3:] == ["CLS-004", "Latvija", "True"]


@needs_tools
def test_validate(exchange: Running, tmp_path: Path) -> None:
    said = played("validate.md", tmp_path, exchange).splitlines()

    assert re.match(r"patient\.json:2:2: error: Patient\.gender: ", said[0])
    assert said[2:5] == ["Files: 1, wrong: 1, errors: 2, warnings: 0", "exit status 1", said[4]]
    assert said[4].startswith("Files: 1, wrong: 0")
    assert said[5:7] == ["2 Patient.gender", "3 Patient.birthDate"]
    assert said[7:] == ["Patient.gender", "Patient.birthDate", "true", "201", "Patient.birthDate"]


@needs_tools
def test_run_the_scenarios(exchange: Running, tmp_path: Path) -> None:
    said = played("run-the-scenarios.md", tmp_path, exchange).splitlines()

    assert "1" in said  # one test case in the JUnit file
    assert said[-2:] == ["passed", "1"]
    assert (tmp_path / "report.html").exists()


@needs_tools
def test_verify_an_access(exchange: Running, tmp_path: Path) -> None:
    [said] = played("verify-an-access.md", tmp_path, exchange).splitlines()

    assert said.startswith("proved: it stands in seal ")


@needs_tools
def test_tokens(exchange: Running, tmp_path: Path) -> None:
    said = played("tokens.md", tmp_path, exchange).splitlines()

    assert said[:3] == ["Bearer", "system/Organization.r system/Task.read", "TOK-007"]
    assert said[3:5] == ["urn:ietf:params:oauth:token-type:access_token", "eid"]
    assert said[5:8] == ["the same"] * 3
    assert "signing" in said[8:]
