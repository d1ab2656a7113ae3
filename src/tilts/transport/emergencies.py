"""Break-glass over HTTP: POST /Patient/{id}/$break-glass."""

from typing import Any

from tilts.access.permission.breaking import open_in_emergency
from tilts.access.routes import Call, Reply, route
from tilts.rules import Refusal
from tilts.rules.wire import WIRE_NOT_FOUND
from tilts.transport.shapes.elements import parameters_in, uuid_or_none


@route(
    "POST",
    "/Patient/{id}/$break-glass",
    scope="system/Patient.r",
    audit_event="glass.broken",
    body="parameters",
    key="header",
    person=True,
    resource_type="Patient",
    interaction="break-glass",
)
async def break_the_glass(call: Call) -> Reply:
    patient_id = uuid_or_none(call.ids["id"])
    if patient_id is None:
        raise Refusal(WIRE_NOT_FOUND)
    reason = parameters_in(call.resource).get("reason", "")
    glass = await open_in_emergency(call, patient_id, reason, confirmed(call.resource))
    parameter = [
        {"name": "reference", "valueString": str(glass.glass_id)},
        {"name": "until", "valueInstant": glass.ends_at.isoformat(timespec="milliseconds")},
    ]
    return Reply(resource={"resourceType": "Parameters", "parameter": parameter})


def confirmed(parameters: dict[str, Any]) -> bool:
    """The second confirmation: the very value true."""
    given = parameters.get("parameter", ())
    return any(one.get("name") == "confirmed" and one.get("valueBoolean") is True for one in given)
