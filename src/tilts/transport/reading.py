"""Reading and searching, written once for every type that is kept as a resource.

Interactions of a type stand in READABLE; its routes, and with them scope and audit event, are made
from that line. https://hl7.org/fhir/R4/http.html#read, https://hl7.org/fhir/R4/search.html
"""

from functools import partial
from typing import Any, Final
from uuid import UUID

from tilts.access.permission.identifying import identify
from tilts.access.routes import Call, Reply, Route
from tilts.exchange.prescriptions import viewer_of
from tilts.person_code import is_reserved
from tilts.rules import Refusal
from tilts.rules.environments import ENV_TEST_PERSON
from tilts.rules.trust.permission import MAY_ONE_PATIENT
from tilts.rules.wire import WIRE_IDENTIFIER_IN_URL, WIRE_NOT_FOUND, WIRE_PARAMETER, WIRE_PATIENT_UNNAMED
from tilts.store import resources
from tilts.store.records import ResourceRecord
from tilts.store.resources import Criteria
from tilts.transport.search import (
    MOST_ON_A_PAGE,
    OPEN_REGISTERS,
    REGISTERS,
    PageLinks,
    Search,
    check_not_in_url,
    continued,
    criteria_of,
    read_search,
    searchset,
)
from tilts.transport.shapes.elements import parameters_in, uuid_or_none
from tilts_fhir.json_strict import decode

# A search by one of these names what it wants: it is no search in one's own worklist.
NAMING: Final = ("_id", "focus", "prescription", "target", "identifier", "group-identifier")
# type -> name of its audit events
READABLE: Final = {
    "Patient": "patient",
    "Practitioner": "practitioner",
    "PractitionerRole": "practitioner-role",
    "Organization": "organization",
    "MedicationRequest": "prescription",
    "MedicationDispense": "dispense",
    "Provenance": "signature",
    "Consent": "consent",
}


async def read(resource_type: str, call: Call) -> Reply:
    row = await found(resource_type, call)
    call.concerns(row.patient_id, resource_type, row.resource_id, row.basis)
    return _shown(row)


async def read_version(resource_type: str, call: Call) -> Reply:
    row = await found(resource_type, call)
    call.concerns(row.patient_id, resource_type, row.resource_id, row.basis)
    written = call.ids["version"]
    wanted = int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 0
    if wanted == row.version:
        return _shown(row)
    earlier = await resources.read_version(call.tx, resource_type, row.resource_id, wanted)
    if earlier is None:
        raise Refusal(WIRE_NOT_FOUND)
    return _shown(earlier)


async def found(resource_type: str, call: Call) -> ResourceRecord:
    """The resource of the path, if this caller may see it; else it looks like a missing one."""
    resource_id = uuid_or_none(call.ids["id"])
    if resource_id is None:
        raise Refusal(WIRE_NOT_FOUND)
    viewer = None if resource_type in OPEN_REGISTERS else viewer_of(call.party, call.now)
    row = await resources.read(call.tx, resource_type, resource_id, viewer)
    if row is None:
        raise Refusal(WIRE_NOT_FOUND)
    return row


async def search(resource_type: str, links: PageLinks, call: Call) -> Reply:
    call.warnings += refuse_personal_urls(resource_type, call)
    asked, pairs = opened_search(resource_type, links, call)
    named = [value.rpartition("|")[2] for value in asked.values_of("identifier")]
    refuse_test_persons(resource_type, named, call)
    own = is_own_worklist(asked, call)
    check_pages(links, asked, call, freely=own or resource_type in OPEN_REGISTERS)
    refuse_wide_emergencies(asked, call)
    criteria = criteria_of(asked, own=own, public_base=call.public_base)
    viewer = viewer_of(call.party, call.now)
    await concern_named(criteria.patient_ids, resource_type, call)
    if asked.only_total:
        total = await counted(criteria, call)
        if resource_type == "Patient":
            call.noticed += missed(len(named), total)
        return Reply(resource=searchset([], own_link=_own_link(call), next_link=None, total=total))
    rows = await resources.search(call.tx, criteria, viewer, before=asked.before, limit=asked.count + 1)
    if resource_type == "Patient" and asked.page == 1:
        call.noticed += missed(len(named), len(rows))
    shown = rows[: asked.count]
    # That there is one more is told by the link to the next page: of the register of patients that is who is there.
    for row in rows if resource_type == "Patient" else shown:
        call.concerns(row.patient_id, resource_type, row.resource_id, row.basis or "identified")
    if asked.names_a_person:
        await identify(call.tx, call.party, [row.resource_id for row in shown], call.now)
    next_link = None
    if len(rows) > asked.count:
        sealed = links.link(asked, pairs, shown[-1].resource_id, call.party.client_id, call.now)
        next_link = f"{call.public_base}/{resource_type}?_page={sealed}"
    complete = len(shown) if next_link is None and asked.page == 1 else None
    entries = [entry_of(call, row.resource_type, row.resource_id, decode(row.body)) for row in shown]
    entries += warning_entries(call)
    return Reply(resource=searchset(entries, own_link=_own_link(call), next_link=next_link, total=complete))


async def counted(criteria: Criteria, call: Call) -> int:
    """A number says who is there as well as a page does: whom it counts is written down, if none was named."""
    kind, viewer = criteria.resource_type, viewer_of(call.party, call.now)
    if not (criteria.own or criteria.patient_ids or kind in OPEN_REGISTERS):
        rows = await resources.search(call.tx, criteria, viewer, before=None, limit=MOST_ON_A_PAGE + 1)
        for row in rows:
            call.concerns(row.patient_id, kind, row.resource_id, row.basis or "identified")
        if kind == "Patient" and len(rows) > MOST_ON_A_PAGE:
            raise Refusal(WIRE_PATIENT_UNNAMED, noticed="misses")
    return await resources.count(call.tx, criteria, viewer)


async def by_identity(resource_type: str, call: Call) -> Reply:
    """One resource by identifier, in a body: person codes never stand in URLs (Latvia 0.3)."""
    given = parameters_in(call.resource)
    if not given.get("system") or not given.get("value"):
        raise Refusal(WIRE_PARAMETER, parameter="system, value")
    refuse_test_persons(resource_type, [given["value"]], call)
    if resource_type == "Patient" and call.party.purpose == "BTG":
        raise Refusal(MAY_ONE_PATIENT)
    criteria = Criteria(
        resource_type=resource_type,
        register=resource_type in REGISTERS,
        identifiers=[[(given["system"], given["value"])]],
    )
    rows = await resources.search(call.tx, criteria, viewer_of(call.party, call.now), before=None, limit=1)
    if not rows:
        raise Refusal(WIRE_NOT_FOUND, noticed="misses" if resource_type == "Patient" else None)
    found = rows[0]
    call.concerns(found.patient_id, resource_type, found.resource_id, found.basis or "identified")
    if resource_type == "Patient":
        await identify(call.tx, call.party, [found.resource_id], call.now)
    return _shown(found)


async def concern_named(patient_ids: list[UUID] | None, resource_type: str, call: Call) -> None:
    """Patients named in a search are written down, found or not, with what opens them to the caller."""
    if patient_ids:
        bases = await resources.opened(call.tx, patient_ids, viewer_of(call.party, call.now))
        for patient_id in patient_ids:
            call.concerns(patient_id, resource_type, None, bases.get(patient_id, ""))


def refuse_wide_emergencies(asked: Search, call: Call) -> None:
    """Broken glass opens one patient: no looking for people, no worklist (Security 3.2)."""
    if (
        call.party.purpose == "BTG"
        and asked.resource_type not in OPEN_REGISTERS
        and not asked.asks_for_patient
    ):
        raise Refusal(MAY_ONE_PATIENT)


def refuse_test_persons(resource_type: str, values: list[str], call: Call) -> None:
    """In production a code of the reserved block is a test system's mistake, not a person who is not found."""
    if resource_type == "Patient" and not call.knows_test_persons and any(map(is_reserved, values)):
        raise Refusal(ENV_TEST_PERSON)


def opened_search(resource_type: str, links: PageLinks, call: Call) -> tuple[Search, list[tuple[str, str]]]:
    """The search of this call, or the one that its page link carries on."""
    sealed = next((value for name, value in call.form if name == "_page"), None)
    if sealed is None:
        return read_search(resource_type, call.form), call.form
    pairs, before, page = links.opened(resource_type, sealed, call.party.client_id, call.now)
    return continued(read_search(resource_type, pairs), before, page), pairs


def missed(named: int, hits: int) -> list[str]:
    """Guesses at patients that hit nobody: each person code in a list of them is one."""
    guesses = max(named, 1 if not hits else 0)
    return ["misses"] * min(max(guesses - hits, 0), MOST_ON_A_PAGE * 2)


def check_pages(links: PageLinks, asked: Search, call: Call, *, freely: bool) -> None:
    links.check_pages(asked, freely=freely)
    if asked.page > 1 and not freely:
        call.noticed.append(
            f"pages:{asked.page}"
        )  # who walks far is told of before he is stopped (Security 3.3)


def is_own_worklist(asked: Search, call: Call) -> bool:
    """A clinical search of an organisation that names no patient is a search in its own documents."""
    if asked.resource_type in REGISTERS or call.party.patient_id is not None:
        return False
    return not (asked.asks_for_patient or asked.values_of(*NAMING))


def refuse_personal_urls(resource_type: str, call: Call) -> list[str]:
    """On the plain port a warning, on the real one a refusal."""
    try:
        check_not_in_url(resource_type, call.incoming.query)
    except Refusal:
        if not call.party.plain:
            raise
        return [WIRE_IDENTIFIER_IN_URL.id]
    return []


def warning_entries(call: Call) -> list[dict[str, Any]]:
    if not call.warnings:
        return []
    issues = [
        {
            "severity": "warning",
            "code": "security",
            "details": {"coding": [{"system": f"{call.canonical_base}/CodeSystem/rule", "code": rule_id}]},
        }
        for rule_id in call.warnings
    ]
    return [
        {"resource": {"resourceType": "OperationOutcome", "issue": issues}, "search": {"mode": "outcome"}}
    ]


def entry_of(
    call: Call, resource_type: str, resource_id: UUID, resource: dict[str, Any], mode: str = "match"
) -> dict[str, Any]:
    full_url = f"{call.public_base}/{resource_type}/{resource_id}"
    return {"fullUrl": full_url, "resource": resource, "search": {"mode": mode}}


def _shown(row: ResourceRecord) -> Reply:
    return Reply(raw=row.body, version=row.version, last_modified=row.last_updated_at)


def _own_link(call: Call) -> str:
    """Without parameters: they may hold names, and the client knows what it asked."""
    return f"{call.public_base}/{call.incoming.path[0]}"


def declare(links: PageLinks) -> list[Route]:
    """The routes of every readable type."""
    made: list[Route] = []
    for kind, noun in READABLE.items():
        find = partial(search, kind, links)
        scope, found_event = f"system/{kind}.s", f"{noun}.searched"
        more: dict[str, Any] = {"resource_type": kind}
        made += [
            Route(
                "GET",
                f"/{kind}/{{id}}",
                f"system/{kind}.r",
                f"{noun}.read",
                partial(read, kind),
                interaction="read",
                **more,
            ),
            Route(
                "GET",
                f"/{kind}/{{id}}/_history/{{version}}",
                f"system/{kind}.r",
                f"{noun}.read",
                partial(read_version, kind),
                interaction="vread",
                **more,
            ),
            Route("GET", f"/{kind}", scope, found_event, find, interaction="search-type", **more),
            Route(
                "POST",
                f"/{kind}/_search",
                scope,
                found_event,
                find,
                body="form",
                interaction="search-type",
                **more,
            ),
            Route(
                "POST",
                f"/{kind}/by-identity",
                scope,
                found_event,
                partial(by_identity, kind),
                body="parameters",
                interaction="by-identity",
                **more,
            ),
        ]
    return made
