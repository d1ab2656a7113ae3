"""The portal in a real browser: usable by everybody, live without a reload, whole without scripts."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.portal.browsing import IN_EACH_SCHEME, PHONE, axe_finds_nothing
from tests.running import Running


def places(anna: str) -> dict[str, str]:
    return {
        "start": "/",
        "sandbox": "/sandbox",
        "patterns": "/patterns",
        "help": "/help",
        "help-page": "/help/reference/routes",
        "help-search": "/help/search?q=certificate",
        "law": "/law",
        "law-earlier": "/law?on=2020-03-31",
        "architecture": "/architecture",
        "calls": "/calls",
        "persons": "/persons",
        "person": f"/persons/{anna}",
        "rules": "/rules",
        "rules-of": "/rules/USR",
        "missing": "/nowhere",
    }


@IN_EACH_SCHEME
def test_axe_finds_nothing_on_any_page(page: Page, anna: str, language: str, tmp_path: Path) -> None:
    for name, path in places(anna).items():
        page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
        axe_finds_nothing(page, page.url)


@pytest.mark.parametrize("context", [{"viewport": PHONE}], indirect=True)
@pytest.mark.parametrize("language", ["lv", "en"])
def test_nothing_runs_over_the_side_of_a_small_phone(
    page: Page, anna: str, language: str, tmp_path: Path
) -> None:
    for name, path in places(anna).items():
        page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        page.screenshot(path=tmp_path / f"{name}-phone.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], name


def test_a_call_shows_up_without_a_reload(page: Page, exchange: Running) -> None:
    page.goto("/sandbox?lang=en")
    calls = page.locator("#calls tbody tr")
    before = calls.first.get_attribute("data-key") if calls.count() else None
    counted = page.locator(".side-middle strong")
    page.evaluate("window.stillTheSame = true")
    with exchange.connect("hospital") as hospital:
        hospital.matches("Organization", {"name": "Parauga slimnīca"})
    expect(calls.filter(has_text="Looks for an organisation").first).to_be_visible(timeout=10_000)
    assert calls.first.get_attribute("data-key") != before
    assert page.evaluate("window.stillTheSame")
    expect(counted).not_to_have_text("0")


def test_a_pause_keeps_the_list_as_it_is(page: Page, exchange: Running) -> None:
    page.goto("/calls?lang=en")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Go on")).to_be_visible()
    page.wait_for_timeout(500)  # a refresh that was under way has ended
    before = page.locator("tbody tr").first.get_attribute("data-key")
    with exchange.connect("hospital") as hospital:
        hospital.matches("Organization", {"name": "Parauga slimnīca"})
    page.wait_for_timeout(3_000)
    assert page.locator("tbody tr").first.get_attribute("data-key") == before


def test_lines_are_copied_by_a_button(page: Page, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/sandbox?lang=en")
    box = page.locator(".snippet").first
    box.get_by_role("button").click()
    expect(box.get_by_role("button")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == box.locator("pre").text_content()


def test_the_keyboard_reaches_the_content_first(page: Page) -> None:
    page.goto("/?lang=en")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_a_refusal_in_the_list_leads_to_its_rule(page: Page, anna: str) -> None:
    page.goto(f"/persons/{anna}?lang=en")
    page.get_by_role("link", name="DSP-001").first.click()
    expect(page).to_have_url(re.compile("/rules/DSP#DSP-001$"))
    expect(page.locator("#DSP-001")).to_be_in_viewport()


@pytest.mark.parametrize("context", [{"java_script_enabled": False}], indirect=True)
def test_everything_is_there_without_scripts(page: Page, exchange: Running, anna: str) -> None:
    page.goto("/sandbox?lang=en")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("img", name="The bridge between practices and pharmacies")).to_be_visible()
    assert page.locator("button:visible").count() == 0
    page.get_by_role("link", name="The last 50 calls").click()
    before = page.locator("tbody tr").first.get_attribute("data-key")
    with exchange.connect("hospital") as hospital:
        hospital.matches("Organization", {"name": "Parauga slimnīca"})
    page.get_by_role("link", name="Refresh").click()
    assert page.locator("tbody tr").first.get_attribute("data-key") != before
    page.get_by_role("link", name="Latviešu").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Izsaukumi")
    with page.expect_download() as download:
        page.goto("/sandbox")
        page.get_by_role("link", name="key.pem klientam practice").first.click()
    assert download.value.suggested_filename == "practice-key.pem"
