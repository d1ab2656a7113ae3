"""Bans and delegations on paper: the person is named by code and name, then what the paper asks for is entered.

GET /oversight/consents   /oversight/consents/{patient_id}   /oversight/consents/{patient_id}/{consent_id}
POST at the same addresses: find the person, enter what they ask for, end one of theirs
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tilts import person_code
from tilts.access import papers
from tilts.access.papers import Paper, about
from tilts.access.residents import Naming
from tilts.clock import day_in_riga
from tilts.exchange import consents
from tilts.exchange.consents import GROUPS, KINDS
from tilts.ids import new_id
from tilts.portal.incoming_forms import LONGEST_LINE, LONGEST_TEXT, day_in, not_longer, text_in
from tilts.portal.oversight.room import OversightRoom, at, empty, form_key, id_at
from tilts.portal.parts import PortalParts
from tilts.portal.resident.consenting import Wish, at_field, holds, order_of
from tilts.portal.resident.delegation_pages import last_day
from tilts.portal.visits import form_of, go_to
from tilts.portal.words import N_
from tilts.rules import Refusal
from tilts.rules.trust.consent import CNS_GRANTEE_UNKNOWN
from tilts.rules.wire import WIRE_NOT_FOUND
from tilts.store.tx import Tx

HERE: Final = "/oversight/consents"
PERSON: Final = {"code": N_("Person code"), "given": N_("Given names"), "family": N_("Surname")}
GRANTEE: Final = {f"grantee-{name}": label for name, label in PERSON.items()}
DAYS: Final = tuple(f"{name}-{part}" for name in ("received", "until") for part in ("day", "month", "year"))
FIELDS: Final = ("kind", "group", "never", "paper", "document", *PERSON, *GRANTEE, *DAYS)
LONGEST_NUMBER: Final = 100


class PaperPages:
    def __init__(self, parts: PortalParts) -> None:
        self._room = OversightRoom(parts)

    def routes(self) -> list[Route]:
        return [
            Route(HERE, self.first, methods=["GET"]),
            Route(HERE, self.find, methods=["POST"]),
            Route(f"{HERE}/{{patient_id}}", self.person, methods=["GET"]),
            Route(f"{HERE}/{{patient_id}}", self.enter, methods=["POST"]),
            Route(f"{HERE}/{{patient_id}}/{{consent_id}}", self.one, methods=["GET"]),
            Route(f"{HERE}/{{patient_id}}/{{consent_id}}", self.end, methods=["POST"]),
        ]

    async def first(self, request: Request) -> Response:
        self._room.officer(request)
        return self._first(request, FormData(), None)

    def _first(self, request: Request, form: FormData, no: Refusal | None) -> Response:
        due_at = papers.due_at(day_in_riga(self._room.clock.now()))
        return self._room.show(request, "consents", no, given=given_in(form), due_at=due_at)

    async def find(self, request: Request) -> Response:
        """By code and name in a form; from there on the address has the number of the record."""
        self._room.officer(request)
        form, act = form_of(request), self._room.act(request, "patient.searched")

        async def work(tx: Tx) -> UUID:
            patient_id = await papers.person_named(tx, self._naming(request, form, PERSON))
            act.subjects.append(about(patient_id, "Patient", patient_id))
            return patient_id

        try:
            patient_id = await self._room.do(request, act, work)
        except Refusal as no:
            return self._first(request, form, no)
        return go_to(request, f"{HERE}/{patient_id}")

    def _naming(self, request: Request, form: FormData, fields: dict[str, str]) -> Naming:
        written = []
        for name, label in fields.items():
            text = text_in(form, name)
            if not text:
                raise empty(request, name, label)
            written.append(not_longer(text, LONGEST_LINE, name))
        code, given, family = written
        system = f"{self._room.settings.identifier_arc}.1.1"
        return Naming(system, person_code.compact(code) or code, given, family)

    async def person(self, request: Request) -> Response:
        return await self._person(request, "person", FormData(), None)

    async def one(self, request: Request) -> Response:
        return await self._person(request, "ending", FormData(), None)

    async def _person(self, request: Request, page: str, form: FormData, no: Refusal | None) -> Response:
        patient_id, now = id_at(request, "patient_id"), self._room.clock.now()
        consent_id = id_at(request, "consent_id") if page == "ending" else None
        act = self._room.act(request, "consent.searched")

        async def read(tx: Tx) -> dict[str, Any]:
            name = await papers.name_of(tx, patient_id)
            records = await consents.of_patient(tx, patient_id)
            one = next((each for each in records if each.consent_id == consent_id), None)
            if name is None or (consent_id and one is None):
                raise Refusal(WIRE_NOT_FOUND)
            act.subjects.append(about(patient_id))
            grantees = {each.grantee_id for each in records if each.grantee_id}
            return {
                "name": str(name),
                "one": one,
                "grantees": {each: str(await papers.name_of(tx, each) or "") for each in grantees},
                "open": [each for each in records if holds(each, now)],
                "over": [each for each in records if not holds(each, now)],
                "papers": await papers.entered_from_paper(tx, patient_id),
            }

        found = await self._room.do(request, act, read)
        due_at = papers.due_at(day_in_riga(now))
        values = {"patient_id": patient_id, "given": given_in(form), "due_at": due_at, "key": new_id()}
        return self._room.show(request, page, no, **found, **values)

    async def enter(self, request: Request) -> Response:
        patient_id, form = id_at(request, "patient_id"), form_of(request)
        key, now = form_key(request), self._room.clock.now()
        officer, paper = self._room.officer(request), paper_in(form)
        act = self._room.act(request, "consent.recorded", paper.number)

        async def work(tx: Tx) -> None:
            if await papers.name_of(tx, patient_id) is None:
                raise Refusal(WIRE_NOT_FOUND)
            act.subjects.append(about(patient_id))
            wish = await self._wish(request, tx, patient_id, key, now)
            order = order_of(wish, self._room.settings.canonical_base)
            await papers.enter(tx, officer, order, paper, key, now)

        try:
            not_longer(paper.number, LONGEST_NUMBER, "paper")
            await self._room.do(request, act, work)
        except Refusal as no:
            if not no.expressions:
                raise
            told = at(at_field(no), {CNS_GRANTEE_UNKNOWN.id: "grantee-code"})
            return await self._person(request, "person", form, told)
        return go_to(request, f"{HERE}/{patient_id}", N_("It is entered and holds from now on."))

    async def _wish(self, request: Request, tx: Tx, patient_id: UUID, key: UUID, now: datetime) -> Wish:
        form = form_of(request)
        kind, group = text_in(form, "kind"), text_in(form, "group")
        paper_in(form).checked(now)
        if kind not in KINDS:
            raise empty(request, "kind", N_("What does the paper ask for?"))
        numbers = not_longer(text_in(form, "document"), LONGEST_TEXT, "document")
        documents = await papers.documents_named(tx, patient_id, numbers)
        if kind == "ban":
            never, group = text_in(form, "never") == "yes", group if group in GROUPS else ""
            return Wish(kind, patient_id, key, documents, group=group, never=never)
        naming = self._naming(request, form, GRANTEE)
        grantee_id = await papers.person_named(tx, naming, "grantee-code")
        return Wish(kind, patient_id, key, documents, grantee_id=grantee_id, until=last_day(form))

    async def end(self, request: Request) -> Response:
        patient_id, form, now = id_at(request, "patient_id"), form_of(request), self._room.clock.now()
        officer, paper = self._room.officer(request), paper_in(form)
        consent_id = id_at(request, "consent_id")
        act = self._room.act(request, "consent.ended", paper.number)

        async def work(tx: Tx) -> None:
            if await papers.name_of(tx, patient_id) is None:
                raise Refusal(WIRE_NOT_FOUND)
            act.subjects.append(about(patient_id, "Consent", consent_id))
            await papers.end(tx, officer, patient_id, consent_id, paper, now)

        try:
            not_longer(paper.number, LONGEST_NUMBER, "paper")
            await self._room.do(request, act, work)
        except Refusal as no:
            if no.rule is WIRE_NOT_FOUND:
                raise
            return await self._person(request, "ending", form, no)
        return go_to(request, f"{HERE}/{patient_id}", N_("It has ended and holds no more."))


def paper_in(form: FormData) -> Paper:
    return Paper(text_in(form, "paper"), day_in(form, "received"))


def given_in(form: FormData) -> dict[str, str]:
    return {name: text_in(form, name) for name in FIELDS}
