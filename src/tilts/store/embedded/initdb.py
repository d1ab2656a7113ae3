"""Makes an empty database with its superuser's password: whole, or not at all."""

import os
import secrets
import shutil
import subprocess
from pathlib import Path

from tilts.store.embedded.binaries import Binaries
from tilts.store.embedded.place import (
    SUPERUSER,
    ClusterError,
    Place,
    Progress,
    child_environment,
    write_private,
)


def initialise(place: Place, binaries: Binaries, progress: Progress) -> None:
    if place.data.is_dir():
        _check_major(place, binaries)
        return
    progress(f"Making a new PostgreSQL {binaries.version} database in {place.home}")
    draft = place.home / "data.unfinished"
    shutil.rmtree(draft, ignore_errors=True)  # of a start that was killed half way
    draft.mkdir(mode=0o700)
    place.give(draft)
    password = secrets.token_urlsafe(32)
    # PostgreSQL's account reads it once, from inside its own folder; it is gone before the database starts.
    handed = draft.with_name("password.handed")
    write_private(handed, f"{password}\n")
    place.give(handed)
    try:
        _run_initdb(place, binaries, draft, handed)
    finally:
        handed.unlink()
    write_private(place.password_file, f"*:*:*:{SUPERUSER}:{password}\n")
    os.rename(draft, place.data)


def _run_initdb(place: Place, binaries: Binaries, draft: Path, handed: Path) -> None:
    # The same order of letters (code points) and the same upper and lower case on every machine, without ICU.
    # The builtin provider came with PostgreSQL 17; before it the C library's C.UTF-8 does the same.
    if binaries.major >= 17:
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    else:
        locale = ["--lc-collate=C", "--lc-ctype=C.UTF-8", "--lc-messages=C"]
    command = [str(binaries.folder / "initdb"), "--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums"]
    command += [*locale, f"--username={SUPERUSER}", f"--pwfile={handed}", f"--pgdata={draft}"]
    done = subprocess.run(
        command,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd="/",
        env=child_environment(),
        user=place.account.uid if place.account else None,
        group=place.account.gid if place.account else None,
        extra_groups=[] if place.account else None,
    )
    if done.returncode != 0:
        raise ClusterError(f"The database could not be made in {place.home}: {done.stdout.strip()[-800:]}")


def _check_major(place: Place, binaries: Binaries) -> None:
    made_by = (place.data / "PG_VERSION").read_text().strip()
    if made_by != str(binaries.major):
        raise ClusterError(
            f"The database in {place.home} was made by PostgreSQL {made_by}, and this is {binaries.version}:"
            " set TILTS_POSTGRES_BIN to the older one, or choose another data folder."
        )
