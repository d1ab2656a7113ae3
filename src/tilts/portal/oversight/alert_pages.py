"""Alerts and holds: who was told of or held and why; a release is asked by one officer and confirmed by another.

GET /oversight   /oversight/alerts   /oversight/alerts/{hold_id}      POST /oversight/alerts/{hold_id}/{step}
"""

from collections.abc import Callable, Coroutine
from typing import Any, ClassVar, Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from tilts.access.breadth import releasing
from tilts.access.breadth.limits import Limits, limits_from
from tilts.access.breadth.releasing import HOLD, LEAST_CHARACTERS
from tilts.onboarding.mail.texts import without_person_codes
from tilts.portal.incoming_forms import LONGEST_TEXT, not_longer, text_in
from tilts.portal.oversight.naming import names_of
from tilts.portal.oversight.room import OFFICERS, OversightRoom, at, id_at
from tilts.portal.oversight.words import HOLD_KINDS, SEVERITY_KINDS
from tilts.portal.parts import PortalParts
from tilts.portal.places import Place
from tilts.portal.visits import form_of, go_to
from tilts.portal.words import N_
from tilts.rules import Refusal
from tilts.rules.trust.copying import CPY_NO_HOLD, CPY_REASON
from tilts.rules.wire import WIRE_NOT_FOUND
from tilts.store.doors import holds, oversight
from tilts.store.doors.holds import AlertRow, HoldRow
from tilts.store.tx import Tx
from tilts.workflow import Words

HERE: Final = "/oversight/alerts"
MOST_HOLDS: Final = 60
MOST_ALERTS: Final = 60
SAID: Final = {
    "ask": N_("The release is asked for. Another officer confirms it."),
    "confirm": N_("The hold is released. Counting begins anew."),
    "decline": N_("The release is declined. The hold stays."),
}
FIELDS: Final = {CPY_REASON.id: "reason"}


class AlertPages:
    places: ClassVar[tuple[Place, ...]] = (Place(HERE, N_("Oversight"), 30, OFFICERS, also=("/oversight",)),)

    def __init__(self, parts: PortalParts) -> None:
        self._room = OversightRoom(parts)
        self._limits = limits_from(parts.settings.copying_limits)

    def routes(self) -> list[Route]:
        return [
            Route("/oversight", self.first),
            Route(HERE, self.alerts),
            Route(f"{HERE}/{{hold_id}}", self.hold, methods=["GET"]),
            Route(f"{HERE}/{{hold_id}}/{{step}}", self.step, methods=["POST"]),
        ]

    async def first(self, request: Request) -> Response:
        return RedirectResponse(HERE, 303)

    async def alerts(self, request: Request) -> Response:
        async def read(tx: Tx) -> dict[str, Any]:
            rows = await holds.listed(tx, released_too=True, limit=MOST_HOLDS)
            told = await holds.alerts(tx, limit=MOST_ALERTS)
            return {"holds": rows, "alerts": told, "names": await names_of(tx, [*rows, *told])}

        found = await self._room.do(request, self._room.act(request, "hold.listed"), read)
        return self._room.show(
            request,
            "alerts",
            **found,
            titles=titles_of(self._limits),
            states=HOLD,
            hold_kinds=HOLD_KINDS,
            severity_kinds=SEVERITY_KINDS,
            most=MOST_ALERTS,
        )

    async def hold(self, request: Request) -> Response:
        return await self._hold(request, None)

    async def _hold(self, request: Request, no: Refusal | None) -> Response:
        hold_id, officer = id_at(request, "hold_id"), self._room.officer(request)

        async def read(tx: Tx) -> dict[str, Any]:
            row = await oversight.find_hold(tx, hold_id)
            if row is None:
                raise Refusal(CPY_NO_HOLD)
            told = await oversight.alerts_of(tx, row.scope, row.actor, MOST_ALERTS)
            names = await names_of(tx, [row])
            officers = await oversight.account_names(
                tx, {one for one in (row.asked_by, row.released_by) if one}
            )
            return {"hold": row, "whom": names[row.scope, row.actor], "told": told, "officers": officers}

        found = await self._room.do(request, self._room.act(request, "hold.listed", str(hold_id)), read)
        row: HoldRow = found["hold"]
        return self._room.show(
            request,
            "hold",
            no,
            **found,
            title=title_of(row, self._limits),
            titles=titles_of(self._limits),
            state=HOLD.state(row.state),
            hold_kinds=HOLD_KINDS,
            mine=row.asked_by == officer.account_id,
            given=text_in(form_of(request), "reason") if no else "",
            least=LEAST_CHARACTERS,
        )

    async def step(self, request: Request) -> Response:
        hold_id, name = id_at(request, "hold_id"), request.path_params["step"]
        take = self._steps(request, hold_id).get(name)
        if take is None:
            raise Refusal(WIRE_NOT_FOUND)
        try:
            await self._room.do(request, self._room.act(request, f"hold.{name}", str(hold_id)), take)
        except Refusal as no:
            if no.rule is CPY_NO_HOLD:
                raise
            return await self._hold(request, at(no, FIELDS))
        return go_to(request, f"{HERE}/{hold_id}", SAID[name])

    def _steps(
        self, request: Request, hold_id: UUID
    ) -> dict[str, Callable[[Tx], Coroutine[Any, Any, HoldRow]]]:
        now, who = self._room.clock.now(), self._room.officer(request).account_id
        reason = without_person_codes(text_in(form_of(request), "reason"))

        async def ask(tx: Tx) -> HoldRow:
            return await releasing.ask(tx, hold_id, who, not_longer(reason, LONGEST_TEXT, "reason"), now)

        async def confirm(tx: Tx) -> HoldRow:
            return await releasing.confirm(tx, hold_id, who, now)

        async def decline(tx: Tx) -> HoldRow:
            return await releasing.decline(tx, hold_id, who)

        return {"ask": ask, "confirm": confirm, "decline": decline}


def titles_of(limits: Limits) -> dict[str, Words]:
    return {one.id: one.title for one in limits.limits} | {one.id: one.title for one in limits.anomalies}


def title_of(row: HoldRow | AlertRow, limits: Limits) -> Words:
    """In the words of the limit as it was then; an old row without them by the table of today."""
    kept = row.facts.get("title")
    return Words(**kept) if kept else titles_of(limits).get(row.limit_id, Words(row.limit_id, row.limit_id))
