"""From the plan to the register of approved systems: the lab's reference system is tested as a vendor's is."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from tests.running import Running, running_exchange
from tilts.clock import day_in_riga
from tilts.lab.conformance import runs
from tilts.lab.conformance.counterparts import Counterparts
from tilts.lab.conformance.driving import play_all
from tilts.lab.conformance.library import from_text, scenarios_for
from tilts.lab.conformance.reference_system import play
from tilts.lab.conformance.runs import Lab
from tilts.lab.walker import PageWalker
from tilts.store.lab import runs as store
from tilts.store.tx import Database

pytestmark = pytest.mark.anyio
NAMES = {
    "developer": "Aija Laiviniece",
    "tester": "Tija Pārbaude",
    "clerk": "Anda Kārtotāja",
    "second": "Bruno Zīmogs",
}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """An exchange of its own: an approval is for everybody to see."""
    with running_exchange(tmp_path_factory.mktemp("tested") / "sandbox") as found:
        yield found


@pytest.fixture
async def its_database(fresh: Running) -> AsyncIterator[Database]:
    found = Database(fresh.settings.database_url, connections=4)
    await found.open()
    yield found
    await found.close()


@pytest.fixture
def people(fresh: Running) -> Iterator[dict[str, PageWalker]]:
    with ExitStack() as stack:
        found = {}
        for who, name in NAMES.items():
            found[who] = stack.enter_context(PageWalker(fresh.facts["portal"], language="en"))
            found[who].follow("Sign in")
            found[who].submit(name)
        yield found


async def played(fresh: Running, database: Database, run_id: UUID) -> None:
    """The reference practice plays every scenario of a run that its developer began at the portal."""
    lab = Lab(database, fresh.clock, Counterparts.of(fresh.facts))
    entry = fresh.facts["clients"]["practice"]
    async with database.transaction() as tx:
        run = await runs.run_of(tx, run_id, None)
        texts = await store.contents(tx, run.scenarios)

    def plays(scenario_id: str, facts: Mapping[str, str], go_on: Callable[[], None]) -> None:
        play(scenario_id, entry, facts, go_on)

    await play_all(lab, run, [from_text(sha, texts[sha]).id for sha in run.scenarios], plays)


def in_ci(fresh: Running, *words: str) -> subprocess.CompletedProcess[str]:
    folder = str(Path(fresh.facts["state"]).parent)
    return subprocess.run(
        [sys.executable, "-m", "tilts", "lab", "run", "--reference", "--json", *words],
        env={**os.environ, "TILTS_DATA_DIR": folder, "LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


async def test_what_is_planned_is_played_handed_in_analysed_and_approved_in_the_register(
    fresh: Running, its_database: Database, people: dict[str, PageWalker]
) -> None:
    developer, tester, clerk, second = (people[who] for who in NAMES)
    assert "No system is approved yet" in developer.follow("Approved systems").text

    developer.follow("My systems")
    developer.follow("Test plan and testing Parauga sistēma 1.0")
    assert "Ask to start testing" not in developer.page.buttons
    developer.submit("Propose the plan")
    plan = number_of(developer)
    tester.follow("My work")
    tester.follow("Test plan", near=plan)
    tester.follow("Propose a plan")
    without = [name for name in all_scenarios() if name != "PRA-11"]
    tester.submit("Propose a plan", {"Scenarios": tuple(label_of(tester, name) for name in without)})
    developer.reload()
    developer.submit("Agree to the plan")
    developer.follow("Ask to start testing")
    developer.submit("Ask to start testing")
    number = number_of(developer)

    tester.follow("My work")
    tester.follow("Testing and approval", near=number)
    tester.follow("Set the test window")
    today = day_in_riga(fresh.clock.now())
    days = {"Tests from": str(today), "Tests until": str(today + timedelta(days=20))}
    tester.submit("Set the test window", days)
    tester.follow("Note of a joint session")
    tester.submit("Note of a joint session", {"Note": "Labels are looked at on the screen."})

    developer.reload()
    assert "Labels are looked at on the screen." in developer.page.text
    refused = developer.submit("Hand in the results")
    assert "PRA-01@practice" in refused.problem
    developer.follow("Play the scenarios in the lab")
    client_id = fresh.facts["clients"]["practice"]["client_id"]
    async with its_database.transaction() as tx:
        client = await store.tested_client(tx, client_id)
    assert client is not None
    developer.follow(client.organization_name)
    developer.submit("Begin the run")
    assert client_id in developer.page.text
    assert "Test persons of this run" in developer.page.text
    await played(fresh, its_database, UUID(developer.page.address.split("/")[-1].partition("?")[0]))
    developer.reload()
    developer.submit("End the run")
    developer.follow("Testing and approval")

    done = in_ci(fresh, "--as", "pharmacy", "--testing", number)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["counts"]["passed"] == len(scenarios_for("pharmacy"))
    developer.reload()
    developer.submit("Hand in the results")
    assert developer.page.problem == ""

    clerk.follow("My work")
    clerk.follow("Testing and approval", near=number)
    clerk.follow("Worksheet of the analysis")
    assert "Everything is settled" in clerk.page.text
    row = {
        "Row": "PRA-01@practice (1)",
        "Comment or reason": "The number was read aloud.",
        "Verdict": "failed",
    }
    clerk.submit("Keep the entry", row)
    assert "1 row is not settled" in clerk.page.text
    clerk.follow("Testing and approval")
    assert "PRA-01@practice (1)" in clerk.submit("Approve").problem
    clerk.follow("Worksheet of the analysis")
    clerk.submit("Keep the entry", {**row, "Comment or reason": "It was right.", "Verdict": "passed"})
    clerk.follow("Testing and approval")
    clerk.submit("Approve")
    assert "No system is approved yet" in clerk.follow("Approved systems").text
    second.follow("My work")
    second.follow("Testing and approval", near=number)
    second.submit("Confirm")

    register = second.follow("Approved systems").text
    assert register.count("Parauga sistēma 1.0") == 2
    assert "No system is approved yet" not in register


def all_scenarios() -> list[str]:
    return sorted({one.id for role in ("practice", "pharmacy") for one in scenarios_for(role)})  # type: ignore[arg-type]


def number_of(visitor: PageWalker) -> str:
    """Of the case whose page this is."""
    return visitor.page.address.rpartition("/cases/")[2].partition("?")[0]


def label_of(visitor: PageWalker, scenario: str) -> str:
    return next(label for label in visitor.page.labels if label.startswith(scenario))


async def test_a_build_server_is_told_why_a_run_does_not_belong_to_a_case(fresh: Running) -> None:
    """CASE-001: no such case; the reference system has no keys of a client it does not know."""
    nobody = in_ci(fresh, "--as", "practice", "--testing", "TL-2026-99999")
    assert nobody.returncode == 1
    assert "CASE-001" in nobody.stderr
    strange = in_ci(fresh, "--as", "00000000-0000-0000-0000-000000000000", "--testing", "TL-2026-99999")
    assert strange.returncode == 1
    assert "--play" in strange.stderr
