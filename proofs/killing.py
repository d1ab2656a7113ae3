"""Who is killed, how, and who starts it again: the sandbox itself, as it would on a laptop."""

import os
import signal
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final

import psutil
import psycopg
import uvloop

from proofs.stopping import Stop
from tilts.lab.environment import Environment

LOOK_SECONDS: Final = 0.05
ASYNCHRONOUS: Final = (
    "ALTER ROLE tilts_test SET synchronous_commit TO off",
    "ALTER SYSTEM SET wal_writer_delay TO '10s'",
    "SELECT pg_reload_conf()",
)
SYNCHRONOUS: Final = (
    "ALTER ROLE tilts_test RESET synchronous_commit",
    "ALTER SYSTEM RESET wal_writer_delay",
    "SELECT pg_reload_conf()",
)


def kill_server(environment: Environment) -> float:
    """SIGKILL to the server process; gives the moment."""
    at = time.time()
    os.kill(environment.server.pid, signal.SIGKILL)  # type: ignore[attr-defined]  # a process here, not a thread
    return at


def kill_postgres(environment: Environment) -> float:
    """SIGKILL to postmaster and children, so that nobody is left to write anything down."""
    postmaster = psutil.Process(environment.cluster.pid)
    family = [postmaster, *postmaster.children(recursive=True)]
    at = time.time()
    for process in family:
        with suppress(psutil.NoSuchProcess):
            process.kill()  # psutil looks first whether the number is still the same process
    return at


TARGETS: Final[dict[str, Callable[[Environment], float]]] = {
    "the server": kill_server,
    "PostgreSQL": kill_postgres,
}


def drive(environment: Environment, stop: Stop, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """The clients in a thread, the keeping alive here.

    Not the other way round: the server asks the kernel to die with the *thread* that started it.
    """

    def run() -> None:
        uvloop.run(work())

    with ThreadPoolExecutor(1) as pool:
        clients = pool.submit(run)
        try:
            while not clients.done():
                environment.keep_alive()
                time.sleep(LOOK_SECONDS)
        except BaseException:
            stop.wanted = True
            raise
        clients.result()


def set_commit(environment: Environment, statements: tuple[str, ...]) -> None:
    """For the control: whether an answer waits for the disk."""
    with psycopg.connect(environment.cluster.superuser_dsn(), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)
