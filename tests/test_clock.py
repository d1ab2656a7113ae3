"""Days are civil days in Riga, also where the clocks change; nobody's business day is in London."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from tilts.clock import RIGA, WallClock, day_in_riga, shown


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 1, 31, 21, 59, 59, 999999, UTC), date(2026, 1, 31)),
        (datetime(2026, 1, 31, 22, 0, tzinfo=UTC), date(2026, 2, 1)),
        (datetime(2026, 7, 31, 20, 59, 59, tzinfo=UTC), date(2026, 7, 31)),
        (datetime(2026, 7, 31, 21, 0, tzinfo=UTC), date(2026, 8, 1)),
        (datetime(2026, 3, 28, 22, 0, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 20, 59, 59, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 21, 0, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 24, 21, 0, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 21, 59, 59, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 22, 0, tzinfo=UTC), date(2026, 10, 26)),
        (datetime(2026, 12, 31, 23, 30, tzinfo=timezone(timedelta(hours=-5))), date(2027, 1, 1)),
    ],
    ids=[
        "winter, last moment",
        "winter, midnight",
        "summer, last moment",
        "summer, midnight",
        "the short day begins",
        "the short day ends an hour early",
        "after the short day",
        "the long day begins",
        "the long day has an hour more",
        "after the long day",
        "written elsewhere",
    ],
)
def test_the_day_in_riga(moment: datetime, day: date) -> None:
    assert day_in_riga(moment) == day


def test_the_day_of_spring_has_23_hours_and_the_day_of_autumn_25() -> None:
    def hours(day: date) -> float:
        begins = datetime(day.year, day.month, day.day, tzinfo=RIGA).astimezone(UTC)
        after = day + timedelta(days=1)
        return (
            datetime(after.year, after.month, after.day, tzinfo=RIGA).astimezone(UTC) - begins
        ) / timedelta(hours=1)

    assert (hours(date(2026, 3, 29)), hours(date(2026, 10, 25)), hours(date(2026, 5, 1))) == (23, 25, 24)


def test_a_moment_is_shown_in_riga_to_the_minute() -> None:
    assert shown(datetime(2026, 7, 1, 21, 30, 59, tzinfo=UTC)) == "2026-07-02 00:30+03:00"
    assert shown(datetime(2026, 1, 1, 21, 30, tzinfo=UTC)) == "2026-01-01 23:30+02:00"


def test_the_clock_of_the_house_tells_utc_and_runs() -> None:
    clock = WallClock()
    before = datetime.now(UTC)
    told = (clock.now(), clock.wall())

    assert all(moment.tzinfo is UTC for moment in told)
    assert before <= told[0] <= told[1] <= datetime.now(UTC)
