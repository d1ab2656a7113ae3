"""Server processes with sockets that their parent bound: several share one port, and a new one takes over."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from typing import IO, Final

from tilts.settings import Settings, to_environment

SERVER: Final = "tilts.house"
EGRESS: Final = "tilts.onboarding.egress"  # the program that fetches from outside (ADR 0037)
STOP_SECONDS: Final = 15
PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h


class Worker:
    """One `python -m tilts.house`, or another program of ours. It ends when its parent ends, however that ends."""

    def __init__(
        self,
        settings: Settings,
        sockets: Mapping[str, socket.socket],
        log: IO[bytes] | None,
        program: str = SERVER,
    ) -> None:
        numbers = {name: found.fileno() for name, found in sockets.items()}
        inherited = ",".join(f"{name}={number}" for name, number in numbers.items())
        self._process = subprocess.Popen(
            [sys.executable, "-m", program],
            env={
                **os.environ,
                **to_environment(settings),
                "TILTS_INHERITED_SOCKETS": inherited,
                "PYTHONUNBUFFERED": "1",
            },
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=tuple(numbers.values()),
            preexec_fn=die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509  # one C call
            start_new_session=True,  # Ctrl-C is the parent's to handle: workers end in order
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def status(self) -> int | None:
        """None while it runs; then its exit status, negative for the signal that ended it."""
        return self._process.poll()

    def stop(self) -> None:
        """What is under way is finished; what does not end in time is ended."""
        if self.status is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._process.wait()


def die_with_parent() -> None:
    """A killed parent leaves no worker behind."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
