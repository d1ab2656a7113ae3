"""What is prescribed and what is done next, drawn by a seed or named by a test."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tests.exchange import model as words
from tests.exchange.model import ACTIONS, CORRECTIONS, REPAIRS, Issue, Model
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
    early: bool = False  # cancelled before it came

    def model(self) -> Model:
        return Model.prescribed(
            BEGIN, (self.first, self.last), ALLOWED, self.issues, self.interval or 0, self.early
        )

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
    nth: int = 0  # which of the things handed out is corrected


def orders(chance: random.Random) -> Order:
    first, issues = chance.choice((0, 0, 0, 0, 1, 2)), chance.choice((1, 1, 2, 3))
    interval = chance.choice((None, 1, 2)) if issues > 1 else None
    days, early = chance.choice((0, 0, 1, 3, 6, 12)), chance.random() < 0.03
    return Order(first, first + (interval or 0) * (issues - 1) + days, issues, interval, early)


def moves(chance: random.Random, model: Model, count: int) -> Iterator[Move]:
    """Mostly what somebody at a counter would do next, now and then anything; looks at the model as it goes."""
    for _ in range(count):
        able = [issue for issue in model.issues if not issue.over]
        issue = chance.choice(able if able and chance.random() < 0.8 else model.issues)
        if chance.random() < 0.2:
            yield passing(chance, issue, model.minute)
            continue
        handed_out = [one for one in model.issues if one.out]
        if handed_out and chance.random() < 0.25:
            yield correcting(chance, chance.choice(handed_out))
            continue
        if chance.random() < 0.05:
            yield unusual(chance, issue, issue.state(model.minute))
            continue
        who = issue.holder if issue.holder and chance.random() < 0.5 else chance.choice(PEOPLE)
        left = issue.allowed - issue.given
        amount = left if left and chance.random() < 0.3 else chance.choice(AMOUNTS)
        likely = [
            one for one in ACTIONS if model.ask(issue.number, one, who, amount) in (words.YES, words.SAME)
        ]
        action = chance.choice(likely if likely and chance.random() < 0.75 else ACTIONS)
        if "dispense" in likely and chance.random() < 0.3:
            action = "dispense"
        yield Move(action, who, amount, issue.number)


def correcting(chance: random.Random, issue: Issue) -> Move:
    """By whoever handed it out, or by anybody."""
    nth, action = chance.randrange(len(issue.out)), chance.choice(CORRECTIONS)
    who = issue.out[nth].who if chance.random() < 0.8 else chance.choice(PEOPLE)
    left = issue.allowed - issue.given + issue.out[nth].amount
    amount = left if left and chance.random() < 0.3 else chance.choice(AMOUNTS)
    return Move(action, who, amount, issue.number, nth=nth)


def unusual(chance: random.Random, issue: Issue, state: str) -> Move:
    """All of it is cancelled by its identifier, or the authority repairs."""
    if chance.random() < 0.2:
        return Move("cancel-early", chance.choice(PEOPLE) if chance.random() < 0.5 else words.PRACTICE)
    able = [step for step, states in REPAIRS.items() if state in states]
    step = chance.choice(able if able and chance.random() < 0.8 else list(REPAIRS))
    return Move(step, words.AUTHORITY, issue=issue.number)


def passing(chance: random.Random, issue: Issue, minute: int) -> Move:
    """Some minutes, often to the minute before the next end of something or to the end itself."""
    ends = [issue.held_until - minute, issue.opens - minute, issue.ends - minute]
    near = [minutes + by for minutes in ends for by in (-1, 0) if minutes + by > 0]
    if near and chance.random() < 0.6:
        return Move("", amount=chance.choice(near[:2] if chance.random() < 0.4 else near))
    return Move("", amount=chance.choice(JUMPS[:4] if chance.random() < 0.7 else JUMPS))


def at_till(action: str, amount: int = 0, nth: int = 0) -> Move:
    return Move(action, TILLS[0], amount, nth=nth)


CLAIM, PART, REST, RELEASE = (
    at_till("claim"),
    at_till("dispense", 110),
    at_till("dispense", 220),
    at_till("release"),
)
WITHDRAW, LESS, WHOLE = at_till("withdraw"), at_till("amend", 5), at_till("amend", 330)
SAME = at_till("amend", 110)  # as much as PART
OVER = Move("", amount=40)  # its last day ends half an hour after the beginning
CANCEL = Move("cancel", words.PRACTICE)
FREE, GONE, SHUT = (Move(step, words.AUTHORITY) for step in REPAIRS)
ONE_DAY: Final = Order(last=0)
# The clock ends the first issue; then the second one, closed, is amended to what it was.
ANOTHER_ENDED: Final = (
    Order(last=0, issues=2),
    [
        *(Move(action, TILLS[0], 330, issue=2) for action in ("claim", "dispense", "close")),
        OVER,
        Move("amend", TILLS[0], 330, issue=2),
    ],
)
# What seeds seldom come to: corrections after the last day, and each repair.
SELDOM: Final = [
    [CLAIM, PART, REST, OVER, WITHDRAW],
    [CLAIM, at_till("dispense", 330), OVER, WITHDRAW],
    [CLAIM, PART, PART, OVER, WITHDRAW, at_till("withdraw", nth=1)],
    [CLAIM, PART, REST, OVER, LESS],
    [CLAIM, PART, PART, OVER, LESS],
    [CLAIM, PART, OVER, SAME],
    [CLAIM, PART, RELEASE, LESS, WHOLE],
    [CLAIM, PART, RELEASE, WITHDRAW],
    [CLAIM, PART, LESS, WHOLE, LESS],
    [CLAIM, PART, FREE, CLAIM, SHUT],
    [CLAIM, PART, FREE, SHUT],
    [CLAIM, PART, REST, FREE],
    [CLAIM, PART, REST, SHUT],
    [CLAIM, CANCEL, CANCEL, FREE],
    [CLAIM, CANCEL, GONE],
    [CLAIM, FREE, CLAIM, GONE],
    [CLAIM, PART, RELEASE, Move("close-remaining", words.PRACTICE)],
    [GONE],
]
