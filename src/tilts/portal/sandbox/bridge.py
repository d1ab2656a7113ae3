"""The picture of the first page: a bridge, drawn on the server, with what went over it just now.

Cables run from the pylon to the deck; the lights in the water are the calls of the last half hour,
one column a minute, those that were refused in another colour.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from typing import Final

from tilts.store import overview
from tilts.store.overview import MOST_COUNTED, Counts, Minute
from tilts.store.tx import Database

WIDTH: Final = 960
MIDDLE: Final = WIDTH // 2
DECK_ENDS: Final = 214.0
DECK_RISE: Final = 26.0
PYLON_TOP: Final = 34
CABLES: Final = 9
MINUTES: Final = 30
FIRST_LIGHT: Final = 160
LIGHT_STEP: Final = 22
LONGEST_LIGHT: Final = 58


@dataclass(frozen=True, slots=True)
class Cable:
    pylon_y: float
    deck_x: int
    deck_y: float


@dataclass(frozen=True, slots=True)
class Light:
    """One minute: heights of both parts of its column."""

    x: int
    done: int
    refused: int


@dataclass(frozen=True, slots=True)
class Bridge:
    counts: Counts
    cables: list[Cable]
    lights: list[Light]

    @property
    def calls_of_late(self) -> bool:
        return any(light.done or light.refused for light in self.lights)

    @property
    def most(self) -> int:
        """A count this high means: so many, or more."""
        return MOST_COUNTED


async def bridge_now(database: Database, now: datetime) -> Bridge:
    async with database.transaction() as tx:
        counts = await overview.counts(tx)
        minutes = await overview.by_minute(tx, now - timedelta(minutes=MINUTES), now)
    return Bridge(counts, cables(), lights(minutes))


def deck_y(x: float) -> float:
    """The deck is a flat parabola, highest at the pylon."""
    return round(DECK_ENDS - DECK_RISE * (1 - ((x - MIDDLE) / MIDDLE) ** 2), 1)


def cables() -> list[Cable]:
    found = []
    for number in range(CABLES):
        reach = 392 - 40 * number
        for side in (-1, 1):
            x = MIDDLE + side * reach
            found.append(Cable(PYLON_TOP + 8 + 10 * number, x, deck_y(x)))
    return found


def lights(minutes: list[Minute]) -> list[Light]:
    """Oldest at the left. Lengths grow with the square root: one call is seen beside a hundred."""
    by_age = {minute.minutes_ago: minute for minute in minutes}
    most = max((minute.done + minute.refused for minute in minutes), default=0)
    found = []
    for place in range(MINUTES):
        minute = by_age.get(MINUTES - 1 - place)
        total = minute.done + minute.refused if minute else 0
        length = max(6, round(LONGEST_LIGHT * sqrt(total / most))) if total else 0
        refused = max(3, round(length * minute.refused / total)) if minute and minute.refused else 0
        found.append(Light(FIRST_LIGHT + LIGHT_STEP * place, length - refused, refused))
    return found
