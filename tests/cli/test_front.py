"""`tilts front`: HAProxy's configuration from the settings, and no server that faces a network by itself."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from proofs.driver.front import HAPROXY
from tests.running import Running
from tilts.cli.refusals import NotPossible
from tilts.cli.serving import check_loopback
from tilts.front.answers import ANSWERS
from tilts.front.configuration import CONFIGURATION, HOSTS, NotOneFront, front_files
from tilts.settings import Settings, to_environment

TEST = Settings(public_base="https://test.example/fhir/r4", portal_base="https://portal.example/")
PRODUCTION = replace(TEST, environment="production", public_base="https://fhir.example/fhir/r4")
FOLDER = Path("/etc/tilts/front")


def told(*words: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tilts", "front", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def environment_file(path: Path, settings: Settings) -> Path:
    lines = [f'{name}="{value}"' for name, value in to_environment(settings).items()]
    path.write_text("\n".join(["# of an installation", "", *lines, "OTHER=1"]), "utf-8")
    return path


def test_it_is_printed_from_the_settings_of_this_process() -> None:
    done = told(environment=to_environment(TEST))
    assert (done.returncode, done.stderr) == (0, "")
    assert "backend exchange-test" in done.stdout
    assert "unix@/run/tilts/test.sock" in done.stdout
    assert "portal.example" not in done.stdout, "TILTS_FRONT_PORTAL is not set"


def test_two_environments_with_a_portal_are_written_and_haproxy_takes_them(
    exchange: Running, tmp_path: Path
) -> None:
    pki = exchange.settings.pki_folder
    folder = tmp_path / "front"
    test = replace(TEST, front_portal="127.0.0.1:8081", front_folder=folder, pki_folder=pki)
    production = replace(PRODUCTION, pki_folder=pki)
    files = [str(environment_file(tmp_path / f"{one.environment}.env", one)) for one in (test, production)]
    done = told(*files, "--write", environment={})
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [str(folder / CONFIGURATION), str(folder / HOSTS)]
    together = (pki / "server.pem").read_bytes() + (pki / "server.key").read_bytes()
    for host in ("test.example", "portal.example", "fhir.example"):
        (folder / f"{host}.pem").write_bytes(together)
    if HAPROXY.exists():
        checked = told(*files, "--check", "--bind", "127.0.0.1:18443", environment={})
        assert (checked.returncode, checked.stdout) == (0, "HAProxy takes it\n"), checked.stderr
        (folder / "fhir.example.pem").unlink()
        refused = told(*files, "--check", environment={})
        assert refused.returncode == 1
        assert "fhir.example.pem" in "".join(refused.stderr.split()), "a terminal breaks long lines"


def test_each_environment_has_a_socket_of_its_own_and_may_have_several() -> None:
    several = replace(PRODUCTION, front_sockets="/run/a.sock, /run/b.sock")
    text = front_files([TEST, several], FOLDER)[CONFIGURATION]
    test, production = text.split("\nbackend exchange-production\n")
    assert "unix@/run/tilts/test.sock" in test
    assert "unix@/run/a.sock check" in production
    assert "unix@/run/b.sock check" in production
    assert "unix@/run/a.sock" not in test


def test_limits_of_the_settings_stand_in_it_and_zero_switches_one_off() -> None:
    text = front_files([replace(TEST, connections_per_client=7, requests_per_second=3)], FOLDER)[
        CONFIGURATION
    ]
    assert "sc0_conn_cur gt 7 " in text
    assert "sc_http_req_rate(0) gt 30 " in text
    off = replace(TEST, connections_per_client=0, requests_per_second=0, front_handshakes_per_second=0)
    text = front_files([off], FOLDER)[CONFIGURATION]
    assert not [word for word in ("conn_cur gt", "http_req_rate(0)", "handshakes") if word in text]


def test_browsers_are_told_to_come_by_https_alone() -> None:
    site = replace(TEST, front_portal="127.0.0.1:8081")
    said = 'strict-transport-security "max-age=31536000; includeSubDomains"'
    assert front_files([site], FOLDER)[CONFIGURATION].count(said) == 2, "exchange and portal"
    assert "strict-transport" not in front_files([replace(site, hsts_seconds=0)], FOLDER)[CONFIGURATION]


def test_the_portal_learns_from_the_front_alone_where_a_visitor_comes_from() -> None:
    text = front_files([replace(TEST, front_portal="127.0.0.1:8081")], FOLDER)[CONFIGURATION]
    assert text.index("del-header ^(x[-_]forwarded[-_]") < text.index("set-header X-Forwarded-For %[src]")


def test_a_client_certificate_is_asked_for_by_the_exchange_only() -> None:
    lines = front_files([replace(TEST, front_portal="127.0.0.1:8081")], FOLDER)[HOSTS].splitlines()
    assert "verify optional" in lines[0] and lines[0].endswith(" test.example")
    assert "verify none" in lines[1] and lines[1].endswith(" portal.example")


@pytest.mark.parametrize(
    ("environments", "said"),
    [
        ([replace(TEST, public_base="")], "TILTS_PUBLIC_BASE"),
        ([replace(TEST, portal_base="", front_portal="127.0.0.1:1")], "TILTS_PORTAL_BASE"),
        (
            [replace(TEST, portal_base="https://test.example/", front_portal="127.0.0.1:1")],
            "a host of their own",
        ),
        ([TEST, replace(PRODUCTION, public_base=TEST.public_base)], "a host of their own"),
        ([TEST, replace(TEST, public_base="https://other.example/fhir/r4")], "once"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_does_not_make_one_front_is_said(environments: list[Settings], said: str) -> None:
    with pytest.raises(NotOneFront, match=said):
        front_files(environments, FOLDER)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = told(str(tmp_path / "absent.env"), environment={})
    assert done.returncode == 1
    assert "absent.env" in done.stderr


def test_every_answer_of_the_front_speaks_both_languages() -> None:
    for status, answer in ANSWERS.items():
        assert answer.lv != answer.en and answer.lv.endswith(".") and answer.en.endswith("."), status
        assert "'" not in answer.outcome.decode() + answer.page, "HAProxy reads it between single quotes"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_the_server_itself_listens_on_this_machine(host: str) -> None:
    check_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "exchange.example", ""])
def test_the_server_itself_faces_no_network_and_says_what_to_do(host: str) -> None:
    with pytest.raises(NotPossible, match="tilts front"):
        check_loopback(host)


def test_serve_with_an_address_of_a_network_does_not_start(exchange: Running) -> None:
    environment = {**to_environment(exchange.settings), "DATABASE_URL": exchange.settings.database_url}
    command = [sys.executable, "-m", "tilts", "serve", "--host", "0.0.0.0"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "--unix-socket" in done.stderr
