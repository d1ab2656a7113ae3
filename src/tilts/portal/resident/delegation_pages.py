"""Delegations: whom the resident lets act or collect for them, until when; and who gave them access.

GET /my/delegations      POST /my/delegations   /my/delegations/end   /my/delegations/give-up
"""

from dataclasses import replace
from datetime import date
from typing import Any, ClassVar, Final
from uuid import UUID

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tilts import person_code
from tilts.access.residents import Naming, Seat, named_person, names_of
from tilts.exchange import consents
from tilts.ids import new_id
from tilts.onboarding.mail.desks import desks_from
from tilts.onboarding.mail.room import room_from
from tilts.portal.incoming_forms import LONGEST_LINE, day_in, not_longer, text_in
from tilts.portal.parts import PortalParts
from tilts.portal.persons import lines_of
from tilts.portal.places import Place
from tilts.portal.resident.ban_pages import empty, end_named
from tilts.portal.resident.consenting import (
    Wish,
    at_field,
    chosen_in,
    given_up,
    holds,
    prescribed,
    recorded,
    shown,
)
from tilts.portal.resident.room import MOST_OPENED, RESIDENTS, Room, named, uuid_in
from tilts.portal.visits import form_of, go_to
from tilts.portal.words import N_
from tilts.rules import Refusal
from tilts.rules.trust.consent import CNS_PERIOD
from tilts.store import residents
from tilts.store.doors import oversight

HERE: Final = "/my/delegations"
GIVEN: Final = ("delegation", "collection")
FIELDS: Final = ("code", "given", "family", "what", "until-day", "until-month", "until-year")
LABELS: Final = {
    "code": N_("Person code"),
    "given": N_("Given names"),
    "family": N_("Surname"),
    "what": N_("What may this person do?"),
    "document": N_("Which prescriptions?"),
}


class DelegationPages:
    places: ClassVar[tuple[Place, ...]] = (Place(HERE, N_("Persons who act for me"), 40, RESIDENTS),)

    def __init__(self, parts: PortalParts) -> None:
        self._room = Room(parts)
        self._letters = room_from(parts.settings, desks_from(parts.settings.contacts_file))

    def routes(self) -> list[Route]:
        room = self._room
        return [
            room.route(HERE, self.delegations),
            room.route(HERE, self.name, "POST"),
            room.route(f"{HERE}/end", self.end, "POST"),
            room.route(f"{HERE}/give-up", self.give_up, "POST"),
        ]

    async def delegations(self, request: Request) -> Response:
        return await self._page(request, FormData())

    async def _page(self, request: Request, given: FormData, no: Refusal | None = None) -> Response:
        async def read(seat: Seat) -> dict[str, Any]:
            theirs = seat.acting_as == "delegate"  # whom the patient named is between the two of them
            documents = [] if theirs else prescribed(await lines_of(seat))
            records = [] if theirs else await consents.of_patient(seat.tx, seat.patient_id)
            grantees = [one.grantee_id for one in records if one.grantee_id]
            names = {one: str(name) for one, name in (await names_of(seat, grantees)).items()}
            every = [one for one in shown(records, names, documents) if one.record.kind in GIVEN]
            opened = await residents.opened_to(seat.tx, seat.person_id, MOST_OPENED)
            mine = opened if seat.acting_as == "self" else []
            return {
                "on_paper": await oversight.on_paper(seat.tx, seat.patient_id),
                "delegations": [one for one in every if holds(one.record, seat.now)],
                "ended": [one for one in every if not holds(one.record, seat.now)],
                "documents": documents,
                "chosen": chosen_in(given, "document"),
                "given": {name: text_in(given, name) for name in FIELDS},
                "opened": [one for one in mine if one.holds(seat.now)],
                "names": await named(seat, mine),
                "now": seat.now,
                "key": new_id(),
            }

        template = "resident/delegations.html"
        return await self._room.page(request, template, "consent.searched", "Consent", read, no)

    async def name(self, request: Request) -> Response:
        form, key = form_of(request), self._room.form_key(request)
        try:
            naming, until = self._naming(request, form), last_day(form)
            documents = self._documents(request, form)
            await self._recorded(request, key, naming, documents, until)
        except Refusal as no:
            if not no.expressions:
                raise
            return await self._page(request, form, at_field(no))
        return go_to(request, HERE, N_("This person may act for you from now on."))

    def _naming(self, request: Request, form: FormData) -> Naming:
        written = {name: text_in(form, name) for name in ("code", "given", "family")}
        for name, text in written.items():
            if not text:
                raise empty(request, name, LABELS)
            not_longer(text, LONGEST_LINE, name)
        code = person_code.compact(written["code"]) or written["code"]
        system = f"{self._room.settings.identifier_arc}.1.1"
        return Naming(system, code, written["given"], written["family"])

    def _documents(self, request: Request, form: FormData) -> tuple[UUID, ...]:
        what = text_in(form, "what")
        if what not in ("everything", "some", "collection"):
            raise empty(request, "what", LABELS)
        documents = chosen_in(form, "document") if what == "some" else ()
        if what == "some" and not documents:
            raise empty(request, "document", LABELS)
        return documents

    async def _recorded(
        self,
        request: Request,
        key: UUID,
        naming: Naming,
        documents: tuple[UUID, ...],
        until: date | None,
    ) -> None:
        settings = self._room.settings
        kind = "collection" if text_in(form_of(request), "what") == "collection" else "delegation"

        async def work(seat: Seat) -> None:
            consents.check_giver(kind, seat.patient_id, seat.giver, whole=not documents)

            async def name() -> UUID:
                grantee_id = await named_person(seat, naming, settings.delegate_misses)
                wish = Wish(kind, seat.patient_id, key, documents, grantee_id=grantee_id, until=until)
                return await recorded(seat, wish, settings.canonical_base)

            await seat.once(key, repr((seat.patient_id, kind, naming, documents, until)), name)

        await self._room.do(request, "consent.recorded", "Consent", work)

    async def end(self, request: Request) -> Response:
        await end_named(self._room, request, *GIVEN)
        return go_to(request, HERE, N_("It has ended: this person may not act for you any more."))

    async def give_up(self, request: Request) -> Response:
        """Whom somebody named wants that no more: ended by themselves, and told to who named them."""
        consent_id, own = uuid_in(text_in(form_of(request), "consent")), self._room.resident(request)

        async def work(seat: Seat) -> None:
            await given_up(seat, consent_id, self._letters)

        whom = replace(own, patient_id=own.person_id)
        await self._room.do(request, "consent.ended", "Consent", work, whom, consent_id)
        return go_to(request, HERE, N_("You have given it up: you may not act for this person any more."))


def last_day(form: FormData) -> date | None:
    """None: without an end. What is no day of the calendar is refused as a period."""
    if not any(text_in(form, f"until-{part}") for part in ("day", "month", "year")):
        return None
    found = day_in(form, "until")
    if found is None:
        raise Refusal(CNS_PERIOD, expressions=("until",))
    return found
