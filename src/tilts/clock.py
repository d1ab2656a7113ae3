"""What time it is, and which day it is in Riga; nobody else asks the system clock.

Business days are civil dates in Europe/Riga: a prescription that ends on the 30th can be handed out
until midnight in Riga, not in London. Tokens, TLS and signatures keep wall time.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

RIGA = ZoneInfo("Europe/Riga")


class Clock(Protocol):
    def now(self) -> datetime:
        """The moment of business: prescriptions, leases, audit. Tests may move it."""
        ...

    def wall(self) -> datetime:
        """The moment of the machine: tokens, certificates, signatures. Never moved."""
        ...


@dataclass(frozen=True, slots=True)
class WallClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def wall(self) -> datetime:
        return datetime.now(UTC)


def day_in_riga(moment: datetime) -> date:
    return moment.astimezone(RIGA).date()


def shown(moment: datetime) -> str:
    """A moment for people and programs: Riga time to the minute, with its offset (ISO 8601)."""
    return moment.astimezone(RIGA).isoformat(" ", timespec="minutes")
