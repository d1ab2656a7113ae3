"""What England's published state logic and ours both know is the same; where they differ it is meant, and listed."""

import random
from collections import Counter as Tally
from datetime import timedelta

from tests.exchange.differing import DIFFERENCES, NO, YES, Seen, meant
from tests.exchange.oracle import Ours, Step, Theirs, Written, decided

SEQUENCES = 300


def a_step(chance: random.Random, lines: int) -> Step:
    action = chance.choice(("claim", "claim", "dispense", "dispense", "release", "close", "cancel", "time"))
    who = "one" if chance.random() < 0.8 else "other"
    amounts = tuple(chance.choice((0, 1, 2, 3)) for _ in range(lines))
    hours = chance.choice((1, 1, 3, 24, 73, 200))
    return Step(action, who, amounts, chance.randrange(lines), hours)


def play(seed: int) -> tuple[Tally[str], int, list[str]]:
    """Differences that are meant, comparisons, and what is not meant with the steps that led to it."""
    chance = random.Random(seed)
    written = Written(chance.choice((1, 2)), chance.choice((1, 1, 2)), chance.choice((0, 0, 2)))
    ours, theirs = Ours(written), Theirs(written)
    told: Tally[str] = Tally()
    steps: list[Step] = []
    for turn in range(12):
        step = a_step(chance, written.lines)
        steps.append(step)
        if step.action == "time":
            ours.now += timedelta(hours=step.hours)
            theirs.pass_to(ours.now)
        else:
            mine, his = ours.ask(step, theirs.issue), theirs.ask(step)
            if (mine is None) != (his is None):
                pending = "cancel-pending" in ours.words()[theirs.issue]
                seen = Seen(step.action, YES if mine else NO, YES if his else NO, pending=pending)
                name = meant(seen)
                if name is None:
                    return told, turn, [f"{seed}: {written} {steps}: {seen}; {ours.words()} {theirs.words()}"]
                told[name] += 1
                continue
            ours, theirs = mine or ours, his or theirs
        differ = differences(step.action, ours, theirs)
        if differ:
            for seen in differ:
                name = meant(seen)
                if name is None:
                    return told, turn, [f"{seed}: {written} {steps}: {seen}"]
                told[name] += 1
            return told, turn + 1, []  # from here on they tell of different things
    return told, 12, []


def differences(action: str, ours: Ours, theirs: Theirs) -> list[Seen]:
    return [
        Seen(action, mine, his, later=number > theirs.issue)
        for number, (of_mine, of_his) in enumerate(zip(ours.words(), theirs.words(), strict=True))
        for mine, his in zip(of_mine, of_his, strict=True)
        if mine != his
    ]


def test_both_tell_the_same_but_for_what_is_meant_to_differ() -> None:
    told: Tally[str] = Tally()
    compared = 0
    for seed in range(SEQUENCES):
        found, turns, unmeant = play(seed)
        assert unmeant == []
        told += found
        compared += turns

    assert compared > 4 * SEQUENCES
    occurs_below = {"each line is closed alone"}  # the steps of `play` close all lines that are held
    assert set(told) | occurs_below == {one.name for one in DIFFERENCES}, "each really occurs"


def test_a_line_is_closed_alone_where_england_claims_for_the_whole() -> None:
    written = Written(lines=2)
    ours, theirs = Ours(written), Theirs(written)
    for step in (Step("claim"), Step("dispense", amounts=(3, 0)), Step("cancel", line=1)):
        ours, theirs = ours.ask(step, 0) or ours, theirs.ask(step) or theirs

    assert ours.words() == theirs.words() == [["dispensed", "cancel-pending"]]
    assert decided(Step("close"), 0, ours.lines[0][0], ours.now).state == "completed"
    assert theirs.ask(Step("close")) is None
    assert meant(Seen("close", YES, NO)) == "each line is closed alone"
