"""A vendor's own test persons and test organisations, handed out to nobody else.

GET /my/test-persons      POST /my/test-persons
"""

from typing import ClassVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tilts.access.desk import Act, Desk
from tilts.clock import day_in_riga
from tilts.lab.conformance.allotment import hand_out_persons, sites_of
from tilts.lab.conformance.handed_out import HandedOut, handed_out
from tilts.portal.parts import PortalParts
from tilts.portal.places import Place
from tilts.portal.visits import go_to, require
from tilts.portal.words import N_
from tilts.store.onboarding import parties
from tilts.store.onboarding.parties import SiteRecord
from tilts.store.tx import Tx


class TestPersonPages:
    __test__ = False  # not a test of pytest's
    places: ClassVar[tuple[Place, ...]] = (
        Place("/my/test-persons", N_("Test persons"), 25, frozenset({"vendor"})),
    )

    def __init__(self, parts: PortalParts) -> None:
        self._pages = parts.pages
        self._clock = parts.clock
        self._desk = Desk(parts.database, parts.clock)

    def routes(self) -> list[Route]:
        return [
            Route("/my/test-persons", self.mine),
            Route("/my/test-persons", self.ask, methods=["POST"]),
        ]

    async def mine(self, request: Request) -> Response:
        account = require(request, "vendor")
        party_id, now = account.party_id, self._clock.now()
        assert party_id is not None, "developers act for a party"

        async def read(tx: Tx) -> tuple[HandedOut, list[SiteRecord]]:
            given = await handed_out(tx, party_id, day_in_riga(now))
            sites = [await parties.site_at(tx, site, now) for site in given.sites]
            return given, [site for site in sites if site is not None]

        given, sites = await self._desk.do(account, Act("test-persons.read", method="GET"), read)
        return self._pages.page(request, "lab/persons.html", persons=given.persons, sites=sites)

    async def ask(self, request: Request) -> Response:
        account = require(request, "vendor")
        party_id = account.party_id
        assert party_id is not None, "developers act for a party"

        async def work(tx: Tx) -> None:
            await hand_out_persons(tx, party_id, self._clock.wall())
            await sites_of(tx, party_id, self._clock.wall())

        await self._desk.do(account, Act("test-persons.handed-out"), work)
        return go_to(request, "/my/test-persons", N_("They are yours now; no other developer uses them."))
