"""Correcting what was handed out over HTTP; no rule in between.

POST /MedicationDispense/{id}/$withdraw, POST /MedicationDispense/{id}/$amend
"""

from typing import Any
from uuid import UUID

from tilts.access.routes import Call, Reply, route
from tilts.exchange.correcting import Correction, amend, withdraw
from tilts.rules import Refusal
from tilts.rules.wire import WIRE_NOT_FOUND
from tilts.store.records import LineRecord
from tilts.transport.shapes.elements import parameters_in, resource_in, uuid_or_none
from tilts.transport.shapes.medication import dispense_from_fhir


@route(
    "POST",
    "/MedicationDispense/{id}/$withdraw",
    scope="system/MedicationDispense.u",
    audit_event="dispense.withdrawn",
    body="parameters",
    key="header",
    person=True,
    resource_type="MedicationDispense",
    interaction="withdraw",
    profile="tilts-withdraw",
    functionality="dispensing",
)
async def withdraw_dispense(call: Call) -> Reply:
    wanted = Correction(dispense_id_of(call), reason_of(call), if_match=call.if_match)
    document, line = await withdraw(call.tx, wanted, call.party, call.now, call.terms)
    return corrected_reply(call, document, line)


@route(
    "POST",
    "/MedicationDispense/{id}/$amend",
    scope="system/MedicationDispense.u",
    audit_event="dispense.amended",
    body="parameters",
    key="header",
    signed=True,
    person=True,
    resource_type="MedicationDispense",
    interaction="amend",
    profile="tilts-amend",
    functionality="dispensing",
)
async def amend_dispense(call: Call) -> Reply:
    given = resource_in(call.resource, "dispense", "MedicationDispense")
    order = dispense_from_fhir(given, call.public_base, call.canonical_base) if given else None
    wanted = Correction(dispense_id_of(call), reason_of(call), order, call.signed, call.if_match)
    document, line = await amend(call.tx, wanted, call.party, call.now, call.terms)
    return corrected_reply(call, document, line)


def reason_of(call: Call) -> str | None:
    return parameters_in(call.resource).get("reason")


def dispense_id_of(call: Call) -> UUID:
    dispense_id = uuid_or_none(call.ids["id"])
    if dispense_id is None:
        raise Refusal(WIRE_NOT_FOUND)
    return dispense_id


def corrected_reply(call: Call, document: dict[str, Any], line: LineRecord) -> Reply:
    call.concerns(line.patient_id, "MedicationDispense", UUID(document["id"]), "author")
    version = int(document["meta"]["versionId"])
    location = f"{call.public_base}/MedicationDispense/{document['id']}/_history/{version}"
    return Reply(resource=document, version=version, last_modified=call.now, location=location)
