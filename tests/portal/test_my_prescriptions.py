"""A resident's own prescriptions: how each stands in plain words, what was handed out, and asking for another pharmacy."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import pytest
from lxml import html
from playwright.sync_api import Page

from tests.portal.attacking import Visitor, rule_of, said
from tests.portal.browsing import IN_EACH_LOOK, axe_finds_nothing
from tests.running import Running
from tests.transport.documents import Line, claimed, handed_out, parameters, prescribed
from tests.transport.wire import Caller
from tilts.ids import new_id

GIRTS, VALDIS = 2, 6  # places among the sandbox's persons
At = Callable[[int], Visitor]
Callers = Callable[[str], Caller]
HERE = "/my/prescriptions"


@pytest.fixture(scope="module")
def callers(exchange: Running) -> Iterator[Callers]:
    with ExitStack() as kept:
        made: dict[str, Caller] = {}

        def by_name(name: str) -> Caller:
            if name not in made:
                made[name] = Caller(exchange, name)
                kept.callback(made[name].close)
            return made[name]

        yield by_name


@pytest.fixture(scope="module")
def resident(exchange: Running) -> Iterator[At]:
    with ExitStack() as kept:
        made: dict[int, Visitor] = {}

        def at(place: int) -> Visitor:
            if place not in made:
                subject = "resident-" + exchange.facts["persons"][place]["patient"]
                made[place] = kept.enter_context(Visitor(exchange.facts["portal"], subject))
            return made[place]

        yield at


@pytest.fixture
def line(callers: Callers, exchange: Running) -> Line:
    return written(callers, exchange)


def written(callers: Callers, exchange: Running, **changes: object) -> Line:
    return prescribed(callers("practice"), exchange.facts["persons"][VALDIS]["patient"], **changes)


def shown(visitor: Visitor, line: Line) -> str:
    return said(visitor.get(f"{HERE}/{line.task}"))


def ask(visitor: Visitor, line: Line) -> httpx.Response:
    return visitor.post(f"{HERE}/transfer", {"task": line.task})


def test_each_state_is_told_in_a_sentence_with_its_day_and_holder(
    callers: Callers, resident: At, line: Line, exchange: Running
) -> None:
    visitor, pharmacy = resident(VALDIS), callers("pharmacy")
    assert re.search(r"May be collected until \d\d\.\d\d\.\d{4} .*Left: 2 of 2", shown(visitor, line))
    claimed(pharmacy, line)
    name = exchange.facts["clients"]["pharmacy"]["name"]
    assert re.search(
        rf"Held by {re.escape(name)} until \d\d\.\d\d\.\d{{4}}\.? \d\d:\d\d", shown(visitor, line)
    )
    handed_out(pharmacy, line)
    page = shown(visitor, line)
    assert "Left: 1 of 2" in page and f"{name}: 1 iepakojums, Amoksicilīns 500 mg" in page
    handed_out(pharmacy, line)
    assert re.search(r"Amoksicilīns 500 mg .*Collected Left: 0 of 2", shown(visitor, line))


def test_the_number_is_large_and_the_list_leads_to_it(resident: At, line: Line) -> None:
    page = html.fromstring(resident(VALDIS).get(HERE).content)
    [link] = page.xpath(f"//a[@href='{HERE}/{line.task}']")
    assert line.number in link.text_content()
    one = html.fromstring(resident(VALDIS).get(f"{HERE}/{line.task}").content)
    [number] = one.xpath("//h1/span[contains(@class, 'number-large')]/text()")
    assert number == line.number


def test_issues_have_windows_of_their_own_and_it_is_told_how_many_are_left(
    callers: Callers, resident: At, exchange: Running
) -> None:
    packs = {"value": 1, "unit": "iepakojums", "system": "http://unitsofmeasure.org", "code": "{pack}"}
    weeks = {"value": 28, "system": "http://unitsofmeasure.org", "code": "d"}
    supply = {"quantity": packs, "numberOfRepeatsAllowed": 2, "dispenseInterval": weeks}
    page = shown(resident(VALDIS), written(callers, exchange, dispenseRequest=supply))
    assert "May still be collected 3 times of 3" in page
    assert all(f"Issue {number} of 3" in page for number in (1, 2, 3))
    assert page.count("May be collected from") == 2


def test_a_receipt_of_a_closed_line_is_there_to_keep(callers: Callers, resident: At, line: Line) -> None:
    pharmacy, visitor = callers("pharmacy"), resident(VALDIS)
    handed_out(pharmacy, line, packs=2)
    assert pharmacy.post(f"Task/{line.task}/$close").status_code == 200
    page = html.fromstring(visitor.get(f"{HERE}/{line.task}").content)
    [address] = page.xpath("//a[contains(@href, '/receipts/')]/@href")
    receipt = visitor.get(address)
    assert receipt.status_code == 200 and receipt.json()["type"] == "document"
    assert resident(GIRTS).get(address).status_code == 404


def test_the_sheet_is_printed_by_its_patient_alone(resident: At, line: Line) -> None:
    sheet = resident(VALDIS).get(f"{HERE}/{line.task}/sheet")
    assert sheet.headers["content-type"] == "application/pdf" and sheet.content.startswith(b"%PDF-")
    assert resident(GIRTS).get(f"{HERE}/{line.task}/sheet").status_code == 404
    assert resident(VALDIS).get(f"{HERE}/none/sheet").status_code == 404


# --- asking for another pharmacy ------------------------------------------------------------------------------------


def test_asking_for_another_pharmacy_shortens_the_hold_and_asked_by_several_at_once_it_is_one(
    callers: Callers, resident: At, line: Line
) -> None:
    visitor = resident(VALDIS)
    claimed(callers("pharmacy"), line)
    assert "I want it from another pharmacy" in shown(visitor, line)
    with ThreadPoolExecutor(8) as several:
        answers = list(several.map(lambda _: ask(visitor, line).status_code, range(8)))
    assert answers == [303] * 8
    page = shown(visitor, line)
    assert "The pharmacy was asked to let it go" in page and "I want it from another" not in page
    news = said(visitor.get(HERE))
    assert news.count("The pharmacy was asked to let it go: Amoksicilīns 500 mg") == 1


def test_dsp_002_nothing_is_to_be_let_go_of_what_nobody_holds(resident: At, line: Line) -> None:
    answer = ask(resident(VALDIS), line)
    assert (answer.status_code, rule_of(answer)) == (409, "DSP-002"), said(answer)
    assert line.number in said(answer)


def test_dsp_013_what_was_handed_out_in_this_hold_stays_until_its_end(
    callers: Callers, resident: At, line: Line
) -> None:
    handed_out(callers("pharmacy"), line)
    answer = ask(resident(VALDIS), line)
    assert answer.status_code == 409 and rule_of(answer).startswith("DSP-")


def test_nobody_else_finds_reads_or_asks(callers: Callers, resident: At, line: Line) -> None:
    claimed(callers("pharmacy"), line)
    other = resident(GIRTS)
    assert other.get(f"{HERE}/{line.task}").status_code == 404
    assert ask(other, line).status_code == 404
    assert other.get(f"{HERE}/{new_id()}").status_code == other.get(f"{HERE}/none").status_code == 404
    assert ask(other, Line("", "none", "", "")).status_code == 404


def test_what_was_seen_is_new_no_more(callers: Callers, resident: At, line: Line) -> None:
    visitor = resident(VALDIS)
    handed_out(callers("pharmacy"), line)
    for _ in range(50):
        page = visitor.get(HERE)
        if "New since you last looked" not in said(page):
            break
        last = html.fromstring(page.content).xpath("//input[@name='last']/@value")[0]
        visitor.done(f"{HERE}/seen", {"last": last})
    assert "New since you last looked" not in said(visitor.get(HERE))
    reason = parameters(reason="patient-left")
    callers("pharmacy").post(f"Task/{line.task}/$release", reason)
    assert visitor.post(f"{HERE}/seen", {"last": "no number"}).status_code == 400


def test_each_page_is_an_access_that_the_patient_sees(resident: At, line: Line) -> None:
    visitor = resident(VALDIS)
    visitor.get(f"{HERE}/{line.task}")
    rows = html.fromstring(visitor.get("/my/accesses").content).xpath("//tbody/tr")
    assert (
        "Reads a prescription" in rows[0].text_content() or "Reads a prescription" in rows[1].text_content()
    )


# --- in a real browser ----------------------------------------------------------------------------------------------


@IN_EACH_LOOK
def test_axe_finds_nothing_and_the_page_prints(
    page: Page, language: str, callers: Callers, exchange: Running, tmp_path: object
) -> None:
    packs = {"value": 1, "unit": "iepakojums", "system": "http://unitsofmeasure.org", "code": "{pack}"}
    weeks = {"value": 28, "system": "http://unitsofmeasure.org", "code": "d"}
    supply = {"quantity": packs, "numberOfRepeatsAllowed": 2, "dispenseInterval": weeks}
    line = written(callers, exchange, dispenseRequest=supply)
    held = written(callers, exchange)
    claimed(callers("pharmacy"), held)
    part = written(callers, exchange)
    handed_out(callers("pharmacy"), part)
    page.goto(f"/sign-in?lang={language}")
    page.get_by_role("button", name="Valdis").first.click()
    page.wait_for_load_state()
    for name, address in (("list", HERE), ("issues", f"{HERE}/{line.task}"), ("held", f"{HERE}/{held.task}")):
        page.goto(f"{address}?lang={language}")
        page.screenshot(path=f"{tmp_path}/{name}-{language}.png", full_page=True)
        axe_finds_nothing(page, name)
        width = page.viewport_size["width"]  # type: ignore[index]
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    page.emulate_media(media="print")
    assert not page.locator(".top").is_visible() and not page.locator("form.whom").is_visible()
    assert page.locator(".number-large").is_visible()
    page.screenshot(path=f"{tmp_path}/print-{language}.png", full_page=True)
