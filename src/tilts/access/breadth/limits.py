"""How many patients are too many, as dated rows: what is counted, for whom, in which time, when to warn, when to hold.

The figures of Security 3.3 are proposals; an installation that has fitted them gives its own file of the same
form (`copying_limits`).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal, TypeAlias

import msgspec

from tilts.clock import day_in_riga
from tilts.party import Party
from tilts.workflow import Words

Scope: TypeAlias = Literal["practitioner", "site", "organization", "client"]
Counts: TypeAlias = Literal["patients", "canaries", "misses", "denied", "pages"]
BY_PATIENT: Final[frozenset[Counts]] = frozenset({"patients", "canaries"})
UNCOUNTED: Final = "portal"  # residents and whoever acts for them open the few people they may


@dataclass(frozen=True, slots=True)
class Measure:
    """Shares of what is usual for this organisation; where they give more than warn and hold, they count."""

    of: Literal["registered-list", "own-median"]
    warn: float
    hold: float


@dataclass(frozen=True, slots=True)
class Limit:
    """More than `warn` is told, more than `hold` is refused until two persons release it; null: never."""

    id: str
    title: Words
    counts: Counts
    scope: Scope
    kinds: tuple[str, ...]  # of organisations
    window_minutes: int
    warn: int | None
    hold: int | None
    measure: Measure | None
    source: str
    valid_from: date
    valid_to: date | None

    @property
    def window(self) -> timedelta:
        return timedelta(minutes=self.window_minutes)

    def bounds(self, usual: float | None) -> tuple[int | None, int | None]:
        """When to warn and when to hold, for an organisation of this size."""
        if self.measure is None or usual is None:
            return self.warn, self.hold
        return _larger(self.warn, self.measure.warn * usual), _larger(self.hold, self.measure.hold * usual)


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A pattern in the audit trail that is told to the authority; it stops nobody."""

    id: str
    title: Words
    kinds: tuple[str, ...]
    window_minutes: int
    at_least: int  # patients or calls
    share: float | None  # of steps in one direction; of the gap between two calls
    source: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Limits:
    limits: tuple[Limit, ...]
    anomalies: tuple[Anomaly, ...]

    def of(self, party: Party, now: datetime) -> tuple[Limit, ...]:
        """Those in force for this party."""
        return tuple(one for one in self.limits if party.kind in one.kinds and in_force(one, now))

    def anomalies_at(self, now: datetime) -> tuple[Anomaly, ...]:
        return tuple(one for one in self.anomalies if in_force(one, now))

    @property
    def longest(self) -> timedelta:
        return max((one.window for one in self.limits), default=timedelta())


def in_force(one: Limit | Anomaly, now: datetime) -> bool:
    day = day_in_riga(now)
    return one.valid_from <= day and (one.valid_to is None or day <= one.valid_to)


def actor_of(party: Party, scope: Scope) -> str:
    """Who is counted; a call without a person counts for its client, so that leaving the person out gains nothing."""
    actors: dict[Scope, str] = {
        "practitioner": str(party.practitioner_id or party.client_id),
        "site": party.site,
        "organization": str(party.organization_id),
        "client": party.client_id,
    }
    return actors[scope]


@cache
def limits_from(file: Path = Path()) -> Limits:
    """The shipped table, or the installation's own; msgspec.ValidationError names what is wrong with it."""
    shipped = files("tilts.access.breadth").joinpath("limits.json")
    return msgspec.json.decode(shipped.read_bytes() if file == Path() else file.read_bytes(), type=Limits)


def _larger(floor: int | None, share: float) -> int | None:
    return None if floor is None else max(floor, int(share))
