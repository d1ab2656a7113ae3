"""How registered certificates stand: what is known of their revocation, until when they may be used, what closes them.

GET /oversight/certificates      POST /oversight/certificates/{fingerprint}: let one go on for some days
"""

from datetime import datetime, time
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tilts.clock import RIGA, shown
from tilts.onboarding.standing import keep_open
from tilts.onboarding.standing.keeping_open import LONGEST, REASON_CHARACTERS
from tilts.portal.incoming_forms import LONGEST_TEXT, day_in, not_longer, text_in
from tilts.portal.oversight.room import OversightRoom
from tilts.portal.parts import PortalParts
from tilts.portal.resident.room import uuid_in
from tilts.portal.visits import form_of, go_to
from tilts.portal.words import N_
from tilts.rules import Refusal
from tilts.rules.certificates import CERT_NOT_LIVE
from tilts.rules.trust.standing import CERT_OVERRIDE_WRONG
from tilts.store.doors import oversight
from tilts.store.onboarding import standing
from tilts.store.onboarding.standing import ListedRecord
from tilts.store.tx import Tx

HERE: Final = "/oversight/certificates"
MOST: Final = 40
DAYS: Final = ("until-day", "until-month", "until-year")


class StandingPages:
    def __init__(self, parts: PortalParts) -> None:
        self._room = OversightRoom(parts)

    def routes(self) -> list[Route]:
        return [
            Route(HERE, self.certificates, methods=["GET"]),
            Route(f"{HERE}/{{fingerprint}}", self.one, methods=["GET"]),
            Route(f"{HERE}/{{fingerprint}}", self.keep_open, methods=["POST"]),
        ]

    async def certificates(self, request: Request) -> Response:
        """What is closed or will close first stands first."""
        rows = await self._rows(request)
        wall = self._room.clock.wall()
        return self._room.show(
            request, "certificates", rows=rows[:MOST], of=len(rows), wall=wall, is_closed=is_closed
        )

    async def _rows(self, request: Request) -> list[ListedRecord]:
        act = self._room.act(request, "certificate.listed")
        return await self._room.do(request, act, standing.listed)

    async def one(self, request: Request) -> Response:
        return await self._one(request, FormData(), None)

    async def _one(self, request: Request, form: FormData, no: Refusal | None) -> Response:
        written = request.path_params["fingerprint"]
        row = next((one for one in await self._rows(request) if one.fingerprint.hex() == written), None)
        if row is None:
            raise Refusal(CERT_NOT_LIVE)
        by = uuid_in(row.kept_open_by)
        async with self._room.database.transaction() as tx:
            officers = await oversight.account_names(tx, {by} if by else set())
        return self._room.show(
            request,
            "certificate",
            no,
            one=row,
            wall=self._room.clock.wall(),
            is_closed=is_closed,
            closing={"until": shown(row.usable_until)} if row.usable_until else {},
            officer=officers.get(by, "") if by else "",
            given={name: text_in(form, name) for name in ("why", *DAYS)},
            days=LONGEST.days,
            least=REASON_CHARACTERS,
        )

    async def keep_open(self, request: Request) -> Response:
        officer, form, wall = self._room.officer(request), form_of(request), self._room.clock.wall()
        written = request.path_params["fingerprint"]
        try:
            why = not_longer(text_in(form, "why"), LONGEST_TEXT, "why")
            until = end_of_day_in(form)
            fingerprint = bytes.fromhex(written) if is_hex(written) else b""

            async def work(tx: Tx) -> None:
                await keep_open(tx, officer, fingerprint, until, why, wall)

            act = self._room.act(request, "certificate.kept-open", written[:16])
            await self._room.do(request, act, work)
        except Refusal as no:
            if no.rule is CERT_NOT_LIVE:
                raise
            wrong = no.expressions or ("why" if len(why) < REASON_CHARACTERS else "until",)
            return await self._one(request, form, Refusal(no.rule, expressions=wrong, **no.facts))
        return go_to(
            request, f"{HERE}/{written}", N_("It goes on. The exchange reckons with it within a minute.")
        )


def is_closed(row: ListedRecord, wall: datetime) -> bool:
    over = row.usable_until is not None and row.usable_until < wall
    return over or row.revoked_at is not None or row.not_after < wall


def end_of_day_in(form: FormData) -> datetime:
    day = day_in(form, "until")
    if day is None or not 1990 <= day.year <= 2200:
        wrong = {"days": LONGEST.days, "characters": REASON_CHARACTERS}
        raise Refusal(CERT_OVERRIDE_WRONG, expressions=("until",), **wrong)
    return datetime.combine(day, time(23, 59), RIGA)


def is_hex(written: str) -> bool:
    return written.isascii() and len(written) == 64 and all(one in "0123456789abcdef" for one in written)
