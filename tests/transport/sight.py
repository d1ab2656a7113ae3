"""Patients with what the sandbox knows of them, and tokens with a purpose: for tests of who may see what."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.running import Running
from tests.transport.documents import Line, prescribed
from tests.transport.wire import Caller

PRACTICES = ("practice", *(f"practice-{n}" for n in range(2, 10)))  # in the order of their codes
REASON = "Patient is unconscious, allergies unknown"


@dataclass(frozen=True)
class Somebody:
    """One patient of the sandbox's."""

    patient: str
    gp: str  # the practice where they are registered
    stranger: str  # a practice that knows nothing of them
    prescriber: str  # another one, which writes for them


def somebody(exchange: Running, serial: int) -> Somebody:
    people = [one for one in exchange.environment.population.resources if one["resourceType"] == "Patient"]
    gp = PRACTICES[serial % len(PRACTICES)]
    # Of practices whose worklists no other test counts.
    stranger, prescriber = [name for name in ("practice-2", "practice-3", "practice-4") if name != gp][:2]
    return Somebody(people[serial]["id"], gp, stranger, prescriber)


def token(caller: Caller, *, patient: str | None = None, **b2b: Any) -> str:
    """A token with other words in its binding: `purpose_of_use`, `delegator`."""
    claims = caller.claims(patient=patient)
    claims["extensions"]["hl7-b2b"] |= b2b
    answer = caller.ask_token(caller.key.compact(json.dumps(claims).encode(), typ="JWT"))
    assert answer.status_code == 200, answer.text
    made: str = answer.json()["access_token"]
    return made


def for_another(portal: Caller, person: str, patient: str) -> str:
    """Somebody sits at the portal for somebody else."""
    return token(portal, patient=person, delegator=patient, purpose_of_use=["FAMRQT"])


def emergency(caller: Caller) -> str:
    return token(caller, purpose_of_use=["BTG"])


def written_for(caller: Callable[..., Caller], who: Somebody) -> Line:
    return prescribed(caller(who.prescriber), who.patient)


def glass(reason: str = REASON, confirmed: Any = True) -> dict[str, Any]:
    said = [{"name": "reason", "valueString": reason}, {"name": "confirmed", "valueBoolean": confirmed}]
    return {"resourceType": "Parameters", "parameter": said}


def named(caller: Caller, patient: str) -> None:
    """The institution looks the patient up by naming them: identifier, in a body."""
    people = caller.exchange.environment.population.resources
    number = next(one for one in people if one["id"] == patient)["identifier"][0]
    body = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "system", "valueUri": number["system"]},
            {"name": "value", "valueString": number["value"]},
        ],
    }
    answer = caller.post("Patient/by-identity", body)
    assert answer.status_code == 200, answer.text
