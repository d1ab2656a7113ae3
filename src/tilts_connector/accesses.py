"""Who looked at or changed a patient's data, as the patient may see it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from tilts_connector.errors import reading

# FHIR AuditEvent: the client system, the person at its screen, the patient, what was touched.
CLIENT_AGENTS = (
    "110153",
    "110152",
)  # source or destination, as the data flow; the exchange itself comes last
PERSON_AGENT = "IRCP"
OBJECT_ENTITY = "4"

Effect: TypeAlias = Literal["created", "read", "updated", "deleted", "executed"]
EFFECTS: dict[str, Effect] = {
    "C": "created",
    "R": "read",
    "U": "updated",
    "D": "deleted",
    "E": "executed",
}


@dataclass(frozen=True, slots=True)
class Access:
    """
    One access, or one attempt.

    Attributes:
        organization: Name of the organisation whose system called.
        practitioner: Name of the person at the screen; None if the system named none.
        role: doctor, nurse, pharmacist ...
        purpose: TREAT, PATRQT, HOPERAT ...
        action: What happened, for example `prescription.claimed`.
        words: The same in words, in the language that was asked for.
        what: References of what was touched, the patient aside.
        effect: What it did to the data.
        refused: The exchange said "no": nothing was shown or changed.
        why_refused: The rule that said no, with its sentence; None when it was done.
    """

    at: datetime
    organization: str
    practitioner: str | None
    role: str | None
    purpose: str | None
    action: str
    words: str
    what: tuple[str, ...]
    effect: Effect
    refused: bool
    why_refused: str | None


def access_of(event: Mapping[str, Any]) -> Access:
    with reading("AuditEvent"):
        agents = {_code(agent["type"]): agent for agent in event["agent"]}
        source = next(agent for agent in event["agent"] if _code(agent["type"]) in CLIENT_AGENTS)
        person = agents.get(PERSON_AGENT, {})
        refused = event.get("outcome", "0") != "0"
        # Of what was refused it is the reason; of what was done, what was particular about it: that it was a repeat.
        said = event.get("outcomeDesc")
        return Access(
            at=datetime.fromisoformat(event["recorded"]),
            organization=source["who"]["display"],
            practitioner=person.get("who", {}).get("display"),
            role=_first_code(person.get("role", [])),
            purpose=_first_code(event.get("purposeOfEvent", [])),
            action=event["subtype"][0]["code"],
            words=said if said and not refused else event["subtype"][0].get("display", ""),
            why_refused=said if refused else None,
            what=tuple(_objects(event.get("entity", []))),
            effect=EFFECTS[event["action"]],
            refused=refused,
        )


def _code(concept: Mapping[str, Any]) -> str | None:
    return next((coding.get("code") for coding in concept.get("coding", [])), None)


def _first_code(concepts: list[Mapping[str, Any]]) -> str | None:
    return next((_code(concept) for concept in concepts), None)


def _objects(entities: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    for entity in entities:
        if entity.get("role", {}).get("code") == OBJECT_ENTITY:
            what = entity["what"]
            # A search names no single object, only the type that was searched.
            yield what.get("reference") or what["type"]
