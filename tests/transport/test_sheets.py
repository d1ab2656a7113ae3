"""The printed sheet at the wire: who may print it, and that its code holds with the published keys and nothing else."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.exchange.sheets import codes_on
from tests.running import Running
from tests.transport.documents import (
    ABSENT,
    PACKS,
    Line,
    changed,
    identifier_of,
    parameters,
    prescribed,
    presented,
)
from tests.transport.tables import Tables
from tests.transport.wire import Caller, refused, tls
from tilts.cli.operating import sheets
from tilts_connector import NotVerified, Pharmacy, Quantity, Refused, SheetKeys, verify_sheet
from tilts_fhir.json_strict import decode

KEYS = "/.well-known/prescription-keys.json"


def published(caller: Caller) -> SheetKeys:
    """By the address that the SMART configuration names."""
    root = caller.base.removesuffix("/fhir/r4")
    smart = httpx.get(
        f"{root}/.well-known/smart-configuration", verify=tls(caller.facts["ca"]), trust_env=False
    )
    address = smart.json()["prescription_keys_uri"]
    assert address == root + KEYS
    answer = httpx.get(address, verify=tls(caller.facts["ca"]), trust_env=False)
    assert answer.headers["cache-control"] == "max-age=300"
    assert all("d" not in key for key in answer.json()["keys"])
    return SheetKeys.published(answer.json(), datetime.now(UTC))


@pytest.fixture
def line(practice: Caller, patient: str) -> Line:
    return prescribed(practice, patient)


def printed(caller: Caller, line: Line, language: str = "lv") -> httpx.Response:
    return caller.get(f"Task/{line.task}/$sheet", headers={"accept-language": language})


def test_who_prescribed_prints_and_the_code_holds_with_the_published_keys(
    practice: Caller, line: Line
) -> None:
    answer = printed(practice, line)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["cache-control"] == "no-store"
    [code] = codes_on(answer.content)
    found = verify_sheet(code, published(practice), datetime.now(UTC))
    assert (found.content.number, found.content.task_id) == (line.number, line.task)
    assert not found.keys_stale and found.keys_age < timedelta(minutes=5)


def test_a_client_that_wants_a_pdf_says_so(practice: Caller, line: Line) -> None:
    answer = practice.get(f"Task/{line.task}/$sheet", headers={"accept": "application/pdf"})
    assert answer.content.startswith(b"%PDF-1.7")


def test_a_pharmacy_prints_what_was_shown_to_it_and_no_other(
    caller: Callable[..., Caller], pharmacy: Caller, line: Line
) -> None:
    refused(printed(pharmacy, line), 404, "WIRE-012")
    presented(pharmacy, line)
    assert codes_on(printed(pharmacy, line, "en").content)
    refused(printed(caller("pharmacy-5"), line), 404, "WIRE-012")


def test_of_what_is_cancelled_there_is_a_sheet_without_a_code(practice: Caller, line: Line) -> None:
    assert practice.post(f"Task/{line.task}/$cancel", parameters(reason="other")).status_code == 200
    assert codes_on(printed(practice, line).content) == []


def test_a_token_of_the_exchange_is_no_sheet(practice: Caller, line: Line) -> None:
    with pytest.raises(NotVerified) as no:
        verify_sheet(practice.token(), published(practice), datetime.now(UTC))
    assert no.value.reason == "wrong-purpose"


# Reconciling.


def told(caller: Caller, code: str, **changes: Any) -> dict[str, Any]:
    """Two packs, handed out now by this code."""
    handed = {
        "resourceType": "MedicationDispense",
        "identifier": [identifier_of(caller)],
        "status": "completed",
        "medicationCodeableConcept": {"text": "Amoksicilīns 500 mg"},
        "performer": [{"actor": {"reference": caller.role}}],
        "quantity": {"value": 2, **PACKS},
        "whenHandedOver": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    parts = [
        {"name": "code", "valueString": code},
        {"name": "dispense", "resource": changed(handed, changes)},
    ]
    return {"resourceType": "Parameters", "parameter": parts}


@pytest.fixture
def code(practice: Caller, line: Line) -> str:
    [found] = codes_on(printed(practice, line).content)
    return found


def reconciled(caller: Caller, body: dict[str, Any], **how: Any) -> httpx.Response:
    return caller.post("Task/$reconcile", body, signed=True, **how)


def test_a_pharmacy_that_never_found_the_prescription_reconciles_by_the_code(
    practice: Caller, pharmacy: Caller, line: Line, code: str
) -> None:
    body = told(pharmacy, code)
    answer = reconciled(pharmacy, body, key="r-1" + line.task[-12:])
    assert answer.status_code == 200, answer.text
    made = decode(answer.content)
    assert made["subject"] == {"reference": f"Patient/{line.patient}"}
    assert (
        decode(practice.get(f"Task/{line.task}").content)["businessStatus"]["coding"][0]["code"]
        == "dispensed"
    )
    [signature] = pharmacy.found("Provenance", target=f"MedicationDispense/{made['id']}")["entry"]
    assert signature["resource"]["signature"]
    assert reconciled(pharmacy, body, key="r-1" + line.task[-12:]).headers["idempotency-replayed"] == "true"
    assert decode(reconciled(pharmacy, body).content)["id"] == made["id"], "without a key the code is one"


def test_two_pharmacies_with_one_sheet_the_second_gets_the_number_of_the_conflict_DSP_043(
    caller: Callable[..., Caller], pharmacy: Caller, tables: Tables, line: Line, code: str
) -> None:
    second = caller("pharmacy-5")
    assert reconciled(pharmacy, told(pharmacy, code)).status_code == 200
    body = told(second, code)
    issue = refused(reconciled(second, body, key="r-2" + line.task[-12:]), 409, "DSP-043")
    assert "K-0" in issue["details"]["text"]
    again = reconciled(second, body, key="r-2" + line.task[-12:])
    assert (again.status_code, again.headers["idempotency-replayed"]) == (409, "true")
    short = reconciled(second, body, headers={"prefer": "return=minimal"})
    assert refused(short, 409, "DSP-043") == issue, "what is not counted is told in full"
    for answer in (again, short):
        entry = tables.audit(answer.headers["x-request-id"])
        assert (entry["outcome"], entry["rule_id"]) == ("refused", "DSP-043")
        assert entry["detail"]["facts"] == {"number": number_in(issue), "why": "DSP-002"}
    for one, who in ((pharmacy, None), (second, None), (caller("portal"), line.patient)):
        kinds = [part["valueCode"] for part in events_of(one, line, who)]
        assert kinds.count("conflict") == 1
    assert decode(second.get(f"Task/{line.task}").content)["output"][0]["valueQuantity"]["value"] == 2


def number_in(issue: dict[str, Any]) -> str:
    number: str = issue["extension"][0]["extension"][1]["valueString"]
    return number


def events_of(caller: Caller, line: Line, patient: str | None = None) -> list[dict[str, Any]]:
    """Of one line, however much the feed holds beside it."""
    told: list[dict[str, Any]] = []
    after = 0
    while after is not None:
        number = {"name": "after", "valueInteger": after}
        asked = {"resourceType": "Parameters", "parameter": [number]}
        found = decode(caller.post("Task/$events", asked, patient=patient).content)["parameter"]
        told += [{part["name"]: part for part in one["part"]} for one in found if one["name"] == "event"]
        after = next((one["valueInteger"] for one in found if one["name"] == "next"), None)
    return [one["kind"] for one in told if line.task in str(one["task"])]


def test_a_code_that_was_changed_is_not_taken_DSP_041(pharmacy: Caller, code: str) -> None:
    for wrong in (code[:-2] + ("00" if code[-2:] != "00" else "03"), "4750000000017", pharmacy.token()):
        refused(reconciled(pharmacy, told(pharmacy, wrong)), 422, "DSP-041")


@pytest.mark.parametrize(
    "moment", [ABSENT, "2026-11-24", "2020-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00"]
)
def test_when_it_was_handed_over_is_needed_DSP_042(pharmacy: Caller, code: str, moment: Any) -> None:
    refused(reconciled(pharmacy, told(pharmacy, code, whenHandedOver=moment)), 422, "DSP-042")


@pytest.mark.parametrize("missing", ["code", "dispense"])
def test_code_and_dispense_are_needed_DSP_046(pharmacy: Caller, code: str, missing: str) -> None:
    body = told(pharmacy, code)
    body["parameter"] = [one for one in body["parameter"] if one["name"] != missing]
    refused(reconciled(pharmacy, body), 400, "DSP-046")


def test_it_is_signed_by_a_pharmacist(pharmacy: Caller, practice: Caller, code: str) -> None:
    refused(pharmacy.post("Task/$reconcile", told(pharmacy, code)), 400, "SIG-001")
    assert reconciled(practice, told(practice, code)).status_code == 403


def test_the_connector_prints_verifies_and_reconciles(exchange: Running, line: Line, code: str) -> None:
    with exchange.connect("pharmacy") as connected:
        pharmacy = Pharmacy(connected)
        sheet = verify_sheet(code, pharmacy.sheet_keys(datetime.now(UTC)), datetime.now(UTC))
        done = pharmacy.reconcile(sheet, 1, datetime.now(UTC), f"o-{line.task}", batch="L-1")
        assert done["contained"][0]["batch"] == {"lotNumber": "L-1"}
        assert pharmacy.state(line.task).remaining == packs_left(1)
    with exchange.connect("second-pharmacy") as connected, pytest.raises(Refused) as no:
        Pharmacy(connected).reconcile(sheet, 2, datetime.now(UTC), f"o-{line.task}")
    assert (no.value.rule_id, no.value.status) == ("DSP-043", 409) and no.value.facts["number"]


def packs_left(count: int) -> Quantity:
    return Quantity(Decimal(count), PACKS["unit"], PACKS["system"], PACKS["code"])


def test_the_terminal_fetches_keys_and_verifies_without_a_network(
    exchange: Running,
    pharmacy: Caller,
    code: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Any,
) -> None:
    file, root = tmp_path / "keys.json", pharmacy.base.removesuffix("/fhir/r4")
    assert sheets.fetched(file, url=root, ca=Path(pharmacy.facts["ca"])) == 0
    monkeypatch.setattr("socket.socket", None)
    assert sheets.verified(code, keys=file, as_json=True) == 0
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert said["verified"] and said["medicine"] == "Amoksicilīns 500 mg" and not said["keys_stale"]
    assert sheets.verified(code[:-2], keys=file, as_json=True) == 1
    assert json.loads(capsys.readouterr().out)["reason"] in ("not-a-sheet", "not-signed")
