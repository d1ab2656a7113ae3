"""`tilts migrate` and `tilts serve`: one environment against a database of its own, several workers."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.running import Running
from tilts.settings import to_environment
from tilts.workers import EGRESS
from tilts_connector import Exchange

TILTS = [sys.executable, "-m", "tilts"]


@contextmanager
def served(exchange: Running, port: int, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        **os.environ,
        **to_environment(exchange.settings),
        "TILTS_TLS_PORT": str(port),
        "TILTS_PUBLIC_BASE": f"https://localhost:{port}/fhir/r4",
        "TILTS_PLAIN_BASE": "",
        "TILTS_DATABASE_URL": "",
        "DATABASE_URL": exchange.settings.database_url,
    }
    process = subprocess.Popen([*TILTS, "serve", *words], env=environment, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        assert process.wait(timeout=60) == 0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def workers_of(process: subprocess.Popen[bytes], program: str = "tilts.house") -> list[int]:
    """Children that run this program; one that has just ended runs none."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [int(pid) for pid in children if program in command_of(pid)]


def command_of(pid: str) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except OSError:
        return []


def asked(exchange: Running, port: int) -> str:
    base = f"https://localhost:{port}/fhir/r4"
    with Exchange(base, exchange.credentials("practice")) as practice:
        name: str = practice.read("Organization", practice.credentials.organization_id)["name"]
        return name


def wait_until_it_listens(port: int, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            continue
    raise AssertionError(f"tilts serve ended with {process.returncode}")


def test_two_workers_share_a_port_and_one_that_is_killed_is_replaced(exchange: Running) -> None:
    port = free_port()
    expected = exchange.facts["clients"]["practice"]["name"]
    with served(exchange, port, "--workers", "2") as process:
        wait_until_it_listens(port, process)
        assert asked(exchange, port) == expected
        before = workers_of(process)
        assert (len(before), len(workers_of(process, EGRESS))) == (2, 1)

        os.kill(before[0], signal.SIGKILL)
        while set(workers_of(process)) & {before[0]} or len(workers_of(process)) < 2:
            assert process.poll() is None
        assert asked(exchange, port) == expected


def test_what_fetches_from_outside_is_replaced_when_killed_and_ends_with_the_rest(exchange: Running) -> None:
    port = free_port()
    with served(exchange, port, "--workers", "1") as process:
        wait_until_it_listens(port, process)
        while not (running := workers_of(process, EGRESS)):
            assert process.poll() is None
        [before] = running
        os.kill(before, signal.SIGKILL)
        while workers_of(process, EGRESS) in ([], [before]):
            assert process.poll() is None
        [after] = workers_of(process, EGRESS)
    assert command_of(str(after)) == []


def test_behind_a_proxy_it_listens_on_a_unix_socket_only(exchange: Running, tmp_path: Path) -> None:
    path = tmp_path / "tilts.sock"
    with served(exchange, free_port(), "--workers", "1", "--unix-socket", str(path)) as process:
        while not path.exists():
            assert process.poll() is None
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(path)), base_url="http://tilts") as proxy:
            answer = proxy.get("/fhir/r4/metadata", timeout=60)
        assert answer.json()["resourceType"] == "CapabilityStatement"
        assert path.stat().st_mode & 0o007 == 0
    assert not path.exists()


def test_without_a_database_it_says_what_to_set() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        [*TILTS, "serve"], env=environment, capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 1
    assert "DATABASE_URL" in done.stderr


def test_migrate_brings_a_fresh_environment_up_to_date_and_again_does_nothing(exchange: Running) -> None:
    url = f"{exchange.environment.cluster.superuser_dsn('tilts')}"
    environment = {**os.environ, "DATABASE_URL": url, "TILTS_ENVIRONMENT": "test"}

    done = subprocess.run(
        [*TILTS, "migrate"], env=environment, capture_output=True, text=True, timeout=60, check=False
    )

    assert done.stdout.strip() == "0 migrations applied; up to date", done.stderr
