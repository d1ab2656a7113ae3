"""Reconciling over HTTP what was handed out by a printed sheet; no rule in between.

POST /Task/$reconcile -> the MedicationDispense as recorded, or 409 with the number of the conflict that is kept
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tilts.access.routes import Call, Reply, route
from tilts.clock import RIGA
from tilts.exchange.reconciling import Outage, Reconciled, cause_of, number_of, reconcile
from tilts.rules import Named, Refusal
from tilts.rules.prescribing.outages import DSP_HANDED_OUT_TWICE, DSP_OUTAGE_INCOMPLETE, DSP_SHEET_NOT_OURS
from tilts.transport.outcomes import answer_for
from tilts.transport.shapes.elements import parameters_in, resource_in
from tilts.transport.shapes.medication import dispense_from_fhir
from tilts_connector.sheets import NotVerified
from tilts_fhir.primitives import parse_datetime

WHOLE: Final = len("2026-11-24T02:15:00")  # a day alone is no moment


@route(
    "POST",
    "/Task/$reconcile",
    scope="system/MedicationDispense.c",
    audit_event="dispense.reconciled",
    body="parameters",
    key="header",
    signed=True,
    person=True,
    resource_type="Task",
    interaction="reconcile",
    functionality="dispensing",
    may_keep_a_no=True,
)
async def reconcile_dispense(call: Call) -> Reply:
    found = await reconcile(call.tx, told_in(call), call.party, call.now, call.terms, call.signed)
    call.concerns(found.line.patient_id, "Task", found.line.task_id, "presented")
    if found.document is None:
        return kept_as_conflict(call, found)
    dispense_id = UUID(found.document["id"])
    version = int(found.document["meta"]["versionId"])
    location = f"{call.public_base}/MedicationDispense/{dispense_id}/_history/{version}"
    return Reply(resource=found.document, version=version, last_modified=call.now, location=location)


def told_in(call: Call) -> Outage:
    assert call.sheets is not None, "sheets without a key"
    code = parameters_in(call.resource).get("code")
    given = resource_in(call.resource, "dispense", "MedicationDispense")
    if code is None or given is None:
        raise Refusal(DSP_OUTAGE_INCOMPLETE, expressions=("Parameters.parameter",))
    try:
        sheet, code_hash = call.sheets.opened(code)
    except NotVerified as no:
        raise Refusal(DSP_SHEET_NOT_OURS, expressions=("Parameters.parameter",), reason=no.reason) from no
    order = dispense_from_fhir(given, call.public_base, call.canonical_base)
    return Outage(sheet, code_hash, order, moment_in(given), call.incoming.body)


def moment_in(dispense: dict[str, Any]) -> datetime | None:
    written = dispense.get("whenHandedOver", "")
    if len(written) < WHOLE:
        return None
    try:
        return parse_datetime(written, RIGA)[0]
    except OverflowError:
        return None


def kept_as_conflict(call: Call, found: Reconciled) -> Reply:
    """An answer, not a refusal: a refusal would undo what was just kept."""
    row = found.row
    why = Named(str(row.rule_id), lv=cause_of(row, "lv"), en=cause_of(row, "en"))
    no = Refusal(DSP_HANDED_OUT_TWICE, number=number_of(row), why=why)
    incoming = call.incoming
    status, headers, body = answer_for(no, incoming.language, incoming.request_id, call.canonical_base)
    return Reply(raw=body, status=status, headers=headers, no=no)
