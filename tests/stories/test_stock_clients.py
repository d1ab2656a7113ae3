"""Clients that nobody here wrote read, search, sign and prescribe: docs/reference/stock-clients.md is what they did.

TILTS_UPDATE_DOCS=1 writes the page instead of comparing it.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from tests.clients import read_and_prescribe
from tests.running import Running
from tools.pages.blocks import code, renewed, table

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "stock-clients.md"
CLIENTS = ROOT / "tests" / "clients"
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

Step = dict[str, Any]


@pytest.fixture
def given(exchange: Running, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """All that a client is told: where the exchange is, its certificate, two tokens, its key, a patient."""
    monkeypatch.setenv("NO_PROXY", "localhost,127.0.0.1")
    client, person = exchange.facts["clients"]["practice"], exchange.facts["persons"][1]
    with exchange.connect("practice") as tls, exchange.connect("practice", plain=True) as plain:
        tokens = tls.bearer_token(), plain.bearer_token()
        system = tls.options.vocabulary.person_code
        number_system = tls.options.vocabulary.prescription_number
    files = {name: client[name] for name in ("cert", "key", "ca")}
    return {
        "run": str(uuid4())[:8],
        "tls": {"base": exchange.facts["fhir"], "token": tokens[0], **files},
        "plain": {"base": exchange.facts["plain"], "token": tokens[1]},
        "signer": {
            "jwk": client["jwk"],
            "kid": client["kid"],
            "role": client["role"],
            "organization": client["org"],
        },
        "identifier": f"{system}|{person['code']}",
        "numberSystem": number_system,
        "order": {
            "resourceType": "MedicationRequest",
            "status": "active",
            "intent": "order",
            "medicationCodeableConcept": {"text": "Paraugols 500 mg"},
            "subject": {"reference": f"Patient/{person['patient']}"},
            "requester": {"reference": f"PractitionerRole/{client['role']}"},
            "dosageInstruction": [{"text": "1 tablet 3 times a day"}],
            "dispenseRequest": {"quantity": {"value": 2, "unit": "pack"}},
        },
    }


def test_fhirpy_reads_searches_signs_and_prescribes(given: dict[str, Any]) -> None:
    steps = read_and_prescribe.play(given)

    compare("fhirpy", f"fhirpy {version('fhirpy')}.\n\n{transcript(steps)}")
    compare("fhirpy, how to connect", listing("connect.py", "python"))


def test_fhir_kit_client_reads_searches_signs_and_prescribes(given: dict[str, Any]) -> None:
    check_node()
    subprocess.run([ROOT / "tools" / "test_clients.sh"], check=True)
    done = subprocess.run(
        ["node", "read_and_prescribe.mjs"],
        cwd=CLIENTS,
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr

    locked = json.loads((CLIENTS / "package.json").read_text())["dependencies"]
    versions = ", ".join(f"{name} {number}" for name, number in locked.items())
    compare("fhir-kit-client", f"{versions}.\n\n{transcript(json.loads(done.stdout))}")
    compare("fhir-kit-client, how to connect", listing("connect.mjs", "javascript"))


def check_node() -> None:
    """fhir-kit-client 2 asks for 20 or newer; the locked undici is of the major version in 20 and 22."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not here: apt-get install nodejs npm")
    found = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if found.partition(".")[0] not in ("v20", "v22"):
        pytest.skip(f"tests/clients is locked for Node 20 and 22; here is {found}")


def compare(name: str, text: str) -> None:
    """One made part of the page against what was just done."""
    written = PAGE.read_text(encoding="utf-8")
    marks = re.compile(rf"<!-- made: {re.escape(name)} -->\n.*?<!-- end -->\n", re.DOTALL)
    (old,) = marks.finditer(written)
    new = renewed(old[0], {name: text})
    if os.environ.get("TILTS_UPDATE_DOCS") == "1":
        PAGE.write_text(written.replace(old[0], new), encoding="utf-8")
        return
    assert old[0] == new, "the page is not what happened; if that is meant, write it with TILTS_UPDATE_DOCS=1"


def transcript(steps: Iterable[Step]) -> str:
    rows = [
        [step["said"], "<br>".join(called(call) for call in step["calls"]), step["shown"]] for step in steps
    ]
    return table(["what the client was asked", "calls", "what came back"], rows)


def called(call: Step) -> str:
    path = ID.sub("{id}", urlsplit(call["url"]).path)
    method, status = call["method"], call["status"]
    return f"{code(f'{method} {path}')} {status}"


def listing(name: str, language: str) -> str:
    return f"```{language}\n{(CLIENTS / name).read_text(encoding='utf-8').strip()}\n```"
