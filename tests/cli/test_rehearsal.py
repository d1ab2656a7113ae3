"""`tilts sandbox` with its second environment: found, told apart, killed, started again."""

import os
import signal
import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cli.test_sandbox import run, sandbox


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rehearsal") / "sandbox"


def servers_of(pid: int) -> dict[str, int]:
    """Environment -> process, of the server processes below the sandbox."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    found = {}
    for child in children:
        if b"tilts.house" in Path(f"/proc/{child}/cmdline").read_bytes():
            words = Path(f"/proc/{child}/environ").read_bytes().split(b"\0")
            name = next(word for word in words if word.startswith(b"TILTS_ENVIRONMENT="))
            found[name.partition(b"=")[2].decode()] = int(child)
    return found


def described(facts: dict[str, Any]) -> str:
    """What production says of itself over TLS, to anybody who trusts the sandbox's CA."""
    trusted = ssl.create_default_context(cafile=facts["clients"]["practice"]["ca"])
    with httpx.Client(verify=trusted, trust_env=False, timeout=30, transport=None) as client:
        answer = client.get(f"{facts['production']['fhir']}/metadata")
    return f"{answer.headers['x-tilts-environment']}: {answer.json()['implementation']['description']}"


def ended(pid: int) -> bool:
    """Gone, or a zombie that nobody has asked about yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_status_and_logs_tell_the_two_apart(folder: Path) -> None:
    with sandbox(folder, "--production") as (_, facts):
        said = run("status", folder=folder).stdout
        assert facts["production"]["fhir"] in said and facts["production"]["token"] in said
        assert described(facts).startswith("rehearsal: ")
    rehearsal = run("logs", "--environment", "production", folder=folder).stdout
    assert '"environment": "rehearsal"' in rehearsal and '"environment": "test"' not in rehearsal
    assert '"environment": "test"' in run("logs", folder=folder).stdout


def test_the_server_of_production_is_started_again_on_its_port(folder: Path) -> None:
    with sandbox(folder, "--production") as (process, facts):
        before = servers_of(process.pid)
        assert before.keys() == {"test", "production"}
        os.kill(before["production"], signal.SIGKILL)
        assert described(facts).startswith("rehearsal: ")  # waits in the socket that the parent holds

        assert servers_of(process.pid)["test"] == before["test"]


@pytest.mark.parametrize("whom", ["the sandbox", "test", "production"])
def test_kill_9_of_any_process_leaves_a_folder_that_starts_again(folder: Path, whom: str) -> None:
    with sandbox(folder, "--production") as (process, facts):
        servers = servers_of(process.pid)
        os.kill({**servers, "the sandbox": process.pid}[whom], signal.SIGKILL)
        if whom == "the sandbox":
            process.wait(timeout=30)
            while not all(ended(pid) for pid in servers.values()):
                pass
    with sandbox(folder, "--production") as (_, again):
        assert again["production"]["institutions"] == facts["production"]["institutions"]
        assert described(again).startswith("rehearsal: ")


def test_a_folder_from_before_gets_its_production_and_one_without_it_stays_usable(tmp_path: Path) -> None:
    folder = tmp_path / "sandbox"
    with sandbox(folder) as (process, facts):
        assert facts["production"] is None
        assert servers_of(process.pid).keys() == {"test"}
    with sandbox(folder, "--production") as (_, facts):
        assert described(facts).startswith("rehearsal: ")
    with sandbox(folder) as (process, _):
        assert servers_of(process.pid).keys() == {"test"}
        assert run("status", folder=folder).stdout.count("production") == 2


def test_stop_and_reset_end_and_remove_both(folder: Path) -> None:
    with sandbox(folder, "--production") as (process, _):
        servers = servers_of(process.pid)
        assert run("stop", folder=folder).stdout.strip() == "stopped"
        assert process.wait(timeout=30) == 0
        assert all(ended(pid) for pid in servers.values())
    assert run("reset", folder=folder).returncode == 0
    assert not folder.exists()
