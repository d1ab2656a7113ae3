"""The periods that rule a prescription; part 5 makes them dated data with their sources."""

import calendar
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta

from tilts.settings import Settings


@dataclass(frozen=True, slots=True)
class Terms:
    lease: timedelta  # how long a claim holds without a dispense; Design 5
    handover: timedelta  # how long a hold lasts from its first dispense; Design 5
    transfer: timedelta  # how long a holder keeps a line that another one should get; ours
    presentation: timedelta  # how long a shown prescription stays open to that pharmacy; Security 3.2
    ordinary_months: int  # Latvia 6.1 [V-2013], unverified
    longest: timedelta  # longest validity a doctor may set; unverified
    number_system: str
    find_misses: int
    amendment: timedelta = timedelta(hours=72)  # how long a pharmacy corrects what it handed out; ours


def terms_from(settings: Settings) -> Terms:
    return Terms(
        lease=timedelta(minutes=settings.claim_lease_minutes),
        handover=timedelta(hours=settings.handover_period_hours),
        amendment=timedelta(hours=settings.amendment_hours),
        transfer=timedelta(minutes=settings.transfer_minutes),
        presentation=timedelta(hours=settings.presentation_hours),
        ordinary_months=settings.ordinary_validity_months,
        longest=timedelta(days=settings.longest_validity_days),
        number_system=f"{settings.identifier_arc}.6",
        find_misses=settings.find_misses,
    )


@dataclass(frozen=True, slots=True)
class Interval:
    """From one issue to the next: whole days, or calendar months."""

    days: int = 0
    months: int = 0

    def after(self, day: date, times: int) -> date:
        if self.months:
            return months_later(day, self.months * times)
        try:
            return day + timedelta(days=self.days * times)
        except OverflowError:
            return date.max


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day: 30 November + 3 = 28 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > MAXYEAR:
        return date.max
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
