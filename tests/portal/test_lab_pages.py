"""The lab in a browser: scenarios for everybody; a run that a vendor plays and watches, and nobody else sees."""

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from babel.messages.pofile import read_po
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.portal.browsing import IN_EACH_LOOK, axe_finds_nothing, watched
from tests.portal.test_browser_entry import sign_in
from tests.running import Running
from tilts.lab.conformance.library import library
from tilts.portal.languages import po_file
from tilts_connector import Practice, PrescriptionOrder, packs
from tools.translations import texts

VENDOR, OTHER = "Aija Laiviniece", "Gunta Bērzlapa"
PLAYS = {
    "lv": ("Sākt testa norisi", "Sagatavot", "Beigt norisi"),
    "en": ("Begin a test run", "Prepare", "End the run"),
}


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A run that was begun is always ended."""
    with watched(context, refused="4") as found:
        yield found
        ending = found.get_by_role("button", name=re.compile("End the run|Beigt norisi"))
        if ending.count():
            ending.click()


def begin(page: Page, exchange: Running, language: str = "en") -> str:
    """A vendor begins a run of the practice's system; gives the address of its page."""
    sign_in(page, VENDOR, language)
    page.goto("/lab")
    page.locator("select[name=client]").select_option(exchange.facts["clients"]["practice"]["client_id"])
    page.get_by_role("button", name=PLAYS[language][0]).click()
    page.wait_for_url(re.compile("/lab/runs/"))
    return page.url.partition("#")[0]


def prepare(page: Page, scenario: str) -> None:
    page.locator(f"form:has(input[value='{scenario}'])").last.get_by_role("button").click()
    expect(page.locator("#now-title")).to_contain_text(scenario)


def checked(page: Page, name: str, tmp_path: Path) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
    axe_finds_nothing(page, page.url)
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], name  # type: ignore[index]
    assert len(page.content().encode()) < 100_000


@IN_EACH_LOOK
def test_axe_finds_nothing_and_nothing_runs_over_the_side(
    page: Page, exchange: Running, language: str, tmp_path: Path
) -> None:
    page.goto(f"/lab?lang={language}")
    checked(page, "scenarios", tmp_path)
    page.goto("/lab/scenarios/PHA-03")
    checked(page, "scenario", tmp_path)
    begin(page, exchange, language)
    checked(page, "run", tmp_path)
    prepare(page, "PRA-07")
    checked(page, "playing", tmp_path)


def test_what_the_system_does_is_seen_without_a_reload(page: Page, exchange: Running) -> None:
    begin(page, exchange)
    prepare(page, "PRA-01")
    written = page.locator("#now .expectations li").first
    expect(written).to_contain_text("open")
    page.evaluate("window.stillTheSame = true")
    patient = re.search(r"Patient/([0-9a-f-]{36})", page.locator("#now").inner_text())
    assert patient
    with exchange.connect("practice") as practice:
        Practice(practice).prescribe(patient[1], PrescriptionOrder("Paraugols 500 mg", packs(3), "1 tablete"))
    expect(written).to_contain_text("passed", timeout=10_000)
    assert page.evaluate("window.stillTheSame")
    page.get_by_role("button", name="Done, judge it").click()
    expect(page.locator("table").first.locator("tr", has_text="PRA-01")).to_contain_text("passed")


@pytest.mark.parametrize("context", [{"java_script_enabled": False}], indirect=True)
def test_a_run_is_played_without_scripts(page: Page, exchange: Running) -> None:
    address = begin(page, exchange)
    prepare(page, "PRA-10")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("#now")).to_contain_text("The lab saw something else: -.")  # the practice did nothing
    page.get_by_role("button", name="Done, judge it").click()
    expect(page.locator("table").first.locator("tr", has_text="PRA-10")).to_contain_text("failed")
    page.get_by_role("button", name="End the run").click()
    expect(page.get_by_role("button", name="Prepare")).to_have_count(0)
    page.goto(f"{address}/report.html?lang=en")
    expect(page.get_by_role("heading", name="Conformance report")).to_be_visible()
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.ring')).width") == "136px"
    )  # its own style holds


def test_certificates_that_a_scenario_needs_are_handed_out(page: Page, exchange: Running) -> None:
    begin(page, exchange)
    prepare(page, "CON-04")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="cert.pem").click()

    assert "BEGIN CERTIFICATE" in Path(downloading.value.path()).read_text()


def test_another_vendor_sees_nothing_of_it(page: Page, browser: Browser, exchange: Running) -> None:
    address = begin(page, exchange)
    with browser.new_context(base_url=exchange.facts["portal"]) as others:
        visitor = others.new_page()
        visitor.goto(address)
        assert "sign-in" in visitor.url
        sign_in(visitor, OTHER, "en")
        assert visitor.goto(address).status == 403  # type: ignore[union-attr]


def test_a_refusal_of_the_lab_is_told_with_what_to_do(page: Page, exchange: Running) -> None:
    begin(page, exchange)
    page.goto("/lab")
    page.locator("select[name=client]").select_option(exchange.facts["clients"]["practice"]["client_id"])
    page.get_by_role("button", name="Begin a test run").click()
    expect(page.get_by_role("alert")).to_contain_text("LAB-004")
    page.go_back()
    page.go_back()


@pytest.mark.parametrize("path", ["/lab/scenarios/ZZZ-01", "/lab/runs/1", f"/lab/runs/{uuid4()}/report.pdf"])
def test_what_is_not_there(visitor: httpx.Client, path: str) -> None:
    assert visitor.get(path).status_code in (303, 404)


@pytest.mark.parametrize("one", library(), ids=lambda one: one.id)
def test_every_scenario_can_be_read_by_everybody(visitor: httpx.Client, one: object) -> None:
    page = visitor.get(f"/lab/scenarios/{one.id}")  # type: ignore[attr-defined]

    assert page.status_code == httpx.codes.OK
    assert one.title.lv in page.text.replace("&#34;", '"').replace("&#39;", "'")  # type: ignore[attr-defined]


def test_every_word_has_its_translation() -> None:
    with po_file("lab").open("rb") as file:
        kept = {message.id: message.string for message in read_po(file, locale="lv")}

    assert all(kept.get(message.id) for message in texts("lab") if message.id)
