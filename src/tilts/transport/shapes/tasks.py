"""A prescription line -> Task, with what this caller may do now and, for the rest, why not."""

from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from tilts.exchange.lifecycle import LineState
from tilts.exchange.lines import Answer, allowed_actions, current, state_of
from tilts.party import Party
from tilts.rules import Language
from tilts.store.corrections.early import EarlyCancellation
from tilts.store.medicines.records import Medicine
from tilts.store.records import LineRecord, Quantity
from tilts.transport.outcomes import rule_text
from tilts.transport.shapes.elements import quantity_out

STATUS: Final = MappingProxyType[LineState, str](
    {
        "future": "requested",
        "ready": "ready",
        "claimed": "in-progress",
        "cancel-pending": "in-progress",
        "partly-dispensed": "ready",
        "dispensed": "in-progress",
        "completed": "completed",
        "cancelled": "cancelled",
        "expired": "failed",
    }
)


def task_to_fhir(
    line: LineRecord, party: Party, now: datetime, language: Language, canonical_base: str, number_system: str
) -> dict[str, Any]:
    answers = allowed_actions(line, party, now)
    line = current(line, now)
    state = state_of(line, now)
    task: dict[str, Any] = {
        "resourceType": "Task",
        "id": str(line.task_id),
        "meta": {"versionId": str(line.version), "lastUpdated": instant(line.changed_at)},
        "extension": [_allowed(answer, language, canonical_base) for answer in answers],
        "groupIdentifier": {"system": number_system, "value": line.number},
        "status": STATUS[state],
        "businessStatus": _code(canonical_base, "prescription-state", state),
        "intent": "order",
        "focus": {"reference": f"MedicationRequest/{line.line_id}"},
        "for": {"reference": f"Patient/{line.patient_id}"},
        "authoredOn": instant(line.written_at),
        "lastModified": instant(line.changed_at),
        "requester": {"reference": f"Organization/{line.organization_id}"},
    }
    if line.reason:
        task["statusReason"] = {"coding": [{"code": line.reason}]}
    if line.hold is not None:
        holder = f"Organization/{line.hold.organization_id}"
        task["owner"] = {"reference": holder, "display": line.hold.organization_name}
        period = {"start": instant(line.hold.claimed_at), "end": instant(line.hold.lease_until)}
        task["restriction"] = {"period": period}
    period = {"start": line.valid_from.isoformat(), "end": line.valid_to.isoformat()}
    task["input"] = [
        _value(canonical_base, "allowed", "valueQuantity", quantity_out(line.allowed)),
        _value(canonical_base, "valid", "valuePeriod", period),
        _value(canonical_base, "issue", "valuePositiveInt", line.issue),
        _value(canonical_base, "issues", "valuePositiveInt", line.issues),
    ]
    task["output"] = [
        _value(canonical_base, name, "valueQuantity", quantity_out(quantity))
        for name, quantity in balance(line).items()
    ]
    if line.receipt_id is not None:
        receipt = {"reference": f"Bundle/{line.receipt_id}"}
        task["output"].append(_value(canonical_base, "receipt", "valueReference", receipt))
    return task


def early_to_fhir(early: EarlyCancellation, party: Party, canonical_base: str) -> dict[str, Any]:
    """What stands for a line that has not come yet: it has no id of ours."""
    identifier = {"system": early.system, "value": early.value}
    return {
        "resourceType": "Task",
        "status": STATUS["cancelled"],
        "statusReason": {"coding": [{"code": early.reason}]},
        "businessStatus": _code(canonical_base, "prescription-state", "cancelled"),
        "intent": "order",
        "focus": {"type": "MedicationRequest", "identifier": identifier},
        "authoredOn": instant(early.cancelled_at),
        "lastModified": instant(early.cancelled_at),
        "requester": {"reference": f"Organization/{party.organization_id}"},
    }


def cheapest_out(best: list[Medicine], medicine_system: str, canonical_base: str) -> list[dict[str, Any]]:
    return [
        _value(
            canonical_base,
            "cheapest",
            "valueCoding",
            {
                "system": medicine_system,
                "code": one.product_id,
                "display": f"{one.name} {one.package}".strip(),
            },
        )
        for one in best
    ]


def balance(line: LineRecord) -> dict[str, Quantity]:
    return {
        "dispensed": line.allowed.with_value(line.dispensed),
        "remaining": line.allowed.with_value(line.left),
    }


def _allowed(answer: Answer, language: Language, canonical_base: str) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [
        {"url": "action", "valueCode": answer.action},
        {"url": "allowed", "valueBoolean": answer.refusal is None},
    ]
    if answer.refusal is not None:
        parts.append({"url": "rule", "valueCode": answer.refusal.rule.id})
        parts.append({"url": "reason", "valueString": rule_text(answer.refusal, language)})
    return {"url": f"{canonical_base}/StructureDefinition/allowed-action", "extension": parts}


def _code(canonical_base: str, system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": f"{canonical_base}/CodeSystem/{system}", "code": code}]}


def _value(canonical_base: str, name: str, kind: str, value: dict[str, Any] | int) -> dict[str, Any]:
    return {"type": _code(canonical_base, "task-value", name), kind: value}


def instant(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
