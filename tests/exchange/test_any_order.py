"""Whatever happens at the counters in whatever order: what decides against a model that fits on a few pages.

Hypothesis makes up sequences of several parties asking, asking again and time passing. They are played against the
pure decisions, each of which is held against the table, and through the doors on the real database; each answer, each
state, and what each party is told it may do, is the model's (tests/exchange/model.py).
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.exchange import model as words
from tests.exchange.counter import Counter, handed_out
from tests.exchange.model import ACTIONS, CORRECTIONS, REPAIRS
from tests.exchange.moves import (
    AMOUNTS,
    ANOTHER_ENDED,
    JUMPS,
    ONE_DAY,
    PEOPLE,
    SELDOM,
    TILLS,
    Move,
    Order,
    moves,
    orders,
)
from tests.exchange.playing import Play
from tests.exchange.sides import Doors, Paper, Side
from tests.running import Running
from tilts.exchange.lifecycle import STEPS
from tilts.store.tx import Database

MakeSide = Callable[[Order], Awaitable[Side]]


class Counters(RuleBasedStateMachine):
    """The same on both sides."""

    def __init__(self, runner: asyncio.Runner, make: MakeSide) -> None:
        super().__init__()
        self.runner, self.make, self.last, self.turn = runner, make, Move("", amount=1), 0

    @initialize(
        first=st.integers(0, 2),
        days=st.integers(0, 5),
        issues=st.integers(1, 3),
        interval=st.sampled_from([None, 1, 2]),
        early=st.sampled_from([False, False, False, True]),
    )
    def prescribed(self, first: int, days: int, issues: int, interval: int | None, early: bool) -> None:
        apart = interval if issues > 1 else None
        order = Order(first, first + days + (issues - 1) * (apart or 0), issues, apart, early)
        self.side = self.runner.run(self.waited(self.make(order)))
        self.play = Play(order, self.side)

    async def waited(self, work: Awaitable[Any]) -> Any:
        return await work

    def does(self, move: Move) -> None:
        self.last = move
        self.runner.run(self.play.move(move))

    @rule(minutes=st.sampled_from(JUMPS))
    def time_passes(self, minutes: int) -> None:
        self.does(Move("", amount=minutes))

    @rule(
        action=st.sampled_from(ACTIONS),
        who=st.sampled_from(PEOPLE),
        amount=st.sampled_from(AMOUNTS),
        number=st.integers(0, 2),
    )
    def somebody_asks(self, action: str, who: str, amount: int, number: int) -> None:
        self.does(Move(action, who, amount, number % len(self.play.model.issues) + 1))

    @rule(action=st.sampled_from(ACTIONS), number=st.integers(0, 2), rest=st.booleans())
    def the_holder_asks(self, action: str, number: int, rest: bool) -> None:
        issue = self.play.model.issues[number % len(self.play.model.issues)]
        left = issue.allowed - issue.given
        amount = left if rest and left else AMOUNTS[0]
        self.does(Move(action, issue.holder or TILLS[0], amount, issue.number))

    @rule(
        action=st.sampled_from(CORRECTIONS),
        who=st.none() | st.sampled_from(PEOPLE),
        amount=st.sampled_from(AMOUNTS),
        number=st.integers(0, 2),
        nth=st.integers(0, 3),
        reason=st.sampled_from(["other", "other", ""]),
    )
    def somebody_corrects(
        self, action: str, who: str | None, amount: int, number: int, nth: int, reason: str
    ) -> None:
        issue = self.play.model.issues[number % len(self.play.model.issues)]
        if issue.out:
            nth %= len(issue.out)
            self.does(Move(action, who or issue.out[nth].who, amount, issue.number, reason, nth))

    @rule(action=st.sampled_from(list(REPAIRS)), number=st.integers(0, 2))
    def two_of_the_authority_repair(self, action: str, number: int) -> None:
        self.does(Move(action, words.AUTHORITY, issue=number % len(self.play.model.issues) + 1))

    @rule(who=st.sampled_from((words.PRACTICE, *PEOPLE)), reason=st.sampled_from(["other", ""]))
    def somebody_cancels_by_identifier(self, who: str, reason: str) -> None:
        self.does(Move("cancel-early", who, reason=reason))

    @rule()
    def the_same_is_sent_again(self) -> None:
        if self.last.action:
            self.does(self.last)

    @invariant()
    def each_is_told_what_trying_brings(self) -> None:
        if hasattr(self, "play"):
            self.turn += 1
            self.runner.run(self.play.compare_offers((PEOPLE[self.turn % len(PEOPLE)],)))

    def teardown(self) -> None:
        if hasattr(self, "play") and isinstance(self.side, Doors):
            summed = self.runner.run(handed_out(self.side.database, self.side.written))
            assert summed * 100 == sum(issue.given for issue in self.play.model.issues)


def test_any_sequence_of_decisions_tells_what_the_model_tells() -> None:
    async def on_paper(order: Order) -> Side:
        return Paper(order)

    with asyncio.Runner() as runner:
        run_state_machine_as_test(
            lambda: Counters(runner, on_paper),
            settings=settings(max_examples=100, stateful_step_count=25, deadline=None),
        )


def test_any_sequence_of_calls_tells_what_the_model_tells(exchange: Running) -> None:
    with asyncio.Runner() as runner:
        database = Database(exchange.settings.database_url, connections=1)
        runner.run(database.open())

        async def through_doors(order: Order) -> Side:
            return await Doors.prescribed(Counter(exchange), database, order)

        try:
            run_state_machine_as_test(
                lambda: Counters(runner, through_doors),
                settings=settings(max_examples=30, stateful_step_count=20, deadline=None),
            )
        finally:
            runner.run(database.close())


@pytest.mark.anyio
@pytest.mark.parametrize(("order", "story"), [*((ONE_DAY, one) for one in SELDOM), ANOTHER_ENDED])
async def test_what_is_seldom_goes_through_the_doors_as_the_model_says(
    exchange: Running, order: Order, story: list[Move]
) -> None:
    database = Database(exchange.settings.database_url, connections=1)
    await database.open()
    try:
        play = Play(order, await Doors.prescribed(Counter(exchange), database, order), set())
        for move in story:
            assert await play.move(move) is None, f"{move} of {story}"
    finally:
        await database.close()


def test_every_row_of_the_table_is_walked_and_no_other() -> None:
    """From a seed, so that a row which nothing reaches any more is seen."""
    reached: set[tuple[str, str, str, str]] = set()

    async def walk() -> None:
        for seed in range(400):
            chance = random.Random(seed)
            order = orders(chance)
            play = Play(order, Paper(order), reached)
            for move in moves(chance, play.model, 20):
                await play.move(move)
            await play.compare_offers()
        for story in SELDOM:
            play = Play(ONE_DAY, Paper(ONE_DAY), reached)
            for move in story:
                assert await play.move(move) is None, f"{move} of {story}"

    asyncio.run(walk())
    rows = {(step.action, state, step.to, step.by) for step in STEPS for state in step.of}
    assert rows - reached == set()
    assert {row for row in reached - rows if row[0] != "clock"} == set()
