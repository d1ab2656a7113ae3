"""What a portal shows in every environment: the rules of refusal, its own files, health and measures."""

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tilts.portal.parts import PortalParts
from tilts.portal.rendering import MEDIA_TYPES, YEAR_SECONDS
from tilts.portal.rule_list import rule_groups


class PublicPages:
    def __init__(self, parts: PortalParts) -> None:
        self._pages = parts.pages
        self._database = parts.database
        self._measures = parts.measures

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/rules", self.rules),
            Route("/rules/{prefix}", self.rules_of),
            Route("/static/{name}", self.asset),
            Route("/metrics", self.metrics),
            Route("/healthz", self.healthy),
        ]

    async def rules(self, request: Request) -> Response:
        return self._pages.page(request, "rules.html", groups=rule_groups())

    async def rules_of(self, request: Request) -> Response:
        asked = request.path_params["prefix"]
        group = next((group for group in rule_groups() if group.prefix == asked), None)
        if group is None:
            raise HTTPException(404)
        return self._pages.page(request, "rules_of.html", group=group)

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
