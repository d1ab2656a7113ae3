"""Systems of developers: the public register of approved ones, one's own versions and their test clients.

GET /systems   /my/systems       POST /my/systems   /my/systems/clients   /my/systems/feed
"""

from typing import ClassVar
from uuid import UUID

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tilts.access.desk import Act, Desk
from tilts.account import Account
from tilts.clock import day_in_riga
from tilts.functionality import CLINICAL
from tilts.ids import new_id
from tilts.lab.conformance.allotment import sites_of
from tilts.onboarding.connections import (
    SigningKey,
    Wanted,
    add_feed_client,
    add_test_client,
    read_key,
)
from tilts.portal.desk.case_pages import uuid_in
from tilts.portal.incoming_forms import file_in, needed, text_in
from tilts.portal.parts import PortalParts
from tilts.portal.places import Place
from tilts.portal.visits import form_of, go_to, require
from tilts.portal.words import N_
from tilts.rules import Refusal
from tilts.rules.accounts import USR_FIELD_EMPTY
from tilts.store.onboarding import connections, parties, testing
from tilts.store.onboarding.connections import ClientRecord
from tilts.store.onboarding.parties import SiteRecord, VersionRecord
from tilts.store.tx import Tx

NAME_CHARACTERS = 80


class SystemPages:
    places: ClassVar[tuple[Place, ...]] = (
        Place("/systems", N_("Approved systems"), 50),
        Place("/my/systems", N_("My systems"), 20, frozenset({"vendor"})),
    )

    def __init__(self, parts: PortalParts) -> None:
        self._pages = parts.pages
        self._parts = parts
        self._desk = Desk(parts.database, parts.clock)

    def routes(self) -> list[Route]:
        return [
            Route("/systems", self.register),
            Route("/my/systems", self.mine),
            Route("/my/systems", self.add, methods=["POST"]),
            Route("/my/systems/clients", self.add_client, methods=["POST"]),
            Route("/my/systems/feed", self.add_feed, methods=["POST"]),
        ]

    async def register(self, request: Request) -> Response:
        """Public: which version of which system may be used for what, and what the authority reserved."""
        now = self._parts.clock.now()
        async with self._parts.database.transaction() as tx:
            lines = await testing.register(tx, now)
        return self._pages.page(request, "desk/systems.html", lines=lines, today=day_in_riga(now))

    async def mine(self, request: Request) -> Response:
        account = require(request, "vendor")
        party_id = party_of(account)

        async def read(tx: Tx) -> tuple[list[VersionRecord], list[ClientRecord], list[SiteRecord]]:
            return (
                await parties.versions_of(tx, party_id),
                await connections.of_party(tx, party_id),
                await self._sites(tx, party_id),
            )

        versions, clients, sites = await self._desk.do(account, Act("system.listed", method="GET"), read)
        return self._pages.page(
            request,
            "desk/my_systems.html",
            versions=versions,
            clients=clients,
            sites=sites,
            functionalities=CLINICAL,
        )

    async def add(self, request: Request) -> Response:
        account = require(request, "vendor")
        form = form_of(request)
        chosen = [value for value in form.getlist("functionalities") if value in CLINICAL]
        if not chosen:
            raise Refusal(USR_FIELD_EMPTY, expressions=("functionalities",), field="functionalities")
        version = {
            "system_id": new_id(),
            "version_id": new_id(),
            "party_id": party_of(account),
            "name": needed(form, "name", "name")[:NAME_CHARACTERS],
            "version": needed(form, "version", "version")[:NAME_CHARACTERS],
            "functionalities": chosen,
            "registered_at": self._parts.clock.now(),
        }

        async def work(tx: Tx) -> bool:
            return await parties.add_version(tx, version)

        added = await self._desk.do(account, Act("system.registered"), work)
        notice = N_("The version is registered.") if added else N_("This version was registered before.")
        return go_to(request, "/my/systems", notice)

    async def add_client(self, request: Request) -> Response:
        """A test client at one of the organisations handed out to this developer."""
        account = require(request, "vendor")
        wanted = await wanted_in(form_of(request))
        now = self._parts.clock.now()

        async def work(tx: Tx) -> str:
            return await add_test_client(tx, account, wanted, await self._sites(tx, party_of(account)), now)

        client_id = await self._desk.do(account, Act("client.registered"), work)
        return go_to(
            request, f"/gate/{client_id}", N_("The client is registered. Now submit its certificate.")
        )

    async def add_feed(self, request: Request) -> Response:
        """C1: the classifier feed of production; open once the operator agreement is in force."""
        account = require(request, "vendor")
        key = await key_in(form_of(request), "feed_key")
        now = self._parts.clock.now()

        async def work(tx: Tx) -> str:
            return await add_feed_client(tx, account, key, now)

        client_id = await self._desk.do(account, Act("client.registered"), work)
        return go_to(
            request, f"/gate/{client_id}", N_("The client is registered. Now submit its certificate.")
        )

    async def _sites(self, tx: Tx, party_id: UUID) -> list[SiteRecord]:
        """The test practice and pharmacy of this developer, as the registers have them."""
        now = self._parts.clock.now()
        found = [await parties.site_at(tx, site, now) for site in await sites_of(tx, party_id, now)]
        return [site for site in found if site is not None]


def party_of(account: Account) -> UUID:
    assert account.party_id is not None, "developers and institutions act for a party"
    return account.party_id


async def key_in(form: FormData, name: str = "key") -> SigningKey:
    """The chosen file, or what was pasted."""
    key = await file_in(form, name)
    return read_key(key.content if key else text_in(form, f"{name}_text").encode())


async def wanted_in(form: FormData) -> Wanted:
    return Wanted(
        site=text_in(form, "site"),
        version_id=uuid_in(text_in(form, "version")),
        functionalities=tuple(str(value) for value in form.getlist("functionalities")),
        key=await key_in(form),
    )
