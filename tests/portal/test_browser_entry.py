"""Signing in and registering in a real browser: usable by everybody, by keyboard, on a phone, without scripts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.portal.browsing import IN_EACH_LOOK, axe_finds_nothing, watched

WORDS = {
    "lv": {"in": "Pieslēgties", "out": "Iziet", "register": "Reģistrēties"},
    "en": {"in": "Sign in", "out": "Sign out", "register": "Register"},
}


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    with watched(context, refused="4") as found:
        yield found


def sign_in(page: Page, person: str, language: str) -> None:
    page.goto(f"/?lang={language}")
    page.get_by_role("link", name=WORDS[language]["in"], exact=True).click()
    page.get_by_role("button", name=person).first.click()
    page.wait_for_load_state()


def checked(page: Page, name: str, tmp_path: Path) -> None:
    page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
    axe_finds_nothing(page, page.url)
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], name  # type: ignore[index]
    assert len(page.content().encode()) < 100_000


@IN_EACH_LOOK
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
