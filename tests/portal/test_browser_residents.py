"""Residents' pages in a real browser: usable by everybody, on a phone, in the dark, by keyboard alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.portal.browsing import axe_finds_nothing, watched
from tests.running import Running
from tests.transport.documents import prescribed
from tests.transport.sight import emergency, glass, named, somebody
from tests.transport.wire import Caller

PHONE = {"width": 390, "height": 844}
LOOKS = [{}, {"viewport": PHONE, "color_scheme": "dark"}]
LIGA = 3
WORDS = {
    "lv": {
        "everything": "Visu veselības karti",
        "on": "Turpināt",
        "sure": "Jā, aizliegt",
        "lift": "Atcelt aizliegumu",
        "choose": "Izvēlēties",
        "name": "Pilnvarot šo personu",
        "back": "Atpakaļ pie maniem datiem",
    },
    "en": {
        "everything": "Everything: the whole card",
        "on": "Go on",
        "sure": "Yes, forbid it",
        "lift": "Lift the ban",
        "choose": "Choose",
        "name": "Name this person",
        "back": "Back to my own data",
    },
}


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    with watched(context, refused="4") as found:
        yield found


@pytest.fixture(scope="module", autouse=True)
def _life(exchange: Running) -> None:
    """Her doctor wrote for her, a stranger was refused, a hospital opened her data in an emergency."""
    liga = somebody(exchange, LIGA)
    clients = {name: Caller(exchange, name) for name in (liga.gp, liga.stranger, "hospital")}
    line = prescribed(clients[liga.gp], liga.patient)
    for _ in range(3):
        clients[liga.gp].get(f"MedicationRequest/{line.request}")
    clients[liga.stranger].get(f"MedicationRequest/{line.request}")
    hospital = clients["hospital"]
    named(hospital, liga.patient)
    token = emergency(hospital)
    hospital.post(f"Patient/{liga.patient}/$break-glass", glass(), token=token)
    hospital.get(f"MedicationRequest/{line.request}", token=token)
    for one in clients.values():
        one.close()


def sign_in(page: Page, language: str) -> None:
    page.goto(f"/sign-in?lang={language}")
    page.get_by_role("button", name="Līga").first.click()
    page.wait_for_load_state()
    page.goto(f"/my/prescriptions?lang={language}")


def checked(page: Page, name: str, folder: Path) -> None:
    page.screenshot(path=folder / f"{name}.png", full_page=True)
    axe_finds_nothing(page, name)
    width = page.viewport_size["width"]  # type: ignore[index]
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    assert len(page.content().encode()) < 100_000, name


@pytest.mark.parametrize(
    ("context", "language"),
    list(zip(LOOKS, ("lv", "en"), strict=True)),
    indirect=["context"],
    ids=["lv", "en-phone"],
)
def test_axe_finds_nothing_on_residents_pages(page: Page, language: str, tmp_path: Path) -> None:
    words = WORDS[language]
    sign_in(page, language)
    checked(page, f"prescriptions-{language}", tmp_path)
    page.goto("/my/accesses")
    page.locator("details.earlier summary").first.click()
    checked(page, f"accesses-{language}", tmp_path)
    page.goto("/my/accesses?only=emergencies")
    page.locator("tbody a").first.click()
    page.wait_for_load_state()
    while page.locator(".steps").count() == 0:  # sealed before long
        page.reload()
    checked(page, f"access-{language}", tmp_path)
    page.goto("/my/bans")
    page.get_by_role("button", name=words["on"]).click()
    checked(page, f"bans-refused-{language}", tmp_path)
    page.get_by_label(words["everything"]).check()
    page.locator("#never").check()
    page.get_by_role("button", name=words["on"]).click()
    checked(page, f"ban-sure-{language}", tmp_path)
    page.get_by_role("button", name=words["sure"]).click()
    checked(page, f"bans-{language}", tmp_path)
    page.get_by_role("button", name=words["lift"]).first.click()
    page.goto("/my/delegations")
    page.get_by_role("button", name=words["name"]).click()
    checked(page, f"delegations-{language}", tmp_path)
    page.locator("#whom").select_option(index=1)
    page.get_by_role("button", name=words["choose"]).click()
    checked(page, f"for-another-{language}", tmp_path)


def test_somebody_whose_right_ended_finds_the_way_back(page: Page, exchange: Running, tmp_path: Path) -> None:
    sign_in(page, "en")
    page.locator("#whom").select_option(index=1)
    page.get_by_role("button", name="Choose").click()
    with exchange.clock.moved(days=19 * 365):
        page.goto("/my/bans")
        checked(page, "no-longer", tmp_path)
    page.get_by_role("button", name=WORDS["en"]["back"]).click()
    expect(page.locator(".under")).to_contain_text("Līga")


def test_a_ban_is_given_and_lifted_by_keyboard_alone(page: Page) -> None:
    sign_in(page, "en")
    page.goto("/my/bans")

    def tab_to(selector: str) -> None:
        for _ in range(60):
            if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"no way to {selector} by keyboard")

    tab_to("#what-1")
    page.keyboard.press("Space")
    tab_to("form[action='/my/bans'] button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/my/bans")
    expect(page.get_by_role("heading", level=1)).to_have_text("Are you sure?")
    tab_to("button[name='sure']")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("It is forbidden from now on.")
    tab_to("form[action='/my/bans/lift'] button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("The ban is lifted.")
