"""What the small exchange of these tests knows: one patient, prescriptions, their tasks and dispenses."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from tilts_fhir.json_strict import decode, encode

NUMBER = "7K3M-Q2XR-9TBV"
NUMBER_SYSTEM = "urn:oid:2.999.1.3.6"
STATES = "https://tilts.example/fhir/CodeSystem/prescription-state"
ACTION = "https://tilts.example/fhir/StructureDefinition/allowed-action"
PATIENT = {
    "resourceType": "Patient",
    "id": "patient-1",
    "name": [{"use": "official", "family": "Bērziņa", "given": ["Anna", "Marta"]}],
    "birthDate": "1980-05-17",
}
STATUS_OF = {"ready": "ready", "claimed": "in-progress", "cancelled": "cancelled"}

Resource = dict[str, Any]


@dataclass(frozen=True)
class Answered:
    status: int
    body: bytes
    replayed: bool = False


@dataclass
class Clinic:
    stored: dict[str, dict[str, Resource]] = field(default_factory=dict)
    answered: dict[str, tuple[bytes, Answered]] = field(default_factory=dict)
    page_size: int = 50

    def __post_init__(self) -> None:
        self.stored = {"Patient": {"patient-1": PATIENT}, "AuditEvent": {"a1": audit_event()}}

    def answer(self, method: str, path: str, body: bytes, key: str | None) -> Answered | None:
        if key is None and method == "POST" and path in {"MedicationRequest", "MedicationDispense"}:
            key = decode(body)["identifier"][0]["value"]
        if key is None:
            return self.first_answer(method, path, body)
        if key in self.answered:
            earlier, answered = self.answered[key]
            return Answered(answered.status, answered.body, True) if earlier == body else Answered(422, b"{}")
        answer = self.first_answer(method, path, body)
        if answer is not None:
            self.answered[key] = (body, answer)
        return answer

    def first_answer(self, method: str, path: str, body: bytes) -> Answered | None:
        parts = path.split("/")
        if path == "":
            return self.transaction(decode(body))
        if method == "POST" and len(parts) == 1:
            return Answered(201, encode(self.create(decode(body))))
        if parts[-1] in {"_search", "_page"}:
            return self.search(parts[0], body)
        if parts[-1] == "by-identity":
            known = {one["name"]: one for one in decode(body)["parameter"]}["value"]["valueString"]
            return Answered(200, encode(PATIENT)) if known == "10039025379" else None
        if parts[-1] == "$find":
            return Answered(200, encode(self.found(decode(body))))
        if len(parts) == 3:
            return self.move(self.stored["Task"][parts[1]], parts[2])
        one = self.stored.get(parts[0], {}).get(parts[1])
        return Answered(200, encode(one)) if one else None

    def create(self, resource: Resource) -> Resource:
        kind = resource["resourceType"]
        resource = {**resource, "id": f"{kind}-{len(self.stored.get(kind, {})) + 1}"}
        self.stored.setdefault(kind, {})[resource["id"]] = resource
        if kind == "MedicationRequest":
            number = {"system": NUMBER_SYSTEM, "value": NUMBER}
            resource["identifier"] = [*resource["identifier"], number]
            task = task_for(resource, f"task-{resource['id']}")
            self.stored.setdefault("Task", {})[task["id"]] = task
        return resource

    def transaction(self, bundle: Resource) -> Answered:
        made = [self.create(entry["resource"]) for entry in bundle["entry"]]
        places = [f"MedicationRequest/{one['id']}/_history/1" for one in made]
        entries = [{"response": {"status": "201", "location": place}} for place in places]
        body = {"resourceType": "Bundle", "type": "transaction-response", "entry": entries}
        return Answered(200, encode(body))

    def search(self, kind: str, body: bytes) -> Answered:
        params = parse_qs(body.decode())
        found = list(self.stored.get(kind, {}).values())
        for name, at in (("focus", "focus"), ("patient", "for")):
            if kind == "Task" and name in params:
                asked = params[name][0].split(",")
                found = [one for one in found if one[at]["reference"] in asked]
        bundle = searchset(found[: self.page_size], [])
        if len(found) > self.page_size:
            self.page_size = 50
            bundle["link"] = [{"relation": "next", "url": f"{kind}/_page?token=1"}]
        return Answered(200, encode(bundle))

    def found(self, parameters: Resource) -> Resource:
        asked = {one["name"]: one["valueString"] for one in parameters["parameter"]}
        if asked != {"number": NUMBER, "family": "Bērziņa", "given": "Anna"}:
            return searchset([], [])
        return searchset(list(self.stored["Task"].values()), list(self.stored["MedicationRequest"].values()))

    def move(self, task: Resource, verb: str) -> Answered:
        state = {"$claim": "claimed", "$release": "ready", "$cancel": "cancelled"}[verb]
        task |= {
            "status": STATUS_OF[state],
            "businessStatus": {"coding": [{"system": STATES, "code": state}]},
        }
        task |= {"owner": {"reference": "Organization/org-1"}} if state == "claimed" else {}
        task |= {"restriction": {"period": {"end": "2026-11-23T12:00:00+02:00"}}}
        return Answered(200, encode(task))


def searchset(matches: list[Resource], included: list[Resource]) -> Resource:
    entries = [{"resource": one, "search": {"mode": "match"}} for one in matches]
    entries += [{"resource": one, "search": {"mode": "include"}} for one in included]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entries}


def task_for(request: Resource, task_id: str) -> Resource:
    amount = request["dispenseRequest"]["quantity"]
    parts = {"claim": True, "dispense": False}
    return {
        "resourceType": "Task",
        "id": task_id,
        "status": "ready",
        "intent": "order",
        "businessStatus": {"coding": [{"system": STATES, "code": "ready"}]},
        "groupIdentifier": {"system": NUMBER_SYSTEM, "value": NUMBER},
        "focus": {"reference": f"MedicationRequest/{request['id']}"},
        "for": request["subject"],
        "input": [{"type": {"coding": [{"code": "allowed"}]}, "valueQuantity": amount}],
        "output": [{"type": {"coding": [{"code": "remaining"}]}, "valueQuantity": amount}],
        "extension": [action(name, allowed) for name, allowed in parts.items()],
    }


def action(name: str, allowed: bool) -> Resource:
    parts: list[Resource] = [
        {"url": "action", "valueCode": name},
        {"url": "allowed", "valueBoolean": allowed},
    ]
    if not allowed:
        parts += [{"url": "rule", "valueCode": "DSP-001"}, {"url": "reason", "valueString": "Not held."}]
    return {"url": ACTION, "extension": parts}


def audit_event() -> Resource:
    event: Resource = json.loads(Path(__file__).with_name("audit_event.json").read_text(encoding="utf-8"))
    return event
