"""The sandbox's own pages: what runs, what is called, whose keys, which persons."""

from collections.abc import Sequence
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tilts.access.residents import Act, Resident, ResidentDesk, Seat
from tilts.lab.pki.issuing import BROWSER_PASSWORD
from tilts.portal.parts import PortalParts
from tilts.portal.persons import AccessPage, ShownLine, accesses_of, lines_of
from tilts.portal.sandbox import connecting
from tilts.portal.sandbox.bridge import bridge_now
from tilts.portal.sandbox_facts import CLIENT_FILES, Client
from tilts.store import overview
from tilts.store.overview import SeenCall

ALL_ROWS = 50
FRONT_ROWS = 8
FIRST_CLIENTS = ("practice", "pharmacy", "second-pharmacy", "hospital", "authority", "vendor", "portal")
FILE_TYPES = {
    ".pem": "application/x-pem-file",
    ".json": "application/jwk+json",
    ".p12": "application/x-pkcs12",
}


class SandboxPages:
    def __init__(self, parts: PortalParts) -> None:
        assert parts.facts is not None, "these pages are there in the sandbox only"
        self._pages = parts.pages
        self._database = parts.database
        self._clock = parts.clock
        self._facts = parts.facts
        self._residents = ResidentDesk(parts.database, parts.clock)

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/sandbox", self.front),
            Route("/calls", self.calls),
            Route("/fragments/bridge", self.bridge),
            Route("/fragments/calls", self.all_calls),
            Route("/fragments/last-calls", self.last_calls),
            Route("/persons", self.persons),
            Route("/persons/{patient_id}", self.person),
            Route("/certificates/ca.pem", self.authority),
            Route("/certificates/{client}/{file}", self.client_file),
        ]

    async def front(self, request: Request) -> Response:
        facts = self._facts
        async with self._database.transaction() as tx:
            database_version = await overview.server_version(tx)
        return self._pages.page(
            request,
            "front.html",
            facts=facts,
            bridge=await bridge_now(self._database, self._clock.wall()),
            calls=await self._recent(FRONT_ROWS),
            database_version=database_version,
            story=connecting.story(facts),
            first_calls=connecting.first_calls(facts),
            trust=connecting.trust(facts),
            client_files=CLIENT_FILES,
            password=BROWSER_PASSWORD,
            clients=self._clients(),
        )

    async def calls(self, request: Request) -> Response:
        return self._pages.page(request, "calls.html", calls=await self._recent(ALL_ROWS))

    async def bridge(self, request: Request) -> Response:
        bridge = await bridge_now(self._database, self._clock.wall())
        return self._pages.page(request, "_bridge.html", bridge=bridge)

    async def all_calls(self, request: Request) -> Response:
        return self._pages.page(request, "_calls.html", calls=await self._recent(ALL_ROWS))

    async def last_calls(self, request: Request) -> Response:
        return self._pages.page(request, "_calls.html", calls=await self._recent(FRONT_ROWS))

    async def persons(self, request: Request) -> Response:
        return self._pages.page(request, "persons.html", persons=self._facts.persons)

    async def person(self, request: Request) -> Response:
        person = self._facts.person(request.path_params["patient_id"])
        if person is None:
            raise HTTPException(404)
        before, patient_id = uuid_in(request.query_params.get("before")), UUID(person.patient)

        async def read(seat: Seat) -> tuple[list[ShownLine], AccessPage]:
            return await lines_of(seat), await accesses_of(seat, before=before)

        act = Act("audit.searched", "AuditEvent", f"/persons/{person.patient}")
        lines, seen = await self._residents.do(Resident(patient_id, patient_id), act, read)
        return self._pages.page(request, "person.html", person=person, lines=lines, seen=seen, before=before)

    async def authority(self, request: Request) -> Response:
        return download(self._facts.authority.read_bytes(), "tilts-sandbox-ca.pem")

    async def client_file(self, request: Request) -> Response:
        """Names come from our own lists; what was written in the address only chooses among them."""
        name, file = request.path_params["client"], request.path_params["file"]
        client = self._facts.clients.get(name)
        if client is None or file not in CLIENT_FILES:
            raise HTTPException(404)
        try:
            content = client.file(file).read_bytes()
        except OSError:
            raise HTTPException(404) from None
        return download(content, f"{name}-{file}")

    def _clients(self) -> tuple[dict[str, Client], dict[str, Client]]:
        """Those of the ready line, then the rest."""
        every = self._facts.clients
        first = {name: every[name] for name in FIRST_CLIENTS if name in every}
        return first, {name: client for name, client in every.items() if name not in first}

    async def _recent(self, rows: int) -> list[SeenCall]:
        async with self._database.transaction() as tx:
            return await overview.recent_calls(tx, rows)


def download(content: bytes, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(content, headers=headers, media_type=FILE_TYPES[f".{name.rpartition('.')[2]}"])


def uuid_in(written: str | None) -> UUID | None:
    try:
        return UUID(written) if written else None
    except ValueError:
        return None
