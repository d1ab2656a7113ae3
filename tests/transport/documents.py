"""Documents for the tests: each builder makes a good one; a test names the one fact that it changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from tests.transport.wire import Caller
from tilts_fhir.json_strict import decode

NUMBER_SYSTEM = "urn:oid:2.999.1.3.6"
PACKS = {"unit": "iepakojums", "system": "http://unitsofmeasure.org", "code": "{pack}"}
ABSENT = object()  # `without` an element


def identifier_of(caller: Caller, value: str | None = None) -> dict[str, str]:
    return {"system": f"urn:uuid:{caller.facts['org']}", "value": value or str(uuid4())}


def changed(document: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**document, **changes}.items() if value is not ABSENT}


def prescription(caller: Caller, patient: str, *, packs: int = 2, **changes: Any) -> dict[str, Any]:
    document = {
        "resourceType": "MedicationRequest",
        "identifier": [identifier_of(caller)],
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"text": "Amoksicilīns 500 mg"},
        "subject": {"reference": f"Patient/{patient}"},
        "requester": {"reference": caller.role},
        "dosageInstruction": [{"text": "Pa vienai trīs reizes dienā"}],
        "dispenseRequest": {"quantity": {"value": packs, **PACKS}},
    }
    return changed(document, changes)


def dispense(caller: Caller, line: "Line", *, packs: int = 1, **changes: Any) -> dict[str, Any]:
    document = {
        "resourceType": "MedicationDispense",
        "identifier": [identifier_of(caller)],
        "status": "completed",
        "medicationCodeableConcept": {"text": "Amoksicilīns 500 mg"},
        "subject": {"reference": f"Patient/{line.patient}"},
        "performer": [{"actor": {"reference": caller.role}}],
        "authorizingPrescription": [{"reference": f"MedicationRequest/{line.request}"}],
        "quantity": {"value": packs, **PACKS},
    }
    return changed(document, changes)


KIND_OF_CONSENT = "https://tilts.example/fhir/CodeSystem/consent-kind"
GROUPS = "https://tilts.example/fhir/CodeSystem/organization-kind"
REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"


def consent(caller: Caller, patient: str, kind: str = "ban", **provision: Any) -> dict[str, Any]:
    """A ban of the whole card; `provision` changes what it says. `documents`, `person`, `group`, `never` in short."""
    said: dict[str, Any] = {"type": "deny" if kind == "ban" else "permit"}
    for reference in provision.pop("documents", ()):
        said.setdefault("data", []).append({"meaning": "instance", "reference": {"reference": reference}})
    role = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "DELEGATEE"}]}
    if person := provision.pop("person", None):
        reference = {"reference": f"Patient/{person}"} if isinstance(person, str) else {"identifier": person}
        said["actor"] = [{"role": role, "reference": reference}]
    if group := provision.pop("group", None):
        said["actor"] = [{"role": role, "reference": {"identifier": {"system": GROUPS, "value": group}}}]
    if provision.pop("never", False):
        said["purpose"] = [{"system": REASON, "code": "BTG"}]
    scope = {"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}
    return {
        "resourceType": "Consent",
        "identifier": [identifier_of(caller)],
        "status": "active",
        "scope": {"coding": [scope]},
        "category": [{"coding": [{"system": KIND_OF_CONSENT, "code": kind}]}],
        "patient": {"reference": f"Patient/{patient}"},
        "policy": [{"uri": "https://tilts.example/fhir/policy/patient-control"}],
        "provision": {**said, **provision},
    }


def bundle(*resources: Mapping[str, Any]) -> dict[str, Any]:
    entries = [
        {"resource": one, "request": {"method": "POST", "url": one["resourceType"]}} for one in resources
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def parameters(**values: str) -> dict[str, Any]:
    """Parameters of strings; `reason` is a code, `system` an address."""
    kinds = {"reason": "valueCode", "system": "valueUri"}
    written = [{"name": name, kinds.get(name, "valueString"): value} for name, value in values.items()]
    return {"resourceType": "Parameters", "parameter": written}


@dataclass(frozen=True)
class Line:
    """A prescribed line: what a test needs of it afterwards."""

    request: str  # MedicationRequest
    task: str
    number: str
    patient: str


def prescribed(caller: Caller, patient: str, **changes: Any) -> Line:
    answer = caller.post("MedicationRequest", prescription(caller, patient, **changes), signed=True)
    assert answer.status_code == 201, answer.text
    return line_of(caller, decode(answer.content), patient)


def line_of(caller: Caller, document: Mapping[str, Any], patient: str) -> Line:
    task = caller.found("Task", focus=f"MedicationRequest/{document['id']}")["entry"][0]["resource"]
    return Line(document["id"], task["id"], task["groupIdentifier"]["value"], patient)


def presented(caller: Caller, line: Line) -> httpx.Response:
    """The prescription is shown at the counter of this pharmacy."""
    name = patient_of(caller, line.patient)["name"][0]
    shown = parameters(number=line.number, family=name["family"], given=" ".join(name["given"]))
    answer = caller.post("Task/$find", shown)
    assert answer.status_code == 200, answer.text
    return answer


def claimed(caller: Caller, line: Line, **how: Any) -> httpx.Response:
    presented(caller, line)
    answer = caller.post(f"Task/{line.task}/$claim", **how)
    assert answer.status_code == 200, answer.text
    return answer


def handed_out(caller: Caller, line: Line, *, packs: int = 1) -> dict[str, Any]:
    claimed(caller, line)
    answer = caller.post("MedicationDispense", dispense(caller, line, packs=packs), signed=True)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = decode(answer.content)
    return made


def patient_of(caller: Caller, patient: str) -> dict[str, Any]:
    people = caller.exchange.environment.population.resources
    return next(one for one in people if one["id"] == patient)
