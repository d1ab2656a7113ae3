"""Two calls at the same moment, in either order: they come to the same end, or one of them is refused.

After any beginning that a seed makes up: withdrawals and amendments against dispenses and claims. When both are taken in
both orders, the balance, the state and the holder are the same. Only how long a hold still lasts may differ: who takes
back everything under it begins it anew.
"""

import asyncio
import random
from copy import deepcopy
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.exchange import model as words
from tests.exchange.moves import AMOUNTS, CLAIM, PART, TILLS, Move, Order, moves
from tests.exchange.playing import Play
from tests.exchange.sides import Paper
from tilts.exchange.lines import check_shape, current, state_of
from tilts.rules import Refusal


def begun(seed: int) -> tuple[Play, Paper]:
    """A part is handed out, and whatever happened since, as the model goes on with it."""
    chance = random.Random(seed)
    order = Order(issues=chance.choice((1, 2)))
    side = Paper(order)
    play = Play(order, side)

    async def play_on() -> None:
        for move in chain((CLAIM, PART), moves(chance, play.model, 6)):
            await play.move(move)

    asyncio.run(play_on())
    return play, side


def both(play: Play, side: Paper, *pair: Move) -> tuple[bool, list[tuple[object, ...]]]:
    """Whether both were taken, and how the issues stand then."""
    there, now = deepcopy(side), play.now
    taken = True
    for move in pair:
        try:
            asyncio.run(there.do(move, now))
        except Refusal:
            taken = False
    ends = []
    for line in (current(one, now) for one in there.issues):
        check_shape(line, state_of(line, now))
        holder = line.hold and (line.hold.organization_id, line.hold.client_id)
        ends.append((state_of(line, now), line.dispensed, holder))
    return taken, ends


@pytest.mark.parametrize("against", ["dispense", "claim"])
@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    correction=st.sampled_from(words.CORRECTIONS),
    amounts=st.tuples(st.sampled_from(AMOUNTS), st.sampled_from(AMOUNTS)),
    who=st.sampled_from(TILLS),
    nth=st.integers(0, 5),
)
def test_a_withdrawal_and_a_dispense_in_either_order_commute_or_are_refused(
    against: str, seed: int, correction: str, amounts: tuple[int, int], who: str, nth: int
) -> None:
    play, side = begun(seed)
    issue = play.model.issues[0]
    one = issue.out[nth % len(issue.out)]
    first = Move(correction, one.who, amounts[0], issue.number, nth=issue.out.index(one))
    second = Move(against, issue.holder or who, amounts[1], issue.number)

    (taken, ends), (taken_too, ends_too) = both(play, side, first, second), both(play, side, second, first)

    if taken and taken_too:
        assert ends == ends_too


@pytest.mark.parametrize("issues", [1, 2, 3])
def test_cancel_and_prescribe_in_either_order_come_to_the_same_end(issues: int) -> None:
    before, after = Paper(Order(issues=issues, early=True)), Paper(Order(issues=issues))
    asyncio.run(after.do(Move("cancel-early", words.PRACTICE), after.now))

    assert (
        [one.state for one in before.issues] == [one.state for one in after.issues] == ["cancelled"] * issues
    )
    assert asyncio.run(before.order()) == asyncio.run(after.order()) == "cancelled"
