"""Finds a private folder for the database's socket whose path is short enough for a socket."""

import os
import shutil
import stat
import tempfile
from pathlib import Path

from tilts.store.embedded.place import ClusterError, Place, write_private

SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_BYTES = 100  # sun_path holds 108 bytes on Linux, 104 on macOS


def socket_folder(place: Place) -> Path:
    """A private folder for the socket: beside the data, or a short one when that path is too long for a socket."""
    beside = place.home / "socket"
    record = place.home / "socket-is-at"
    if _fits(beside):
        beside.mkdir(mode=0o700, exist_ok=True)
        place.give(beside)
        return beside
    if record.is_file() and _ours(Path(record.read_text().strip()), place):
        return Path(record.read_text().strip())
    run = "/run" if place.account is not None else os.environ.get("XDG_RUNTIME_DIR", "")
    for base in (run, tempfile.gettempdir(), "/tmp"):
        if os.access(base, os.W_OK | os.X_OK) and _fits(Path(base, "tilts-" + "x" * 8)):
            short = Path(tempfile.mkdtemp(prefix="tilts-", dir=base))
            place.give(short)
            write_private(record, f"{short}\n")
            return short
    raise ClusterError(
        f"The path {beside} is too long for a Unix socket and no shorter folder is writable:"
        " choose a data folder with a shorter path."
    )


def _fits(folder: Path) -> bool:
    return len(os.fsencode(folder / SOCKET_NAME)) < SOCKET_PATH_BYTES


def _ours(folder: Path, place: Place) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    owner = os.geteuid() if place.account is None else place.account.uid
    return (
        folder.name.startswith("tilts-")
        and stat.S_ISDIR(found.st_mode)
        and found.st_uid == owner
        and stat.S_IMODE(found.st_mode) == 0o700
    )


def drop_short_socket_folder(place: Place) -> None:
    record = place.home / "socket-is-at"
    if record.is_file():
        short = Path(record.read_text().strip())
        if _ours(short, place):
            shutil.rmtree(short, ignore_errors=True)
        record.unlink()
