"""`tilts serve` in production: what belongs to a test is refused before a socket answers, each with what to set."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from tests.cli.test_serving import free_port, wait_until_it_listens
from tests.production import production_settings
from tests.running import Running
from tests.store.databases import empty_database
from tests.transport.wire import tls
from tilts.production import unfit
from tilts.settings import Settings, to_environment
from tilts.store.migrate import SETS, migrations

TILTS = [sys.executable, "-m", "tilts"]
FIT = Settings(
    environment="production",
    identifier_arc="urn:oid:2.999.77",
    canonical_base="https://fhir.example.org/tilts",
)


def run(*words: str, settings: Settings, url: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **to_environment(settings), "TILTS_DATABASE_URL": "", "DATABASE_URL": url}
    return subprocess.run(
        [*TILTS, *words], env=environment, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture
def fresh(rehearsed: Running) -> Iterator[str]:
    with empty_database(rehearsed) as conninfo:
        yield conninfo


def test_what_fits_is_not_refused() -> None:
    assert unfit(FIT) == []
    assert unfit(Settings()) == []
    assert unfit(Settings(environment="production", rehearsal=True, sandbox=True)) == []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"sandbox": True}, "TILTS_SANDBOX"),
        ({"plain_base": "http://127.0.0.1:8080/fhir/r4"}, "TILTS_PLAIN_BASE"),
        ({"identifier_arc": Settings().identifier_arc}, "TILTS_IDENTIFIER_ARC"),
        ({"canonical_base": Settings().canonical_base}, "TILTS_CANONICAL_BASE"),
        ({"environment": "staging"}, "TILTS_ENVIRONMENT"),
        ({"environment": "test", "rehearsal": True}, "TILTS_REHEARSAL"),
    ],
    ids=str,
)
def test_a_setting_of_a_test_is_refused_with_its_name_and_what_to_do(
    change: dict[str, object], named: str
) -> None:
    [sentence] = unfit(replace(FIT, **change))  # type: ignore[arg-type]

    assert sentence.startswith(named)
    assert any(word in sentence for word in ("take it out", "set it to"))


def test_serve_says_all_that_does_not_fit_and_does_not_start(rehearsed: Running) -> None:
    settings = replace(production_settings(rehearsed), rehearsal=False, sandbox=True)

    done = run("serve", settings=settings, url=settings.database_url)

    assert done.returncode == 1
    for named in ("TILTS_SANDBOX", "TILTS_IDENTIFIER_ARC", "TILTS_CANONICAL_BASE"):
        assert named in done.stderr
    assert "Traceback" not in done.stderr


def test_serve_refuses_a_register_of_test_persons_in_production(rehearsed: Running) -> None:
    """The rehearsal's own database, without the mark of a rehearsal."""
    settings = replace(FIT, pki_folder=production_settings(rehearsed).pki_folder)

    done = run("serve", settings=settings, url=production_settings(rehearsed).database_url)

    assert (done.returncode, "test persons" in done.stderr) == (1, True), done.stderr


def test_serve_without_tables_says_what_to_run_first(fresh: str) -> None:
    done = run("serve", settings=FIT, url=fresh)

    assert (done.returncode, "tilts migrate" in done.stderr) == (1, True), done.stderr


def test_serve_without_postgresql_says_that_nothing_answers() -> None:
    done = run("serve", settings=FIT, url="host=127.0.0.1 port=9 connect_timeout=1")

    assert (done.returncode, "DATABASE_URL" in done.stderr) == (1, True), done.stderr


def test_migrate_makes_both_sets_for_each_environment_and_production_is_served(
    rehearsed: Running, fresh: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shared, own = (len(migrations(chosen)) for chosen in SETS)
    for environment, applied in (("test", shared + own), ("production", own), ("production", 0)):
        done = run("migrate", settings=replace(FIT, environment=environment), url=fresh)
        assert done.stdout.strip() == f"{applied} migrations applied; up to date", done.stderr

    port = free_port()
    settings = replace(
        FIT,
        tls_port=port,
        public_base=f"https://localhost:{port}/fhir/r4",
        pki_folder=production_settings(rehearsed).pki_folder,
        keys_folder=tmp_path_factory.mktemp("keys") / "keys",
    )
    environment_of = {
        **os.environ,
        **to_environment(settings),
        "TILTS_DATABASE_URL": "",
        "DATABASE_URL": fresh,
    }
    process = subprocess.Popen(
        [*TILTS, "serve", "--workers", "1"],
        env=environment_of,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_until_it_listens(port, process)
        with httpx.Client(
            verify=tls(rehearsed.facts["clients"]["practice"]["ca"]), trust_env=False
        ) as client:
            answer = client.get(f"{settings.public_base}/metadata", timeout=60)
        assert answer.headers["x-tilts-environment"] == "production"
        assert answer.json()["implementation"]["description"] == "Tilts production environment"
    finally:
        process.terminate()
        assert process.wait(timeout=60) == 0
