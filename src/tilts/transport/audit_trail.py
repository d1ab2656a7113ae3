"""Who looked at this patient's data: AuditEvent, for the patient through the portal.

GET /AuditEvent, POST /AuditEvent/_search
"""

from functools import partial
from typing import Any, Final
from uuid import UUID

from tilts.access.routes import Call, Reply, Route
from tilts.rules import Refusal
from tilts.rules.access import ACC_PATIENT_ONLY
from tilts.store import audit
from tilts.store.records import Access
from tilts.transport.reading import entry_of, opened_search, refuse_personal_urls
from tilts.transport.search import PageLinks, Search, ids_in, searchset
from tilts.transport.shapes.audit_events import audit_event_to_fhir
from tilts.transport.shapes.elements import uuid_or_none

LAST_ID: Final = UUID(int=2**128 - 1)


async def search_audit(links: PageLinks, call: Call) -> Reply:
    refuse_personal_urls("AuditEvent", call)
    asked, pairs = opened_search("AuditEvent", links, call)
    patient_id = call.party.patient_id
    if patient_id is None:
        raise Refusal(ACC_PATIENT_ONLY)
    for parameter, values in asked.conditions:
        if parameter.patient and ids_in(parameter, values, call.public_base) != [patient_id]:
            raise Refusal(ACC_PATIENT_ONLY)
    call.concerns(patient_id, "AuditEvent", None)
    own_link = f"{call.public_base}/AuditEvent"
    if asked.only_total:
        total = len(await matching(call, asked, patient_id, None))
        return Reply(resource=searchset([], own_link=own_link, next_link=None, total=total))
    found = await matching(call, asked, patient_id, asked.count + 1)
    page = found[: asked.count]
    next_link = None
    if len(found) > asked.count:
        sealed = links.link(asked, pairs, page[-1].audit_id, call.party.client_id, call.now)
        next_link = f"{call.public_base}/AuditEvent?_page={sealed}"
    entries = [
        entry_of(
            call,
            "AuditEvent",
            access.audit_id,
            audit_event_to_fhir(access, call.incoming.language, call.canonical_base),
        )
        for access in page
    ]
    complete = len(page) if next_link is None and asked.page == 1 else None
    return Reply(resource=searchset(entries, own_link=own_link, next_link=next_link, total=complete))


async def matching(call: Call, asked: Search, patient_id: UUID, limit: int | None) -> list[Access]:
    """Accesses to this patient, newest first: the ones asked for by id, or all; None is no limit."""
    wanted = asked.values_of("_id")
    if not wanted:
        return await audit.of_patient(call.tx, patient_id, before=asked.before, limit=limit)
    ids = sorted({found for value in wanted if (found := uuid_or_none(value))}, reverse=True)
    accesses = []
    for audit_id in ids[
        :limit
    ]:  # the newest one not after it: it, or another and then it is not this patient's
        just_after = UUID(int=min(audit_id.int + 1, LAST_ID.int))
        nearest = await audit.of_patient(call.tx, patient_id, before=just_after, limit=1)
        accesses += [access for access in nearest if access.audit_id == audit_id]
    return accesses


def declare(links: PageLinks) -> list[Route]:
    find = partial(search_audit, links)
    scope, event = "system/AuditEvent.s", "audit.searched"
    more: dict[str, Any] = {"resource_type": "AuditEvent", "interaction": "search-type"}
    return [
        Route("GET", "/AuditEvent", scope, event, find, **more),
        Route("POST", "/AuditEvent/_search", scope, event, find, body="form", **more),
    ]
