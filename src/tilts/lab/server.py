"""The server process of the sandbox: started with the parent's sockets, and again when it is killed."""

import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from tilts.lab.listening import LOOPBACK, Listening, port_of
from tilts.settings import Settings, to_environment

READY_SECONDS: Final = 60
PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h


class ServerFailed(Exception):
    """The server ended before it answered; the text says where its log is."""


class Server:
    def __init__(self, settings: Settings, listening: Listening, logs: Path) -> None:
        logs.mkdir(mode=0o700, exist_ok=True)
        self._log = logs / "server.log"
        self._numbers = {name: found.fileno() for name, found in listening.sockets.items()}
        inherited = ",".join(f"{name}={number}" for name, number in self._numbers.items())
        self._environment = {
            **os.environ,
            **to_environment(settings),
            "TILTS_INHERITED_SOCKETS": inherited,
            "PYTHONUNBUFFERED": "1",
        }
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tilts.house"],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=tuple(self._numbers.values()),
                preexec_fn=die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509  # one C call
                start_new_session=True,  # Ctrl-C is the parent's to handle: the server ends in order
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def wait_until_ready(self, portal: socket.socket) -> None:
        ends = time.monotonic() + READY_SECONDS
        while time.monotonic() < ends:
            if not self.running:
                raise ServerFailed(f"the server ended with {self._process.returncode}; see {self._log}")
            if answers(port_of(portal)):
                return
            time.sleep(0.05)
        raise ServerFailed(f"the server does not answer after {READY_SECONDS} s; see {self._log}")

    def stop(self) -> None:
        if self.running:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._process.wait()


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()


def die_with_parent() -> None:
    """A killed sandbox leaves no server behind."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
