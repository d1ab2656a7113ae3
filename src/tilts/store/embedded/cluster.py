"""Starts the embedded database, waits until it answers, and stops it cleanly.

Durable as a real one (fsync, synchronous_commit), reachable only through a Unix socket in a private folder and
only with its password (SCRAM).
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import psycopg
from psycopg.conninfo import make_conninfo

from tilts.store.embedded import keeper as keeper_module
from tilts.store.embedded.binaries import Binaries, find_binaries
from tilts.store.embedded.initdb import initialise
from tilts.store.embedded.leftovers import clear_leftovers, postmaster_pid
from tilts.store.embedded.place import (
    SUPERUSER,
    ClusterError,
    Place,
    Progress,
    child_environment,
    recorded_home,
    settle,
    take_lock,
)
from tilts.store.embedded.socket_folder import drop_short_socket_folder, socket_folder

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": "5432",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_destination": "stderr",
    "logging_collector": "off",
    # No data of patients in the log: neither statements nor the rows named in the detail of an error.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
LOOK_SECONDS = 0.03
TELL_SECONDS = 5.0
STOP_SECONDS = 60.0
LOG_BYTES = 10_000_000


def quiet(_: str) -> None:
    """Nobody listens."""


class Cluster:
    """A running PostgreSQL; `with Cluster.start(folder) as cluster:` stops it at the end."""

    def __init__(
        self, place: Place, lock: IO[str], socket_dir: Path, keeper: "subprocess.Popen[bytes]"
    ) -> None:
        self.home = place.home
        self.socket_dir = socket_dir
        self.pid = 0
        self.version = ""
        self._place = place
        self._lock = lock
        self._keeper = keeper

    @classmethod
    def start(cls, folder: Path, *, progress: Progress = quiet) -> "Cluster":
        """Start the database of this folder, making it first if there is none. One supervisor at a time."""
        folder = folder.absolute()
        lock = take_lock(folder)
        try:
            return cls._start(folder, lock, progress)
        except OSError as fault:
            lock.close()
            raise ClusterError(
                f"The database in {folder} does not start ({fault}): see that the disk is writable and not full."
            ) from fault
        except BaseException:
            lock.close()
            raise

    @classmethod
    def _start(cls, folder: Path, lock: IO[str], progress: Progress) -> "Cluster":
        place = settle(folder, progress)
        binaries = find_binaries(place.account, progress)
        clear_leftovers(place.data, progress)
        initialise(place, binaries, progress)
        sockets = socket_folder(place)
        before = _written_at(place)
        self = cls(place, lock, sockets, _launch(place, binaries, sockets))
        try:
            self.pid = self._wait_until_ready(before, progress)
            self.version = self._ask_version()
        except BaseException:
            self.stop()
            raise
        return self

    def superuser_dsn(self, database: str = "postgres") -> str:
        """For libpq. It holds no secret: the password stands in the password file, which only we can read."""
        return make_conninfo(
            host=str(self.socket_dir),
            port=5432,
            user=SUPERUSER,
            dbname=database,
            passfile=str(self._place.password_file),
            password="",  # else PGPASSWORD of the environment would win over the file
        )

    @property
    def running(self) -> bool:
        return self._keeper.poll() is None

    def stop(self) -> None:
        """Fast shutdown: sessions are ended, everything is on the disk. Stopping twice is no error."""
        try:
            self._end()
        finally:
            if self._lock.closed is False:
                drop_short_socket_folder(self._place)
                self._lock.close()

    def let_go(self) -> None:
        """After it was killed: the folder may be started again by its supervisor, with the socket where it was."""
        if self.running:
            raise ClusterError(f"PostgreSQL (process {self.pid}) still runs: stop it instead.")
        self._lock.close()

    def _end(self) -> None:
        # The keeper asks for a fast shutdown at the first signal and for an immediate one at the second, after
        # which the next start recovers from the log: slower, and nothing acknowledged is lost.
        for _ in range(2):
            if self._keeper.poll() is not None:
                return
            self._keeper.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self._keeper.wait(STOP_SECONDS)
        if self._keeper.poll() is None:
            raise ClusterError(f"PostgreSQL (process {self.pid}) does not end: see {self._place.log}.")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _wait_until_ready(self, before: int | None, progress: Progress) -> int:
        """As long as it takes: crash recovery is not cut short by a limit, and the caller hears of it."""
        began = told = time.monotonic()
        while True:
            pid = _ready_pid(self._place, before)
            if pid is not None:
                return pid
            if not self.running:
                raise ClusterError(
                    f"PostgreSQL ended while starting: {_last_words(self._place.log)} (whole log: {self._place.log})"
                )
            if time.monotonic() - told >= TELL_SECONDS:
                told = time.monotonic()
                progress(f"PostgreSQL is recovering after an unclean end ({told - began:.0f} s)")
            time.sleep(LOOK_SECONDS)

    def _ask_version(self) -> str:
        try:
            with psycopg.connect(self.superuser_dsn()) as connection:
                return str(connection.info.parameter_status("server_version")).split()[0]
        except psycopg.OperationalError as fault:
            raise ClusterError(
                f"The running database does not let us in ({str(fault).strip()}): bring back"
                f" {self._place.password_file}, or begin anew (`tilts sandbox --fresh`)."
            ) from fault


def remove_cluster(folder: Path, *, progress: Progress = quiet) -> None:
    """Delete the database of this folder, wherever it is kept; refused while it runs. No undo."""
    folder = folder.absolute()
    with take_lock(folder):
        home = recorded_home(folder) or folder
        if not home.joinpath("data").is_dir() and home == folder:
            return
        place = Place(home, None)
        clear_leftovers(place.data, progress)
        if home != folder:
            shutil.rmtree(home)
            (folder / "cluster-is-at").unlink()
            return
        for part in (place.data, home / "data.unfinished", home / "socket"):
            shutil.rmtree(part, ignore_errors=part != place.data)
        for file in (place.password_file, place.log):
            file.unlink(missing_ok=True)


def _launch(place: Place, binaries: Binaries, sockets: Path) -> "subprocess.Popen[bytes]":
    quoted = str(sockets).replace('"', '""')
    settings = SETTINGS | {"unix_socket_directories": f'"{quoted}"'}
    command = [str(binaries.folder / "postgres"), "-D", str(place.data)]
    command += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    uid, gid = (str(place.account.uid), str(place.account.gid)) if place.account else ("-", "-")
    if place.log.exists() and place.log.stat().st_size > LOG_BYTES:
        place.log.replace(place.log.with_name("postgres.log.1"))
    with open(os.open(place.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600), "ab") as log:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", keeper_module.__file__, str(os.getpid()), uid, gid, *command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=child_environment(),
            # Ctrl-C in a terminal goes to the whole group: the database must not hear it before the server has ended.
            start_new_session=True,
        )


def _written_at(place: Place) -> int | None:
    try:
        return (place.data / "postmaster.pid").stat().st_mtime_ns
    except FileNotFoundError:
        return None


def _ready_pid(place: Place, before: int | None) -> int | None:
    """The eighth line of postmaster.pid is the state, as pg_ctl reads it; a file left by a killed one is older."""
    written = _written_at(place)
    if written is None or written == before:
        return None
    with suppress(OSError, IndexError):
        if (place.data / "postmaster.pid").read_text().splitlines()[7].strip() == "ready":
            return postmaster_pid(place.data)
    return None


def _last_words(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-40:]
    telling = [line for line in lines if "FATAL" in line or "PANIC" in line or "rror" in line] or lines
    return telling[-1].strip() if telling else "it left no word in its log"
