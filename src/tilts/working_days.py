"""Until when something has to be done, in Latvian working days, days or hours.

Holidays, and the days that the Cabinet exchanges with Saturdays, come from the library `holidays` (ADR 0023).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final, Literal, TypeAlias

import holidays

from tilts.clock import RIGA, day_in_riga

Unit: TypeAlias = Literal["working-days", "days", "hours"]
NO_DAYS: Final[frozenset[date]] = frozenset()


@dataclass(frozen=True, slots=True)
class Term:
    """So many units, from the moment something was received; `source` says who set it."""

    count: int
    unit: Unit
    source: str
    verified: bool = False


@cache
def calendar_of(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("LV", years=year)


def is_working_day(
    day: date, *, moved_off: Collection[date] = NO_DAYS, moved_on: Collection[date] = NO_DAYS
) -> bool:
    """`moved_off` and `moved_on` are days exchanged by the Cabinet that the library does not know yet."""
    if day in moved_on or day in moved_off:
        return day in moved_on
    return bool(calendar_of(day.year).is_working_day(day))


def due(moment: datetime, term: Term) -> datetime:
    """The last moment in time: the end of the last day in Riga, or so many hours later.

    The day itself does not count: five working days from a Monday end with the next Monday.
    """
    if term.unit == "hours":
        return moment + timedelta(hours=term.count)
    day = day_in_riga(moment)
    if term.unit == "days":
        day += timedelta(days=term.count)
        while not is_working_day(day):  # a term that ends on a day off ends on the next working day
            day += timedelta(days=1)
    else:
        left = term.count
        while left:
            day += timedelta(days=1)
            left -= is_working_day(day)
    return datetime.combine(day + timedelta(days=1), time(), RIGA)


def working_days_between(first: date, last: date) -> int:
    """How many working days lie after `first`, up to and with `last`; negative when it is over."""
    if last < first:
        return -working_days_between(last, first)
    return sum(is_working_day(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))
