"""One sequence of steps against both sides: after each the answer, the state of each line and prescription, the amounts."""

import random
from collections import Counter as Tally
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from tests.exchange.oracle.differing import Difference, Facts, expected, label
from tests.exchange.oracle.ledger import Ledger, yes
from tests.exchange.oracle.ours import Ours
from tests.exchange.oracle.steps import Step, Written
from tests.exchange.oracle.theirs import Theirs

TURNS = 12


class Unmeant(Exception):
    """We did not say what is expected of us."""


@dataclass
class Told:
    """Of many sequences: cases that are meant, how often compared, what is not meant with the steps to it."""

    meant: Tally[str] = field(default_factory=Tally)
    compared: Tally[str] = field(default_factory=Tally)
    findings: list[str] = field(default_factory=list)


def a_step(chance: random.Random, lines: int) -> Step:
    often = ("claim", "claim", "dispense", "dispense", "time", "time")
    action = chance.choice((*often, "release", "close", "cancel"))
    who = "one" if chance.random() < 0.8 else "other"
    amounts = tuple(chance.choice((0, 1, 2, 3)) for _ in range(lines))
    hours = chance.choice((1, 1, 3, 13, 24, 73, 200))
    return Step(action, who, amounts, chance.randrange(lines), hours)


def play(seed: int | str, told: Told) -> None:
    chance = random.Random(seed)
    lines, issues, first = chance.choice((1, 2)), chance.choice((1, 1, 2)), chance.choice((0, 0, 2))
    written = Written(lines, issues, first, days=chance.choice((4, 10)))
    both, steps = Both(written, told), []
    try:
        for _ in range(TURNS):
            steps.append(a_step(chance, written.lines))
            if not both.go(steps[-1]):
                break
    except Unmeant as difference:
        told.findings.append(f"{seed}: {written}: {'; '.join(map(str, steps))}: {difference}")
    told.compared["sequences"] += 1


class Both:
    def __init__(self, written: Written, told: Told) -> None:
        self.told = told
        self.ours, self.theirs, self.ledger = Ours(written), Theirs(written), Ledger(written)

    def go(self, step: Step) -> bool:
        """Whether they still tell of the same."""
        if step.action == "time":
            self.ours.now += timedelta(hours=step.hours)
            self.theirs.pass_to(self.ours.now)
            return self.compare(self.ours, self.ledger)
        mine, his = self.ours.ask(step, self.theirs.issue), self.theirs.ask(step)
        facts = self.ledger.of_step(step, self.theirs)
        differs = self.hold(step.action, "answers", yes(mine is not None), yes(his is not None), facts)
        after = self.ledger.after(step, self.theirs)
        if differs:  # done by neither; but what we would have made of it is looked at
            if mine is not None:
                self.compare(mine, after)
            return True
        if mine is not None and his is not None:
            self.ours, self.theirs, self.ledger = mine, his, after
        return self.compare(self.ours, self.ledger)

    def compare(self, ours: Ours, ledger: Ledger) -> bool:
        differ: list[Difference | None] = []
        pairs = zip(ours.words(), self.theirs.words(), strict=True)
        for issue, (mine, his) in enumerate(pairs):
            for line, (my, their) in enumerate(zip(mine, his, strict=True)):
                facts = ledger.of_line(issue, line, self.theirs)
                differ.append(self.hold("line", "states of lines", my, their, facts))
                self.count(ours.given()[issue][line], ledger.given.get((issue, line), 0))
        states = zip(ours.prescriptions(), self.theirs.prescriptions(), strict=True)
        for issue, (my, their) in enumerate(states):
            facts = ledger.of_prescription(issue, self.theirs)
            self.hold("prescription", "states of prescriptions", my, their, facts)
        return not any(one is not None and one.ends for one in differ)

    def hold(self, of: str, sort: str, mine: str, his: str, facts: Facts) -> Difference | None:
        """The difference that was expected and is there."""
        fitting = expected(of, his, facts)
        wanted = fitting[1].ours if fitting else his
        self.told.compared[sort] += 1
        if mine != wanted:
            raise Unmeant(f"{of}: here {mine}, there {his}, expected {wanted} with {facts}")
        if fitting is None:
            return None
        self.told.meant[label(*fitting)] += 1
        return fitting[0]

    def count(self, mine: Decimal, counted: int) -> None:
        self.told.compared["amounts"] += 1
        if mine != counted:
            raise Unmeant(f"{mine} packs are out, {counted} were handed out")
