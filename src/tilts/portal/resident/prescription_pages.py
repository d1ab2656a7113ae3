"""A resident's prescriptions: how each stands, what was handed out, and asking a pharmacy to let one go.

GET /my/prescriptions   /my/prescriptions/{task_id}[/sheet]   /my/prescriptions/receipts/{receipt_id}
POST /my/prescriptions/transfer   /my/prescriptions/seen
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tilts.access.residents import Seat, names_of
from tilts.clock import day_in_riga
from tilts.exchange import consents
from tilts.exchange.sheets.content import Sheet
from tilts.exchange.telling import acknowledge, told
from tilts.exchange.terms import terms_from
from tilts.exchange.transferring import request_transfer
from tilts.portal.incoming_forms import text_in
from tilts.portal.languages import language_for
from tilts.portal.parts import PortalParts
from tilts.portal.persons import medicine_in
from tilts.portal.places import Place
from tilts.portal.resident.consenting import holds
from tilts.portal.resident.pages import download
from tilts.portal.resident.prescription_views import documents_of, shown_one, shown_page
from tilts.portal.resident.printing import as_pdf, sheet_for
from tilts.portal.resident.room import RESIDENTS, Room, uuid_in
from tilts.portal.visits import form_of, go_to
from tilts.portal.words import N_
from tilts.rules import Refusal
from tilts.rules.access import ACC_PATIENT_ONLY
from tilts.rules.wire import WIRE_NOT_FOUND
from tilts.store import prescriptions, resources
from tilts.store.prescriptions import LineCriteria

HERE: Final = "/my/prescriptions"
ORDER: Final = "MedicationRequest"
MOST_NEWS: Final = 10


@dataclass(frozen=True, slots=True)
class News:
    """Something that happened to a prescription and was not yet seen here."""

    kind: str
    at: datetime
    task_id: UUID
    medicine: str


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Somebody who may come to a pharmacy for the patient."""

    name: str
    kind: str
    until: datetime | None


class PrescriptionPages:
    places: ClassVar[tuple[Place, ...]] = (Place(HERE, N_("My prescriptions"), 10, RESIDENTS),)

    def __init__(self, parts: PortalParts) -> None:
        self._room = Room(parts)
        self._seal = parts.work.ground.sheets

    def routes(self) -> list[Route]:
        room = self._room
        return [
            room.route(HERE, self.every),
            room.route(f"{HERE}/{{task_id}}", self.one),
            room.route(f"{HERE}/{{task_id}}/sheet", self.sheet),
            room.route(f"{HERE}/receipts/{{receipt_id}}", self.receipt),
            room.route(f"{HERE}/transfer", self.transfer, "POST"),
            room.route(f"{HERE}/seen", self.seen, "POST"),
        ]

    async def every(self, request: Request) -> Response:
        before = uuid_in(request.query_params.get("before"))

        async def read(seat: Seat) -> dict[str, Any]:
            criteria = LineCriteria(patient_ids=[seat.patient_id])
            shown, older = await shown_page(seat, criteria, language_for(request), before)
            news, last = await news_of(seat) if seat.acting_as != "delegate" else ([], 0)
            return {"prescriptions": shown, "older": older, "before": before, "news": news, "last": last}

        page = "resident/prescriptions.html"
        return await self._room.page(request, page, "prescription.searched", ORDER, read)

    async def one(self, request: Request) -> Response:
        return await self._one(request, uuid_in(request.path_params["task_id"]))

    async def _one(self, request: Request, task_id: UUID | None, no: Refusal | None = None) -> Response:
        async def read(seat: Seat) -> dict[str, Any]:
            shown = await shown_one(seat, task_id, language_for(request))
            if shown is None:
                raise Refusal(WIRE_NOT_FOUND)
            fetchers = await fetchers_of(seat) if seat.acting_as != "delegate" else []
            return {"shown": shown, "fetchers": fetchers}

        return await self._room.page(
            request, "resident/prescription.html", "prescription.read", ORDER, read, no
        )

    async def sheet(self, request: Request) -> Response:
        """The whole prescription on paper, with the signed code that a pharmacy reads."""
        task_id = uuid_in(request.path_params["task_id"])

        async def read(seat: Seat) -> Sheet:
            return await sheet_for(seat, self._seal, task_id, language_for(request))

        return await as_pdf(
            await self._room.do(request, "prescription.printed", "Task", read, data_id=task_id)
        )

    async def transfer(self, request: Request) -> Response:
        task_id = uuid_in(text_in(form_of(request), "task"))
        settings = self._room.settings

        async def work(seat: Seat) -> None:
            if task_id is None:
                raise Refusal(WIRE_NOT_FOUND)
            terms = terms_from(settings, day_in_riga(seat.now))
            await request_transfer(seat.tx, task_id, seat.party, seat.now, terms, None)

        event = "prescription.transfer-requested"
        try:
            await self._room.do(request, event, "Task", work, data_id=task_id)
        except Refusal as no:
            if no.rule.http_status != 409:
                raise
            return await self._one(request, task_id, no)
        said = N_(
            "The pharmacy has been asked. It lets the prescription go when its time is over, or before."
        )
        return go_to(request, f"{HERE}/{task_id}", said)

    async def receipt(self, request: Request) -> Response:
        receipt_id = uuid_in(request.path_params["receipt_id"])

        async def read(seat: Seat) -> bytes:
            found = await resources.read(seat.tx, "Bundle", receipt_id, seat.viewer) if receipt_id else None
            if found is None:
                raise Refusal(WIRE_NOT_FOUND)
            return found.body

        content = await self._room.do(request, "receipt.read", "Bundle", read, data_id=receipt_id)
        return download(content, f"receipt-{receipt_id}.json", "application/fhir+json")

    async def seen(self, request: Request) -> Response:
        """What was shown as new is so no longer; what came meanwhile stays new."""
        written = text_in(form_of(request), "last")
        number = int(written) if written.isascii() and written.isdigit() and len(written) < 16 else 0

        async def work(seat: Seat) -> None:
            if seat.acting_as == "delegate":
                raise Refusal(ACC_PATIENT_ONLY)
            await acknowledge(seat.tx, seat.party, number, seat.now)

        await self._room.do(request, "event.acknowledged", "Task", work)
        return go_to(request, HERE)


async def news_of(seat: Seat) -> tuple[list[News], int]:
    """Newest first, and the number up to which they go."""
    found = (await told(seat.tx, seat.party, None, MOST_NEWS, seat.now)).events
    criteria = LineCriteria(task_ids=list({one.task_id for one in found}))
    lines = await prescriptions.search_lines(seat.tx, criteria, seat.viewer, before=None, limit=MOST_NEWS)
    documents = await documents_of(seat, ORDER, {line.line_id for line in lines})
    names = {line.task_id: medicine_in(documents.get(line.line_id, {})) for line in lines}
    news = [News(one.kind, one.at, one.task_id, names[one.task_id]) for one in found if one.task_id in names]
    return news[::-1], found[-1].number if found else 0


async def fetchers_of(seat: Seat) -> list[Fetcher]:
    """Whom the patient named; who acts by law comes without being named."""
    records = [
        one
        for one in await consents.of_patient(seat.tx, seat.patient_id)
        if one.kind in ("delegation", "collection") and one.grantee_id and holds(one, seat.now)
    ]
    names = await names_of(seat, [one.grantee_id for one in records if one.grantee_id])
    return [
        Fetcher(str(names[one.grantee_id]), one.kind, one.ends_at)
        for one in records
        if one.grantee_id in names
    ]
