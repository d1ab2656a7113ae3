"""Bans and delegations over HTTP: shapes in, doors called, shapes out; no rule in between.

POST /Consent, POST /Consent/{id}/$end; reading, history and search come with reading.py
"""

from tilts.access.permission.letters import tell_giver
from tilts.access.routes import Call, Reply, route
from tilts.exchange.consents import Giver, end, record
from tilts.exchange.prescriptions import viewer_of
from tilts.rules import Refusal
from tilts.rules.wire import WIRE_NOT_FOUND
from tilts.store import consents as store
from tilts.transport.shapes.consents import consent_from_fhir, evidence_in
from tilts.transport.shapes.elements import parameters_in, uuid_or_none


@route(
    "POST",
    "/Consent",
    scope="system/Consent.c",
    audit_event="consent.recorded",
    success_status=201,
    body="resource",
    key="identifier",
    resource_type="Consent",
    interaction="create",
    profile="tilts-consent",
)
async def create_consent(call: Call) -> Reply:
    order = consent_from_fhir(call.resource, call.public_base, call.canonical_base)
    giver = await giver_of(call, evidence_in(call.resource))
    document = await record(call.tx, order, giver, call.now)
    call.concerns(order.patient_id, "Consent", uuid_or_none(document["id"]), call.acting_as or "register")
    return Reply(
        resource=document,
        version=1,
        last_modified=call.now,
        location=f"{call.public_base}/Consent/{document['id']}/_history/1",
    )


@route(
    "POST",
    "/Consent/{id}/$end",
    scope="system/Consent.u",
    audit_event="consent.ended",
    body="parameters",
    key="header",
    resource_type="Consent",
    interaction="end",
)
async def end_consent(call: Call) -> Reply:
    consent_id = uuid_or_none(call.ids["id"])
    if consent_id is None:
        raise Refusal(WIRE_NOT_FOUND)
    giver = await giver_of(call, parameters_in(call.resource).get("evidence", "").strip())
    document = await end(call.tx, consent_id, giver, call.now, call.if_match)
    ended = await store.find(call.tx, consent_id)
    assert ended is not None, "it was ended a moment ago"
    basis = "delegate" if giver.gives_up(ended) else call.acting_as or "register"
    call.concerns(ended.patient_id, "Consent", consent_id, basis)
    if giver.gives_up(ended):
        await tell_giver(call.tx, call.room, ended, call.now)
    return Reply(resource=document, version=int(document["meta"]["versionId"]), last_modified=call.now)


async def giver_of(call: Call, evidence: str) -> Giver:
    viewer = viewer_of(call.party, call.now)
    whole = True
    if call.acting_as == "delegate":
        assert viewer.acting_patient_id is not None and viewer.patient_id is not None
        whole = await store.is_whole_delegate(call.tx, viewer.acting_patient_id, viewer.patient_id, call.now)
    return Giver(viewer, call.acting_as, whole, evidence)
