"""A pharmacist's task in a real browser, recorded: how many keys and clicks it takes, and how each page looks.

Find by number, claim, hand out one of three packs, print: at most six beside typing number and name. With
TILTS_PHARMACY_PICTURES=write the pictures of docs/howto/hand-out-in-the-portal.md are made anew.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.portal.browsing import DESKTOP, IN_EACH_LOOK, axe_finds_nothing, watched
from tests.portal.pharmacy import Written, subject_of, written
from tests.portal.test_pharmacy_pages import ICD, THIRTY, by_register, paid_for
from tests.running import Running

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures" / "pharmacy"
ANEW = os.environ.get("TILTS_PHARMACY_PICTURES") == "write"
MOST = 6
TALLEST = 1150  # of a picture
PDF = b"%PDF-"


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    with watched(context, refused="4") as found:
        yield found


@dataclass
class Hands:
    """Somebody at a keyboard and a mouse: each key and each click is written down."""

    page: Page
    done: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        """Number and name: not counted."""
        self.page.keyboard.type(text)

    def press(self, key: str) -> None:
        self.done.append(key)
        self.page.keyboard.press(key)

    def click(self, name: str, kind: str = "button") -> None:
        self.done.append(f"click {name}")
        self.page.get_by_role(kind, name=name, exact=True).click()  # type: ignore[arg-type]


@dataclass
class Pictures:
    """Of the task's pages, in the language of the visitor."""

    page: Page
    language: str
    folder: Path
    taken: list[Path] = field(default_factory=list)

    def take(self, name: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        wide, high = self.page.evaluate(
            "[document.documentElement.clientWidth, document.documentElement.scrollHeight]"
        )
        path = self.folder / f"{name}-{self.language}.png"
        part = {"x": 0, "y": 0, "width": wide, "height": min(high, TALLEST)}
        self.page.screenshot(path=path, full_page=True, clip=part)  # type: ignore[arg-type]
        self.taken.append(path)


def at_the_counter(page: Page, exchange: Running, language: str) -> None:
    page.goto(f"/sign-in?lang={language}")
    page.locator(f'button[value="{subject_of(exchange, "pharmacy")}"]').click()
    page.wait_for_url("**/pharmacy")
    page.goto(f"/pharmacy?lang={language}")


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.innerText || document.activeElement.id"))


WORDS = {
    "lv": {
        "find": "Meklēt",
        "claim": "Pieteikt",
        "out": "Izsniegt",
        "print": "Drukāt",
        "left": "Atlikums 2 no 3",
    },
    "en": {
        "find": "Find",
        "claim": "Claim",
        "out": "Hand out",
        "print": "Print",
        "left": "2 of 3 packs left",
    },
}


@pytest.mark.parametrize(
    ("context", "language"),
    [({"locale": "lv"}, "lv"), ({"locale": "en"}, "en")],
    indirect=["context"],
    ids=["lv", "en"],
)
def test_by_the_keyboard_the_task_takes_five_keys_beside_number_and_name(
    page: Page, exchange: Running, language: str, tmp_path: Path
) -> None:
    one, words = written(exchange), WORDS[language]
    at_the_counter(page, exchange, language)
    hands = Hands(page)
    pictures = Pictures(page, language, PICTURES if ANEW else tmp_path)

    hands.say(one.said)
    pictures.take("1-number-and-name")
    hands.press("Enter")
    page.wait_for_url("**/prescriptions/*")
    assert focused(page) == words["claim"]
    pictures.take("2-found")
    hands.press("Enter")
    page.wait_for_url("**?line=*")
    assert focused(page) == "quantity"
    hands.press("1")
    pictures.take("3-one-of-three")
    hands.press("Enter")
    page.wait_for_url("**&handed=*")
    assert words["left"] in page.inner_text("main")
    assert focused(page) == words["print"]
    pictures.take("4-handed-out")
    with page.expect_response("**/sheet") as printed:
        hands.press("Enter")

    assert printed.value.status == 200 and printed.value.headers["content-type"] == "application/pdf"
    assert hands.done == ["Enter", "Enter", "1", "Enter", "Enter"]
    assert len(hands.done) <= MOST
    doc = (PICTURES.parents[1] / "howto" / "hand-out-in-the-portal.md").read_text(encoding="utf-8")
    assert [path.name for path in pictures.taken if path.name not in doc] == []


@pytest.mark.parametrize("context", [{"locale": "en"}], indirect=True)
def test_by_the_mouse_it_takes_one_key_and_four_clicks(page: Page, exchange: Running) -> None:
    one, words = written(exchange), WORDS["en"]
    at_the_counter(page, exchange, "en")
    hands = Hands(page)
    hands.say(one.said)
    hands.click(words["find"])
    hands.click(words["claim"])
    page.wait_for_url("**?line=*")
    hands.press("1")  # what stands there is selected: it takes its place
    hands.click(words["out"])
    page.wait_for_url("**&handed=*")
    assert words["left"] in page.inner_text("main")
    with page.expect_response("**/sheet") as printed:
        hands.click(words["print"], "link")
    assert printed.value.status == 200
    assert len(hands.done) <= MOST, hands.done


@pytest.mark.parametrize("context", [{"java_script_enabled": False, "viewport": DESKTOP}], indirect=True)
def test_without_scripts_the_same_task_is_done(page: Page, exchange: Running) -> None:
    one = written(exchange)
    at_the_counter(page, exchange, "en")
    page.locator("#asked").fill(one.said)
    page.locator("#asked").press("Enter")
    page.get_by_role("button", name="Claim").click()
    page.locator("#quantity").fill("1")
    page.get_by_role("button", name="Hand out").click()
    assert "2 of 3 packs left" in page.inner_text("main")


def looked_at(page: Page, name: str, folder: Path) -> None:
    page.screenshot(path=folder / f"{name}.png", full_page=True)
    axe_finds_nothing(page, name)
    width = page.viewport_size["width"]  # type: ignore[index]
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    assert len(page.content().encode()) < 100_000, name


@IN_EACH_LOOK
def test_axe_finds_nothing_on_the_pharmacists_pages(
    page: Page, exchange: Running, language: str, tmp_path: Path
) -> None:
    one: Written = written(exchange)
    at_the_counter(page, exchange, language)
    page.locator("#asked").fill("0000-0000-0000 Nav Tāda")
    page.locator("#asked").press("Enter")
    looked_at(page, "missed", tmp_path)
    page.locator("#asked").fill(one.said)
    page.locator("#asked").press("Enter")
    page.wait_for_url("**/prescriptions/*")
    page.keyboard.press("?")
    assert page.locator("#keys").get_attribute("open") is not None
    page.locator("form[action$='/claim'] button").click()
    page.wait_for_url("**?line=*")
    page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
    looked_at(page, "claimed", tmp_path)
    page.locator("#quantity").fill("7")
    page.locator("form[action$='/dispense'] > button").click()
    assert page.locator("#quantity").input_value() == "7", "what was typed is kept"
    looked_at(page, "refused", tmp_path)
    page.locator("#quantity").fill("3")
    page.locator("form[action$='/dispense'] > button").click()
    page.wait_for_url("**&handed=*")
    page.locator(".handed a").first.click()
    looked_at(page, "correct", tmp_path)
    page.goto("/pharmacy")
    looked_at(page, "work", tmp_path)


@IN_EACH_LOOK
def test_axe_finds_nothing_where_a_product_is_chosen(
    page: Page, exchange: Running, language: str, tmp_path: Path
) -> None:
    one = by_register(exchange, **paid_for(ICD))
    at_the_counter(page, exchange, language)
    page.locator("#asked").fill(one.said)
    page.locator("#asked").press("Enter")
    page.wait_for_url("**/prescriptions/*")
    page.locator("form[action$='/claim'] button").click()
    page.wait_for_url("**?line=*")
    assert focused(page) == "quantity"
    looked_at(page, "choose", tmp_path)
    page.locator("#product").select_option(THIRTY.product_id)
    page.locator("form[action$='/dispense'] > button").click()
    assert page.locator("#product").input_value() == THIRTY.product_id, "what was chosen is kept"
    assert not page.locator("#agreed").is_checked()
    looked_at(page, "dearer", tmp_path)
