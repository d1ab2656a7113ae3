"""The real HAProxy with the configuration that `tilts front` writes, on a socket that is bound already."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from tilts.front.configuration import CONFIGURATION, front_files
from tilts.settings import Settings

HAPROXY: Final = Path(shutil.which("haproxy") or "/usr/sbin/haproxy")
PORTAL_HOST: Final = "portal.localhost"


@contextmanager
def haproxy(folder: Path, listening: socket.socket, *environments: Settings) -> Iterator["Front"]:
    """It is ready when the first call is answered. The sandbox's server certificate serves all hosts."""
    folder.mkdir(exist_ok=True)
    pki = environments[0].pki_folder
    together = (pki / "server.pem").read_bytes() + (pki / "server.key").read_bytes()
    own = [replace(settings, front_folder=folder) for settings in environments]
    for name, text in front_files(own, folder, f"fd@{listening.fileno()}").items():
        (folder / name).write_text(text, "utf-8")
    for line in (folder / "hosts.list").read_text("utf-8").splitlines():
        Path(line.partition(" ")[0]).write_bytes(together)
    command = [str(HAPROXY), "-f", str(folder / CONFIGURATION), "-db"]
    checked = subprocess.run(
        [*command, "-c"], check=False, pass_fds=[listening.fileno()], capture_output=True, text=True
    )
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stderr
    log = folder / "haproxy.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=subprocess.STDOUT, pass_fds=[listening.fileno()]
        )
    try:
        yield Front(process, listening.getsockname()[1], log)
        assert process.poll() is None, log.read_text("utf-8")
    finally:
        process.terminate()
        process.wait(timeout=10)


class Front:
    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.process, self.port, self.log = process, port, log
