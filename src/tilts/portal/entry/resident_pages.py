"""What a resident who signed in sees of themselves: their prescriptions, and who looked at their data.

GET /my/accesses   /my/prescriptions
"""

from collections.abc import Sequence
from typing import ClassVar, Final, Literal, TypeAlias
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tilts.account import Role
from tilts.portal.parts import PortalParts
from tilts.portal.persons import Look, view_of
from tilts.portal.places import Place
from tilts.portal.sandbox.pages import uuid_in
from tilts.portal.visits import require, session_from
from tilts.portal.words import N_
from tilts.rules import Refusal
from tilts.rules.accounts import USR_NO_RECORD

Shown: TypeAlias = Literal["accesses", "prescriptions"]
EVENTS: Final[dict[Shown, str]] = {"accesses": "audit.searched", "prescriptions": "prescription.searched"}
RESIDENTS: Final[frozenset[Role]] = frozenset({"resident"})


class ResidentPages:
    places: ClassVar[tuple[Place, ...]] = (
        Place("/my/prescriptions", N_("My prescriptions"), 10, RESIDENTS),
        Place("/my/accesses", N_("Who looked at my data"), 20, RESIDENTS),
    )

    def __init__(self, parts: PortalParts) -> None:
        self._pages = parts.pages
        self._database = parts.database
        self._clock = parts.clock

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/my/accesses", self.accesses),
            Route("/my/prescriptions", self.prescriptions),
        ]

    async def accesses(self, request: Request) -> Response:
        return await self._page(request, "accesses", uuid_in(request.query_params.get("before")))

    async def prescriptions(self, request: Request) -> Response:
        return await self._page(request, "prescriptions", None)

    async def _page(self, request: Request, shows: Shown, before: UUID | None) -> Response:
        """Only one's own: whose record it is comes from the session and stands in no address."""
        session = session_from(request)
        if session is not None and session.role is None and session.patient_id is None:
            raise Refusal(USR_NO_RECORD)
        account = require(request, "resident")
        assert account.patient_id is not None, "a resident is somebody with a record"
        look = Look(
            patient_id=account.patient_id,
            now=self._clock.now(),
            address=request.url.path,
            event=EVENTS[shows],
            prescriptions=shows == "prescriptions",
            accesses=shows == "accesses",
            before=before,
            assurance=account.assurance,
        )
        view = await view_of(self._database, look)
        return self._pages.page(request, "entry/resident.html", view=view, before=before, shows=shows)
