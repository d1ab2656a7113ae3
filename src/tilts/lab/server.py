"""The server of the sandbox: one worker with the parent's sockets, started again when it is killed.

Beside the server of test runs what fetches from outside: one for both environments, they share what it brings.
"""

import http.client
import socket
import time
from pathlib import Path
from typing import Final

from tilts.lab.listening import LOOPBACK, Listening, port_of
from tilts.lab.state import LOG_FILES
from tilts.settings import Settings
from tilts.workers import EGRESS, Worker

READY_SECONDS: Final = 60


class ServerFailed(Exception):
    """The server ended before it answered; the text says where its log is."""


class Server:
    def __init__(self, settings: Settings, listening: Listening, logs: Path) -> None:
        logs.mkdir(mode=0o700, exist_ok=True)
        self._log = logs / LOG_FILES[settings.environment]
        self._settings = settings
        self._listening = listening
        self._egress: Worker | None = None
        self._start_server()

    def start(self) -> None:
        """Whichever of the two has ended."""
        if self._worker.status is not None:
            self._start_server()
        if self._egress is not None and self._egress.status is not None:
            self._start_egress()

    def _start_server(self) -> None:
        with self._log.open("ab") as log:
            self._worker = Worker(self._settings, self._listening.sockets, log)

    def _start_egress(self) -> None:
        with self._log.open("ab") as log:
            self._egress = Worker(self._settings, {}, log, EGRESS)

    @property
    def pid(self) -> int:
        return self._worker.pid

    @property
    def running(self) -> bool:
        return all(one.status is None for one in (self._worker, self._egress) if one is not None)

    def wait_until_ready(self, portal: socket.socket) -> None:
        ends = time.monotonic() + READY_SECONDS
        while time.monotonic() < ends:
            if not self.running:
                raise ServerFailed(f"the server ended with {self._worker.status}; see {self._log}")
            if answers(port_of(portal)):
                if self._settings.environment == "test" and self._egress is None:
                    self._start_egress()  # nobody waits for it: not before the server answers
                return
            time.sleep(0.05)
        raise ServerFailed(f"the server does not answer after {READY_SECONDS} s; see {self._log}")

    def stop(self) -> None:
        for one in (self._worker, self._egress):
            if one is not None:
                one.stop()


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()
