"""The portal's application: which page answers at which address.

GET /   /calls   /persons   /persons/{patient_id}   /rules   /certificates/..   /healthz   /metrics

Everything that shows or hands out something of the sandbox is there in the sandbox only.
"""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tilts.clock import Clock, WallClock
from tilts.measures import Measures
from tilts.portal.guard import SECURITY_HEADERS, Guard, hosts_of
from tilts.portal.rendering import MEDIA_TYPES, YEAR_SECONDS, Pages
from tilts.portal.rule_list import rule_groups
from tilts.portal.sandbox_facts import read_facts
from tilts.portal.sandbox_pages import SandboxPages
from tilts.settings import Settings
from tilts.store.tx import Database


def portal(settings: Settings, database: Database, measures: Measures) -> Starlette:
    facts = read_facts(settings)
    pages = Pages(sandbox=facts is not None)
    public = PublicPages(pages, database, measures)
    clock: Clock = WallClock()
    routes = [*public.routes(), *(SandboxPages(pages, database, clock, facts).routes() if facts else [])]
    return Starlette(
        routes=routes,
        middleware=[Middleware(Guard, hosts=hosts_of(settings))],
        exception_handlers={HTTPException: public.not_here, Exception: public.our_fault},
    )


class PublicPages:
    """What a portal shows in every environment."""

    def __init__(self, pages: Pages, database: Database, measures: Measures) -> None:
        self._pages = pages
        self._database = database
        self._measures = measures

    def routes(self) -> list[Route]:
        return [
            Route("/rules", self.rules),
            Route("/static/{name}", self.asset),
            Route("/metrics", self.metrics),
            Route("/healthz", self.healthy),
        ]

    async def rules(self, request: Request) -> Response:
        return self._pages.page(request, "rules.html", groups=rule_groups())

    async def asset(self, request: Request) -> Response:
        """Only what was in our folder at the start; the address carries a mark of the content."""
        name = request.path_params["name"]
        content = self._pages.assets.get(name)
        if content is None:
            raise HTTPException(404)
        kept = {"cache-control": f"public, max-age={YEAR_SECONDS}, immutable"}
        return Response(content, headers=kept, media_type=MEDIA_TYPES[f".{name.rpartition('.')[2]}"])

    async def metrics(self, request: Request) -> Response:
        return Response(self._measures.as_text(), media_type="text/plain; version=0.0.4")

    async def healthy(self, request: Request) -> Response:
        ready = await self._database.answers()
        return JSONResponse({"ready": ready}, status_code=200 if ready else 503)

    async def not_here(self, request: Request, no: Exception) -> Response:
        status = no.status_code if isinstance(no, HTTPException) else 404
        response = self._pages.page(request, "not_here.html", status=status, code=status)
        response.headers.update((no.headers or {}) if isinstance(no, HTTPException) else {})
        return response

    async def our_fault(self, request: Request, fault: Exception) -> Response:
        """Outside the guard, which ended with the fault; the server logs the fault itself."""
        response = self._pages.page(request, "not_here.html", status=500, code=500)
        response.headers.update(SECURITY_HEADERS)
        return response
