"""Bans: what institutions may not see, in words, with what a ban costs and what it does not hide; lifted at once.

GET /my/bans      POST /my/bans   /my/bans/lift
"""

from typing import Any, ClassVar, Final
from uuid import UUID

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tilts.access.residents import Seat
from tilts.exchange import consents
from tilts.exchange.consents import GROUPS
from tilts.ids import new_id
from tilts.portal.incoming_forms import text_in
from tilts.portal.languages import language_for, translations
from tilts.portal.parts import PortalParts
from tilts.portal.persons import lines_of
from tilts.portal.places import Place
from tilts.portal.resident.consenting import (
    Wish,
    at_field,
    chosen_in,
    ended,
    holds,
    prescribed,
    recorded,
    shown,
)
from tilts.portal.resident.room import RESIDENTS, Room, uuid_in
from tilts.portal.visits import form_of, go_to
from tilts.portal.words import N_
from tilts.rules import Refusal
from tilts.rules.accounts import USR_FIELD_EMPTY
from tilts.store.doors import oversight

HERE: Final = "/my/bans"
LABELS: Final = {"what": N_("What do you forbid?"), "document": N_("Which prescriptions?")}


class BanPages:
    places: ClassVar[tuple[Place, ...]] = (Place(HERE, N_("Bans"), 30, RESIDENTS),)

    def __init__(self, parts: PortalParts) -> None:
        self._room = Room(parts)

    def routes(self) -> list[Route]:
        room = self._room
        return [
            room.route(HERE, self.bans),
            room.route(HERE, self.forbid, "POST"),
            room.route(f"{HERE}/lift", self.lift, "POST"),
        ]

    async def bans(self, request: Request) -> Response:
        return await self._page(request, "resident/bans.html", FormData())

    async def _page(
        self, request: Request, template: str, given: FormData, no: Refusal | None = None
    ) -> Response:
        async def read(seat: Seat) -> dict[str, Any]:
            documents = prescribed(await lines_of(seat))
            # A delegate for some documents is shown no bans: they may be about others.
            records = await consents.of_patient(seat.tx, seat.patient_id) if seat.whole else []
            bans = [one for one in shown(records, {}, documents) if one.record.kind == "ban"]
            chosen = chosen_in(given, "document")
            return {
                "on_paper": await oversight.on_paper(seat.tx, seat.patient_id),
                "bans": [one for one in bans if holds(one.record, seat.now)],
                "ended": [one for one in bans if not holds(one.record, seat.now)],
                "documents": documents,
                "chosen": [one for one in documents if one.request_id in chosen],
                "given": {name: text_in(given, name) for name in ("what", "group", "never")},
                "whole": seat.whole,
                "key": new_id(),
            }

        return await self._room.page(request, template, "consent.searched", "Consent", read, no)

    async def forbid(self, request: Request) -> Response:
        """Asked twice: the first time what it means is told, and nothing is done."""
        form, key = form_of(request), self._room.form_key(request)
        try:
            wanted = self._wish(request, form, key)
            if text_in(form, "sure") != "yes":
                return await self._page(request, "resident/ban_sure.html", form)
            await self._recorded(request, wanted)
        except Refusal as no:
            if not no.expressions:
                raise
            return await self._page(request, "resident/bans.html", form, at_field(no))
        return go_to(request, HERE, N_("It is forbidden from now on."))

    def _wish(self, request: Request, form: FormData, key: UUID) -> Wish:
        what, group = text_in(form, "what"), text_in(form, "group")
        documents = chosen_in(form, "document") if what == "some" else ()
        if what not in ("everything", "some"):
            raise empty(request, "what")
        if what == "some" and not documents:
            raise empty(request, "document")
        group = group if group in GROUPS else ""
        never = text_in(form, "never") == "yes"
        patient_id = self._room.resident(request).patient_id
        return Wish("ban", patient_id, key, documents, group=group, never=never)

    async def _recorded(self, request: Request, wish: Wish) -> None:
        async def work(seat: Seat) -> None:
            base = self._room.settings.canonical_base
            await seat.once(wish.key, repr(wish), lambda: recorded(seat, wish, base))

        await self._room.do(request, "consent.recorded", "Consent", work)

    async def lift(self, request: Request) -> Response:
        await end_named(self._room, request, "ban")
        return go_to(request, HERE, N_("The ban is lifted."))


async def end_named(room: Room, request: Request, *kinds: str) -> None:
    """The consent that the form names: its number is the form's key too, for it ends once."""
    consent_id = uuid_in(text_in(form_of(request), "consent"))

    async def work(seat: Seat) -> None:
        await ended(seat, consent_id, kinds)

    await room.do(request, "consent.ended", "Consent", work, data_id=consent_id)


def empty(request: Request, field: str, labels: dict[str, str] = LABELS) -> Refusal:
    words = translations(language_for(request))
    return Refusal(USR_FIELD_EMPTY, expressions=(field,), field=words.gettext(labels[field]))
