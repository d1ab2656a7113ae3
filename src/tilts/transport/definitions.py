"""Definitions of our operations over HTTP, as the CapabilityStatement refers to them.

GET /OperationDefinition/{id}; the same lie in the package of profiles.
"""

from tilts.access.routes import Call, Reply, route
from tilts.rules import Refusal
from tilts.rules.profiles import resources
from tilts.rules.wire import WIRE_NOT_FOUND

KIND = "OperationDefinition"


@route(
    "GET",
    "/OperationDefinition/{id}",
    scope="system/CodeSystem.r",
    audit_event="definition.read",
    resource_type=KIND,
    interaction="read",
    open_in_sandbox=True,
)
async def read_definition(call: Call) -> Reply:
    arc = call.terms.number_system.rpartition(".")[0]
    for one in resources(call.canonical_base, arc):
        if (one["resourceType"], one["id"]) == (KIND, call.ids["id"]):
            return Reply(resource=one)
    raise Refusal(WIRE_NOT_FOUND)
