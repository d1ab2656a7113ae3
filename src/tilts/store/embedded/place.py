"""Decides where a database lives on this machine, whose it is, and makes its folders and its password.

    <folder>/lock              held while a supervisor runs; says its process id
    <folder>/cluster-is-at     only when root's folder cannot be reached by the account: where the rest is
    <home>/data                PostgreSQL's own (0700)
    <home>/password            libpq password file of the superuser (0600)
    <home>/socket              the Unix socket; `socket-is-at` names another folder when the path is too long
    <home>/postgres.log

`home` is `folder` itself, or `/var/lib/tilts/clusters/...` as said above. Folders that are not ours are
never made more open, and no account is ever created.
"""

import fcntl
import hashlib
import os
import pwd
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeAlias

Progress: TypeAlias = Callable[[str], None]

ROOT_STATE = Path("/var/lib/tilts")
CLUSTERS = ROOT_STATE / "clusters"
SUPERUSER = "postgres"


class ClusterError(Exception):
    """The embedded database cannot start or stop; the sentence says what to do."""


@dataclass(frozen=True)
class Account:
    """The unprivileged account that runs PostgreSQL when we are root: `postgres` refuses to run as root."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Place:
    home: Path
    account: Account | None  # None: PostgreSQL runs as we do

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def password_file(self) -> Path:
        return self.home / "password"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    def give(self, path: Path) -> None:
        if self.account is not None:
            os.chown(path, self.account.uid, self.account.gid)


def child_environment() -> dict[str, str]:
    """What PostgreSQL's programs get to see: nothing of ours, so that no PG* variable changes what they do."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def take_lock(folder: Path) -> IO[str]:
    """Make the folder and hold it: two supervisors on one folder would be two databases on one set of files."""
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True)
            folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
        lock = open(folder / "lock", "a+", encoding="ascii", opener=_private)  # noqa: SIM115 - held on purpose
    except OSError as fault:
        raise ClusterError(
            f"{folder} cannot be used ({fault.strerror}): choose another data folder."
        ) from fault
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        lock.close()
        raise ClusterError(
            f"The database in {folder} is already run by process {holder}:"
            " stop that one first (`tilts stop`), or choose another data folder."
        ) from None
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock


def settle(folder: Path, progress: Progress) -> Place:
    """Where the data of `folder` are or will be, and the account that owns them."""
    home = recorded_home(folder)
    data = (home or folder) / "data"
    root = os.geteuid() == 0
    if data.is_dir():
        if not root and data.stat().st_uid != os.geteuid():
            raise ClusterError(
                f"The database in {data.parent} belongs to another account: start Tilts as that one or as root,"
                " or choose another data folder."
            )
        return Place(data.parent, _owner(data) if root else None)
    account = _unprivileged_account() if root else None
    if home is None and account is not None and not reachable(data, account):
        home = _home_elsewhere(folder, account, progress)
    return Place(home or folder, account)


def recorded_home(folder: Path) -> Path | None:
    record = folder / "cluster-is-at"
    if not record.is_file():
        return None
    home = Path(record.read_text(encoding="utf-8").strip())
    # Others may be able to write the record; root must not be led out of its own clusters by it.
    if home.parent != CLUSTERS or not home.is_dir():
        raise ClusterError(
            f"{record} says that the data are at {home}, and there is no cluster: bring it back,"
            f" or remove {record} to begin with an empty database."
        )
    return home


def _unprivileged_account() -> Account:
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name, entry.pw_uid, entry.pw_gid)
    raise ClusterError(
        "PostgreSQL does not run as root, and this machine has neither an account `postgres` nor `nobody`:"
        " start Tilts as a normal user, or give DATABASE_URL."
    )


def _owner(data: Path) -> Account:
    owner = data.stat()
    if owner.st_uid == 0:
        raise ClusterError(
            f"{data} belongs to root, as whom PostgreSQL does not run: give it to its account."
        )
    try:
        name = pwd.getpwuid(owner.st_uid).pw_name
    except KeyError:
        name = str(owner.st_uid)
    return Account(name, owner.st_uid, owner.st_gid)


def reachable(path: Path, account: Account) -> bool:
    """May the account pass every folder above `path` (and read it, when it is there)?"""
    path = path.resolve()
    if path.exists() and not _allows(path, account, 0o5 if os.access(path, os.X_OK) else 0o4):
        return False
    return all(_allows(folder, account, 0o1) for folder in path.parents)


def _allows(path: Path, account: Account, wanted: int) -> bool:
    try:
        found = path.stat()
    except FileNotFoundError:
        return True
    if found.st_uid == account.uid:
        granted = found.st_mode >> 6
    elif found.st_gid == account.gid:
        granted = found.st_mode >> 3
    else:
        granted = found.st_mode
    return granted & wanted == wanted


def _home_elsewhere(folder: Path, account: Account, progress: Progress) -> Path:
    # Part of the name is drawn anew each time: a folder removed and made again is a new, empty database.
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    CLUSTERS.mkdir(mode=0o755, parents=True, exist_ok=True)
    for older in CLUSTERS.glob(f"{name}-*"):
        progress(f"{older} holds an earlier database of a folder of this name; remove it if it is not needed")
    home = CLUSTERS / f"{name}-{secrets.token_hex(4)}"
    if not reachable(home, account):
        raise ClusterError(
            f"The account `{account.name}`, which runs PostgreSQL for root, reaches neither {folder} nor"
            f" {CLUSTERS}: choose a data folder that every account may pass."
        )
    home.mkdir()
    home.chmod(0o711)
    write_private(folder / "cluster-is-at", f"{home}\n")
    progress(f"`{account.name}` cannot reach {folder}: the database is kept at {home}")
    return home


def write_private(path: Path, text: str) -> None:
    """A file of mode 0600, whole on the disk before we go on."""
    with open(path, "w", encoding="utf-8", opener=_private) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
