"""`tilts serve` and `tilts migrate`: one environment against a PostgreSQL of your own."""

import asyncio
import ipaddress
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
from tilts.person_code import reserved_pattern
from tilts.production import unfit
from tilts.settings import Settings, from_environment
from tilts.store.migrate import MigrationChanged, migrate_database
from tilts.store.registers import patient_identified_like
from tilts.store.tx import GONE, NOT_MIGRATED, Database
from tilts.workers import EGRESS, SERVER, Worker

LOOK_SECONDS = 0.2
ANSWERS_SECONDS = 5  # for PostgreSQL, before a production environment is served
MOST_RESTARTS = 20  # then something is wrong that another start does not mend


def serve(
    *,
    workers: Annotated[int, Parameter(help="Server processes that share the socket.")] = 2,
    host: Annotated[
        str, Parameter(help="Address of the TLS port (TILTS_TLS_PORT): a loopback address.")
    ] = "127.0.0.1",
    unix_socket: Annotated[
        Path | None,
        Parameter(
            help="Listen here instead, for a proxy that ends TLS and hands over Client-Cert (RFC 9440)."
        ),
    ] = None,
    portal_port: Annotated[
        int, Parameter(help="Port of the portal on the same address (TILTS_PORTAL_BASE); 0 is no portal.")
    ] = 0,
) -> int:
    """Serve one environment against DATABASE_URL until it is ended; settings come as TILTS_*.

    A production environment (TILTS_ENVIRONMENT=production) refuses settings of a test, and says what to set.

    Exit status: 0 ended as asked, 1 a setting is missing or does not fit, the address is taken or workers keep ending.
    """
    settings = chosen_settings()
    check_fit(settings)
    check_loopback(host)
    listening = {"proxied": unix(unix_socket)} if unix_socket else {"tls": tcp(host, settings.tls_port)}
    if portal_port:
        listening["portal"] = tcp(host, portal_port)
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    running = [Worker(settings, listening, None) for _ in range(max(1, workers))]
    fetching = [Worker(settings, {}, None, EGRESS)]
    restarts = 0
    try:
        while not stop.wait(LOOK_SECONDS):
            restarts += replace_ended(running, settings, listening)
            restarts += replace_ended(fetching, settings, {}, EGRESS)
            if restarts > MOST_RESTARTS:
                raise NotPossible("workers keep ending; see what they said above")
    finally:
        for worker in (*running, *fetching):
            worker.stop()
        if unix_socket:
            unix_socket.unlink(missing_ok=True)
    return 0


def replace_ended(
    running: list[Worker], settings: Settings, listening: dict[str, socket.socket], program: str = SERVER
) -> int:
    """A worker that ended gets a successor on the same socket; says how many did."""
    ended = [place for place, worker in enumerate(running) if worker.status is not None]
    for place in ended:
        running[place] = Worker(settings, listening, None, program)
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


def check_fit(settings: Settings) -> None:
    """A production environment is not served with what belongs to a test: settings, or test persons."""
    faults = unfit(settings)
    if not faults and not settings.knows_test_persons and asyncio.run(holds_test_persons(settings)):
        faults = [
            "the register of patients holds codes of the test persons' block: DATABASE_URL is not production's"
        ]
    if faults:
        raise NotPossible("; ".join(faults))


async def holds_test_persons(settings: Settings) -> bool:
    database = Database(settings.database_url, connections=1, environment=settings.environment)
    try:
        await database.open(seconds=ANSWERS_SECONDS)
        async with database.transaction() as tx:
            return await patient_identified_like(tx, reserved_pattern())
    except GONE as fault:
        raise NotPossible("DATABASE_URL: no PostgreSQL answers there") from fault
    except NOT_MIGRATED as fault:
        raise NotPossible(f"there are no tables for {settings.environment} yet: tilts migrate") from fault
    finally:
        await database.close()


def check_loopback(host: str) -> None:
    """No Python server faces a network by itself (Security 0): HAProxy does, and hands over by a Unix socket."""
    try:
        is_loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise NotPossible(
            f"--host {host} is not this machine's own address: the server does not face a network by itself."
            " Put HAProxy in front (tilts front) and listen with --unix-socket; docs/howto/front.md"
        )


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
