"""The server of the sandbox: one worker with the parent's sockets, started again when it is killed."""

import http.client
import socket
import time
from pathlib import Path
from typing import Final

from tilts.lab.listening import LOOPBACK, Listening, port_of
from tilts.lab.state import LOG_FILES
from tilts.settings import Settings
from tilts.workers import Worker

READY_SECONDS: Final = 60


class ServerFailed(Exception):
    """The server ended before it answered; the text says where its log is."""


class Server:
    def __init__(self, settings: Settings, listening: Listening, logs: Path) -> None:
        logs.mkdir(mode=0o700, exist_ok=True)
        self._log = logs / LOG_FILES[settings.environment]
        self._settings = settings
        self._listening = listening
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._worker = Worker(self._settings, self._listening.sockets, log)

    @property
    def pid(self) -> int:
        return self._worker.pid

    @property
    def running(self) -> bool:
        return self._worker.status is None

    def wait_until_ready(self, portal: socket.socket) -> None:
        ends = time.monotonic() + READY_SECONDS
        while time.monotonic() < ends:
            if not self.running:
                raise ServerFailed(f"the server ended with {self._worker.status}; see {self._log}")
            if answers(port_of(portal)):
                return
            time.sleep(0.05)
        raise ServerFailed(f"the server does not answer after {READY_SECONDS} s; see {self._log}")

    def stop(self) -> None:
        self._worker.stop()


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()
