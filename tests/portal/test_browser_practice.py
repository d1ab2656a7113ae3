"""A doctor's and a patient's task in a real browser, by the keyboard alone: prescribe, then see and print.

With TILTS_PRACTICE_PICTURES=write the pictures of docs/howto/prescribe-in-the-portal.md are made anew.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.portal.browsing import IN_EACH_LOOK, axe_finds_nothing, watched
from tests.portal.pharmacy import subject_of
from tests.portal.test_browser_pharmacy import Hands, Pictures, focused
from tests.running import Running

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures" / "practice"
ANEW = os.environ.get("TILTS_PRACTICE_PICTURES") == "write"
VALDIS = 6
MOST_TABS = 60
IN_BOTH = pytest.mark.parametrize(
    ("context", "language"),
    [({"locale": "lv"}, "lv"), ({"locale": "en"}, "en")],
    indirect=["context"],
    ids=["lv", "en"],
)


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    with watched(context, refused="4") as found:
        yield found


def at_the_practice(page: Page, exchange: Running, language: str) -> None:
    page.goto(f"/sign-in?lang={language}")
    page.locator(f'button[value="{subject_of(exchange, "practice")}"]').click()
    page.wait_for_load_state()
    role = exchange.facts["clients"]["practice"]["role"].rpartition("/")[2]
    page.goto("/my/roles")
    place = page.locator(f'form:has(input[value="at:{role}"]) button')
    if place.count():
        place.click()
        page.wait_for_load_state()
    page.goto(f"/practice?lang={language}")
    ready(page, 'a[href="/prescribe"][autofocus]')


def code(exchange: Running) -> str:
    return str(exchange.facts["persons"][VALDIS]["code"])


def ready(page: Page, selector: str = "[autofocus]") -> None:
    """The page stands, and the focus is where it begins."""
    page.wait_for_selector(selector)
    page.wait_for_function("document.activeElement.hasAttribute('autofocus')")


def medicine(hands: Hands, words: str) -> None:
    """Typed, the first of the list taken."""
    hands.say(words)
    hands.page.wait_for_selector("[role=option]:visible")
    hands.press("ArrowDown")
    hands.press("Enter")


def tab_to(page: Page, where: str) -> None:
    """As somebody who knows no shortcut."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id || document.activeElement.value") == where:
            return
    raise AssertionError(f"{where} is not reached by the keyboard")


@IN_BOTH
def test_an_ordinary_prescription_takes_eight_keys_beside_what_is_typed(
    page: Page, exchange: Running, language: str, tmp_path: Path
) -> None:
    at_the_practice(page, exchange, language)
    hands, pictures = Hands(page), Pictures(page, language, PICTURES if ANEW else tmp_path)
    hands.press("Enter")  # on "New prescription"
    page.wait_for_url("**/prescribe")
    ready(page, "#code")
    hands.say(code(exchange))
    pictures.take("1-patient")
    hands.press("Enter")
    ready(page, "#medicine-1")
    assert focused(page) == "medicine-1"
    hands.say("elvif 75")
    page.wait_for_selector("[role=option]:visible")
    hands.press("ArrowDown")
    pictures.take("2-medicine")
    hands.press("Enter")
    hands.press("Tab")
    hands.say("1")
    hands.press("Tab")
    hands.say("2")
    pictures.take("3-dose")
    hands.press("Enter")
    ready(page, ".rx-list")
    pictures.take("4-review")
    hands.press("Enter")
    page.wait_for_url("**/practice/prescriptions/*")
    pictures.take("5-signed")
    assert len(hands.done) == 8, hands.done
    page.goto("/practice")
    pictures.take("6-worklist")
    doc = (PICTURES.parents[1] / "howto" / "prescribe-in-the-portal.md").read_text(encoding="utf-8")
    assert [path.name for path in pictures.taken if path.name not in doc] == []


@IN_BOTH
def test_two_medicines_prescribed_and_the_patient_sees_and_prints(
    page: Page, exchange: Running, language: str, tmp_path: Path
) -> None:
    at_the_practice(page, exchange, language)
    hands = Hands(page)
    hands.press("Enter")
    page.wait_for_url("**/prescribe")
    ready(page, "#code")
    hands.say(code(exchange))
    hands.press("Enter")
    ready(page, "#medicine-1")
    medicine(hands, "elvif 75")
    for amount in ("1", "2"):
        hands.press("Tab")
        hands.say(amount)
    tab_to(page, "add")
    hands.press("Enter")
    ready(page, "#medicine-2")
    assert focused(page) == "medicine-2"
    medicine(hands, "losonaums 5 mg n30")
    for amount in ("0,5", "3"):
        hands.press("Tab")
        hands.say(amount)
    hands.press("Enter")
    ready(page, ".rx-list")
    assert page.locator(".rx-shown").count() == 2
    hands.press("Enter")
    page.wait_for_url("**/practice/prescriptions/*")
    ready(page)
    number = page.locator(".number-large").inner_text()
    hands.press("Enter")  # repeated: the focus stands there
    ready(page, ".rx-list")

    page.context.clear_cookies()
    page.goto(f"/sign-in?lang={language}")
    page.get_by_role("button", name="Valdis").first.click()
    page.wait_for_load_state()
    page.goto(f"/my/prescriptions?lang={language}")
    pictures = Pictures(page, language, PICTURES if ANEW else tmp_path)
    pictures.take("7-mine")
    page.locator("a.number", has_text=number).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/my/prescriptions/*")
    assert page.locator(".medicine").count() == 2
    pictures.take("8-number")
    page.locator('a[href$="/sheet"]').focus()
    with page.expect_response("**/sheet") as printed:
        page.keyboard.press("Enter")
    assert printed.value.headers["content-type"] == "application/pdf"


@pytest.mark.parametrize("context", [{"java_script_enabled": False}], indirect=True)
def test_without_scripts_the_medicine_is_chosen_from_what_the_page_offers(
    page: Page, exchange: Running
) -> None:
    at_the_practice(page, exchange, "en")
    page.goto("/prescribe")
    page.fill("#code", code(exchange))
    page.keyboard.press("Enter")
    page.fill("#medicine-1", "elvif 75")
    page.fill("#dose-1", "1")
    page.fill("#times-1", "2")
    page.keyboard.press("Enter")
    page.locator("input[name=chosen-1]").first.check()
    page.locator("#dose-1").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".rx-shown")


@IN_EACH_LOOK
def test_axe_finds_nothing_on_a_prescribers_pages(
    page: Page, exchange: Running, language: str, tmp_path: Path
) -> None:
    at_the_practice(page, exchange, language)

    def checked(name: str) -> None:
        page.screenshot(path=tmp_path / f"{name}-{language}.png", full_page=True)
        axe_finds_nothing(page, name)
        width = page.viewport_size["width"]  # type: ignore[index]
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name

    checked("worklist")
    page.goto("/prescribe")
    page.fill("#code", "1")
    page.keyboard.press("Enter")
    page.wait_for_selector(".fault-summary")
    checked("nobody")
    page.fill("#code", code(exchange))
    page.keyboard.press("Enter")
    ready(page, "#medicine-1")
    page.keyboard.type("elvif")
    page.wait_for_selector("[role=option]:visible")
    page.keyboard.press("ArrowDown")
    checked("offers")
    page.keyboard.press("Escape")
    page.locator("details.more summary").click()
    page.fill("#until-1", "2001-01-01")
    page.fill("#dose-1", "x")
    page.keyboard.press("Enter")
    page.wait_for_selector(".fault-summary")
    checked("faults")
    page.locator("input[name=chosen-1]").first.check()
    page.fill("#until-1", "")
    page.fill("#dose-1", "1")
    page.fill("#times-1", "2")
    page.fill("#issues-1", "3")
    page.fill("#interval-1", "28")
    page.keyboard.press("Enter")
    ready(page, ".rx-list")
    checked("review")
    page.keyboard.press("Tab")
    page.locator(".sign-row button").first.click()
    page.wait_for_url("**/practice/prescriptions/*")
    page.locator("details.take-back summary").click()
    page.locator("details.take-back button").click()
    page.wait_for_selector(".fault-summary")
    checked("cancel")
