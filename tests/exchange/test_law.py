"""The law as dated rows: one row in force for each key and day, each with its source, none of the figures in code."""

import re
from datetime import UTC, date, datetime, timedelta
from itertools import groupby, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilts.clock import day_in_riga
from tilts.exchange import law
from tilts.exchange.law import LawRow, figure_of, row_of, rows
from tilts.exchange.terms import terms_from
from tilts.production import LAW, unfit
from tilts.settings import Settings

DAY = timedelta(days=1)
KEYS = sorted({row.of for row in rows()})
BY_KEY: dict[str, list[LawRow]] = {
    of: list(found)
    for of, found in groupby(sorted(rows(), key=lambda row: (row.of, row.valid_from)), lambda row: row.of)
}


@pytest.mark.parametrize("of", KEYS)
def test_ranges_of_a_key_neither_overlap_nor_leave_holes(of: str) -> None:
    for earlier, later in pairwise(BY_KEY[of]):
        assert earlier.valid_to is not None and later.valid_from == earlier.valid_to + DAY
    assert BY_KEY[of][-1].valid_to is None
    assert all(row.valid_to is None or row.valid_from <= row.valid_to for row in BY_KEY[of])


@given(st.sampled_from(KEYS), st.dates(date(2018, 1, 1), date(2100, 1, 1)))
def test_exactly_one_row_is_in_force_on_each_day(of: str, day: date) -> None:
    assert [row_of(of, day)] == [row for row in rows() if row.of == of and row.holds_on(day)]


def test_a_day_before_the_first_row_is_our_fault() -> None:
    with pytest.raises(AssertionError, match="lease has 0 rows on 2017-12-31"):
        row_of("lease", date(2017, 12, 31))


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row.of}-{row.valid_from}")
def test_each_row_says_what_it_is_where_it_is_from_and_how_far_that_was_read(row: LawRow) -> None:
    assert re.fullmatch(r"V|V-\d{4}|V-old|S|K|A", row.mark)
    assert row.is_verified == (row.mark == "V")
    assert row.en.endswith(".") and row.lv.endswith(".") and row.en != row.lv
    assert row.source and (row.url is None or row.url.startswith("https://"))
    assert row.figures
    assert row.mark == "A" or "our decision" not in row.source


@pytest.mark.parametrize("of", KEYS)
def test_rows_of_one_key_give_the_same_figures(of: str) -> None:
    assert len({frozenset(row.figures) for row in BY_KEY[of]}) == 1


@pytest.mark.parametrize(
    ("moment", "required"),
    [
        (datetime(2020, 3, 31, 20, 59, tzinfo=UTC), False),  # 23:59 in Riga
        (datetime(2020, 3, 31, 21, 0, tzinfo=UTC), True),
    ],
)
def test_a_day_is_one_in_riga(moment: datetime, required: bool) -> None:
    assert figure_of("reimbursed-by-inn", "required", day_in_riga(moment)) is required


def test_terms_are_the_rows_of_the_day() -> None:
    day = date(2026, 11, 23)
    terms = terms_from(Settings(), day)
    assert terms.lease == timedelta(minutes=figure_of("lease", "minutes", day)) == timedelta(hours=2)
    assert terms.handover == timedelta(hours=figure_of("hand-over", "hours", day)) == timedelta(hours=72)
    assert terms.transfer == timedelta(minutes=figure_of("transfer", "minutes", day)) == timedelta(minutes=30)
    assert terms.presentation == timedelta(hours=figure_of("presentation", "hours", day))
    assert terms.amendment == timedelta(hours=figure_of("amendment", "hours", day)) == timedelta(hours=72)
    assert terms.ordinary_months == figure_of("validity-ordinary", "months", day) == 3
    assert terms.longest == timedelta(days=figure_of("validity-repeat", "days", day)) == timedelta(days=366)
    assert terms.special == timedelta(days=figure_of("validity-special", "days", day)) == timedelta(days=30)


@pytest.mark.parametrize("name", LAW)
def test_a_setting_in_place_of_the_law_is_for_tests(name: str) -> None:
    base = {
        "environment": "production",
        "canonical_base": "https://x.example",
        "identifier_arc": "urn:oid:1.2.3",
    }
    assert unfit(Settings(**base)) == []  # type: ignore[arg-type]
    [why] = unfit(Settings(**base, **{name: 1}))  # type: ignore[arg-type]
    assert f"TILTS_{name.upper()}" in why and "law" in why


def test_what_the_law_does_not_speak_of_is_not_known() -> None:
    assert law.knows("prescribes-nurse") and not law.knows("prescribes-administrator")
