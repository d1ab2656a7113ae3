"""The exchange with its own ports, and once more as a process behind HAProxy, all with a short patience."""

import asyncio
import json
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

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
    def of(cls, environment: Environment, name: str, base: str) -> "Door":
        facts = {**environment.facts, "fhir": base, "token": base.removesuffix("/fhir/r4") + "/oauth/token"}
        hostile, healthy = Party.of(facts, "practice"), Party.of(facts, "second-pharmacy")
        number = hostile.line.address[1]
        context = None
        if base.startswith("http:"):
            for party in (hostile, healthy):
                party.line = Line(*party.line.address, None)
        else:
            context = hostile.line._context  # the same certificate
        return cls(Port(name, number, context), hostile, healthy)

    async def leave(self) -> None:
        """Closes what is kept open, and waits until it is."""
        self.hostile.line.close()
        self.healthy.line.close()
        await asyncio.sleep(0.05)


@dataclass(slots=True)
class Place:
    doors: list[Door]
    pids: dict[str, int]
    logs: list[Path]

    def resident_mb(self) -> dict[str, float]:
        return {name: psutil.Process(pid).memory_info().rss / 1e6 for name, pid in self.pids.items()}


@contextmanager
def opened(environment: Environment, patience_seconds: int = PATIENCE_SECONDS) -> Iterator[Place]:
    """Own sockets for all three, so that the sandbox's own server is not concerned."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tilts-")))
        tcp = {name: stack.enter_context(listening()) for name in ("tls", "plain", "front")}
        unix = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        unix.bind(str(folder / "proxied.sock"))
        unix.listen(256)
        numbers = {name: found.getsockname()[1] for name, found in tcp.items()}
        own = replace(
            environment.settings,
            public_base=f"https://localhost:{numbers['tls']}/fhir/r4",
            plain_base=f"http://127.0.0.1:{numbers['plain']}/fhir/r4",
            head_seconds=patience_seconds,
            body_seconds=patience_seconds,
            front_sockets=str(folder / "proxied.sock"),
            front_handshakes_per_second=0,
        )
        behind = replace(own, public_base=f"https://localhost:{numbers['front']}/fhir/r4", plain_base="")
        logs = [folder / "own.log", folder / "behind.log"]
        workers = [
            stack.enter_context(working(own, {"tls": tcp["tls"], "plain": tcp["plain"]}, logs[0])),
            stack.enter_context(working(behind, {"proxied": unix}, logs[1])),
        ]
        wait_until_it_answers(folder / "proxied.sock")
        front = stack.enter_context(haproxy(folder / "front", tcp["front"], behind))
        bases = {"HAProxy": behind.public_base, "TLS port": own.public_base, "plain port": own.plain_base}
        doors = [Door.of(environment, name, base) for name, base in bases.items()]
        pids = {"own ports": workers[0].pid, "behind HAProxy": workers[1].pid, "HAProxy": front.process.pid}
        yield Place(doors, pids, [*logs, front.log])
        for worker in workers:
            assert worker.status is None, "the server ended"


def listening() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0), backlog=256)


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
