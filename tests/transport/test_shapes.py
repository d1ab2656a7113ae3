"""One pinned answer of each kind: what integrators build on does not change by accident.

`TILTS_GOLDEN=write pytest tests/transport/test_shapes.py` writes tests/golden/wire/ anew; the change is then
read by people in the commit.
"""

import base64
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.transport.documents import (
    Line,
    bundle,
    claimed,
    dispense,
    identifier_of,
    prescribed,
    prescription,
    presented,
)
from tests.transport.steady import steady
from tests.transport.wire import Caller, tls

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "wire"


def pinned(name: str, value: Any) -> None:
    file = GOLDEN / f"{name}.json"
    text = steady(value)
    if os.environ.get("TILTS_GOLDEN") == "write":
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
    assert file.exists(), f"{file} is missing: TILTS_GOLDEN=write makes it"
    assert text == file.read_text("utf-8"), f"the answer is no longer as in {file}"


@pytest.fixture(scope="module")
def line(practice: Caller, pharmacy: Caller, caller: Callable[..., Caller], patient: str) -> Line:
    """Of two packs one was handed out by pharmacy-4, which holds the rest; pharmacy-5 has seen it."""
    found = prescribed(practice, patient, identifier=[identifier_of(practice)])
    presented(caller("pharmacy-5"), found)
    claimed(pharmacy, found)
    made = pharmacy.post("MedicationDispense", dispense(pharmacy, found), signed=True)
    assert made.status_code == 201
    pinned("medication-dispense-created", made.json())
    return found


def test_a_task_as_its_holder_sees_it(pharmacy: Caller, line: Line) -> None:
    pinned("task-for-its-holder", pharmacy.get(f"Task/{line.task}", language="en").json())


def test_a_task_as_another_pharmacy_sees_it(caller: Callable[..., Caller], line: Line) -> None:
    pinned("task-for-another", caller("pharmacy-5").get(f"Task/{line.task}", language="lv").json())


def test_a_prescription_as_it_was_created(practice: Caller, patient: str) -> None:
    answer = practice.post("MedicationRequest", prescription(practice, patient), signed=True)
    pinned("medication-request-created", answer.json())


def test_a_transaction_response(practice: Caller, patient: str) -> None:
    two = bundle(*(prescription(practice, patient) for _ in range(2)))
    pinned("transaction-response", practice.post("", two, signed=True).json())


def test_a_searchset_with_matches_and_inclusions(practice: Caller, pharmacy: Caller, patient: str) -> None:
    pinned("searchset-of-find", presented(pharmacy, prescribed(practice, patient)).json())


def test_a_searchset_with_a_next_page(practice: Caller) -> None:
    page = practice.found("Organization", _count="1", name="Parauga aptieka")
    for one in page["link"]:
        one["url"] = re.sub(r"_page=.+", "_page=<sealed>", one["url"])
    pinned("searchset-with-next", page)


@pytest.mark.parametrize("language", ["lv", "en"])
def test_a_refusal_with_facts(caller: Callable[..., Caller], line: Line, language: str) -> None:
    answer = caller("pharmacy-5").post(f"Task/{line.task}/$claim", language=language)
    assert answer.status_code == 409
    pinned(f"operation-outcome-{language}", answer.json())


@pytest.mark.parametrize("language", ["lv", "en"])
def test_a_refusal_of_wrong_structure(practice: Caller, patient: str, language: str) -> None:
    faulty = prescription(practice, patient, status="sleeping", colour="red")
    answer = practice.post("MedicationRequest", faulty, signed=True, language=language)
    pinned(f"structure-outcome-{language}", answer.json())


def test_a_provenance_as_it_is_kept(practice: Caller, line: Line) -> None:
    found = practice.found("Provenance", target=f"MedicationRequest/{line.request}")["entry"][0]["resource"]
    found["signature"][0]["data"] = "<signature>"
    pinned("provenance", found)


def test_an_access_as_the_patient_sees_it(caller: Callable[..., Caller], line: Line) -> None:
    events = caller("portal").found("AuditEvent", {"patient": line.patient}, _count="50")["entry"]
    event = next(e["resource"] for e in events if e["resource"]["subtype"][0]["code"] == "dispense.recorded")
    pinned("audit-event", event)


def test_a_token_answer_and_what_stands_in_the_token(practice: Caller) -> None:
    answer = practice.ask_token(practice.assertion()).json()
    head, claims = (
        json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        for part in answer["access_token"].split(".")[:2]
    )
    for name in ("iat", "exp"):
        assert isinstance(claims.pop(name), int)
    head["kid"], claims["cnf"]["x5t#S256"] = "<kid>", "<thumbprint>"
    pinned("token", {**answer, "access_token": {"header": head, "claims": claims}})


def test_a_token_error(practice: Caller) -> None:
    answer = practice.ask_token("rubbish", headers={"Accept-Language": "en"})
    pinned("token-error", answer.json())


def test_the_capability_statement(practice: Caller) -> None:
    pinned("capability-statement", practice.get("metadata").json())


def test_the_smart_configuration(practice: Caller) -> None:
    address = practice.base.removesuffix("/fhir/r4") + "/.well-known/smart-configuration"
    answer = httpx.get(address, verify=tls(practice.facts["ca"]), trust_env=False)
    pinned("smart-configuration", answer.json())
