"""What is prescribed and what each of the four tries: the same for the same seed, whatever the answers are."""

import random
from dataclasses import dataclass
from typing import Final

# action of a till -> how often, of all
TILL: Final = {
    "claim": 30,
    "dispense": 38,
    "release": 7,
    "close": 8,
    "close-remaining": 4,
    "withdraw": 6,
    "amend": 7,
}
PRACTICE: Final = {
    "nothing": 35,
    "cancel": 15,
    "cancel-by-identifier": 5,
    "transfer-request": 15,
    "close-remaining": 10,
    "lease-end": 20,  # by the clock
}
EARLY: Final = 0.06  # of all prescriptions: cancelled before they come, or at the same moment
LOST: Final = 0.08  # of all calls: the client hangs up, and sends the same again
AGAIN: Final = 0.08  # of all calls: sent again though it was answered


@dataclass(frozen=True, slots=True)
class Try:
    """One action of one client, with what it needs to be drawn only once."""

    action: str
    issue: int  # 0 is the first
    packs: int
    lost_after: float | None = None  # seconds until the client hangs up
    again: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    packs: int
    issues: int
    early: str  # "", "before", "at once"
    patient: int
    tills: tuple[tuple[Try, ...], ...]  # two of one pharmacy, one of the other
    practice: tuple[Try, ...]


def story_of(number: int, seed: int) -> Story:
    chance = random.Random(f"{seed}:rivals:{number}")
    issues, packs = chance.choices((1, 2, 3), (75, 17, 8))[0], chance.choice((1, 1, 2, 3, 5))
    early = chance.choice(("before", "at once")) if chance.random() < EARLY else ""

    def tries(table: dict[str, int], count: int) -> tuple[Try, ...]:
        return tuple(a_try(chance, table, issues, packs) for _ in range(count))

    return Story(
        packs=packs,
        issues=issues,
        early=early,
        patient=chance.randrange(1_000_000),
        tills=tuple(
            (a_try(chance, {"claim": 1}, issues, packs), *tries(TILL, chance.randint(2, 4))) for _ in range(3)
        ),
        practice=tries(PRACTICE, chance.randint(1, 2)),
    )


def a_try(chance: random.Random, table: dict[str, int], issues: int, packs: int) -> Try:
    return Try(
        action=chance.choices(list(table), list(table.values()))[0],
        issue=chance.randrange(issues),
        packs=packs if chance.random() < 0.4 else chance.randint(1, packs),
        lost_after=chance.uniform(0, 0.03) if chance.random() < LOST else None,
        again=chance.random() < AGAIN,
    )
