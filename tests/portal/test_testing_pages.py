"""The pages of testing in a browser: plan, window, run, test persons, worksheet, each in both languages."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.onboarding.desk_people import person
from tests.portal.browsing import IN_EACH_LOOK, launched
from tests.portal.test_browser_entry import sign_in
from tests.portal.test_lab_pages import checked
from tests.running import Running, running_exchange
from tilts.access.case_effects import EFFECTS, planned_in
from tilts.clock import day_in_riga
from tilts.ids import new_id
from tilts.lab.conformance.library import library, scenario
from tilts.onboarding import testing
from tilts.onboarding.taking import Taker, Taking, take
from tilts.onboarding.testing import Remark
from tilts.store.lab import runs
from tilts.store.onboarding import parties
from tilts.store.onboarding.cases import CaseRecord
from tilts.store.tx import Database, Tx

DEVELOPER, TESTER = "Aija Laiviniece", "Tija Pārbaude"


@dataclass(frozen=True)
class Cases:
    version: str
    plan: str
    running: str
    analysed: str


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """An exchange of its own: its developer has one plan and one case of each kind."""
    with running_exchange(tmp_path_factory.mktemp("testing") / "sandbox") as found:
        yield found


@pytest.fixture(scope="module")
def cases(fresh: Running) -> Cases:
    return asyncio.run(prepared(fresh))


async def prepared(fresh: Running) -> Cases:
    database = Database(fresh.settings.database_url, connections=2)
    await database.open()
    try:
        async with database.transaction() as tx:
            return await made(tx, fresh)
    finally:
        await database.close()


async def made(tx: Tx, fresh: Running) -> Cases:
    """The largest there can be: every scenario, for both kinds of systems, with a note and with entries."""
    now, clerk = fresh.clock.now(), person("authority")
    client = await runs.tested_client(tx, fresh.facts["clients"]["practice"]["client_id"])
    assert client is not None and client.version_id is not None
    account = person("vendor", client.party_id)

    async def step(case: CaseRecord, action: str, who: Any, **facts: Any) -> CaseRecord:
        effects = {**EFFECTS, ("testing", "hand-in"): as_judged}
        return await take(tx, case.number, action, Taker(who, now, effects), facts=facts)

    async def asked_for(version_id: UUID) -> tuple[CaseRecord, CaseRecord]:
        plan = await testing.open_plan(tx, account, version_id, now)
        await step(plan, "propose", account, scenarios=[one.id for one in library()])
        await step(plan, "agree-to-plan", clerk)
        return plan, await testing.request_testing(tx, account, version_id, now)

    assert account.party_id is not None
    other = await another_version(tx, account.party_id, now)
    plan, *opened = *(await asked_for(client.version_id)), (await asked_for(other))[1]
    today = day_in_riga(now)
    window = {"starts_on": today.isoformat(), "ends_on": (today + timedelta(days=9)).isoformat()}
    running, analysed = [await step(case, "set-window", clerk, **window) for case in opened]
    await step(running, "note", clerk, text="Uzlīmes apskatīja kopā.")
    analysed = await step(analysed, "hand-in", account)
    await testing.comment(tx, analysed, Remark("PRA-01@practice", 1, "passed", "Redzēts sesijā."), clerk, now)
    return Cases(str(client.version_id), plan.number, running.number, analysed.number)


async def another_version(tx: Tx, party_id: UUID, now: datetime) -> UUID:
    version = {
        "system_id": new_id(),
        "version_id": new_id(),
        "party_id": party_id,
        "name": "Otra sistēma",
        "version": "2.0",
        "functionalities": ["prescribing", "dispensing"],
        "registered_at": now,
    }
    await parties.add_version(tx, version)
    found: UUID = version["version_id"]  # type: ignore[assignment]
    return found


async def as_judged(taking: Taking) -> None:
    """Every second step not passed, with its title and a reason: more than any real results hold."""
    taking.facts["verdicts"] = {name: judged(name) for name in planned_in(taking.case)}


def judged(name: str) -> dict[str, Any]:
    found = scenario(name.partition("@")[0])
    assert found is not None
    reason = {"lv": "Laboratorija redzēja kaut ko citu.", "en": "The lab saw something else."}
    return {
        "verdict": "failed",
        "steps": ["failed" if place % 2 else "passed" for place, _ in enumerate(found.steps)],
        "titles": [{"lv": step.title.lv, "en": step.title.en} for step in found.steps],
        "reasons": [reason for _ in found.steps],
        "sha256": found.sha256,
    }


@pytest.fixture(scope="module")
def browser(cases: Cases) -> Iterator[Browser]:
    with launched() as found:
        yield found


@pytest.fixture
def context(browser: Browser, fresh: Running, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    found = browser.new_context(base_url=fresh.facts["portal"], **request.param)
    yield found
    found.close()


@IN_EACH_LOOK
def test_axe_finds_nothing_on_the_developers_pages(
    context: BrowserContext, cases: Cases, fresh: Running, language: str, tmp_path: Path
) -> None:
    page = context.new_page()
    sign_in(page, DEVELOPER, language)
    client_id = fresh.facts["clients"]["practice"]["client_id"]
    seen(page, tmp_path, "plan", f"/my/plans/new?version={cases.version}")
    seen(page, tmp_path, "running", f"/cases/{cases.running}")
    seen(page, tmp_path, "begin", f"/lab/runs/new?testing={cases.running}")
    seen(page, tmp_path, "begin-chosen", f"/lab/runs/new?testing={cases.running}&client={client_id}")
    seen(page, tmp_path, "practise", f"/lab/runs/new?client={client_id}")
    seen(page, tmp_path, "not-now", f"/lab/runs/new?testing={cases.analysed}", status=409)
    seen(page, tmp_path, "persons-before", "/my/test-persons")
    if page.locator("form[action='/my/test-persons']").count():
        page.locator("form[action='/my/test-persons'] button").click()
    seen(page, tmp_path, "persons", "/my/test-persons")
    assert page.locator("tbody tr").count() >= 6
    page.goto(f"/lab/runs/new?testing={cases.running}&client={client_id}")
    page.locator("form[action='/lab/runs'] button").click()
    page.wait_for_url("**/lab/runs/**")
    checked(page, f"run-{language}", tmp_path)
    page.locator("form[action$='/finish'] button").click()
    seen(page, tmp_path, "systems", "/systems")


@IN_EACH_LOOK
def test_axe_finds_nothing_on_the_authoritys_pages(
    context: BrowserContext, cases: Cases, language: str, tmp_path: Path
) -> None:
    page = context.new_page()
    sign_in(page, TESTER, language)
    seen(page, tmp_path, "plan-case", f"/cases/{cases.plan}")
    seen(page, tmp_path, "analysed", f"/cases/{cases.analysed}")
    seen(page, tmp_path, "worksheet", f"/cases/{cases.analysed}/worksheet?row=PRA-01%40practice%232")
    assert page.locator("select[name=row]").input_value() == "PRA-01@practice#2"
    seen(page, tmp_path, "window", f"/cases/{cases.running}/change-window")
    seen(page, tmp_path, "note", f"/cases/{cases.running}/note")
    seen(page, tmp_path, "reservation", f"/cases/{cases.analysed}/approve-with-reservation")


def seen(page: Page, folder: Path, name: str, address: str, *, status: int = 200) -> None:
    answer = page.goto(address)
    assert answer is not None and answer.status == status, name
    assert len(answer.body()) < 100_000, name
    checked(page, name, folder)
