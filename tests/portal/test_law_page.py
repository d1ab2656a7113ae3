"""The law of prescriptions as a page: what is in force on a day, and beside each value how far it was read."""

import re
from datetime import UTC, date, datetime

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.running import Running
from tilts.clock import day_in_riga
from tilts.exchange.law import FILES, LawRow, rows
from tilts.portal.help.law_pages import AREAS, MARKS, day_of


def shown(visitor: httpx.Client, row: LawRow, language: str = "en", on: str = "") -> str:
    """The words of one row of the table."""
    text = visitor.get("/law", params={"lang": language, "on": on}).text
    found = re.search(rf'<tr role="row" id="{row.of}">(.*?)</tr>', text, re.DOTALL)
    assert found, row.of
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", found[1])).replace("&#39;", "'")


IN_FORCE = [row for row in rows() if row.holds_on(day_in_riga(datetime.now(UTC)))]
OVER = [row for row in rows() if row.valid_to]


@pytest.mark.parametrize("language", ["lv", "en"])
def test_every_row_in_force_says_what_it_says_since_when_from_where_and_how_far_that_was_read(
    visitor: httpx.Client, language: str
) -> None:
    unverified = {"lv": "nepārbaudīts", "en": "unverified"}[language]
    for row in IN_FORCE:
        words = shown(visitor, row, language)
        assert (row.lv if language == "lv" else row.en) in words
        assert row.source in words and f"{row.valid_from:%d.%m.%Y}" in words
        assert (unverified in words) == (not row.is_verified), row.of
        assert not any(f" {name} " in words.replace(row.of, "") for name in row.figures if "_" in name)


def test_figures_are_words_also_in_latvian(visitor: httpx.Client) -> None:
    by_name = {row.of: shown(visitor, row, "lv") for row in IN_FORCE}
    assert "3 mēneši nepārbaudīts 2013. gada teksts" in by_name["validity-ordinary"]
    assert "30 dienas nepārbaudīts" in by_name["validity-special"]
    assert "parastā; kompensējamās: nē" in by_name["prescribes-physician-assistant"].lower()
    assert "no 14 gadu vecuma nepārbaudīts no otrām rokām" in by_name["collect-child"]
    assert "100, 75, 50 %" in by_name["reimbursed-rates"]
    assert "2 stundas" in by_name["lease"] or "120 minūtes" in by_name["lease"]
    assert "mūsu lēmums" in by_name["lease"]


def test_how_far_a_text_was_read_is_told_in_words_for_every_mark() -> None:
    assert {row.mark for row in rows()} - {"V"} <= {*MARKS, "V-2013", "V-2018"}
    assert tuple(AREAS) == FILES


@pytest.mark.parametrize("row", OVER, ids=lambda row: row.of)
def test_a_row_that_is_over_is_shown_up_to_its_last_day(visitor: httpx.Client, row: LawRow) -> None:
    assert row.valid_to is not None
    words = shown(visitor, row, on=row.valid_to.isoformat())
    assert row.en in words and f"{row.valid_from:%d.%m.%Y} – {row.valid_to:%d.%m.%Y}" in words
    after = date.fromordinal(row.valid_to.toordinal() + 1)
    assert row.en not in shown(visitor, row, on=after.isoformat())


def test_today_is_the_day_in_riga(visitor: httpx.Client, exchange: Running) -> None:
    with exchange.clock.moved(days=40):
        text = visitor.get("/law").text
        assert f'value="{day_in_riga(exchange.clock.now()).isoformat()}"' in text and "(šodien)" in text


@pytest.mark.parametrize(
    "written", ["yesterday", "2026-13-01", "20261124", "2026-W48-2", "-1", "2" * 5000, "<b>", "\ud800"]
)
def test_what_is_no_day_shows_today_and_says_so(visitor: httpx.Client, written: str) -> None:
    answer = visitor.get("/law", params={"on": written.encode("utf-8", "replace"), "lang": "en"})
    assert answer.status_code == 200
    assert "That is not a day" in answer.text and "(today)" in answer.text
    assert day_of(written) is None


def test_before_the_first_row_nothing_was_in_force(visitor: httpx.Client) -> None:
    text = visitor.get("/law", params={"on": "2017-12-31", "lang": "en"}).text
    assert "No row was in force on that day" in text and "<table" not in text


def test_it_is_found_from_help(visitor: httpx.Client) -> None:
    assert 'href="/law"' in visitor.get("/help").text
    text = visitor.get("/law").text
    assert 'href="/help/reference/prescription-law"' in text and len(text.encode()) < 100_000


def test_a_day_is_chosen_without_scripts(browser: Browser, exchange: Running) -> None:
    context = browser.new_context(base_url=exchange.facts["portal"], java_script_enabled=False)
    page = context.new_page()
    page.goto("/law?lang=en")
    page.get_by_label("In force on").fill("2020-03-31")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#reimbursed-by-inn")).to_contain_text("could be prescribed by brand name")
    page.get_by_role("link", name="01.04.2020").click()
    expect(page.locator("#reimbursed-by-inn")).to_contain_text("only with a medical justification")
    context.close()
