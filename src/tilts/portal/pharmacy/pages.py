"""The pharmacist's pages: the worklist with the one field, a prescription, and each step of its lines.

GET /pharmacy   /pharmacy/prescriptions/{id}   /pharmacy/prescriptions/{id}/sheet
POST /pharmacy/find   /pharmacy/tasks/{id}/claim, dispense, release, close, close-remaining
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import ClassVar, Final
from uuid import UUID

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tilts.access.routes import Call
from tilts.access.sheets import MEDIA_TYPE
from tilts.access.working import sealed_by_exchange
from tilts.exchange import closing, dispensing
from tilts.exchange.medicines.offering import Offered
from tilts.exchange.prescriptions import viewer_of
from tilts.exchange.sheets.content import Print, Sheet, gathered
from tilts.exchange.sheets.drawing import drawn
from tilts.ids import new_id
from tilts.portal.incoming_forms import LONGEST_LINE, not_longer, text_in
from tilts.portal.parts import PortalParts
from tilts.portal.persons import documents_of
from tilts.portal.pharmacy.choosing import named_in, offered_for, words_of
from tilts.portal.pharmacy.orders import FIELDS, order_of, own_identifier
from tilts.portal.pharmacy.presented import presented_in
from tilts.portal.pharmacy.reading import ShownLine, held, in_front, lines_of, of_prescription
from tilts.portal.places import Place
from tilts.portal.resident.room import uuid_in
from tilts.portal.visits import form_of, go_to
from tilts.portal.words import N_
from tilts.portal.working.room import PHARMACISTS, WorkRoom, id_at
from tilts.rules import Refusal
from tilts.rules.wire import WIRE_NOT_FOUND
from tilts.store import prescriptions
from tilts.store.records import LineRecord

HERE: Final = "/pharmacy"
EVENTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "claim": "prescription.claimed",
        "dispense": "dispense.recorded",
        "release": "prescription.released",
        "close": "prescription.closed",
        "close-remaining": "prescription.closed-short",
    }
)
SAID: Final[Mapping[str, str]] = MappingProxyType(
    {
        "claim": N_("It is yours now: no other pharmacy can take it."),
        "dispense": N_("It is recorded as handed out."),
        "release": N_("You gave it back."),
        "close": N_("It is closed."),
        "close-remaining": N_("It is closed with its balance."),
    }
)
# At which field of the form a rule speaks; the others stand above the line.
AT_FIELD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "DSP-003": "quantity",
        "DSP-006": "quantity",
        "DSP-008": "reason",
        "DSP-017": "manner",
        "DSP-018": "buyer",
        "DSP-019": "manner",
        "DSP-020": "manner",
        "DSP-051": "product",
        "DSP-052": "quantity",
        "DSP-053": "agreed",
        "MED-005": "product",
        "MED-006": "product",
        "MED-007": "quantity",
        "MED-008": "quantity",
        "MED-009": "product",
        "PRE-011": "asked",
        "PRE-012": "asked",
    }
)
Step = Callable[[Call, LineRecord, FormData], Awaitable[UUID | None]]


class PharmacyPages:
    places: ClassVar[tuple[Place, ...]] = (Place(HERE, N_("Handing out"), 10, PHARMACISTS),)

    def __init__(self, parts: PortalParts) -> None:
        self._room = WorkRoom(parts, PHARMACISTS)
        self._person_code_system = f"{parts.settings.identifier_arc}.1.1"
        self._steps: dict[str, Step] = {
            "claim": self._claim,
            "dispense": self._dispense,
            "release": self._release,
            "close": self._close,
            "close-remaining": self._close_remaining,
        }

    def routes(self) -> list[Route]:
        return [
            Route(HERE, self.work, methods=["GET"]),
            Route(f"{HERE}/find", self.find, methods=["POST"]),
            Route(f"{HERE}/prescriptions/{{id}}", self.prescription, methods=["GET"]),
            Route(f"{HERE}/prescriptions/{{id}}/sheet", self.sheet, methods=["GET"]),
            Route(f"{HERE}/tasks/{{id}}/{{step}}", self.step, methods=["POST"]),
        ]

    async def work(self, request: Request) -> Response:
        return await self._work(request)

    async def _work(self, request: Request, no: Refusal | None = None, *, missed: bool = False) -> Response:
        act = self._room.act(request, "task.searched", "Task")
        lines = await self._room.do(request, act, held)
        asked = text_in(form_of(request), "asked") if no or missed else ""
        return self._room.show(request, "pharmacy/work.html", no, lines=lines, asked=asked, missed=missed)

    async def find(self, request: Request) -> Response:
        """One prescription opens at once; several, of somebody who collects, are listed to choose from."""
        typed = text_in(form_of(request), "asked")

        async def work(call: Call) -> list[ShownLine]:
            presented = presented_in(not_longer(typed, LONGEST_LINE, "asked"), self._person_code_system)
            found = await dispensing.find(call.tx, presented, call.party, call.now, call.terms)
            if not found:
                call.noticed.append("misses-kept")  # the door has written it down
                return []
            viewer = viewer_of(call.party, call.now)
            criteria = prescriptions.LineCriteria(task_ids=[line.task_id for line in found])
            seen = await prescriptions.search_lines(call.tx, criteria, viewer, before=None, limit=len(found))
            return await lines_of(call, seen)

        try:
            lines = await self._room.do(request, self._room.act(request, "prescription.found", "Task"), work)
        except Refusal as no:
            if no.rule.id not in AT_FIELD and not no.expressions:
                raise
            return await self._work(request, at_field(no))
        found = {one.line.prescription_id for one in lines}
        if not found:
            return await self._work(request, missed=True)
        if len(found) == 1:
            return go_to(request, f"{HERE}/prescriptions/{found.pop()}")
        return self._room.show(request, "pharmacy/found.html", lines=lines)

    async def prescription(self, request: Request) -> Response:
        return await self._prescription(
            request, id_at(request, "id"), uuid_in(request.query_params.get("line"))
        )

    async def _prescription(
        self, request: Request, prescription_id: UUID, asked: UUID | None, no: Refusal | None = None
    ) -> Response:
        async def read(call: Call) -> tuple[list[ShownLine], ShownLine | None, Offered | None]:
            lines = await of_prescription(call, prescription_id)
            front = in_front(lines, asked)
            return lines, front, await offered_for(call, front)

        act = self._room.act(request, "prescription.read", "Task")
        lines, front, offered = await self._room.do(request, act, read)
        given = {name: text_in(form_of(request), name) if no else "" for name in FIELDS}
        return self._room.show(
            request,
            "pharmacy/prescription.html",
            no,
            lines=lines,
            front=front,
            offered=offered,
            words_of=words_of,
            handed=uuid_in(request.query_params.get("handed")),
            tried=request.path_params.get("step", "") if no else "",
            given=given,
            key=new_id(),
        )

    async def sheet(self, request: Request) -> Response:
        """The prescription on paper: the same signed sheet that a system gets."""
        prescription_id = id_at(request, "id")

        async def gather(call: Call) -> Sheet:
            assert call.sheets is not None, "sheets without a key"
            line = (await of_prescription(call, prescription_id))[0].line
            viewer, language = viewer_of(call.party, call.now), call.incoming.language
            asked = Print(line.task_id, viewer, call.now, language, call.sheets.is_test)
            return await gathered(call.tx, asked, call.sheets.signed)

        sheet = await self._room.do(request, self._room.act(request, "prescription.printed", "Task"), gather)
        content = await asyncio.to_thread(
            drawn, sheet
        )  # outside the transaction: it takes longer than all before it
        named = {"content-disposition": f'inline; filename="{sheet.number}.pdf"', "cache-control": "no-store"}
        return Response(content, media_type=MEDIA_TYPE, headers=named)

    async def step(self, request: Request) -> Response:
        """A step of a line, by the door that the wire uses. Sent again it leads where it led."""
        self._room.worker(request)
        task_id, name = id_at(request, "id"), request.path_params["step"]
        if name not in self._steps:
            raise Refusal(WIRE_NOT_FOUND)
        form = form_of(request)

        async def work(call: Call) -> str:
            line = await seen_line(call, task_id)
            made = await self._steps[name](call, line, form)
            call.concerns(line.patient_id, "Task", task_id, line.basis)
            handed = f"&handed={made}" if made else ""
            back = HERE if name == "release" else f"{HERE}/prescriptions/{line.prescription_id}"
            return back if name == "release" else f"{back}?line={task_id}{handed}"

        data = "MedicationDispense" if name == "dispense" else "Task"
        act = self._room.form_act(request, EVENTS[name], data, task_id, signed=name == "dispense")
        try:
            place = await self._room.once(request, act, work)
        except Refusal as no:
            prescription_id = uuid_in(text_in(form, "prescription"))
            if no.rule is WIRE_NOT_FOUND or prescription_id is None:
                raise
            return await self._prescription(request, prescription_id, task_id, at_field(no))
        return go_to(request, place, SAID[name])

    async def _claim(self, call: Call, line: LineRecord, form: FormData) -> None:
        await dispensing.claim(call.tx, line.task_id, call.party, call.now, call.terms, None)

    async def _dispense(self, call: Call, line: LineRecord, form: FormData) -> UUID:
        documents = await documents_of(call.tx, [line], viewer_of(call.party, call.now))
        key = uuid_in(text_in(form, "key"))
        assert key is not None, "a form without its number came no further than the door"
        request = documents.get(line.line_id, {})
        named = await named_in(call, line, request, form)
        order = order_of(call, line, named, form, own_identifier(key))
        signed = sealed_by_exchange(call, order.document)
        document, _ = await dispensing.dispense(call.tx, order, call.party, call.now, call.terms, signed)
        return UUID(document["id"])

    async def _release(self, call: Call, line: LineRecord, form: FormData) -> None:
        reason = text_in(form, "reason")
        await dispensing.release(call.tx, line.task_id, reason, call.party, call.now, None)

    async def _close(self, call: Call, line: LineRecord, form: FormData) -> None:
        receipts = self._room.desk.receipts(call)
        await closing.close(call.tx, line.task_id, call.party, call.now, None, receipts)

    async def _close_remaining(self, call: Call, line: LineRecord, form: FormData) -> None:
        await closing.close_remaining(call.tx, line.task_id, call.party, call.now, None)


async def seen_line(call: Call, task_id: UUID) -> LineRecord:
    line = await prescriptions.line_of_task(call.tx, task_id, viewer_of(call.party, call.now))
    if line is None:
        raise Refusal(WIRE_NOT_FOUND)
    return line


def at_field(no: Refusal) -> Refusal:
    """The same "no" at the field of our form that it is about; without one, above the form."""
    field = AT_FIELD.get(no.rule.id)
    named = (field,) if field else tuple(one for one in no.expressions if "." not in one)
    return Refusal(no.rule, expressions=named, **no.facts)
