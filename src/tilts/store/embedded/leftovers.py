"""Clears what a killed predecessor left in the data folder, and touches nothing else.

A process counts as a PostgreSQL of this folder when its program is called `postgres` and the folder is its
working directory, as it is for the postmaster and for every backend. The number in `postmaster.pid` alone
proves nothing: after a restart of a container the same number is soon another program.
"""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from tilts.store.embedded.place import ClusterError, Progress

PROC = Path("/proc")
FAST_SHUTDOWN_SECONDS = 60.0
ESCALATED_SECONDS = 15.0
LOOK_SECONDS = 0.1


def clear_leftovers(data: Path, progress: Progress) -> None:
    if not PROC.is_dir():
        return  # macOS: PostgreSQL's own check of postmaster.pid is all there is
    if living(data):
        progress("Stopping a PostgreSQL that an earlier run left behind in this folder")
        _end_all(data)
    pid = postmaster_pid(data)
    if pid is not None and _exists(pid):
        # Another program has the number now. PostgreSQL would take it for a running postmaster and refuse; none
        # runs here (just looked, and we hold the lock), so the file may go.
        (data / "postmaster.pid").unlink(missing_ok=True)


def living(data: Path) -> list[int]:
    """The process ids of every PostgreSQL process that works in this folder."""
    try:
        wanted = data.stat()
    except FileNotFoundError:
        return []
    return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit() and _works_in(entry, wanted)]


def _works_in(process: Path, wanted: os.stat_result) -> bool:
    try:
        program = os.readlink(process / "exe").removesuffix(" (deleted)")
        return os.path.basename(program) == "postgres" and os.path.samestat((process / "cwd").stat(), wanted)
    except OSError:  # gone meanwhile, or of another account: not ours then
        return False


def _end_all(data: Path) -> None:
    """Fast shutdown first; a backend without postmaster ends by itself, SIGTERM hurries it; SIGQUIT is the last."""
    steps = (
        (signal.SIGINT, FAST_SHUTDOWN_SECONDS),
        (signal.SIGTERM, ESCALATED_SECONDS),
        (signal.SIGQUIT, ESCALATED_SECONDS),
    )
    for number, patience in steps:
        postmaster = postmaster_pid(data)
        left = living(data)
        # The postmaster tells its children itself; they are told by us only when it is gone.
        for pid in [postmaster] if postmaster in left else left:
            _signal(pid, number)
        if _all_gone(data, patience):
            return
    raise ClusterError(
        f"PostgreSQL processes {', '.join(map(str, living(data)))} of {data} do not end:"
        " look what they wait for (a stuck disk?), end them, and start again."
    )


def _all_gone(data: Path, patience: float) -> bool:
    deadline = time.monotonic() + patience
    while living(data):
        if time.monotonic() > deadline:
            return False
        time.sleep(LOOK_SECONDS)
    return True


def _signal(pid: int | None, number: signal.Signals) -> None:
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def postmaster_pid(data: Path) -> int | None:
    try:
        return int((data / "postmaster.pid").read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None
