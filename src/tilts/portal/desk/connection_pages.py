"""What an institution uses: which approved version at which site, and whether its connection is open.

GET /my/connections   /my/connections/new        POST /my/connections
"""

from typing import ClassVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tilts.access import gate
from tilts.access.desk import Act, Desk
from tilts.access.gate import decide
from tilts.functionality import functionalities_of
from tilts.onboarding.connections import APPROVED, declare
from tilts.portal.desk.gate_pages import GateView
from tilts.portal.desk.system_pages import party_of, wanted_in
from tilts.portal.parts import PortalParts
from tilts.portal.places import Place
from tilts.portal.visits import form_of, go_to, require
from tilts.portal.words import N_
from tilts.store.onboarding import connections, parties, testing
from tilts.store.onboarding.cases import CaseRecord
from tilts.store.onboarding.parties import SiteRecord
from tilts.store.onboarding.testing import ApprovedSystem
from tilts.store.tx import Tx


class ConnectionPages:
    places: ClassVar[tuple[Place, ...]] = (
        Place("/my/connections", N_("My connections"), 30, frozenset({"institution", "it"})),
    )

    def __init__(self, parts: PortalParts) -> None:
        self._pages = parts.pages
        self._desk = Desk(parts.database, parts.clock)

    def routes(self) -> list[Route]:
        return [
            Route("/my/connections", self.mine),
            Route("/my/connections/new", self.form),
            Route("/my/connections", self.add, methods=["POST"]),
        ]

    async def mine(self, request: Request) -> Response:
        account = require(request, "institution", "it")
        now = self._desk.clock.now()

        async def read(tx: Tx) -> list[GateView]:
            own = {one.client_id for one in await connections.of_party(tx, party_of(account))}
            found = [one for one in await gate.facts_at(tx, "production", now) if one.client.client_id in own]
            return [
                GateView(facts, tuple(decide(facts, name, now) for name in facts.client.functionalities))
                for facts in found
            ]

        views = await self._desk.do(account, Act("connection.listed", method="GET"), read)
        return self._pages.page(request, "desk/connections.html", views=views)

    async def form(self, request: Request) -> Response:
        account = require(request, "institution", "it")
        now = self._desk.clock.now()

        async def read(tx: Tx) -> tuple[list[SiteRecord], list[ApprovedSystem], list[str]]:
            party = await parties.find_party(tx, party_of(account))
            assert party is not None
            sites = await parties.sites_at(tx, party.registration_number, now)
            lines = [line for line in await testing.register(tx, now) if line.verdict in APPROVED]
            fitting = functionalities_of(party.kind)
            return sites, [line for line in lines if line.functionality in fitting], list(fitting)

        sites, lines, functionalities = await self._desk.do(
            account, Act("connection.listed", method="GET"), read
        )
        return self._pages.page(
            request, "desk/connection_new.html", sites=sites, lines=lines, functionalities=functionalities
        )

    async def add(self, request: Request) -> Response:
        account = require(request, "institution", "it")
        wanted = await wanted_in(form_of(request))
        now = self._desk.clock.now()

        async def work(tx: Tx) -> CaseRecord:
            return await declare(tx, account, wanted, now)

        case = await self._desk.do(account, Act("connection.declared"), work)
        address = f"/gate/{case.facts['client_id']}"
        return go_to(request, address, N_("The connection is declared. What it still needs stands below."))
