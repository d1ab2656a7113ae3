"""Repairs by two persons of the authority: each Task is repaired, or named with the rule that says no."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOW as THEN
from tests.builders import TERMS
from tests.exchange.counter import Counter
from tests.exchange.standing import STATES
from tests.exchange.test_races import race, tally
from tests.running import Running
from tests.store.undoing import undone
from tilts.exchange.dispensing import claim
from tilts.exchange.lines import check_step, current, state_of
from tilts.exchange.prescriptions import cancel
from tilts.exchange.repairing import MOST_TASKS, STEPS, confirm, decide_repair, decline, order
from tilts.rules import Refusal
from tilts.store.corrections import repairs as store
from tilts.store.prescriptions import all_issues
from tilts.store.records import LineRecord
from tilts.store.tx import Database, Tx

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
WHY = "Aptieka slēgta, kase nedarbojas; pārbaudīts pa tālruni."


@dataclass
class Day(Counter):
    tx: Tx
    clerk: UUID
    colleague: UUID

    async def line(self, how: str) -> LineRecord:
        line = await self.prescribed(self.tx, NOW, "2")
        if how != "ready":
            await claim(self.tx, line.task_id, self.till(), NOW, TERMS, None)
        if how in ("part", "all"):
            await self.hand_out(self.tx, line, self.till(), NOW, "1" if how == "part" else "2")
        if how == "pending":
            await cancel(self.tx, line.task_id, "wrong-patient", self.doctor, NOW, None)
        return line

    async def repaired(self, step: str, *lines: LineRecord) -> list[str]:
        ordered = await order(self.tx, step, [one.task_id for one in lines], WHY, self.clerk, NOW)
        done = await confirm(self.tx, ordered.repair_id, self.colleague, NOW)
        assert {one.patient_id for one in done.subjects} <= {self.patient_id}
        told = {one["task"]: one.get("state") or one["rule"] for one in done.order.outcome or ()}
        return [told[str(line.task_id)] for line in lines]


async def officers(tx: Tx) -> list[UUID]:
    found = await tx.execute(
        "SELECT a.account_id FROM onboarding.account a JOIN onboarding.account_role r USING (account_id)"
        " WHERE r.role = 'authority' AND r.state = 'held' AND a.active ORDER BY a.account_id LIMIT 2"
    )
    return [row[0] for row in await found.fetchall()]


@pytest.fixture
async def day(exchange: Running, database: Database) -> AsyncIterator[Day]:
    async with undone(database) as tx:
        yield Day(exchange, tx, *await officers(tx))


async def refused_by(work: object) -> str:
    with pytest.raises(Refusal) as refusal:
        await work  # type: ignore[misc]
    return refusal.value.rule.id


@pytest.mark.parametrize(
    ("step", "ends"),
    [
        ("release", {"ready": "DSP-002", "held": "ready", "part": "partly-dispensed", "all": "completed"}),
        ("cancel", {"ready": "cancelled", "held": "cancelled", "part": "PRE-013", "all": "DSP-002"}),
        ("close", {"ready": "DSP-002", "held": "DSP-013", "part": "completed", "all": "completed"}),
    ],
)
async def test_each_task_is_repaired_or_named_with_its_rule(
    day: Day, step: str, ends: dict[str, str]
) -> None:
    lines = [await day.line(how) for how in ends]

    assert await day.repaired(step, *lines) == list(ends.values())
    for line, end in zip(lines, ends.values(), strict=True):
        [stored] = await all_issues(day.tx, line.line_id)
        if end in ("ready", "partly-dispensed", "completed", "cancelled"):
            assert (state_of(stored, NOW), stored.hold) == (end, None)


async def test_a_cancellation_that_waited_takes_effect_with_its_own_reason(day: Day) -> None:
    lines = [await day.line("pending"), await day.line("pending")]

    assert await day.repaired("release", lines[0]) == await day.repaired("cancel", lines[1]) == ["cancelled"]
    assert [(await all_issues(day.tx, one.line_id))[0].reason for one in lines] == ["wrong-patient"] * 2


async def test_wire_012_a_task_that_is_not_there_is_named_and_the_others_are_repaired(day: Day) -> None:
    line, nobody = await day.line("held"), uuid4()
    ordered = await order(day.tx, "release", [line.task_id, nobody, nobody], WHY, day.clerk, NOW)
    done = await confirm(day.tx, ordered.repair_id, day.colleague, NOW)

    told = {one["task"]: one.get("state") or one["rule"] for one in done.order.outcome or ()}
    assert told == {str(line.task_id): "ready", str(nobody): "WIRE-012"}
    assert (await store.find(day.tx, ordered.repair_id)) == done.order


async def test_ovs_033_who_ordered_cannot_confirm_and_nothing_is_done_before(day: Day) -> None:
    line = await day.line("held")
    ordered = await order(day.tx, "release", [line.task_id], WHY, day.clerk, NOW)

    assert await refused_by(confirm(day.tx, ordered.repair_id, day.clerk, NOW)) == "OVS-033"
    assert (await all_issues(day.tx, line.line_id))[0].hold is not None


async def test_what_was_declined_or_done_is_over(day: Day) -> None:
    line = await day.line("held")
    ordered = await order(day.tx, "release", [line.task_id], WHY, day.clerk, NOW)
    assert (await decline(day.tx, ordered.repair_id, day.clerk, NOW)).state == "declined"

    assert await refused_by(confirm(day.tx, ordered.repair_id, day.colleague, NOW)) == "CASE-003"
    assert (await all_issues(day.tx, line.line_id))[0].hold is not None


async def test_ovs_034_only_officers_of_the_authority(day: Day) -> None:
    ordered = await order(day.tx, "release", [uuid4()], WHY, day.clerk, NOW)

    assert await refused_by(order(day.tx, "release", [uuid4()], WHY, uuid4(), NOW)) == "OVS-034"
    assert await refused_by(confirm(day.tx, ordered.repair_id, uuid4(), NOW)) == "OVS-034"


async def test_ovs_031_an_order_that_is_not_there(day: Day) -> None:
    assert await refused_by(confirm(day.tx, uuid4(), day.clerk, NOW)) == "OVS-031"


async def test_ovs_032_a_reason_that_says_something(day: Day) -> None:
    assert await refused_by(order(day.tx, "release", [uuid4()], " " * 30, day.clerk, NOW)) == "OVS-032"


@pytest.mark.parametrize(("step", "count"), [("release", 0), ("release", MOST_TASKS + 1), ("erase", 1)])
async def test_ovs_035_tasks_and_a_step_that_there_is(day: Day, step: str, count: int) -> None:
    tasks = [uuid4() for _ in range(count)]

    assert await refused_by(order(day.tx, step, tasks, WHY, day.clerk, NOW)) == "OVS-035"


@given(st.sampled_from(sorted(STATES)), st.sampled_from(sorted(STEPS)))
def test_whatever_is_repaired_stands_in_the_table(name: str, step: str) -> None:
    line = current(STATES[name], THEN)
    try:
        after = decide_repair(line, step, THEN)
    except Refusal:
        return
    check_step(line, f"repair-{step}", after, THEN)
    assert after.hold is None and after.dispensed == line.dispensed


async def test_confirmed_by_several_at_once_it_is_done_once(crowd: Database, counter: Counter) -> None:
    async with crowd.transaction() as tx:
        clerk, colleague = await officers(tx)
        line = await counter.prescribed(tx, NOW)
        await claim(tx, line.task_id, counter.till(), NOW, TERMS, None)
        ordered = await order(tx, "release", [line.task_id], WHY, clerk, NOW)
    results = await race(crowd, *[lambda tx: confirm(tx, ordered.repair_id, colleague, NOW)] * 8)

    assert tally(results) == {"done": 1, "CASE-003": 7}
    async with crowd.transaction() as tx:
        [stored] = await all_issues(tx, line.line_id)
    assert (stored.hold, stored.version) == (None, 3)
