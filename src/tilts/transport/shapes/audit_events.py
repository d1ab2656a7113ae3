"""An access -> AuditEvent, after the patterns of IHE BALP: client, persons, exchange, patient, object, purpose.

The direction is the data's: of a read the client is the destination, of anything else the source (BALP, Patient
Read and the others). Of a token only its id is told. https://profiles.ihe.net/ITI/BALP
"""

from collections.abc import Iterator
from types import MappingProxyType
from typing import Any, Final

from tilts.audit_words import event_text
from tilts.rules import Language
from tilts.rules.catalogue import BY_ID
from tilts.store.records import Access

ACTIONS: Final = MappingProxyType(
    {
        "read": "R",
        "proved": "R",
        "searched": "E",
        "found": "E",
        "prescribed": "C",
        "recorded": "C",
        "issued": "E",
    }
)
OUTCOMES: Final = MappingProxyType({"success": "0", "refused": "4", "fault": "8"})
DICOM: Final = "http://dicom.nema.org/resources/ontology/DCM"
PARTICIPATION: Final = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
PURPOSE: Final = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
OBJECT_ROLE: Final = "http://terminology.hl7.org/CodeSystem/object-role"
ENTITY_TYPE: Final = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
BALP_ENTITY: Final = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType"
SOURCE_TYPE: Final = "http://terminology.hl7.org/CodeSystem/security-source-type"
SOURCE, DESTINATION = "110153", "110152"  # DCM: Source Role ID, Destination Role ID


def audit_event_to_fhir(access: Access, language: Language, canonical_base: str) -> dict[str, Any]:
    words = event_text(access.event, language)
    action = action_of(access)
    event: dict[str, Any] = {
        "resourceType": "AuditEvent",
        "id": str(access.audit_id),
        "type": {"system": "http://terminology.hl7.org/CodeSystem/audit-event-type", "code": "rest"},
        "subtype": [
            {"system": f"{canonical_base}/CodeSystem/audit-event", "code": access.event, "display": words}
        ],
        "action": action,
        "recorded": access.at.isoformat(timespec="milliseconds"),
        "outcome": OUTCOMES[access.outcome],
        "agent": [_client(access, DESTINATION if action == "R" else SOURCE), *_persons(access)],
        "source": {"observer": {"display": "Tilts"}, "type": [{"system": SOURCE_TYPE, "code": "4"}]},
        "entity": _entities(access),
    }
    if access.repeated:
        event["outcomeDesc"] = event_text(access.event, language, repeated=True)
    if access.rule_id:
        event["outcomeDesc"] = outcome_text(access, language)
    if access.purpose:
        event["purposeOfEvent"] = [{"coding": [{"system": PURPOSE, "code": access.purpose}]}]
    event["agent"].append(_exchange(SOURCE if action == "R" else DESTINATION))
    return event


def action_of(access: Access) -> str:
    """Create, read, update or execute; a repeat only shows again."""
    verb = access.event.partition(".")[2]
    return "R" if access.repeated else ACTIONS.get(verb, "U")


def outcome_text(access: Access, language: Language) -> str:
    """The rule that said no, and its sentence where the facts were kept."""
    rule = BY_ID.get(access.rule_id or "")
    facts = access.detail.get("facts", {})
    if rule is None or not rule.named <= facts.keys():
        return str(access.rule_id)
    return f"{rule.id}: {rule.sentence(language, facts)}"


def _client(access: Access, direction: str) -> dict[str, Any]:
    who: dict[str, Any] = {"display": access.organization_name or "?"}
    if access.organization_id:
        who["reference"] = f"Organization/{access.organization_id}"
    if access.client_id:
        who["identifier"] = {"value": access.client_id}
    client = {
        "type": {"coding": [{"system": DICOM, "code": direction}]},
        "who": who,
        "requestor": access.role_id is None and access.acting_patient_id is None,
    }
    if access.token_id:
        client["policy"] = [f"urn:ietf:params:oauth:jti:{access.token_id}"]
    return client


def _exchange(direction: str) -> dict[str, Any]:
    return {
        "type": {"coding": [{"system": DICOM, "code": direction}]},
        "who": {"display": "Tilts"},
        "requestor": False,
    }


def _persons(access: Access) -> Iterator[dict[str, Any]]:
    """Who sat at the screen, and in whose name: an assistant's doctor, or the resident at the portal."""
    if access.role_id:
        person = _person("IRCP", f"PractitionerRole/{access.role_id}", requestor=True)
        if access.practitioner:
            person["who"]["display"] = access.practitioner
        if access.role_code:
            person["role"] = [{"coding": [{"code": access.role_code}]}]
        yield person
    elif access.acting_patient_id:
        yield _person("IRCP", f"Patient/{access.acting_patient_id}", requestor=True)
    if access.delegator_role_id:
        delegator = _person("PRF", f"PractitionerRole/{access.delegator_role_id}", requestor=False)
        yield delegator | {"who": delegator["who"] | {"display": access.delegator}}


def _person(code: str, reference: str, *, requestor: bool) -> dict[str, Any]:
    return {
        "type": {"coding": [{"system": PARTICIPATION, "code": code}]},
        "who": {"reference": reference},
        "requestor": requestor,
    }


def _entities(access: Access) -> list[dict[str, Any]]:
    entities: list[dict[str, Any]] = [
        {
            "what": {"reference": f"Patient/{access.patient_id}"},
            "type": {"system": ENTITY_TYPE, "code": "1"},
            "role": {"system": OBJECT_ROLE, "code": "1"},
        }
    ]
    if access.basis:  # by what the patient's data were open to this caller
        entities[0]["detail"] = [{"type": "basis", "valueString": access.basis}]
    if (
        access.glass_reason
    ):  # why, in the words of who broke the glass; the reference stands in the letter too
        told = {"reason": access.glass_reason, "reference": str(access.glass_id)}
        entities[0]["detail"] += [{"type": name, "valueString": value} for name, value in told.items()]
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
            "type": {"system": BALP_ENTITY, "code": "XrequestId"},
            "name": "X-Request-Id",
        }
    )
    return entities
