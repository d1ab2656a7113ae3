"""Who looked at this patient's data: AuditEvent, for the patient through the portal.

GET /AuditEvent, POST /AuditEvent/_search
"""

from functools import partial
from typing import Any

from tilts.access.routes import Call, Reply, Route
from tilts.rules import Refusal
from tilts.rules.access import ACC_PATIENT_ONLY
from tilts.store import audit
from tilts.transport.reading import entry_of, opened_search
from tilts.transport.search import PageLinks, ids_in, searchset
from tilts.transport.shapes.audit_events import audit_event_to_fhir


async def search_audit(links: PageLinks, call: Call) -> Reply:
    asked, pairs = opened_search("AuditEvent", links, call)
    patient_id = call.party.patient_id
    if patient_id is None:
        raise Refusal(ACC_PATIENT_ONLY)
    for parameter, values in asked.conditions:
        if parameter.patient and ids_in(parameter, values, call.public_base) != [patient_id]:
            raise Refusal(ACC_PATIENT_ONLY)
    call.concerns(patient_id, "AuditEvent", None)
    found = await audit.of_patient(call.tx, patient_id, before=asked.before, limit=asked.count + 1)
    page = found[: asked.count]
    next_link = None
    if len(found) > asked.count:
        sealed = links.link(asked, pairs, page[-1].audit_id, call.party.client_id, call.now)
        next_link = f"{call.public_base}/AuditEvent?_page={sealed}"
    entries = [
        entry_of(call, "AuditEvent", access.audit_id, audit_event_to_fhir(access, call.canonical_base))
        for access in page
    ]
    total = len(page) if next_link is None and asked.page == 1 else None
    own_link = f"{call.public_base}/AuditEvent"
    return Reply(resource=searchset(entries, own_link=own_link, next_link=next_link, total=total))


def declare(links: PageLinks) -> list[Route]:
    find = partial(search_audit, links)
    scope, event = "system/AuditEvent.s", "audit.searched"
    more: dict[str, Any] = {"resource_type": "AuditEvent", "interaction": "search-type"}
    return [
        Route("GET", "/AuditEvent", scope, event, find, **more),
        Route("POST", "/AuditEvent/_search", scope, event, find, body="form", **more),
    ]
