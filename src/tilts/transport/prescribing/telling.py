"""Events over HTTP: what happened to the prescriptions of a party, fetched until it is acknowledged.

POST /Task/$events, POST /Task/$acknowledge-events
"""

from typing import Any, Final

from tilts.access.routes import Call, Reply, route
from tilts.exchange.telling import MOST, Told, acknowledge, told
from tilts.rules import Refusal
from tilts.rules.trust.permission import MAY_NOT_FOR_PATIENT
from tilts.rules.wire import WIRE_PARAMETER
from tilts.transport.shapes.elements import integers_in
from tilts.transport.shapes.tasks import instant

LARGEST: Final = 2**31 - 1  # of FHIR's integers


@route(
    "POST",
    "/Task/$events",
    scope="__events.r",
    audit_event="event.fetched",
    body="parameters",
    resource_type="Task",
    interaction="events",
)
async def fetch_events(call: Call) -> Reply:
    asked = numbers_in(call, "after", "most")
    found = await told(call.tx, call.party, asked.get("after"), asked.get("most", MOST), call.now)
    return Reply(resource=events_to_fhir(found))


@route(
    "POST",
    "/Task/$acknowledge-events",
    scope="__events.r",
    audit_event="event.acknowledged",
    body="parameters",
    resource_type="Task",
    interaction="acknowledge-events",
)
async def acknowledge_events(call: Call) -> Reply:
    asked = numbers_in(call, "number")
    acknowledged = await acknowledge(call.tx, call.party, asked.get("number", 0), call.now)
    return Reply(resource=parameters_of([{"name": "acknowledged", "valueInteger": acknowledged}]))


def numbers_in(call: Call, *names: str) -> dict[str, int]:
    """The numbers that were sent; at the portal, only for who has the whole card before them."""
    if call.acting_as == "delegate":  # who may see one document need not know what happens to the others
        raise Refusal(MAY_NOT_FOR_PATIENT)
    call.concerns(call.party.patient_id, "Task", None, call.acting_as)
    found = integers_in(call.resource)
    if not set(found) <= set(names) or any(not 0 <= value <= LARGEST for value in found.values()):
        raise Refusal(WIRE_PARAMETER, parameter=", ".join(names))
    return found


def events_to_fhir(found: Told) -> dict[str, Any]:
    """References and numbers only: whoever wants to know more reads the Task."""
    parameters: list[dict[str, Any]] = [
        {
            "name": "event",
            "part": [
                {"name": "number", "valueInteger": event.number},
                {"name": "kind", "valueCode": event.kind},
                {"name": "task", "valueReference": {"reference": f"Task/{event.task_id}"}},
                {"name": "at", "valueInstant": instant(event.at)},
            ],
        }
        for event in found.events
    ]
    parameters.append({"name": "acknowledged", "valueInteger": found.acknowledged})
    if found.events:
        parameters.append({"name": "next", "valueInteger": found.events[-1].number})
    parameters.append({"name": "whole-since", "valueInstant": instant(found.whole_since)})
    if found.lost_holds is not None:
        parameters.append({"name": "lost-holds", "valueInteger": found.lost_holds})
    return parameters_of(parameters)


def parameters_of(parameters: list[dict[str, Any]]) -> dict[str, Any]:
    return {"resourceType": "Parameters", "parameter": parameters}
