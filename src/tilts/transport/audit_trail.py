"""Who looked at this patient's data: AuditEvent, for the patient through the portal; and the heads that seal it.

GET /AuditEvent/{id}, GET /AuditEvent, POST /AuditEvent/_search
GET /AuditEvent/{id}/$proof -> the file by which the patient proves the entry without us (application/json)
GET /audit/heads -> the signed heads, for everybody
"""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tilts.access.audit.inclusion import asked_heads, proof_of
from tilts.access.routes import Call, Reply, Route
from tilts.clock import RIGA
from tilts.rules import Refusal
from tilts.rules.access import ACC_PATIENT_ONLY
from tilts.rules.wire import WIRE_NOT_FOUND, WIRE_PARAMETER
from tilts.store import audit
from tilts.store.audit import Wanted
from tilts.store.records import Access
from tilts.store.tx import Database
from tilts.transport.reading import entry_of, opened_search, refuse_personal_urls
from tilts.transport.search import PageLinks, Search, ids_in, searchset
from tilts.transport.shapes.audit_events import OUTCOMES, audit_event_to_fhir
from tilts.transport.shapes.elements import uuid_or_none
from tilts_fhir.primitives import parse_datetime

OUTCOME_OF: Final = {code: outcome for outcome, code in OUTCOMES.items()}


@dataclass(frozen=True, slots=True)
class Trail:
    """Whose seals: the environment that stands in every head, and the folder of the keys."""

    environment: str = "test"
    keys_folder: Path = Path()


async def search_audit(links: PageLinks, call: Call) -> Reply:
    refuse_personal_urls("AuditEvent", call)
    asked, pairs = opened_search("AuditEvent", links, call)
    patient_id = patient_of(call)
    for parameter, values in asked.conditions:
        if parameter.patient and ids_in(parameter, values, call.public_base) != [patient_id]:
            raise Refusal(ACC_PATIENT_ONLY)
    call.concerns(patient_id, "AuditEvent", None, call.acting_as)
    wanted = wanted_of(asked, call)
    own_link = f"{call.public_base}/AuditEvent"
    if asked.only_total:
        total = len(await audit.of_patient(call.tx, patient_id, before=None, limit=None, wanted=wanted))
        return Reply(resource=searchset([], own_link=own_link, next_link=None, total=total))
    found = await audit.of_patient(
        call.tx, patient_id, before=asked.before, limit=asked.count + 1, wanted=wanted
    )
    page = found[: asked.count]
    next_link = None
    if len(found) > asked.count:
        sealed = links.link(asked, pairs, page[-1].audit_id, call.party.client_id, call.now)
        next_link = f"{call.public_base}/AuditEvent?_page={sealed}"
    entries = [entry_of(call, "AuditEvent", access.audit_id, event_of(access, call)) for access in page]
    complete = len(page) if next_link is None and asked.page == 1 else None
    return Reply(resource=searchset(entries, own_link=own_link, next_link=next_link, total=complete))


async def read_audit(call: Call) -> Reply:
    patient_id, audit_id = patient_of(call), id_in(call)
    found = await audit.of_patient(
        call.tx, patient_id, before=None, limit=1, wanted=Wanted(audit_ids=[audit_id])
    )
    if not found:
        raise Refusal(WIRE_NOT_FOUND)
    call.concerns(patient_id, "AuditEvent", audit_id, call.acting_as)
    return Reply(resource=event_of(found[0], call))


async def prove(trail: Trail, call: Call) -> Reply:
    patient_id, audit_id = patient_of(call), id_in(call)
    call.concerns(patient_id, "AuditEvent", audit_id, call.acting_as)
    proof = await proof_of(call.tx, patient_id, audit_id, trail.environment, trail.keys_folder)
    if proof is None:
        raise Refusal(WIRE_NOT_FOUND)
    return Reply(raw=json.dumps(proof, ensure_ascii=False).encode(), content_type="application/json")


def patient_of(call: Call) -> UUID:
    """Whose list: shown to the patient and to a guardian; it tells more than a delegate was given."""
    if call.party.patient_id is None or call.acting_as == "delegate":
        raise Refusal(ACC_PATIENT_ONLY)
    return call.party.patient_id


def id_in(call: Call) -> UUID:
    found = uuid_or_none(call.ids["id"])
    if found is None:
        raise Refusal(WIRE_NOT_FOUND)
    return found


def event_of(access: Access, call: Call) -> dict[str, Any]:
    return audit_event_to_fhir(access, call.incoming.language, call.canonical_base)


def wanted_of(asked: Search, call: Call) -> Wanted:
    """Values of one parameter are alternatives; of a date there are none, and several bound a period."""
    found: dict[str, Any] = {}
    for parameter, values in asked.conditions:
        if parameter.name == "_id":
            found["audit_ids"] = both(found, "audit_ids", [uuid_or_none(value) for value in values])
        elif parameter.name == "agent":
            ids = ids_in(parameter, values, call.public_base)
            found["organization_ids"] = both(found, "organization_ids", ids)
        elif parameter.name == "subtype":
            codes = [value.rpartition("|")[2] for value in values]
            found["events"] = both(found, "events", codes)
        elif parameter.name == "outcome":
            outcomes = [OUTCOME_OF.get(value.rpartition("|")[2]) for value in values]
            found["outcomes"] = both(found, "outcomes", outcomes)
        elif parameter.name == "date":
            since, until = period_of(values)
            found["since"] = max(filter(None, (found.get("since"), since)), default=None)
            found["until"] = min(filter(None, (found.get("until"), until)), default=None)
    return Wanted(**found)


def both(found: dict[str, Any], name: str, values: list[Any]) -> list[Any]:
    known = [value for value in values if value is not None]
    return known if name not in found else [value for value in found[name] if value in known]


def period_of(values: list[str]) -> tuple[datetime | None, datetime | None]:
    """From (with) and to (without), from a date with a prefix; a day is a day in Riga."""
    prefix, written = (values[0][:2], values[0][2:]) if values[0][:1].isalpha() else ("eq", values[0])
    try:
        first, end = parse_datetime(written, RIGA)
    except (ValueError, OverflowError):
        raise Refusal(WIRE_PARAMETER, parameter="date") from None
    bounds = {
        "eq": (first, end),
        "ge": (first, None),
        "gt": (end, None),
        "le": (None, end),
        "lt": (None, first),
    }
    if prefix not in bounds or len(values) > 1:
        raise Refusal(WIRE_PARAMETER, parameter="date")
    return bounds[prefix]


async def published_heads(database: Database, trail: Trail, request: Request) -> Response:
    """Neither token nor certificate: whoever keeps one holds everything before it fast."""
    async with database.transaction() as tx:
        found = await asked_heads(tx, trail.environment, trail.keys_folder, request.query_params)
    return JSONResponse(found)


def declare(links: PageLinks, trail: Trail | None = None) -> list[Route]:
    find, proving = partial(search_audit, links), partial(prove, trail or Trail())
    scope, event = "system/AuditEvent.s", "audit.searched"
    more: dict[str, Any] = {"resource_type": "AuditEvent"}
    searches: dict[str, Any] = {**more, "interaction": "search-type"}
    one = "/AuditEvent/{id}"
    return [
        Route("GET", one, "system/AuditEvent.r", "audit.read", read_audit, interaction="read", **more),
        Route(
            "GET",
            f"{one}/$proof",
            "system/AuditEvent.r",
            "audit.proved",
            proving,
            interaction="proof",
            **more,
        ),
        Route("GET", "/AuditEvent", scope, event, find, **searches),
        Route("POST", "/AuditEvent/_search", scope, event, find, body="form", **searches),
    ]
