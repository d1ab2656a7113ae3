"""`tilts sandbox` as a process of its own: started, found, killed, started again."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tilts.lab.state import read_state

TILTS = [sys.executable, "-m", "tilts"]


def run(*words: str, folder: Path, **more: Any) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TILTS_DATA_DIR": str(folder)}
    return subprocess.run(
        [*TILTS, *words], capture_output=True, text=True, timeout=120, check=False, env=environment, **more
    )


@contextmanager
def sandbox(folder: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    alone = () if "--production" in words else ("--no-production",)
    process = subprocess.Popen(
        [*TILTS, "sandbox", "--port", "0", "--json", "--data-dir", str(folder), *words, *alone],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process, json.loads(process.stdout.readline())
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(timeout=60)
        process.stdout.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cli") / "sandbox"


def test_once_tells_the_story_and_ends_leaving_nothing_behind(folder: Path) -> None:
    done = run("sandbox", "--port", "0", "--story", "--once", folder=folder)

    assert done.returncode == 0, done.stderr
    assert "The story is done: 11 scenes" in done.stdout
    assert read_state(folder) is None


def test_the_ready_line_says_where_everything_is(folder: Path) -> None:
    with sandbox(folder, "--plain") as (process, facts):
        assert facts["ready"] and facts["pid"] == process.pid
        assert facts["production"] is None
        named = {"practice", "pharmacy", "second-pharmacy", "hospital", "authority", "vendor", "portal"}
        assert named <= facts["clients"].keys()
        for client in facts["clients"].values():
            assert all(Path(client[file]).is_absolute() for file in ("cert", "key", "ca", "jwk"))
            assert all(Path(client[file]).is_file() for file in ("cert", "key", "ca", "jwk"))
        assert Path(facts["state"]).stat().st_mode & 0o077 == 0
        assert run("status", folder=folder).returncode == 0
        assert httpx.get(f"{facts['plain']}/metadata").json()["resourceType"] == "CapabilityStatement"


def test_a_token_and_a_signature_serve_a_tool_that_knows_nothing_of_us(folder: Path, tmp_path: Path) -> None:
    with sandbox(folder) as (_, facts):
        practice = facts["clients"]["practice"]
        token = run("token", "--as", "practice", folder=folder).stdout.strip()
        body = json.dumps(
            {
                "resourceType": "MedicationRequest",
                "identifier": [{"system": "urn:example:cli", "value": "1"}],
                "status": "active",
                "intent": "order",
                "medicationCodeableConcept": {"text": "Paraugols 500 mg"},
                "subject": {"reference": f"Patient/{facts['persons'][0]['patient']}"},
                "requester": {"reference": f"PractitionerRole/{practice['role']}"},
                "dispenseRequest": {"quantity": {"value": 1, "unit": "pack"}},
            }
        )
        file = tmp_path / "prescription.json"
        file.write_text(body)
        signature = run("sign", str(file), "--as", "practice", folder=folder).stdout.strip()
        answer = subprocess.run(
            [
                *["curl", "--silent", "--show-error", "--cert", practice["cert"], "--key", practice["key"]],
                *["--cacert", practice["ca"], "-H", f"Authorization: Bearer {token}"],
                *["-H", "Content-Type: application/fhir+json", "-H", f"X-Provenance: {signature}"],
                *["--data-binary", f"@{file}", f"{facts['fhir']}/MedicationRequest"],
            ],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert json.loads(answer.stdout)["resourceType"] == "MedicationRequest", answer.stdout + answer.stderr


def test_a_killed_sandbox_leaves_a_folder_that_starts_again_with_what_was_written(folder: Path) -> None:
    with sandbox(folder) as (process, facts):
        assert run("story", folder=folder).returncode == 0
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=30)
    assert run("status", folder=folder).returncode == 1

    with sandbox(folder) as (_, again):
        assert again["clients"] == facts["clients"]
        assert run("story", folder=folder).returncode == 0


def test_a_server_that_is_killed_is_started_again_on_the_same_port(folder: Path) -> None:
    with sandbox(folder, "--plain") as (process, facts):
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        servers = [
            int(pid) for pid in children if b"tilts.house" in Path(f"/proc/{pid}/cmdline").read_bytes()
        ]
        assert len(servers) == 1
        os.kill(servers[0], signal.SIGKILL)

        # The socket is the parent's: a call made now waits in its queue until the new server takes it.
        transport = httpx.HTTPTransport(retries=3)
        with httpx.Client(transport=transport, timeout=30) as client:
            assert client.get(f"{facts['plain']}/metadata").status_code == httpx.codes.OK


def test_a_second_sandbox_on_the_same_folder_is_refused_with_a_sentence(folder: Path) -> None:
    with sandbox(folder):
        second = run("sandbox", "--port", "0", folder=folder)

        assert second.returncode == 1
        assert second.stderr.startswith("tilts: ") or "tilts: " in second.stderr
        assert "Traceback" not in second.stderr


def test_stop_ends_it_and_reset_removes_it(folder: Path) -> None:
    with sandbox(folder) as (process, _):
        assert run("stop", folder=folder).stdout.strip() == "stopped"
        assert process.wait(timeout=30) == 0
    assert run("logs", folder=folder).returncode == 0
    assert run("reset", folder=folder).returncode == 0
    assert not folder.exists()


def test_commands_without_a_sandbox_say_how_to_start_one(tmp_path: Path) -> None:
    for words in (["story"], ["token", "--as", "practice"]):
        done = run(*words, folder=tmp_path)
        assert done.returncode == 1
        assert "tilts sandbox" in done.stderr


def test_seed_adds_patients_once(folder: Path) -> None:
    with sandbox(folder):
        first = run("seed", "--patients", "1200", folder=folder)
        again = run("seed", "--patients", "1200", folder=folder)

        assert first.stdout.strip() == "1000 patients added; 1200 in all"
        assert "already" in again.stdout
    run("reset", folder=folder)
