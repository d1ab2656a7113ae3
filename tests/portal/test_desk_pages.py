"""The desk in a real browser: every page of it in both languages, for everybody whom it is for, on a phone, by its weight."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.onboarding.agreement_walk import SCAN, Walk, begin
from tests.portal.browsing import DESKTOP, PHONE, axe_finds_nothing, launched, watched
from tests.running import Running, running_exchange
from tilts.lab.walker import PageWalker, Upload
from tilts.store.onboarding import parties
from tilts.store.tx import Database

OPERATOR = "Agreement with a processor of personal data"
LARGEST = 100_000  # bytes of a page
SIGN_IN = {"lv": "Pieslēgties", "en": "Sign in"}
VENDOR, HEAD, CLERK, COLLEAGUE = "Aija Laiviniece", "Gunta Bērzlapa", "Anda Kārtotāja", "Bruno Zīmogs"


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A sandbox of its own, in which the desk has work."""
    with running_exchange(tmp_path_factory.mktemp("busy") / "sandbox") as found:
        yield found


@pytest.fixture(scope="module")
def numbers(busy: Running) -> dict[str, str]:
    """Cases as they stand somewhere on their way: being filled in, questioned, agreed, half signed, in force."""

    async def prepared() -> dict[str, str]:
        database = Database(busy.settings.database_url, connections=2)
        await database.open()
        try:
            async with database.transaction() as tx:
                return await walked(tx, busy)
        finally:
            await database.close()

    return asyncio.run(prepared())


async def walked(tx: object, busy: Running) -> dict[str, str]:
    found: dict[str, Walk] = {}
    for name, kind in (
        ("opened", "cooperation-institution"),
        ("review", "cooperation-pharmacy"),
        ("half", "operator-agreement"),
        ("agreed", "connection-application"),
        ("pending", "connection-application"),
    ):
        found[name] = await begin(tx, busy, kind)  # type: ignore[arg-type]
    await found["review"].to_filled()
    await found["review"].take("send")
    await found["half"].to_half_signed()
    await found["agreed"].to_agreed()
    await found["agreed"].attach(SCAN, "vēstules-pielikums.pdf", channel="e-mail", kind="e-mail")
    await found["pending"].to_agreed()
    await found["pending"].paper()
    [version] = await parties.versions_of(tx, found["half"].party.party_id)  # type: ignore[arg-type]
    return {name: walk.case.number for name, walk in found.items()} | {"version": str(version.version_id)}


def places(busy: Running, numbers: dict[str, str]) -> dict[str, dict[str, str]]:
    """Who -> name of the page -> where it is."""
    client = busy.facts["clients"]["practice"]["client_id"]
    case = {name: f"/cases/{number}" for name, number in numbers.items()}
    return {
        "": {"systems": "/systems"},
        VENDOR: {
            "work": "/cases",
            "case-half": case["half"],
            "my-systems": "/my/systems",
            "plan": f"/my/plans/new?version={numbers['version']}",
            "gate": f"/gate/{client}",
        },
        HEAD: {
            "work-head": "/cases",
            "fill": f"{case['opened']}/fill-here",
            "fill-pdf": f"{case['opened']}/fill",
            "case-agreed": case["agreed"],
            "sign": f"/sandbox/sign/{numbers['agreed']}",
            "hand-in": f"{case['agreed']}/sign",
            "connections": "/my/connections",
            "connection-new": "/my/connections/new",
        },
        CLERK: {
            "inbox": "/cases",
            "case-review": case["review"],
            "agree": f"{case['review']}/agree-text",
            "ask": f"{case['review']}/ask",
            "paper": f"{case['agreed']}/receive-paper",
            "by-e-mail": f"{case['agreed']}/receive-signed",
            "entitle": f"{case['agreed']}/entitle",
            "case-pending": case["pending"],
            "sign-authority": f"/sandbox/sign/{numbers['half']}",
            "gate-clerk": f"/gate/{client}",
        },
    }


@pytest.fixture(scope="module")
def browser(busy: Running, numbers: dict[str, str]) -> Iterator[Browser]:
    with launched() as found:
        yield found


@pytest.fixture
def context(browser: Browser, busy: Running, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    chosen = {"viewport": DESKTOP, "locale": "lv", **getattr(request, "param", {})}
    found = browser.new_context(base_url=busy.facts["portal"], **chosen)
    yield found
    found.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    with watched(context, refused="422") as found:
        yield found


def signed_in(page: Page, name: str, language: str) -> None:
    page.context.clear_cookies()
    page.goto(f"/?lang={language}")
    if name:
        page.get_by_role("link", name=SIGN_IN[language]).first.click()
        page.get_by_role("button", name=re.compile(re.escape(name))).click()


@pytest.mark.parametrize("language", ["lv", "en"])
@pytest.mark.parametrize("who", ["", VENDOR, HEAD, CLERK], ids=["visitor", "vendor", "head", "clerk"])
def test_axe_finds_nothing_and_no_page_is_heavy(
    page: Page, busy: Running, numbers: dict[str, str], language: str, who: str, tmp_path: Path
) -> None:
    signed_in(page, who, language)
    for name, path in places(busy, numbers)[who].items():
        answer = page.goto(path)
        assert answer is not None and answer.status == 200, (path, page.locator("main").inner_text())
        assert len(answer.body()) < LARGEST, (path, len(answer.body()))
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        page.screenshot(path=tmp_path / f"{name}-{language}.png", full_page=True)
        axe_finds_nothing(page, page.url)


@pytest.mark.parametrize("context", [{"viewport": PHONE}], indirect=True)
def test_nothing_runs_over_the_side_of_a_small_phone(
    page: Page, busy: Running, numbers: dict[str, str], tmp_path: Path
) -> None:
    for who, pages in places(busy, numbers).items():
        signed_in(page, who, "lv")
        for name, path in pages.items():
            page.goto(path)
            page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
            page.screenshot(path=tmp_path / f"{name}-phone.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], name


def test_the_inbox_stands_by_its_clocks(busy: Running, numbers: dict[str, str]) -> None:
    """What is due first stands first; what is over its time says so."""
    with PageWalker(busy.facts["portal"], language="en") as clerk:
        clerk.follow("Sign in")
        clerk.submit(CLERK)
        page = clerk.follow("My work")
        waiting = page.text.partition("Waits for us")[2].partition("Waits for others")[0]

    shown = [number for number in re.findall(r"TL-\d{4}-\d{5}", waiting) if number in numbers.values()]
    assert shown == [numbers[name] for name in ("review", "half", "pending")]
    assert "overdue since" in waiting.partition(numbers["review"])[2].partition(numbers["half"])[0]


@pytest.mark.parametrize("context", [{"java_script_enabled": False}], indirect=True)
def test_a_clerk_asks_a_question_without_scripts(page: Page, busy: Running, numbers: dict[str, str]) -> None:
    signed_in(page, CLERK, "en")
    page.goto(f"/cases/{numbers['review']}")
    page.get_by_role("link", name="Ask a question").click()
    page.get_by_role("button", name="Ask a question").click()  # nothing was written
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Question").fill("Which branches are open on Sundays?")
    page.get_by_role("button", name="Ask a question").click()
    expect(page.get_by_text("Which branches are open on Sundays?", exact=True)).to_be_visible()


def test_a_form_with_gaps_comes_back_with_what_was_written_and_each_gap_named(
    busy: Running, numbers: dict[str, str]
) -> None:
    with PageWalker(busy.facts["portal"], language="en") as head:
        head.follow("Sign in")
        head.submit(HEAD)
        head.follow("My work")
        head.follow("Co-operation agreement with a medical institution")
        head.follow("Fill in on this page")
        page = head.submit("Check and keep", {"Phone": "12"})

    assert page.status == 422
    assert "Phone: is not a phone number" in page.problem and "is not filled in" in page.problem
    assert page.document.xpath("//input[@value='12']")


def test_a_person_who_may_not_sign_is_told_so_and_the_one_who_may_is_taken(
    busy: Running, numbers: dict[str, str]
) -> None:
    """SGN-009 on the page, then the way on that it names: the seal of the organisation."""
    with PageWalker(busy.facts["portal"], language="en") as clerk:
        clerk.follow("Sign in")
        clerk.submit(CLERK)
        to_the_case(clerk, numbers["half"])
        may_sign = clerk.page.text.partition("Who may sign")[2].partition("Documents")[0]
        assert f"{COLLEAGUE} (head)" in may_sign and CLERK not in may_sign
        for choice, taken in (
            (f"Certificate of the person: {CLERK}", False),
            ("Seal of the organisation", True),
        ):
            to_the_case(clerk, numbers["half"])
            clerk.follow("sign the agreed text with a test certificate")
            signed = clerk.submit("Sign and download", {"Sign with": choice}).content
            to_the_case(clerk, numbers["half"])
            clerk.follow("Hand in what the authority signed")
            label = next(one for one in clerk.page.labels if one.startswith("The signed document"))
            file = Upload("ligums.pdf", signed, "application/pdf")
            after = clerk.submit("Hand in what the authority signed", {label: file})
            if not taken:
                assert "SGN-009" in after.problem and "seal" in after.problem

    assert after.problem == "" and "In force" in after.text


def to_the_case(walker: PageWalker, number: str) -> None:
    walker.home()
    walker.follow("My work")
    walker.follow(OPERATOR, near=number)
