"""Conflicts of handing out: what pharmacies gave by printed sheets during an outage, and what could not be counted.

GET /oversight/conflicts
"""

from typing import ClassVar, Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tilts.exchange.reconciling import cause_of, number_of
from tilts.portal.oversight.room import OversightRoom
from tilts.portal.parts import PortalParts
from tilts.portal.places import Place
from tilts.store import registers
from tilts.store.corrections import outages
from tilts.store.corrections.outages import OutageRecord
from tilts.store.tx import Tx

HERE: Final = "/oversight/conflicts"
MOST: Final = 60


class ConflictPages:
    places: ClassVar[tuple[Place, ...]] = ()

    def __init__(self, parts: PortalParts) -> None:
        self._room = OversightRoom(parts)

    def routes(self) -> list[Route]:
        return [Route(HERE, self.conflicts, methods=["GET"])]

    async def conflicts(self, request: Request) -> Response:
        async def read(tx: Tx) -> tuple[list[OutageRecord], dict[UUID, str]]:
            rows = await outages.conflicts(tx, limit=MOST)
            named = {one for row in rows for one in (row.organization_id, *row.others)}
            return rows, await registers.organization_names(tx, named)

        rows, names = await self._room.do(request, self._room.act(request, "outage.listed"), read)
        return self._room.show(request, "conflicts", rows=rows, names=names, number=number_of, why=cause_of)
