"""Asking a holder to let go over HTTP: POST /Task/{id}/$transfer-request."""

from tilts.access.routes import Call, Reply, route
from tilts.exchange.transferring import request_transfer
from tilts.transport.prescribing.tasks import task_id_of, task_reply


@route(
    "POST",
    "/Task/{id}/$transfer-request",
    scope="system/Task.u",
    audit_event="prescription.transfer-requested",
    body="parameters",
    key="header",
    resource_type="Task",
    interaction="transfer-request",
)
async def request_transfer_of_line(call: Call) -> Reply:
    line = await request_transfer(call.tx, task_id_of(call), call.party, call.now, call.terms, call.if_match)
    return task_reply(call, line)
