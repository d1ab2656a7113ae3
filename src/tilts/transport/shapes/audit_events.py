"""An access -> AuditEvent, after the patterns of IHE BALP: client, person, patient, object, purpose."""

from types import MappingProxyType
from typing import Any, Final

from tilts.audit_words import event_text
from tilts.rules import Language
from tilts.rules.catalogue import BY_ID
from tilts.store.records import Access

ACTIONS: Final = MappingProxyType(
    {"read": "R", "searched": "E", "found": "E", "prescribed": "C", "recorded": "C", "issued": "E"}
)
OUTCOMES: Final = MappingProxyType({"success": "0", "refused": "4", "fault": "8"})
DICOM: Final = "http://dicom.nema.org/resources/ontology/DCM"
PARTICIPATION: Final = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
PURPOSE: Final = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
OBJECT_ROLE: Final = "http://terminology.hl7.org/CodeSystem/object-role"


def audit_event_to_fhir(access: Access, language: Language, canonical_base: str) -> dict[str, Any]:
    verb = access.event.partition(".")[2]
    words = event_text(access.event, language)
    event: dict[str, Any] = {
        "resourceType": "AuditEvent",
        "id": str(access.audit_id),
        "type": {"system": "http://terminology.hl7.org/CodeSystem/audit-event-type", "code": "rest"},
        "subtype": [
            {"system": f"{canonical_base}/CodeSystem/audit-event", "code": access.event, "display": words}
        ],
        "action": "R" if access.repeated else ACTIONS.get(verb, "U"),  # a repeat only shows again
        "recorded": access.at.isoformat(timespec="milliseconds"),
        "outcome": OUTCOMES[access.outcome],
        "agent": [_client(access)],
        "source": {"observer": {"display": "Tilts"}},
        "entity": _entities(access),
    }
    if access.repeated:
        event["outcomeDesc"] = event_text(access.event, language, repeated=True)
    if access.rule_id:
        event["outcomeDesc"] = outcome_text(access, language)
    if access.purpose:
        event["purposeOfEvent"] = [{"coding": [{"system": PURPOSE, "code": access.purpose}]}]
    if access.role_id:
        event["agent"].append(_person(access))
    return event


def outcome_text(access: Access, language: Language) -> str:
    """The rule that said no, and its sentence where the facts were kept."""
    rule = BY_ID.get(access.rule_id or "")
    facts = access.detail.get("facts", {})
    if rule is None or not rule.named <= facts.keys():
        return str(access.rule_id)
    return f"{rule.id}: {rule.sentence(language, facts)}"


def _client(access: Access) -> dict[str, Any]:
    who: dict[str, Any] = {"display": access.organization_name or "?"}
    if access.organization_id:
        who["reference"] = f"Organization/{access.organization_id}"
    if access.client_id:
        who["identifier"] = {"value": access.client_id}
    return {
        "type": {"coding": [{"system": DICOM, "code": "110153"}]},
        "who": who,
        "requestor": access.role_id is None,
    }


def _person(access: Access) -> dict[str, Any]:
    person: dict[str, Any] = {
        "type": {"coding": [{"system": PARTICIPATION, "code": "IRCP"}]},
        "who": {"reference": f"PractitionerRole/{access.role_id}"},
        "requestor": True,
    }
    if access.practitioner:
        person["who"]["display"] = access.practitioner
    if access.role_code:
        person["role"] = [{"coding": [{"code": access.role_code}]}]
    return person


def _entities(access: Access) -> list[dict[str, Any]]:
    entities: list[dict[str, Any]] = [
        {
            "what": {"reference": f"Patient/{access.patient_id}"},
            "type": {"system": "http://terminology.hl7.org/CodeSystem/audit-entity-type", "code": "1"},
            "role": {"system": OBJECT_ROLE, "code": "1"},
        }
    ]
    if access.resource_id and access.resource_type != "Patient":
        what = {"reference": f"{access.resource_type}/{access.resource_id}"}
        entities.append({"what": what, "role": {"system": OBJECT_ROLE, "code": "4"}})
    elif access.resource_type != "Patient":
        entities.append(
            {"what": {"type": access.resource_type}, "role": {"system": OBJECT_ROLE, "code": "4"}}
        )
    entities.append(
        {
            "what": {"identifier": {"value": access.request_id}},
            "type": {"code": "X-Request-Id"},
            "name": "X-Request-Id",
        }
    )
    return entities
