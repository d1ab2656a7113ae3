"""The pharmacy's verbs over HTTP: find, claim, hand out, give back; no rule in between.

POST /Task/$find, POST /Task/{id}/$claim, POST /MedicationDispense, POST /Task/{id}/$release
"""

from typing import Any
from uuid import UUID

from tilts.access.routes import Call, Reply, route
from tilts.clock import day_in_riga
from tilts.exchange.dispensing import claim, dispense, find, release
from tilts.exchange.medicines.joining import best_of
from tilts.exchange.prescriptions import viewer_of
from tilts.store import resources
from tilts.store.records import LineRecord
from tilts.transport.prescribing.prescriptions import if_none_exist
from tilts.transport.prescribing.tasks import shown, task_id_of, task_reply
from tilts.transport.reading import entry_of
from tilts.transport.search import searchset
from tilts.transport.shapes.elements import parameters_in
from tilts.transport.shapes.medication import dispense_from_fhir, presented_from_fhir
from tilts.transport.shapes.tasks import cheapest_out
from tilts_fhir.json_strict import decode


@route(
    "POST",
    "/Task/$find",
    scope="system/Task.s",
    audit_event="prescription.found",
    body="parameters",
    person=True,
    resource_type="Task",
    interaction="find",
    profile="tilts-find",
    functionality="dispensing",
)
async def find_prescription(call: Call) -> Reply:
    presented = presented_from_fhir(call.resource)
    lines = await find(call.tx, presented, call.party, call.now, call.terms)
    documents = {line.line_id: await _content(call, line) for line in lines}  # issues of one line have one
    entries = [
        entry_of(call, "Task", line.task_id, await _with_cheapest(call, line, documents[line.line_id]))
        for line in lines
    ]
    entries += [content for content in documents.values() if content is not None]
    basis = "presented" if presented.collector is None else "collected"
    for line in lines:
        call.concerns(line.patient_id, "Task", line.task_id, basis)
    if not lines:
        call.noticed.append("misses-kept")  # the door has written it down
    own_link = f"{call.public_base}/Task/$find"
    return Reply(resource=searchset(entries, own_link=own_link, next_link=None, total=len(lines)))


@route(
    "POST",
    "/Task/{id}/$claim",
    scope="system/Task.u",
    audit_event="prescription.claimed",
    body="parameters",
    key="header",
    person=True,
    resource_type="Task",
    interaction="claim",
    functionality="dispensing",
)
async def claim_line(call: Call) -> Reply:
    line = await claim(call.tx, task_id_of(call), call.party, call.now, call.terms, call.if_match)
    return task_reply(call, line)


@route(
    "POST",
    "/MedicationDispense",
    scope="system/MedicationDispense.c",
    audit_event="dispense.recorded",
    success_status=201,
    body="resource",
    key="identifier",
    signed=True,
    person=True,
    resource_type="MedicationDispense",
    interaction="create",
    profile="tilts-dispense",
    functionality="dispensing",
)
async def create_dispense(call: Call) -> Reply:
    if (existing := await if_none_exist(call, "MedicationDispense")) is not None:
        return existing
    order = dispense_from_fhir(call.resource, call.public_base, call.canonical_base)
    document, line = await dispense(call.tx, order, call.party, call.now, call.terms, call.signed)
    call.concerns(line.patient_id, "MedicationDispense", UUID(document["id"]), line.basis)
    return Reply(
        resource=document,
        version=1,
        last_modified=call.now,
        location=f"{call.public_base}/MedicationDispense/{document['id']}/_history/1",
    )


@route(
    "POST",
    "/Task/{id}/$release",
    scope="system/Task.u",
    audit_event="prescription.released",
    body="parameters",
    key="header",
    person=True,
    resource_type="Task",
    interaction="release",
    profile="tilts-release",
    functionality="dispensing",
)
async def release_line(call: Call) -> Reply:
    reason = parameters_in(call.resource).get("reason")
    line = await release(call.tx, task_id_of(call), reason, call.party, call.now, call.if_match)
    return task_reply(call, line)


async def _with_cheapest(call: Call, line: LineRecord, content: dict[str, Any] | None) -> dict[str, Any]:
    """The Task; of a reimbursed line with what the pharmacist gives: the cheapest of its group, today."""
    task = shown(call, line)
    if content is None:
        return task
    day = day_in_riga(call.now)
    best = await best_of(call.tx, content["resource"], line, day, call.terms)
    task["output"] += cheapest_out(best, call.terms.medicine_system, call.canonical_base)
    return task


async def _content(call: Call, line: LineRecord) -> dict[str, Any] | None:
    """The MedicationRequest of a line that was just presented to this pharmacy; None when all of it is used up."""
    viewer = viewer_of(call.party, call.now)
    row = await resources.read(call.tx, "MedicationRequest", line.line_id, viewer)
    if row is None:
        return None
    return entry_of(call, "MedicationRequest", line.line_id, decode(row.body), mode="include")
