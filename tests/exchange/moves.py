"""What is prescribed and what is done next, drawn by a seed or named by a test."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tests.exchange import model as words
from tests.exchange.model import ACTIONS, Model
from tilts.clock import day_in_riga
from tilts.exchange.terms import Interval

BEGIN: Final = datetime(
    2026, 3, 27, 21, 30, tzinfo=UTC
)  # half an hour to midnight; the clocks change on the 29th
TILLS: Final = ("pharmacy 1", "pharmacy 2", "second-pharmacy 1")
PEOPLE: Final = (*TILLS, words.PRACTICE, words.OTHER_PRACTICE, words.PATIENT)
JUMPS: Final = (1, 29, 30, 119, 120, 1440, 4319, 4320)
AMOUNTS: Final = (5, 110, 220, 330)
ALLOWED: Final = 330  # hundredths


@dataclass(frozen=True, slots=True)
class Order:
    """What is prescribed, in days from the day of writing."""

    first: int = 0
    last: int = 3
    issues: int = 1
    interval: int | None = None

    def model(self) -> Model:
        return Model.prescribed(BEGIN, (self.first, self.last), ALLOWED, self.issues, self.interval)

    def facts(self) -> dict[str, Any]:
        today = day_in_riga(BEGIN)
        return {
            "repeats": self.issues - 1,
            "interval": self.interval and Interval(days=self.interval),
            "valid_from": today + timedelta(self.first),
            "valid_to": today + timedelta(self.last),
        }


@dataclass(frozen=True, slots=True)
class Move:
    """Somebody asks for something; an action of "" is time that passes, `amount` minutes of it."""

    action: str
    who: str = ""
    amount: int = 0
    issue: int = 1
    reason: str = "other"


def orders(chance: random.Random) -> Order:
    first, issues = chance.choice((0, 0, 0, 1, 2)), chance.choice((1, 1, 2, 3))
    interval = chance.choice((None, 1, 2)) if issues > 1 else None
    return Order(first, first + (interval or 0) * (issues - 1) + chance.randrange(6), issues, interval)


def moves(chance: random.Random, model: Model, count: int) -> Iterator[Move]:
    """Mostly what somebody at a counter would do next, now and then anything; looks at the model as it goes."""
    for _ in range(count):
        number = chance.randint(1, len(model.issues))
        issue = model.issues[number - 1]
        if chance.random() < 0.25:
            ahead = [at - model.minute for at in (issue.held_until, issue.ends, issue.opens)]
            near = [minutes + by for minutes in ahead for by in (-1, 0) if minutes + by > 0]
            yield Move(
                "", amount=chance.choice(near or JUMPS) if chance.random() < 0.4 else chance.choice(JUMPS)
            )
            continue
        sensible = issue.holder if issue.holder and chance.random() < 0.6 else chance.choice(PEOPLE)
        left = issue.allowed - issue.given
        amount = left if left and chance.random() < 0.25 else chance.choice(AMOUNTS)
        yes = (words.YES, words.SAME)
        likely = [one for one in ACTIONS if model.ask(number, one, sensible, amount) in yes]
        action = chance.choice(likely if likely and chance.random() < 0.7 else ACTIONS)
        yield Move(action, sensible, amount, number)
