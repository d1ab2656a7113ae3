"""`tilts serve` and `tilts migrate`: one environment against a PostgreSQL of your own."""

import os
import signal
import socket
import threading
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Annotated

from cyclopts import Parameter

from tilts.cli.refusals import NotPossible
from tilts.settings import Settings, from_environment
from tilts.store.migrate import MigrationChanged, migrate_database
from tilts.workers import Worker

LOOK_SECONDS = 0.2
MOST_RESTARTS = 20  # then something is wrong that another start does not mend


def serve(
    *,
    workers: Annotated[int, Parameter(help="Server processes that share the socket.")] = 2,
    host: Annotated[str, Parameter(help="Address of the TLS port (TILTS_TLS_PORT).")] = "127.0.0.1",
    unix_socket: Annotated[
        Path | None,
        Parameter(
            help="Listen here instead, for a proxy that ends TLS and hands over Client-Cert (RFC 9440)."
        ),
    ] = None,
) -> int:
    """Serve one environment against DATABASE_URL until it is ended; settings come as TILTS_*.

    Exit status: 0 ended as asked, 1 a setting is missing, the address is taken or workers keep ending.
    """
    settings = chosen_settings()
    listening = {"proxied": unix(unix_socket)} if unix_socket else {"tls": tcp(host, settings.tls_port)}
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    running = [Worker(settings, listening, None) for _ in range(max(1, workers))]
    restarts = 0
    try:
        while not stop.wait(LOOK_SECONDS):
            restarts += replace_ended(running, settings, listening)
            if restarts > MOST_RESTARTS:
                raise NotPossible("workers keep ending; see what they said above")
    finally:
        for worker in running:
            worker.stop()
        if unix_socket:
            unix_socket.unlink(missing_ok=True)
    return 0


def replace_ended(running: list[Worker], settings: Settings, listening: dict[str, socket.socket]) -> int:
    """A worker that ended gets a successor on the same socket; says how many did."""
    ended = [place for place, worker in enumerate(running) if worker.status is not None]
    for place in ended:
        running[place] = Worker(settings, listening, None)
    return len(ended)


def migrate(
    *,
    serving_role: Annotated[
        str | None, Parameter(help="Role that `tilts serve` uses, if it is not the owner of the tables.")
    ] = None,
) -> int:
    """Bring the schema of the environment (TILTS_ENVIRONMENT) up to date, as the owner in DATABASE_URL.

    Exit status: 0 up to date, 1 not possible.
    """
    settings = chosen_settings()
    try:
        applied = migrate_database(settings.database_url, settings.environment, serving_role)
    except MigrationChanged as fault:
        raise NotPossible(str(fault)) from fault
    print(f"{applied} migrations applied; up to date")
    return 0


def chosen_settings() -> Settings:
    settings = from_environment()
    url = settings.database_url or os.environ.get("DATABASE_URL", "")
    if not url:
        raise NotPossible(
            "set DATABASE_URL to the PostgreSQL to use, for example postgresql://tilts@db/tilts"
        )
    return replace(settings, database_url=url)


def tcp(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), backlog=1024)
    except OSError as fault:
        raise NotPossible(f"{host}:{port} cannot be listened on: {fault.strerror}") from fault


def unix(path: Path) -> socket.socket:
    """Only our account and its group can write there: whoever can, is believed about certificates."""
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o117)
    try:
        listening.bind(str(path))
    except OSError as fault:
        raise NotPossible(f"{path} cannot be listened on: {fault.strerror}") from fault
    finally:
        os.umask(before)
    listening.listen(1024)
    return listening
