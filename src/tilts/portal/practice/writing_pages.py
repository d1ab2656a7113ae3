"""Writing a prescription: the patient, the lines, what exactly will be signed, the signature.

GET /prescribe   /prescribe/medicines?q=
POST /prescribe   /prescribe/write   /prescribe/repeat   /prescribe/sign
"""

import hashlib
from typing import Any, ClassVar, Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tilts.access import repeats
from tilts.access.routes import Call
from tilts.access.working import sealed_by_exchange
from tilts.clock import day_in_riga
from tilts.exchange.medicines.dosage_words import UNITS
from tilts.exchange.prescriptions import prescribe
from tilts.ids import new_id
from tilts.portal.incoming_forms import needed, text_in
from tilts.portal.languages import language_for, translations
from tilts.portal.parts import PortalParts
from tilts.portal.places import Place
from tilts.portal.practice.desk import HERE, own_prescription
from tilts.portal.practice.drafting import Draft, drafted, usual_end
from tilts.portal.practice.fields import LABELS, MOST_LINES, LineFields, lines_in, new_line
from tilts.portal.practice.medicine_shelf import MOST_OFFERED, MedicineShelf
from tilts.portal.practice.patients import Person, by_code, by_id, lately
from tilts.portal.practice.repeating import refilled
from tilts.portal.resident.room import uuid_in
from tilts.portal.visits import form_of, go_to, require
from tilts.portal.words import N_
from tilts.portal.working.room import PRESCRIBERS, WorkRoom
from tilts.rules import Refusal
from tilts.rules.accounts import USR_FORM_TOKEN, USR_NOT_AS_SHOWN
from tilts.rules.environments import ENV_TEST_PERSON
from tilts.rules.prescriptions import PRE_PATIENT_UNKNOWN
from tilts.rules.wire import WIRE_NOT_FOUND
from tilts_fhir.json_strict import encode

WRITE: Final = "/prescribe"
ORDER: Final = "MedicationRequest"
PREPARED: Final = "prescription.prepared"
AT_THE_CODE: Final = (PRE_PATIENT_UNKNOWN, ENV_TEST_PERSON)


class WritingPages:
    places: ClassVar[tuple[Place, ...]] = (Place(WRITE, N_("New prescription"), 20, PRESCRIBERS),)

    def __init__(self, parts: PortalParts) -> None:
        self._room = WorkRoom(parts, PRESCRIBERS)
        self._database = parts.database
        self._shelf = MedicineShelf()
        self._codes = f"{parts.settings.identifier_arc}.1.1"

    def routes(self) -> list[Route]:
        return [
            Route(WRITE, self.whom),
            Route(WRITE, self.begin, methods=["POST"]),
            Route(f"{WRITE}/medicines", self.medicines),
            Route(f"{WRITE}/write", self.write, methods=["POST"]),
            Route(f"{WRITE}/repeat", self.repeat, methods=["POST"]),
            Route(f"{WRITE}/sign", self.sign, methods=["POST"]),
        ]

    async def whom(self, request: Request) -> Response:
        return await self._whom(request)

    async def _whom(self, request: Request, code: str = "", no: Refusal | None = None) -> Response:
        act = self._room.act(request, "task.searched", "Task")
        people = await self._room.do(request, act, lately)
        return self._room.show(request, "practice/patient.html", no, people=people, code=code)

    async def begin(self, request: Request) -> Response:
        """The patient by code, or one of those lately seen: then the empty form."""
        form = form_of(request)
        chosen = uuid_in(text_in(form, "patient"))

        async def read(call: Call) -> Person:
            if chosen is not None:
                return await by_id(call, chosen)
            return await by_code(call, needed(form, "code", N_("Person code")), self._codes)

        try:
            person = await self._room.do(
                request, self._room.act(request, "patient.searched", "Patient"), read
            )
        except Refusal as no:
            if no.rule not in AT_THE_CODE and not no.expressions:
                raise
            at_code = Refusal(no.rule, expressions=("code",), **no.facts)
            return await self._whom(request, text_in(form, "code"), at_code)
        return await self._written(request, person.patient_id, new_id(), [new_line(1, self._labels(request))])

    async def medicines(self, request: Request) -> Response:
        """What fits so far, as options of a list; nobody's data."""
        require(request, *PRESCRIBERS)
        async with self._database.transaction() as tx:
            await self._shelf.open(tx, day_in_riga(self._room.clock.now()))
        found = self._shelf.find(request.query_params.get("q", "")[:100])[:MOST_OFFERED]
        return self._room.show(request, "practice/_offers.html", offers=found)

    async def write(self, request: Request) -> Response:
        """The form again with a line more or less, or what will be signed."""
        form, labels = form_of(request), self._labels(request)
        patient_id, key = self._named(request)
        lines, do = lines_in(form, labels), text_in(form, "do")
        if do == "add" and len(lines) < MOST_LINES:
            number = max(one.number for one in lines) + 1
            return await self._written(request, patient_id, key, [*lines, new_line(number, labels)], number)
        if do.startswith("remove-"):
            kept = [one for one in lines if f"remove-{one.number}" != do]
            return await self._written(request, patient_id, key, kept or [new_line(1, labels)])
        if do == "back":
            return await self._written(request, patient_id, key, lines)
        return await self._reviewed(request, patient_id, key, lines)

    async def repeat(self, request: Request) -> Response:
        """A former prescription, filled in anew: what can be signed at once is shown for that."""
        task_id = uuid_in(text_in(form_of(request), "task"))
        if task_id is None:
            raise Refusal(WIRE_NOT_FOUND)
        labels, base = self._labels(request), self._room.canonical_base

        async def read(call: Call) -> tuple[UUID, list[LineFields]]:
            shown = await own_prescription(call, task_id, language_for(request))
            documents = [one.document for one in shown.medicines]
            lines = [refilled(place, one, labels, base) for place, one in enumerate(documents, start=1)]
            return shown.first.patient_id, lines

        act = self._room.act(request, "prescription.read", ORDER, task_id)
        patient_id, lines = await self._room.do(request, act, read)
        return await self._reviewed(request, patient_id, new_id(), lines)

    async def sign(self, request: Request) -> Response:
        """Once, whatever is sent twice: what was shown is sealed and prescribed through the exchange's own door."""
        form = form_of(request)
        patient_id, key = self._named(request)
        lines = lines_in(form, self._labels(request))

        async def work(call: Call) -> str:
            await by_id(call, patient_id)
            draft = await self._draft(call, patient_id, key, lines)
            if not draft.is_ready or marked(draft) != text_in(form, "shown"):
                raise Refusal(USR_NOT_AS_SHOWN)
            return await self._signed(call, draft)

        act = self._room.form_act(request, "prescription.prescribed", ORDER, signed=True)
        try:
            place = await self._room.once(request, act, work)
        except Refusal as no:
            if no.rule is not USR_NOT_AS_SHOWN:
                raise
            return await self._reviewed(request, patient_id, key, lines, no)
        return go_to(request, place, N_("Signed and sent. The patient can collect it by this number."))

    async def _signed(self, call: Call, draft: Draft) -> str:
        documents = [one.document for one in draft.lines]
        await repeats.take_identifiers(call, documents)
        signed = sealed_by_exchange(call, draft.document)
        done = await prescribe(call.tx, draft.orders, call.party, call.now, call.terms, signed)
        first = done.lines[0]
        call.concerns(first.patient_id, ORDER, first.line_id, "author")
        return f"{HERE}/prescriptions/{first.task_id}"

    async def _draft(self, call: Call, patient_id: UUID, key: UUID, lines: list[LineFields]) -> Draft:
        await self._shelf.open(call.tx, day_in_riga(call.now))
        return drafted(call, patient_id, key, lines, self._shelf)

    async def _reviewed(
        self,
        request: Request,
        patient_id: UUID,
        key: UUID,
        lines: list[LineFields],
        no: Refusal | None = None,
    ) -> Response:
        async def read(call: Call) -> tuple[Person, Draft]:
            return await by_id(call, patient_id), await self._draft(call, patient_id, key, lines)

        act = self._room.act(request, PREPARED, ORDER, patient_id)
        person, draft = await self._room.do(request, act, read)
        if not draft.is_ready:
            return await self._written(request, patient_id, key, lines, draft=draft)
        template, shown = "practice/review.html", marked(draft)
        return self._room.show(request, template, no, person=person, draft=draft, shown=shown)

    async def _written(
        self,
        request: Request,
        patient_id: UUID,
        key: UUID,
        lines: list[LineFields],
        at: int | None = None,
        *,
        draft: Draft | None = None,
    ) -> Response:
        async def read(call: Call) -> dict[str, Any]:
            ends = {kind: usual_end(call, kind) for kind in ("ordinary", "special")}
            return {"person": await by_id(call, patient_id), "ends": ends}

        values = await self._room.do(request, self._room.act(request, PREPARED, ORDER, patient_id), read)
        offered = {one.fields.number: one.offered for one in draft.lines} if draft else {}
        faults = draft.faults if draft else {}
        first = next(iter(faults), f"medicine-{at or lines[0].number}")
        return self._room.pages.page(
            request,
            "practice/write.html",
            status=422 if faults else 200,
            lines=draft_fields(draft, lines),
            key=key,
            faults=faults,
            offered=offered,
            units=UNITS,
            at=first,
            **values,
        )

    def _named(self, request: Request) -> tuple[UUID, UUID]:
        """Patient and the form's own number; without them it is no form of ours."""
        form = form_of(request)
        patient_id, key = uuid_in(text_in(form, "patient")), uuid_in(text_in(form, "key"))
        if patient_id is None or key is None:
            raise Refusal(USR_FORM_TOKEN)
        return patient_id, key

    def _labels(self, request: Request) -> dict[str, str]:
        words = translations(language_for(request))
        return {name: words.gettext(text) for name, text in LABELS.items()}


def draft_fields(draft: Draft | None, lines: list[LineFields]) -> list[LineFields]:
    """Lines left empty go when there is something else; what was typed stays."""
    return [one.fields for one in draft.lines] if draft else lines


def marked(draft: Draft) -> str:
    """A mark of everything that is shown for review: the very bytes, and the windows that follow from them."""
    windows = repr([one.windows for one in draft.lines]).encode()
    return hashlib.sha256(encode(draft.document) + windows).hexdigest()
