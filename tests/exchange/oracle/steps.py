"""What is prescribed, and what somebody asks of it: the same for both sides."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tilts.clock import RIGA

BEGIN: Final = datetime(2026, 3, 27, 12, tzinfo=RIGA)  # the clocks change on the 29th
WHOLE: Final = 3  # packs of each line


@dataclass(frozen=True, slots=True)
class Written:
    """What is prescribed: lines of three packs, issues, days."""

    lines: int = 1
    issues: int = 1
    first: int = 0  # days from today
    days: int = 10
    apart: int = 3  # days from issue to issue

    def place(self, issue: int, now: datetime) -> str:
        """Is the day `before`, `within` or `after` the days of this issue? All end together."""
        start = BEGIN.date() + timedelta(self.first)
        if now.date() < start + timedelta(issue * self.apart):
            return "before"
        return "after" if now.date() >= start + timedelta(self.days) else "within"


@dataclass(frozen=True, slots=True)
class Step:
    """Somebody asks: claim, dispense, release, close, cancel; or the clock goes on by `hours`."""

    action: str
    who: str = "one"
    amounts: tuple[int, ...] = ()  # packs of each line
    line: int = 0  # cancel
    hours: int = 0
