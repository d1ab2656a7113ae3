"""A prescriber's worklist: what the institution prescribed and how it stands; taking a line back, closing the rest.

GET /practice   /practice/prescriptions/{task_id}[/sheet]
POST /practice/cancel   /practice/close-remaining   /practice/transfer
"""

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tilts.access.routes import Call
from tilts.exchange.closing import close_remaining
from tilts.exchange.prescriptions import CANCEL_REASONS, cancel
from tilts.exchange.sheets.content import Sheet
from tilts.exchange.transferring import request_transfer
from tilts.ids import new_id
from tilts.portal.incoming_forms import text_in
from tilts.portal.languages import language_for, translations
from tilts.portal.parts import PortalParts
from tilts.portal.places import Place
from tilts.portal.practice.desk import HERE, looking, own_prescription
from tilts.portal.practice.patients import seen
from tilts.portal.resident.prescription_views import shown_page
from tilts.portal.resident.printing import as_pdf, sheet_for
from tilts.portal.resident.room import uuid_in
from tilts.portal.visits import form_of, go_to
from tilts.portal.words import N_
from tilts.portal.working.room import PRESCRIBERS, WorkRoom, id_at
from tilts.rules import Refusal
from tilts.rules.accounts import USR_FIELD_EMPTY
from tilts.rules.wire import WIRE_NOT_FOUND
from tilts.store.prescriptions import LineCriteria
from tilts.store.records import LineRecord

ORDER: Final = "MedicationRequest"
Step = Callable[[Call, UUID], Awaitable[LineRecord]]


class WorklistPages:
    places: ClassVar[tuple[Place, ...]] = (Place(HERE, N_("Prescriptions written"), 10, PRESCRIBERS),)

    def __init__(self, parts: PortalParts) -> None:
        self._room = WorkRoom(parts, PRESCRIBERS)

    def routes(self) -> list[Route]:
        return [
            Route(HERE, self.worklist),
            Route(f"{HERE}/prescriptions/{{task_id}}", self.one),
            Route(f"{HERE}/prescriptions/{{task_id}}/sheet", self.sheet),
            Route(f"{HERE}/cancel", self.cancel, methods=["POST"]),
            Route(f"{HERE}/close-remaining", self.close, methods=["POST"]),
            Route(f"{HERE}/transfer", self.transfer, methods=["POST"]),
        ]

    async def worklist(self, request: Request) -> Response:
        before = uuid_in(request.query_params.get("before"))

        async def read(call: Call) -> dict[str, Any]:
            criteria = LineCriteria(author_ids=[call.party.organization_id])
            shown, older = await shown_page(looking(call), criteria, language_for(request), before)
            people = await seen(call, {one.first.patient_id for one in shown})
            for one in shown:
                call.concerns(one.first.patient_id, "Task", one.first.task_id, one.first.basis)
            return {"prescriptions": shown, "older": older, "before": before, "people": people}

        act = self._room.act(request, "task.searched", "Task")
        values = await self._room.do(request, act, read)
        return self._room.show(request, "practice/worklist.html", **values)

    async def one(self, request: Request) -> Response:
        return await self._one(request, id_at(request, "task_id"))

    async def _one(self, request: Request, task_id: UUID, no: Refusal | None = None) -> Response:
        async def read(call: Call) -> dict[str, Any]:
            shown = await own_prescription(call, task_id, language_for(request))
            people = await seen(call, [shown.first.patient_id])
            return {"shown": shown, "person": people.get(shown.first.patient_id)}

        act = self._room.act(request, "prescription.read", ORDER, task_id)
        values = await self._room.do(request, act, read)
        reasons = {"reasons": CANCEL_REASONS, "key": new_id(), "at_line": text_of(request, "line")}
        return self._room.show(request, "practice/prescription.html", no, **values, **reasons)

    async def sheet(self, request: Request) -> Response:
        """On paper, for a patient who wants it so."""
        task_id, language = id_at(request, "task_id"), language_for(request)

        async def read(call: Call) -> Sheet:
            await own_prescription(call, task_id, language)
            return await sheet_for(looking(call), call.sheets, task_id, language)

        act = self._room.act(request, "prescription.printed", "Task", task_id)
        return await as_pdf(await self._room.do(request, act, read))

    async def cancel(self, request: Request) -> Response:
        reason = text_in(form_of(request), "reason") or None

        async def step(call: Call, task_id: UUID) -> LineRecord:
            return await cancel(call.tx, task_id, reason, call.party, call.now, None)

        said = N_("Taken back. What a pharmacy holds is cancelled as soon as it lets go.")
        return await self._steps(request, "prescription.cancelled", step, said)

    async def close(self, request: Request) -> Response:
        async def step(call: Call, task_id: UUID) -> LineRecord:
            return await close_remaining(call.tx, task_id, call.party, call.now, None)

        said = N_("Closed: what is left will not be handed out.")
        return await self._steps(request, "prescription.closed-short", step, said)

    async def transfer(self, request: Request) -> Response:
        async def step(call: Call, task_id: UUID) -> LineRecord:
            return await request_transfer(call.tx, task_id, call.party, call.now, call.terms, None)

        said = N_(
            "The pharmacy has been asked. It lets the prescription go when its time is over, or before."
        )
        return await self._steps(request, "prescription.transfer-requested", step, said)

    async def _steps(self, request: Request, event: str, step: Step, said: str) -> Response:
        """Of each issue that the form names, all or none; a "no" stands on the prescription's page."""
        named = [uuid_in(one) for one in form_of(request).getlist("task") if isinstance(one, str)]
        task_ids = [one for one in named if one is not None]
        if not task_ids or len(task_ids) != len(named):
            raise Refusal(WIRE_NOT_FOUND)

        async def work(call: Call) -> str:
            for task_id in sorted(task_ids):
                line = await step(call, task_id)
                call.concerns(line.patient_id, "Task", line.task_id, line.basis)
            return f"{HERE}/prescriptions/{task_ids[0]}"

        act = self._room.form_act(request, event, "Task", task_ids[0])
        try:
            place = await self._room.once(request, act, work)
        except Refusal as no:
            if no.rule.id not in SHOWN_AT_THE_LINE and no.rule.http_status != 409:
                raise
            facts = no.facts | {"field": translated(request, N_("Why?"))}
            rule = no.rule if text_of(request, "reason") else USR_FIELD_EMPTY
            at_reason = Refusal(rule, expressions=(f"reason-{text_of(request, 'line')}",), **facts)
            shown = at_reason if no.rule.id in SHOWN_AT_THE_LINE else no
            return await self._one(request, task_ids[0], shown)
        return go_to(request, place, said)


SHOWN_AT_THE_LINE: Final = ("PRE-010",)


def translated(request: Request, text: str) -> str:
    return translations(language_for(request)).gettext(text)


def text_of(request: Request, name: str) -> str:
    return text_in(form_of(request), name) if request.method == "POST" else ""
