"""A handler that only decodes and encodes the same JSON, on the same server with the same settings and TLS.

Run as `python -m benchmarks.bare ANSWERS` with the settings of the sandbox in the environment: what uvicorn, TLS
and JSON cost when nobody is asked who they are, nothing is checked and nothing is written down.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tilts.house import build, inherited, servers
from tilts.lab.environment import Environment
from tilts.lab.listening import bound, port_of
from tilts.settings import from_environment, to_environment
from tilts_fhir.json_strict import decode, encode


def shape_of(path: str) -> str:
    """Without ids: what stands in the middle of Task/{id}/$claim or at the end of Patient/{id}."""
    parts = path.strip("/").split("/")
    return "/".join("*" if len(part) == 36 else part for part in parts)


def application(answers: dict[str, Any]) -> Starlette:
    async def answer(request: Request) -> Response:
        body = await request.body()
        if body and "json" in request.headers.get("content-type", ""):
            decode(body)
        return Response(encode(answers[shape_of(request.url.path)]), media_type="application/fhir+json")

    return Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])


async def serve(answers: Path) -> None:
    settings = from_environment()
    app = application(decode(answers.read_bytes()))
    house = replace(build(settings), tls=app)
    running = [
        server._serve([found]) for server, found in servers(house, inherited(settings.inherited_sockets))
    ]
    await asyncio.gather(*running)


@contextmanager
def bare_server(environment: Environment, answers: Path) -> Iterator[tuple[int, int]]:
    """Port and process of the bare handler."""
    listening = bound(0)
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.bare", str(answers)],
        env=worker_environment(environment, listening.fileno()),
        pass_fds=[listening.fileno()],
        stdin=subprocess.DEVNULL,
    )
    try:
        yield port_of(listening), process.pid
    finally:
        process.terminate()
        process.wait()
        listening.close()


def worker_environment(environment: Environment, number: int) -> dict[str, str]:
    return os.environ | to_environment(environment.settings) | {"TILTS_INHERITED_SOCKETS": f"tls={number}"}


if __name__ == "__main__":
    uvloop.run(serve(Path(sys.argv[1])))
