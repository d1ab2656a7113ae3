"""Clocks in Latvian working days: over Easter, Midsummer, 18 November, New Year and moved holidays."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilts.clock import RIGA
from tilts.working_days import Term, due, is_working_day, working_days_between

FIVE = Term(5, "working-days", "Latvia 4.2")


def last_day(moment: datetime, term: Term) -> date:
    return (due(moment, term) - timedelta(microseconds=1)).astimezone(RIGA).date()


# The law "On holidays, days of commemoration and days of note": holidays and those that move to the next Monday.
OFF = [
    "2026-01-01", "2026-04-03", "2026-04-05", "2026-04-06", "2026-05-01", "2026-05-04", "2026-06-23", "2026-06-24",
    "2026-11-18", "2026-12-24", "2026-12-25", "2026-12-26", "2026-12-31", "2027-01-01",
    "2025-05-05",  # 4 May 2025 was a Sunday
    "2023-11-20",  # 18 November 2023 was a Saturday
]  # fmt: skip


@pytest.mark.parametrize("day", OFF)
def test_a_holiday_is_not_a_working_day(day: str) -> None:
    assert not is_working_day(date.fromisoformat(day))


@pytest.mark.parametrize(
    ("what", "received", "last"),
    [
        ("a quiet week", "2026-03-02", "2026-03-09"),
        ("Easter: Good Friday to Easter Monday", "2026-03-31", "2026-04-09"),
        ("May: the 1st is a Friday, the 4th a Monday", "2026-04-29", "2026-05-08"),
        ("Midsummer: Monday to Wednesday off, the Saturday worked", "2026-06-19", "2026-06-30"),
        ("18 November, a Wednesday", "2026-11-16", "2026-11-24"),
        ("New Year: 24 to 26 and 31 December, 1 January", "2026-12-22", "2027-01-04"),
        ("received on a Saturday", "2026-03-07", "2026-03-13"),
    ],
)
def test_five_working_days_end_with_the_fifth(what: str, received: str, last: str) -> None:
    moment = datetime.fromisoformat(f"{received}T10:00:00+02:00")

    assert last_day(moment, FIVE) == date.fromisoformat(last), what


def test_a_term_ends_with_its_day_in_riga_summer_and_winter() -> None:
    winter = due(datetime(2026, 3, 2, 8, tzinfo=UTC), FIVE)
    summer = due(datetime(2026, 7, 6, 8, tzinfo=UTC), FIVE)

    assert (winter.astimezone(UTC).hour, summer.astimezone(UTC).hour) == (22, 21)


def test_late_in_the_evening_is_the_next_day_in_riga() -> None:
    """22:30 UTC is half past midnight in Riga: it was received on the day after."""
    assert last_day(datetime(2026, 3, 2, 22, 30, tzinfo=UTC), FIVE) == date(2026, 3, 10)


def test_calendar_days_that_end_on_a_day_off_end_on_the_next_working_day() -> None:
    thirty = Term(30, "days", "Latvia 4.2")

    assert last_day(datetime(2026, 3, 4, 8, tzinfo=UTC), thirty) == date(2026, 4, 7)  # 3 to 6 April is Easter


def test_hours_run_through_nights_and_holidays() -> None:
    assert due(datetime(2026, 12, 31, 8, tzinfo=UTC), Term(48, "hours", "x")) == datetime(
        2027, 1, 2, 8, tzinfo=UTC
    )


def test_a_friday_exchanged_with_a_saturday_in_2026_is_known() -> None:
    assert not is_working_day(date(2026, 6, 22))
    assert is_working_day(date(2026, 6, 27))


def test_days_moved_by_the_cabinet_can_be_said() -> None:
    monday, saturday = date(2027, 6, 21), date(2027, 6, 26)

    assert is_working_day(monday) and not is_working_day(saturday)
    assert not is_working_day(monday, moved_off={monday})
    assert is_working_day(saturday, moved_on={saturday})


@given(st.dates(date(2020, 1, 1), date(2034, 12, 31)), st.integers(1, 40))
def test_a_term_of_working_days_spans_exactly_so_many(day: date, count: int) -> None:
    moment = datetime(day.year, day.month, day.day, 10, tzinfo=RIGA)
    last = last_day(moment, Term(count, "working-days", "x"))

    assert is_working_day(last)
    assert working_days_between(day, last) == count
    assert working_days_between(last, day) == -count
