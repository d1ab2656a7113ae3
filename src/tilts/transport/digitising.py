"""Entering a paper prescription over HTTP: POST /MedicationRequest/$digitise, by a pharmacy."""

from tilts.access.routes import Call, Reply, route
from tilts.exchange.digitising import digitise
from tilts.transport.shapes.medication import line_from_fhir, paper_from_fhir


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
    order = line_from_fhir(call.resource, call.public_base, call.canonical_base)
    paper = paper_from_fhir(call.resource, call.public_base, call.canonical_base, call.terms.form_system)
    done = await digitise(call.tx, order, paper, call.party, call.now, call.terms, call.signed)
    [line], [document] = done.lines, done.documents
    call.concerns(line.patient_id, "MedicationRequest", line.line_id, "presented")
    call.resource = document  # the profile is held against the line with its patient
    return Reply(
        resource=document,
        version=1,
        last_modified=call.now,
        location=f"{call.public_base}/MedicationRequest/{line.line_id}/_history/1",
    )
