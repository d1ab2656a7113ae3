"""Prescribing and cancelling over HTTP: shapes in, doors called, shapes out; no rule in between.

POST /MedicationRequest, POST / (transaction), POST /MedicationRequest/$digitise, POST /Task/{id}/$cancel,
POST /Task/$cancel
"""

from typing import Any, Final
from urllib.parse import parse_qsl

from tilts.access import repeats
from tilts.access.routes import Call, Reply, route
from tilts.exchange.cancelling_early import CancelOrder, cancel_by_identifier
from tilts.exchange.digitising import digitise
from tilts.exchange.prescriptions import LineOrder, Prescribed, cancel, prescribe, viewer_of
from tilts.rules import Refusal
from tilts.rules.prescriptions import PRE_BUNDLE_ENTRY
from tilts.rules.wire import WIRE_NOT_SELECTIVE, WIRE_PARAMETER
from tilts.store import resources
from tilts.store.records import LineRecord
from tilts.transport.prescribing.tasks import task_id_of, task_reply
from tilts.transport.search import criteria_of, read_search
from tilts.transport.shapes.elements import identifier_in, parameters_in
from tilts.transport.shapes.medication import line_from_fhir, paper_from_fhir
from tilts.transport.shapes.tasks import early_to_fhir

MOST_LINES: Final = 20


@route(
    "POST",
    "/MedicationRequest",
    scope="system/MedicationRequest.c",
    audit_event="prescription.prescribed",
    success_status=201,
    body="resource",
    key="identifier",
    signed=True,
    person=True,
    resource_type="MedicationRequest",
    interaction="create",
    profile="tilts-prescription-line",
    functionality="prescribing",
)
async def create_prescription(call: Call) -> Reply:
    if (existing := await if_none_exist(call, "MedicationRequest")) is not None:
        return existing
    order = line_from_fhir(call.resource, call.public_base, call.canonical_base)
    done = await _prescribe(call, [order])
    return Reply(
        resource=done.documents[0],
        version=1,
        last_modified=call.now,
        location=f"{call.public_base}/MedicationRequest/{done.lines[0].line_id}/_history/1",
    )


@route(
    "POST",
    "/",
    scope="system/MedicationRequest.c",
    audit_event="prescription.prescribed",
    body="resource",
    key="header",
    signed=True,
    person=True,
    resource_type="Bundle",
    interaction="transaction",
    profile="tilts-prescription-bundle",
    functionality="prescribing",
)
async def prescribe_bundle(call: Call) -> Reply:
    documents = lines_of(call.resource)
    await repeats.take_identifiers(call, documents)
    orders = [line_from_fhir(document, call.public_base, call.canonical_base) for document in documents]
    done = await _prescribe(call, orders)
    entries = [
        {
            "resource": document,
            "response": {
                "status": "201 Created",
                "location": f"{call.public_base}/MedicationRequest/{line.line_id}/_history/1",
                "etag": 'W/"1"',
                "lastModified": call.now.isoformat(timespec="milliseconds"),
            },
        }
        for line, document in zip(done.lines, done.documents, strict=True)
    ]
    return Reply(resource={"resourceType": "Bundle", "type": "transaction-response", "entry": entries})


@route(
    "POST",
    "/MedicationRequest/$digitise",
    scope="system/MedicationDispense.c",
    audit_event="prescription.digitised",
    success_status=201,
    body="resource",
    key="identifier",
    signed=True,
    person=True,
    resource_type="MedicationRequest",
    interaction="digitise",
    profile="tilts-prescription-line",
    functionality="dispensing",
)
async def digitise_paper(call: Call) -> Reply:
    paper = paper_from_fhir(call.resource, call.public_base, call.canonical_base, call.terms.form_system)
    done = await digitise(call.tx, paper, call.party, call.now, call.terms, call.signed)
    [line], [document] = done.lines, done.documents
    call.concerns(line.patient_id, "MedicationRequest", line.line_id, "presented")
    call.resource = document  # the profile is held against the line with its patient
    return Reply(
        resource=document,
        version=1,
        last_modified=call.now,
        location=f"{call.public_base}/MedicationRequest/{line.line_id}/_history/1",
    )


@route(
    "POST",
    "/Task/{id}/$cancel",
    scope="system/Task.u",
    audit_event="prescription.cancelled",
    body="parameters",
    key="header",
    person=True,
    resource_type="Task",
    interaction="cancel",
    profile="tilts-cancel",
    functionality="prescribing",
)
async def cancel_line(call: Call) -> Reply:
    reason = parameters_in(call.resource).get("reason")
    line = await cancel(call.tx, task_id_of(call), reason, call.party, call.now, call.if_match)
    return task_reply(call, line)


@route(
    "POST",
    "/Task/$cancel",
    scope="system/Task.u",
    audit_event="prescription.cancelled",
    body="parameters",
    key="header",
    signed=True,
    person=True,
    resource_type="Task",
    interaction="cancel-by-identifier",
    profile="tilts-cancel-by-identifier",
    functionality="prescribing",
)
async def cancel_by_own_identifier(call: Call) -> Reply:
    reason = parameters_in(call.resource).get("reason")
    order = CancelOrder(identifier_in(call.resource, "identifier"), reason, call.signed)
    done = await cancel_by_identifier(call.tx, order, call.party, call.now, call.terms)
    if isinstance(done, LineRecord):
        return task_reply(call, done)
    return Reply(resource=early_to_fhir(done, call.party, call.canonical_base))


async def _prescribe(call: Call, orders: list[LineOrder]) -> Prescribed:
    call.concerns(orders[0].patient_id, "MedicationRequest", None, "author")
    done = await prescribe(call.tx, orders, call.party, call.now, call.terms, call.signed)
    call.subjects.clear()
    call.concerns(done.prescription.patient_id, "MedicationRequest", done.lines[0].line_id, "author")
    return done


def lines_of(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    entries = bundle.get("entry", [])
    if bundle.get("type") != "transaction" or not 1 <= len(entries) <= MOST_LINES:
        raise Refusal(PRE_BUNDLE_ENTRY, expressions=("Bundle.entry",), most=MOST_LINES)
    for position, entry in enumerate(entries):
        request = entry.get("request", {})
        kind = entry.get("resource", {}).get("resourceType")
        if (request.get("method"), request.get("url"), kind) != (
            "POST",
            "MedicationRequest",
            "MedicationRequest",
        ):
            raise Refusal(PRE_BUNDLE_ENTRY, expressions=(f"Bundle.entry[{position}]",), most=MOST_LINES)
    return [entry["resource"] for entry in entries]


async def if_none_exist(call: Call, resource_type: str) -> Reply | None:
    """FHIR's own conditional create: one match is answered, several are refused.

    https://hl7.org/fhir/R4/http.html#ccreate
    """
    written = call.incoming.headers.get("if-none-exist")
    if written is None:
        return None
    asked = read_search(resource_type, parse_qsl(written))
    if not asked.conditions:
        raise Refusal(WIRE_PARAMETER, parameter="If-None-Exist")
    criteria = criteria_of(asked, own=True, public_base=call.public_base)
    rows = await resources.search(call.tx, criteria, viewer_of(call.party, call.now), before=None, limit=2)
    if len(rows) > 1:
        raise Refusal(WIRE_NOT_SELECTIVE)
    if not rows:
        return None
    row = rows[0]
    call.concerns(row.patient_id, resource_type, row.resource_id, row.basis)
    location = f"{call.public_base}/{resource_type}/{row.resource_id}/_history/{row.version}"
    return Reply(raw=row.body, version=row.version, location=location, existing=True)
