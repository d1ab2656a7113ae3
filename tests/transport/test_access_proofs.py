"""What a patient can do with an entry of their list: read it, find it by period, and prove it without us."""

import json
import subprocess
import sys
from collections.abc import Callable
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.transport.documents import prescribed
from tests.transport.wire import Caller, ids, refused
from tilts.ids import new_id
from tilts_fhir.validation import validate

SCRIPT = files("tilts.access.audit").joinpath("verify-access.py")
Spoil = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def portal(caller: Callable[..., Caller]) -> Caller:
    return caller("portal")


@pytest.fixture(scope="module")
def patient(practice: Caller) -> str:
    everybody = practice.exchange.environment.population.resources
    return [one["id"] for one in everybody if one["resourceType"] == "Patient"][70]


@pytest.fixture(scope="module")
def event(practice: Caller, portal: Caller, patient: str) -> dict[str, Any]:
    practice.get(f"MedicationRequest/{prescribed(practice, patient).request}")
    found = portal.found("AuditEvent", {"patient": patient}, subtype="prescription.read")
    entry: dict[str, Any] = found["entry"][0]["resource"]
    return entry


@pytest.fixture(scope="module")
def proof(portal: Caller, patient: str, event: dict[str, Any]) -> dict[str, Any]:
    """The sealer is at work beside: an entry is sealed before long, and until then it says so."""
    while True:
        answer = portal.get(f"AuditEvent/{event['id']}/$proof", patient=patient)
        if answer.status_code == 200:
            found: dict[str, Any] = answer.json()
            return found
        refused(answer, 409, "AUD-001")


@pytest.fixture(scope="module")
def heads(portal: Caller) -> dict[str, Any]:
    """Published: nobody asks who fetches them."""
    plain = portal.exchange.facts["plain"].removesuffix("/fhir/r4")
    found: dict[str, Any] = httpx.get(f"{plain}/audit/heads?count=1000").json()
    return found


def verified(folder: Path, proof: object, heads: object) -> subprocess.CompletedProcess[str]:
    """As a patient runs it: in a process of its own, that finds nothing of ours."""
    for name, value in (("proof", proof), ("heads", heads)):
        (folder / f"{name}.json").write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    (folder / "verify-access.py").write_text(SCRIPT.read_text("utf-8"), encoding="utf-8")
    command = [sys.executable, "-I", "verify-access.py", "proof.json", "heads.json"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_script_is_short_and_imports_nothing_of_ours() -> None:
    text = SCRIPT.read_text("utf-8")
    assert len(text.splitlines()) <= 50
    assert "import tilts" not in text and "from tilts" not in text


def test_a_patient_proves_an_access_with_the_script_and_the_published_heads(
    tmp_path: Path, proof: dict[str, Any], heads: dict[str, Any], patient: str, event: dict[str, Any]
) -> None:
    done = verified(tmp_path, proof, heads)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"proved: it stands in seal {proof['head']['sequence']}\n"
    assert proof["subject"]["patient_id"] == patient
    assert proof["entry"]["audit_id"] == event["id"]
    assert proof["entry"]["purpose"] == "TREAT"


SPOILT: dict[str, Spoil] = {
    "another purpose": lambda one: one["entry"].update(purpose="HRESCH"),
    "another moment": lambda one: one["entry"].update(at="2026-01-01T00:00:00.000000Z"),
    "another person": lambda one: one["entry"].update(role_id=str(new_id())),
    "another patient": lambda one: one["subject"].update(patient_id=str(new_id())),
    "another basis": lambda one: one["subject"].update(basis="emergency-x"),
    "another salt": lambda one: one["subject"].update(salt="00" * 16),
    "another place": lambda one: one.update(place=one["place"] + 1),
    "no place": lambda one: one.update(place=-1),
    "a longer path": lambda one: one["path"].append("00" * 32),
    "another root": lambda one: one["head"].update(root="00" * 32),
    "another number of rows": lambda one: one["head"].update(count=one["head"]["count"] + 1),
    "another key": lambda one: one["head"].update(key="0" * 16),
    "another signature": lambda one: one.update(signature="00" * 64),
    "no head": lambda one: one.pop("head"),
}


@pytest.mark.parametrize("what", SPOILT)
def test_a_spoilt_proof_proves_nothing(
    tmp_path: Path, proof: dict[str, Any], heads: dict[str, Any], what: str
) -> None:
    spoilt = json.loads(json.dumps(proof))
    SPOILT[what](spoilt)

    done = verified(tmp_path, spoilt, heads)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("NOT proved: ")


def test_a_proof_whose_head_was_not_published_proves_nothing(
    tmp_path: Path, proof: dict[str, Any], heads: dict[str, Any]
) -> None:
    others = [one for one in heads["heads"] if one["head"] != proof["head"]]

    assert verified(tmp_path, proof, {**heads, "heads": others}).returncode == 1


def test_heads_follow_one_another_and_say_nothing_of_what_was_sealed(heads: dict[str, Any]) -> None:
    found = heads["heads"]

    assert found
    for newer, older in pairwise(found):
        assert newer["head"]["previous"] == older["hash"]
    told = {name for one in found for name in one["head"]}
    assert told == {
        *(
            "kind",
            "v",
            "environment",
            "sequence",
            "from",
            "to",
            "count",
            "root",
            "previous",
            "earlier",
            "at",
            "key",
        )
    }


def test_an_entry_is_read_and_proved_by_its_patient_alone(
    portal: Caller, practice: Caller, patient: str, event: dict[str, Any], proof: dict[str, Any]
) -> None:
    assert portal.get(f"AuditEvent/{event['id']}", patient=patient).json() == event
    other = next(
        one["id"]
        for one in practice.exchange.environment.population.resources
        if one["resourceType"] == "Patient" and one["id"] != patient
    )
    for path in (f"AuditEvent/{event['id']}", f"AuditEvent/{event['id']}/$proof"):
        foreign = portal.get(path, patient=other)
        missing = portal.get(path.replace(event["id"], str(new_id())), patient=other)
        refused(foreign, 404, "WIRE-012")
        assert foreign.content == missing.content
        refused(practice.get(path), 403, "ACC-009")
    refused(portal.get("AuditEvent/x", patient=patient), 404, "WIRE-012")


def test_accesses_are_found_by_period_organisation_event_and_outcome(
    portal: Caller, patient: str, event: dict[str, Any]
) -> None:
    how, day = {"patient": patient}, event["recorded"]
    agent = event["agent"][0]["who"]["reference"]
    for asked in (
        {"date": f"ge{day}"},
        {"date": "gt2020"},
        {"agent": agent},
        {"agent": f"{agent},Organization/{new_id()}"},
        {"subtype": "prescription.read,task.read"},
        {"outcome": "0"},
    ):
        assert event["id"] in ids(portal.found("AuditEvent", how, **asked)), asked
    for asked in (
        {"date": f"lt{day}"},
        {"date": "2020-01"},
        {"agent": f"Organization/{new_id()}"},
        {"subtype": "task.read"},
        {"outcome": "8"},
        {"outcome": "9"},
    ):
        assert event["id"] not in ids(portal.found("AuditEvent", how, **asked)), asked
    for wrong in ("ne2020", "yesterday", "ge2020,le2021"):
        refused(portal.post("AuditEvent/_search", f"date={wrong}", patient=patient), 400, "WIRE-008")


def test_an_entry_follows_the_patterns_of_balp_and_is_valid(
    event: dict[str, Any], proof: dict[str, Any]
) -> None:
    client, person, exchange = event["agent"]

    assert [issue for issue in validate(event) if issue.severity in ("error", "fatal")] == []
    assert event["action"] == "R"
    assert client["type"]["coding"][0]["code"] == "110152"  # of a read the client is the destination
    assert exchange["type"]["coding"][0]["code"] == "110153"
    assert client["policy"] == [f"urn:ietf:params:oauth:jti:{proof['entry']['token_id']}"]
    assert person["requestor"] is True
    assert event["entity"][0].get("detail", [{}])[0].get("valueString", "") == proof["subject"]["basis"]
