"""The periods that rule a prescription on a day: the rows of exchange/law, or what a test sets in their place."""

import calendar
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta

from tilts.exchange.law import figure_of
from tilts.settings import Settings


@dataclass(frozen=True, slots=True)
class Terms:
    lease: timedelta  # how long a claim holds without a dispense
    handover: timedelta  # how long a hold lasts from its first dispense
    transfer: timedelta  # how long a holder keeps a line that another one should get
    presentation: timedelta  # how long a shown prescription stays open to that pharmacy
    amendment: timedelta  # how long a dispense may be amended or withdrawn
    ordinary_months: int  # of an ordinary prescription whose end nobody set
    longest: timedelta  # of an ordinary one for repeated use: the longest that a doctor may set
    special: timedelta  # of a special one
    number_system: str
    form_system: str  # of series and number on paper forms
    find_misses: int
    canonical_base: str = ""  # of code systems and extensions of ours

    @property
    def medicine_system(self) -> str:
        """Of codes of the register of medicines."""
        return f"{self.canonical_base}/CodeSystem/medicine"


def terms_from(settings: Settings, day: date) -> Terms:
    """Those of the day. A setting comes before the law; production does not start with one (production.py)."""

    def law(of: str, figure: str) -> int:
        return int(figure_of(of, figure, day))

    return Terms(
        lease=timedelta(minutes=settings.claim_lease_minutes or law("lease", "minutes")),
        handover=timedelta(hours=settings.handover_period_hours or law("hand-over", "hours")),
        transfer=timedelta(minutes=settings.transfer_minutes or law("transfer", "minutes")),
        presentation=timedelta(hours=settings.presentation_hours or law("presentation", "hours")),
        amendment=timedelta(hours=settings.amendment_hours or law("amendment", "hours")),
        ordinary_months=settings.ordinary_validity_months or law("validity-ordinary", "months"),
        longest=timedelta(days=settings.longest_validity_days or law("validity-repeat", "days")),
        special=timedelta(days=law("validity-special", "days")),
        number_system=f"{settings.identifier_arc}.6",
        form_system=f"{settings.identifier_arc}.10",
        find_misses=settings.find_misses,
        canonical_base=settings.canonical_base,
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
