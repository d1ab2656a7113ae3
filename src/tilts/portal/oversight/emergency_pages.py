"""Emergency accesses, each of which is reviewed: who, when, why; justified or not, with a note, by one officer.

GET /oversight/emergencies   /oversight/emergencies/{glass_id}      POST /oversight/emergencies/{glass_id}
"""

from collections.abc import Sequence
from typing import Any, Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tilts.access.permission.reviewing import LEAST_CHARACTERS, Finding, review
from tilts.portal.incoming_forms import LONGEST_TEXT, not_longer, text_in
from tilts.portal.oversight.room import OversightRoom, id_at
from tilts.portal.oversight.words import FINDING_KINDS
from tilts.portal.parts import PortalParts
from tilts.portal.resident.room import uuid_in
from tilts.portal.visits import form_of, go_to
from tilts.portal.words import N_
from tilts.rules import Refusal
from tilts.rules.wire import WIRE_NOT_FOUND
from tilts.store.doors import glass, oversight
from tilts.store.doors.glass import Listed
from tilts.store.tx import Tx

HERE: Final = "/oversight/emergencies"
MOST_WAITING: Final = 20
MOST_REVIEWED: Final = 30


class EmergencyPages:
    def __init__(self, parts: PortalParts) -> None:
        self._room = OversightRoom(parts)

    def routes(self) -> list[Route]:
        return [
            Route(HERE, self.emergencies),
            Route(f"{HERE}/{{glass_id}}", self.one, methods=["GET"]),
            Route(f"{HERE}/{{glass_id}}", self.review, methods=["POST"]),
        ]

    async def emergencies(self, request: Request) -> Response:
        async def read(tx: Tx) -> dict[str, Any]:
            reviewed = await glass.listed(tx, waiting=False, limit=MOST_REVIEWED)
            return {
                "waiting": await glass.listed(tx, waiting=True, limit=MOST_WAITING),
                "reviewed": [(one, Finding.read(one.finding or "")) for one in reviewed],
                "officers": await officers_of(tx, reviewed),
            }

        found = await self._room.do(request, self._room.act(request, "glass.listed"), read)
        return self._room.show(
            request, "emergencies", **found, most=MOST_WAITING, finding_kinds=FINDING_KINDS
        )

    async def one(self, request: Request) -> Response:
        return await self._one(request, FormData(), None)

    async def _one(self, request: Request, form: FormData, no: Refusal | None) -> Response:
        glass_id = id_at(request, "glass_id")

        async def read(tx: Tx) -> tuple[Listed, dict[str, str]]:
            rows = await glass.listed(tx, limit=1, glass_id=glass_id)
            if not rows:
                raise Refusal(WIRE_NOT_FOUND)
            return rows[0], await officers_of(tx, rows)

        act = self._room.act(request, "glass.listed", str(glass_id))
        one, officers = await self._room.do(request, act, read)
        return self._room.show(
            request,
            "emergency",
            no,
            one=one,
            finding=Finding.read(one.finding or ""),
            officers=officers,
            given={name: text_in(form, name) for name in ("verdict", "note")},
            least=LEAST_CHARACTERS,
            finding_kinds=FINDING_KINDS,
        )

    async def review(self, request: Request) -> Response:
        glass_id, officer, form = id_at(request, "glass_id"), self._room.officer(request), form_of(request)
        now = self._room.clock.now()
        try:
            note = not_longer(text_in(form, "note"), LONGEST_TEXT, "note")
            finding = Finding(text_in(form, "verdict"), note)

            async def work(tx: Tx) -> None:
                await review(tx, glass_id, officer, finding, now)

            await self._room.do(request, self._room.act(request, "glass.reviewed", str(glass_id)), work)
        except Refusal as no:
            return await self._one(request, form, no)
        return go_to(request, HERE, N_("The review is written down."))


async def officers_of(tx: Tx, rows: Sequence[Listed]) -> dict[str, str]:
    """Names by what was kept of the reviewer; from a shell that may be a name already."""
    account_ids = {found for one in rows if (found := uuid_in(one.reviewed_by))}
    names = await oversight.account_names(tx, account_ids)
    return {str(account_id): name for account_id, name in names.items()}
