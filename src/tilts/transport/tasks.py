"""Tasks over HTTP: read and search; each is drawn from its line at the moment it is asked for.

GET /Task/{id}, GET /Task, POST /Task/_search
"""

from functools import partial
from typing import Any, Final
from uuid import UUID

from tilts.access.routes import Call, Reply, Route, route
from tilts.exchange.lines import current, state_of
from tilts.exchange.prescriptions import viewer_of
from tilts.indexing import Parameter
from tilts.party import PRESCRIBING_KINDS
from tilts.rules import Refusal
from tilts.rules.wire import WIRE_NOT_FOUND
from tilts.store import prescriptions as lines
from tilts.store.prescriptions import LineCriteria
from tilts.store.records import LineRecord
from tilts.transport.reading import (
    check_pages,
    concern_named,
    entry_of,
    is_own_worklist,
    opened_search,
    refuse_personal_urls,
    refuse_wide_emergencies,
    warning_entries,
)
from tilts.transport.search import PageLinks, Search, ids_in, searchset
from tilts.transport.shapes.elements import uuid_or_none
from tilts.transport.shapes.tasks import STATUS, task_to_fhir

ROWS_A_ROUND: Final = 1_000  # when only their number is asked for
MOST_ROUNDS: Final = 20  # a filter by state is applied after the rows are read


def task_id_of(call: Call) -> UUID:
    task_id = uuid_or_none(call.ids["id"])
    if task_id is None:
        raise Refusal(WIRE_NOT_FOUND)
    return task_id


def shown(call: Call, line: LineRecord) -> dict[str, Any]:
    language = call.incoming.language
    return task_to_fhir(line, call.party, call.now, language, call.canonical_base, call.terms.number_system)


def task_reply(call: Call, line: LineRecord) -> Reply:
    call.concerns(line.patient_id, "Task", line.task_id, line.basis)
    return Reply(resource=shown(call, line), version=line.version, last_modified=line.changed_at)


@route(
    "GET",
    "/Task/{id}",
    scope="system/Task.r",
    audit_event="task.read",
    resource_type="Task",
    interaction="read",
)
async def read_task(call: Call) -> Reply:
    line = await lines.line_of_task(call.tx, task_id_of(call), viewer_of(call.party, call.now))
    if line is None:
        raise Refusal(WIRE_NOT_FOUND)
    return task_reply(call, line)


async def search_tasks(links: PageLinks, call: Call) -> Reply:
    call.warnings += refuse_personal_urls("Task", call)
    asked, pairs = opened_search("Task", links, call)
    own = is_own_worklist(asked, call) and not asked.values_of("group-identifier", "owner")
    check_pages(links, asked, call, freely=own)
    refuse_wide_emergencies(asked, call)
    criteria = line_criteria(asked, call, own=own)
    await concern_named(criteria.patient_ids, "Task", call)
    own_link = f"{call.public_base}/Task"
    if asked.only_total:
        total = await counted(call, asked, criteria, telling=not (own or criteria.patient_ids))
        return Reply(resource=searchset([], own_link=own_link, next_link=None, total=total))
    found, last = await matching(call, asked, criteria)
    page = found[: asked.count]
    for line in page:
        call.concerns(line.patient_id, "Task", line.task_id, line.basis)
    next_link = None
    if len(found) > asked.count or last is not None:
        end = page[-1].task_id if len(found) > asked.count else last
        assert end is not None
        sealed = links.link(asked, pairs, end, call.party.client_id, call.now)
        next_link = f"{call.public_base}/Task?_page={sealed}"
    complete = len(page) if next_link is None and asked.page == 1 else None
    entries = [entry_of(call, "Task", line.task_id, shown(call, line)) for line in page]
    entries += warning_entries(call)
    return Reply(resource=searchset(entries, own_link=own_link, next_link=next_link, total=complete))


async def counted(call: Call, asked: Search, criteria: LineCriteria, *, telling: bool) -> int:
    """How many there are; the state of each is known only once it is read.

    `telling`: a number says of the lines that were named what a page would say (reading.counted).
    """
    viewer = viewer_of(call.party, call.now)
    total, before = 0, None
    while rows := await lines.search_lines(call.tx, criteria, viewer, before=before, limit=ROWS_A_ROUND):
        total += sum(in_state(line, asked, call) for line in rows)
        for line in rows if telling else ():
            call.concerns(line.patient_id, "Task", line.task_id, line.basis)
        before = rows[-1].task_id
    return total


async def matching(call: Call, asked: Search, criteria: LineCriteria) -> tuple[list[LineRecord], UUID | None]:
    """One page and one more; with the place to go on from when the rounds ran out first."""
    wanted = asked.count + 1
    found: list[LineRecord] = []
    before = asked.before
    viewer = viewer_of(call.party, call.now)
    for _ in range(MOST_ROUNDS):
        rows = await lines.search_lines(call.tx, criteria, viewer, before=before, limit=wanted)
        found += [line for line in rows if in_state(line, asked, call)]
        if len(rows) < wanted or len(found) >= wanted:
            return found, None
        before = rows[-1].task_id
    return found, before


def in_state(line: LineRecord, asked: Search, call: Call) -> bool:
    state = state_of(current(line, call.now), call.now)
    shown_as = {"status": STATUS[state], "business-status": state}
    return all(
        shown_as[parameter.name] in {value.rpartition("|")[2] for value in values}
        for parameter, values in asked.conditions
        if parameter.name in shown_as
    )


def line_criteria(asked: Search, call: Call, *, own: bool) -> LineCriteria:
    def ids(name: str, target: str) -> list[UUID] | None:
        values = asked.values_of(name)
        return (
            ids_in(Parameter(name, "reference", target=target), values, call.public_base) if values else None
        )

    numbers = [value.rpartition("|")[2] for value in asked.values_of("group-identifier")] or None
    holders = ids("owner", "Organization")
    if own and call.party.kind == "pharmacy":  # a pharmacy's own worklist: what it holds
        holders = [call.party.organization_id]
    prescribes = own and call.party.kind in PRESCRIBING_KINDS  # theirs: what it prescribed
    return LineCriteria(
        task_ids=ids("_id", "Task"),
        line_ids=ids("focus", "MedicationRequest"),
        patient_ids=ids("patient", "Patient"),
        numbers=numbers,
        holder_ids=holders,
        author_ids=[call.party.organization_id] if prescribes else None,
    )


def declare(links: PageLinks) -> list[Route]:
    find = partial(search_tasks, links)
    scope, event = "system/Task.s", "task.searched"
    more: dict[str, Any] = {"resource_type": "Task", "interaction": "search-type"}
    return [
        Route("GET", "/Task", scope, event, find, **more),
        Route("POST", "/Task/_search", scope, event, find, body="form", **more),
    ]
