"""A whole exchange for the tests: real database, real TLS, real certificates, and a clock that can be moved."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uvloop

from proofs.limits import wide_limits
from tilts.house import House, build, running
from tilts.lab.environment import Environment, Options
from tilts.lab.listening import Listening
from tilts.lab.server import answers
from tilts.settings import Settings
from tilts_connector import Credentials, Exchange
from tilts_connector import Options as CallOptions


@dataclass
class MovableClock:
    """Business time may be moved; wall time, by which tokens and certificates live, never is."""

    ahead: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def wall(self) -> datetime:
        return datetime.now(UTC)

    @contextmanager
    def moved(self, **by: float) -> Iterator[None]:
        self.ahead += timedelta(**by)
        try:
            yield
        finally:
            self.ahead -= timedelta(**by)


class ThreadServer:
    """The same house in a thread of the test process."""

    def __init__(self, settings: Settings, listening: Listening, clock: MovableClock) -> None:
        self._settings = settings
        self._listening = listening
        self._clock = clock
        self.house: House | None = None
        self.start()

    def start(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    def wait_until_ready(self, portal: socket.socket) -> None:
        number = portal.getsockname()[1]
        while not answers(number):
            assert self.running, "the server ended before it answered"

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        async def serve() -> None:
            self.house = build(self._settings, clock=self._clock)
            sockets = {name: found.dup() for name, found in self._listening.sockets.items()}
            async with running(self.house, sockets):
                await asyncio.to_thread(self._stop.wait)

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve())


@dataclass
class Running:
    """What a test holds of the running exchange."""

    environment: Environment
    clock: MovableClock

    @property
    def facts(self) -> dict[str, Any]:
        return self.environment.facts

    @property
    def settings(self) -> Settings:
        return self.environment.settings

    def credentials(self, client: str) -> Credentials:
        return Credentials.from_ready_line(self.facts["clients"][client])

    def connect(self, client: str, *, plain: bool = False, **options: Any) -> Exchange:
        """A connector for a client of the sandbox; the caller closes it."""
        base = self.facts["plain" if plain else "fhir"]
        return Exchange(base, self.credentials(client), options=CallOptions(**options))


@contextmanager
def running_exchange(folder: Path, **options: Any) -> Iterator[Running]:
    """`production=True` runs the rehearsal of production beside it, in a thread of its own.

    The gate is asked at the start and then so rarely that no test meets it by chance: many switch a connection off
    and on again. A test of the gate sets gate_refresh_seconds. Nothing is settled behind the back of tests that move
    the clock, or write prescriptions of another day.
    """
    options = {
        "gate_refresh_seconds": 3600,
        "settling_seconds": 0,
        "copying_limits": wide_limits(folder.parent),
        **options,
    }
    clock = MovableClock()

    def make_server(settings: Settings, listening: Listening, logs: Path) -> ThreadServer:
        return ThreadServer(settings, listening, clock)

    chosen = Options(data_dir=folder, port=0, plain=True, rate=0, **options)
    environment = Environment(chosen, lambda _: None, make_server)
    try:
        yield Running(environment, clock)
    finally:
        environment.stop()
