"""Validations take turns: too much at once is refused, nothing is lost, and room comes back however the work ends."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from tilts.rules import Refusal
from tilts.transport.validation.turns import Turns

pytestmark = pytest.mark.anyio


async def test_what_would_fill_the_memory_is_refused_and_the_rest_is_done() -> None:
    gate = Event()
    turns = Turns(ThreadPoolExecutor(1), max_bytes=100)
    waiting = [asyncio.ensure_future(turns.run(50, gate.wait)) for _ in range(2)]
    await asyncio.sleep(0)  # both have begun to wait

    with pytest.raises(Refusal) as refused:
        await turns.run(1, gate.wait)
    gate.set()

    assert (refused.value.rule.id, refused.value.rule.http_status) == ("ACC-012", 429)
    assert refused.value.facts["retry_after_seconds"] > 0
    assert await asyncio.gather(*waiting) == [True, True]
    assert await turns.run(100, gate.wait)


async def test_a_single_one_always_gets_its_turn() -> None:
    assert await Turns(max_bytes=10).run(1_000, lambda: "done") == "done"


async def test_work_that_fails_gives_its_room_back() -> None:
    turns = Turns(max_bytes=10)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await turns.run(10, lambda: 1 // 0)

    assert await turns.run(10, lambda: 7) == 7
