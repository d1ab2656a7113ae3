"""The portal's application: the sandbox's first page; later everything people do with a browser."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tilts.measures import Measures
from tilts.settings import Settings
from tilts.store.tx import Database


def portal(settings: Settings, database: Database, measures: Measures) -> Starlette:
    async def healthy(request: Request) -> Response:
        ready = await database.answers()
        return JSONResponse({"ready": ready}, status_code=200 if ready else 503)

    return Starlette(routes=[Route("/healthz", healthy)])
