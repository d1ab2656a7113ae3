"""`tilts front`: the configuration of HAProxy for this installation."""

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tilts.cli.refusals import NotPossible
from tilts.front.configuration import CONFIGURATION, HOSTS, NotOneFront, front_files
from tilts.settings import Settings, from_environment

HAPROXY = "/usr/sbin/haproxy"  # not on every account's path


def front(
    *environments: Annotated[
        Path,
        Parameter(
            help="Files with TILTS_NAME=value, one for each environment behind this front (systemd's form)."
        ),
    ],
    write: Annotated[
        bool, Parameter(help="Write the files to TILTS_FRONT_FOLDER instead of printing.")
    ] = False,
    check: Annotated[bool, Parameter(help="Have HAProxy itself look at it; nothing is written.")] = False,
    bind: Annotated[str, Parameter(help="Where HAProxy listens.")] = ":443",
) -> int:
    """Print the configuration of HAProxy that stands in front of `tilts serve`, made from the settings.

    Without files the settings are those of this process (TILTS_*). The front's own settings are the first file's.

    Exit status: 0 printed, written or found right, 1 a setting is missing or HAProxy says what is wrong.
    """
    settings = [read(path) for path in environments] or [from_environment()]
    folder = settings[0].front_folder
    try:
        files = front_files(settings, folder, bind)
    except NotOneFront as no:
        raise NotPossible(str(no)) from no
    if check:
        return looked_at(files, folder)
    if not write:
        print(f"{files[CONFIGURATION]}\n# {folder}/{HOSTS}:")
        print("\n".join(f"#   {line}" for line in files[HOSTS].splitlines()))
        return 0
    for name, text in files.items():
        written(folder / name, text)
        print(folder / name)
    return 0


def read(path: Path) -> Settings:
    """Assignments of a file as systemd's EnvironmentFile= reads them; what is no assignment of ours is left alone."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as fault:
        raise NotPossible(f"{path}: {fault.strerror}") from fault
    pairs = (line.partition("=") for line in lines if line.strip() and not line.lstrip().startswith("#"))
    return from_environment({name.strip(): value.strip().strip("\"'") for name, _, value in pairs})


def written(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    except OSError as fault:
        raise NotPossible(f"{path} cannot be written: {fault.strerror}; see TILTS_FRONT_FOLDER") from fault


def looked_at(files: dict[str, str], folder: Path) -> int:
    """`haproxy -c`, with the certificates of the folder and with hosts.list as it would be written."""
    haproxy = shutil.which("haproxy") or HAPROXY
    if not Path(haproxy).exists():
        raise NotPossible("haproxy is not installed here (Debian: apt-get install haproxy)")
    with tempfile.TemporaryDirectory(prefix="tilts-") as place:
        for name, text in files.items():
            (Path(place) / name).write_text(text.replace(f"{folder}/{HOSTS}", f"{place}/{HOSTS}"), "utf-8")
        command = [haproxy, "-c", "-f", f"{place}/{CONFIGURATION}"]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise NotPossible(f"HAProxy refuses it:\n{done.stdout}{done.stderr}".rstrip())
    print(f"{done.stderr}HAProxy takes it")
    return 0
