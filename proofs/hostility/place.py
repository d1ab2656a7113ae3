"""One exchange with three ways in: its TLS port, its plain port, and a Unix socket behind HAProxy."""

import asyncio
import json
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import httpx
import psutil

from proofs.driver.front import haproxy
from proofs.driver.http import Line
from proofs.driver.parties import Party
from proofs.hostility.sending import Port
from tilts.lab.environment import Environment
from tilts.settings import Settings
from tilts.workers import Worker

PATIENCE_SECONDS: Final = (
    2  # for heads and bodies, in place of 10 and 30: else the slow ones would take the whole time
)


@dataclass(slots=True)
class Door:
    """One way in, with somebody who tries what they can and somebody who only works."""

    port: Port
    hostile: Party
    healthy: Party

    @classmethod
    def of(cls, environment: Environment, name: str, number: int, audience: str) -> "Door":
        facts = {**environment.facts, "fhir": audience}
        facts["token"] = audience.removesuffix("/fhir/r4") + "/oauth/token"
        parties = [Party.of(facts, client) for client in ("practice", "second-pharmacy")]
        for party in parties:
            context = None if audience.startswith("http:") else party.line._context
            party.line = Line("localhost" if context else "127.0.0.1", number, context)
        return cls(Port(name, number, parties[0].line._context), *parties)

    async def leave(self) -> None:
        """Closes what is kept open, and waits until it is."""
        self.hostile.line.close()
        self.healthy.line.close()
        await asyncio.sleep(0.05)


@dataclass(slots=True)
class Place:
    settings: Settings
    doors: list[Door]
    pids: dict[str, int]
    logs: list[Path]

    def resident_mb(self) -> dict[str, float]:
        return {
            name: round(psutil.Process(pid).memory_info().rss / 2**20, 1) for name, pid in self.pids.items()
        }


@contextmanager
def opened(environment: Environment, **chosen: Any) -> Iterator[Place]:
    """Own sockets for all three, so that the sandbox's own server is not concerned; `chosen` are settings."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tilts-")))
        tcp = {name: stack.enter_context(listening()) for name in ("tls", "plain", "front")}
        numbers = {name: found.getsockname()[1] for name, found in tcp.items()}
        unix = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        unix.bind(str(folder / "proxied.sock"))
        unix.listen(2_048)
        settings = replace(
            environment.settings,
            public_base=f"https://localhost:{numbers['front']}/fhir/r4",
            plain_base=f"http://127.0.0.1:{numbers['plain']}/fhir/r4",
            front_sockets=str(folder / "proxied.sock"),
            front_handshakes_per_second=0,  # all of them come from one address here
            **chosen,
        )
        log, sockets = folder / "exchange.log", {"tls": tcp["tls"], "plain": tcp["plain"], "proxied": unix}
        worker = stack.enter_context(working(settings, sockets, log))
        wait_until_it_answers(folder / "proxied.sock")
        front = stack.enter_context(haproxy(folder / "front", tcp["front"], settings))
        ways = {"HAProxy": "front", "TLS port": "tls", "plain port": "plain"}
        audiences = {"plain": settings.plain_base}
        doors = [
            Door.of(environment, name, numbers[way], audiences.get(way, settings.public_base))
            for name, way in ways.items()
        ]
        pids = {"exchange": worker.pid, "HAProxy": front.process.pid}
        yield Place(settings, doors, pids, [log, front.log])
        assert worker.status is None, "the server ended"


def listening() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0), backlog=2_048)


def wait_until_it_answers(path: Path) -> None:
    """A call waits in the socket's queue until somebody takes it."""
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(path)), timeout=60) as inside:
        assert inside.get("http://localhost/healthz").status_code == httpx.codes.OK


@contextmanager
def working(settings: Settings, sockets: dict[str, socket.socket], log: Path) -> Iterator[Worker]:
    with log.open("wb") as out:
        worker = Worker(settings, sockets, out)
    try:
        yield worker
    finally:
        worker.stop()
        if os.environ.get("TILTS_KEEP_LOGS"):
            print(log.read_text("utf-8", "replace"))


def one_object_a_line(log: Path) -> list[str]:
    """Lines of a log that are not one JSON object, or that tell of a fault of ours."""
    wrong = []
    for line in log.read_text("utf-8").splitlines():
        try:
            found = json.loads(line)
        except ValueError:
            found = None
        if not isinstance(found, dict) or found.get("level") in ("error", "critical"):
            wrong.append(line[:400])
    return wrong
