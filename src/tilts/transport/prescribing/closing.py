"""Closing a line over HTTP: all handed over, or no more of it; and the receipt of it. No rule in between.

POST /Task/{id}/$close, POST /Task/{id}/$close-remaining, GET /Bundle/{id}
"""

from tilts.access.routes import Call, Reply, route
from tilts.exchange.closing import close, close_remaining
from tilts.transport.prescribing.tasks import task_id_of, task_reply
from tilts.transport.reading import read
from tilts.transport.shapes.receipts import ReceiptWriter


@route(
    "POST",
    "/Task/{id}/$close",
    scope="system/Task.u",
    audit_event="prescription.closed",
    body="parameters",
    key="header",
    person=True,
    resource_type="Task",
    interaction="close",
    functionality="dispensing",
)
async def close_line(call: Call) -> Reply:
    receipts = ReceiptWriter(call) if call.seal is not None else None
    line = await close(call.tx, task_id_of(call), call.party, call.now, call.if_match, receipts)
    return task_reply(call, line)


@route(
    "GET",
    "/Bundle/{id}",
    scope="system/Task.r",
    audit_event="receipt.read",
    resource_type="Bundle",
    interaction="read",
)
async def read_receipt(call: Call) -> Reply:
    return await read("Bundle", call)


@route(
    "POST",
    "/Task/{id}/$close-remaining",
    scope="system/Task.u",
    audit_event="prescription.closed-short",
    body="parameters",
    key="header",
    person=True,
    resource_type="Task",
    interaction="close-remaining",
)
async def close_rest_of_line(call: Call) -> Reply:
    line = await close_remaining(call.tx, task_id_of(call), call.party, call.now, call.if_match)
    return task_reply(call, line)
