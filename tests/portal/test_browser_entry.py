"""Signing in and registering in a real browser: usable by everybody, by keyboard, on a phone, without scripts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.portal.test_browser import CHROMIUM, DESKTOP, FLAGS, PHONE
from tests.running import Running

WORDS = {
    "lv": {"in": "Pieslēgties", "out": "Iziet", "register": "Reģistrēties"},
    "en": {"in": "Sign in", "out": "Sign out", "register": "Register"},
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


@pytest.fixture
def context(browser: Browser, exchange: Running, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    chosen = {"viewport": DESKTOP, "locale": "lv", **getattr(request, "param", {})}
    found = browser.new_context(base_url=exchange.facts["portal"], **chosen)
    yield found
    found.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab in which the policy may refuse nothing unseen."""
    found = context.new_page()
    faults: list[str] = []
    found.on("pageerror", lambda error: faults.append(str(error)))
    found.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    yield found
    assert [fault for fault in faults if "status of 4" not in fault] == []


def sign_in(page: Page, person: str, language: str) -> None:
    page.goto(f"/?lang={language}")
    page.get_by_role("link", name=WORDS[language]["in"], exact=True).click()
    page.get_by_role("button", name=person).first.click()
    page.wait_for_load_state()


def checked(page: Page, name: str, tmp_path: Path) -> None:
    page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
    found = Axe().run(page)
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], name  # type: ignore[index]
    assert len(page.content().encode()) < 100_000


LOOKS = [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"viewport": PHONE}]


@pytest.mark.parametrize("context", LOOKS, indirect=True, ids=["light", "dark", "phone"])
@pytest.mark.parametrize("language", ["lv", "en"])
def test_axe_finds_nothing_on_the_way_in(page: Page, language: str, tmp_path: Path) -> None:
    page.goto(f"/?lang={language}")
    page.get_by_role("link", name=WORDS[language]["in"], exact=True).click()
    checked(page, "test-sign-in", tmp_path)
    page.get_by_role("button", name="Oskars Vadiņš").click()
    page.wait_for_load_state()
    page.goto("/register")
    checked(page, "register", tmp_path)
    page.get_by_role("button", name=WORDS[language]["register"], exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    checked(page, "register-refused", tmp_path)
    page.goto("/my/accesses")  # not for somebody without a record
    checked(page, "refused", tmp_path)
    page.get_by_role("button", name=WORDS[language]["out"]).click()
    sign_in(page, "Bruno Zīmogs", language)
    for path in ("/my/people", "/my/roles"):
        page.goto(path)
        checked(page, path.rpartition("/")[2], tmp_path)
    page.get_by_role("button", name=WORDS[language]["out"]).click()
    sign_in(page, "Anna Bērzlāse", language)
    for path in ("/my/accesses", "/my/prescriptions"):
        page.goto(path)
        checked(page, path.rpartition("/")[2], tmp_path)


@pytest.mark.parametrize("context", [{"java_script_enabled": False}], indirect=True)
def test_signing_in_and_out_works_without_scripts(page: Page) -> None:
    sign_in(page, "Gunta Bērzlapa", "en")
    expect(page.get_by_role("link", name="Gunta Bērzlapa")).to_contain_text("institution or pharmacy")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in", exact=True)).to_be_visible()


def test_the_summary_of_faults_leads_to_the_field(page: Page) -> None:
    page.goto("/patterns?lang=en")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("alert").get_by_role("link", name="Please fill in").click()
    expect(page.get_by_label("Name of the organisation")).to_be_focused()


def test_a_form_is_filled_in_by_keyboard_alone(page: Page) -> None:
    page.goto("/patterns?lang=en")
    page.get_by_label("Name of the organisation").focus()
    page.keyboard.type("Prakse")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("The form was received")
