"""Keeps PostgreSQL only as long as the process that asked for it lives.

Run by path with `python -I -S keeper.py SUPERVISOR_PID UID GID COMMAND...` (no UID and GID: `-`), never imported.
It stays what its supervisor is (root stays root: the interpreter may lie in a folder that the account of
PostgreSQL cannot reach) and starts COMMAND as that account.

Why a process and not only PR_SET_PDEATHSIG: that signal comes when the *thread* that started the child ends
(prctl(2)), and a supervisor may well start its database in a worker thread. The keeper has one thread, so for the
step from keeper to PostgreSQL the signal is right; for the step above it the keeper looks who its parent is.
"""

import ctypes
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
LOOK_SECONDS = 0.5


def dies_with_keeper() -> Callable[[], None] | None:
    """For the child, between fork and exec: a fast shutdown when the keeper ends, however it ends."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    keeper = os.getpid()

    def ask_kernel() -> None:
        # subprocess changes the account first and calls this after: the kernel forgets the wish on setuid.
        if prctl(PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0) != 0 or os.getppid() != keeper:
            os._exit(1)

    return ask_kernel


def start(command: list[str], uid: str, gid: str) -> "subprocess.Popen[bytes]":
    ask_kernel = dies_with_keeper()
    return subprocess.Popen(
        command,
        umask=0o077,
        preexec_fn=ask_kernel,  # noqa: PLW1509 - the keeper has one thread
        user=None if uid == "-" else int(uid),
        group=None if gid == "-" else int(gid),
        extra_groups=None if uid == "-" else [],
    )


def keep(child: "subprocess.Popen[bytes]", supervisor: int, woken: int, wishes: list[int]) -> int:
    """Wait for the child; SIGINT (fast shutdown) on the first wish to end, SIGQUIT (immediate) on the next."""
    told = 0
    while child.poll() is None:
        if os.getppid() != supervisor and not wishes:
            wishes.append(signal.SIGTERM)
        if len(wishes) > told:
            child.send_signal(signal.SIGINT if told == 0 else signal.SIGQUIT)
            told += 1
        if select.select([woken], [], [], LOOK_SECONDS)[0]:
            os.read(woken, 512)
    return child.returncode


def main(arguments: list[str]) -> int:
    supervisor, uid, gid, *command = arguments
    wishes: list[int] = []
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda got, _: wishes.append(got))
    return abs(keep(start(command, uid, gid), int(supervisor), woken, wishes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
