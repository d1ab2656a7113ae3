"""A whole run from end to end with a system that plays by itself: in CI, in `tilts lab run`, in the lab's tests."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tilts.lab.conformance import runs
from tilts.lab.conformance.runs import JudgedRun, Lab, Played, RunOrder
from tilts.store.lab.runs import RunRecord, SituationRecord

# Plays one scenario in the system under test; the last argument tells the lab to go on.
Plays = Callable[[str, Mapping[str, str], Callable[[], None]], None]


@dataclass(frozen=True, slots=True)
class Progress:
    """Told before and after each scenario; `done` is None before."""

    place: int
    of: int
    scenario_id: str
    situation: SituationRecord | None
    done: Played | None
    fault: str = ""


async def drive(
    lab: Lab, order: RunOrder, plays: Plays, tell: Callable[[Progress], Any] = lambda _: None
) -> JudgedRun:
    """Start, prepare and play each scenario in turn, finish, judge."""
    async with lab.database.transaction() as tx:
        run = await runs.start(tx, order, None, lab.clock.wall())
    try:
        await play_all(lab, run, [one.id for one in runs.scenarios_of(order)], plays, tell)
    finally:
        async with lab.database.transaction() as tx:
            await runs.finish(tx, run.run_id, None, lab.clock.wall())
    async with lab.database.transaction() as tx:
        return await runs.judged(tx, await runs.run_of(tx, run.run_id, None))


async def play_all(
    lab: Lab,
    run: RunRecord,
    scenarios: Sequence[str],
    plays: Plays,
    tell: Callable[[Progress], Any] = lambda _: None,
) -> None:
    """The scenarios of a run that goes on already, one after the other."""
    for place, scenario_id in enumerate(scenarios, start=1):
        situation = await lab.prepare(run.run_id, None, scenario_id)
        tell(Progress(place, len(scenarios), scenario_id, situation, None))
        fault = await played(lab, run, situation, scenario_id, plays)
        async with lab.database.transaction() as tx:
            await runs.close(tx, run.run_id, None, lab.clock.wall())
            now = await runs.judged(tx, run)
        done = next(one for one in now.played if one.scenario.id == scenario_id)
        tell(Progress(place, len(scenarios), scenario_id, situation, done, fault))


async def played(lab: Lab, run: RunRecord, situation: SituationRecord, scenario_id: str, plays: Plays) -> str:
    """What the system under test said if it broke off; the verdict rests on the wire, not on that."""
    loop = asyncio.get_running_loop()

    def go_on() -> None:
        asyncio.run_coroutine_threadsafe(lab.go_on(run.run_id, None, scenario_id), loop).result()

    try:
        await asyncio.to_thread(plays, scenario_id, situation.facts, go_on)
    except Exception as fault:  # any system may break in any way: that is what is being tested
        return f"{type(fault).__name__}: {fault}"
    return ""
