"""Settling: what the clock has done is written down once, its documents follow, and nobody waits for it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.builders import NOW as NOON
from tests.builders import TERMS
from tests.exchange.counter import Counter, rows, stored_line
from tests.exchange.standing import (
    CLAIMED,
    CLAIMED_PARTLY,
    DAY,
    DISPENSED,
    OVER,
    PENDING,
    READY,
    SHORT,
    STATES,
)
from tests.running import Running
from tilts.exchange.dispensing import claim
from tilts.exchange.lines import check_step, current, state_of
from tilts.exchange.prescriptions import cancel
from tilts.exchange.settling import at_rest, settle_due
from tilts.store.records import LineRecord
from tilts.store.resources import read
from tilts.store.tx import Database
from tilts_fhir.json_strict import decode

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("hours", [0, 3, 80, 24 * 40])
def test_what_is_settled_is_what_the_row_amounted_to_and_a_step_of_the_table(name: str, hours: int) -> None:
    line, now = STATES[name], NOON + timedelta(hours=hours)
    after = at_rest(line, now)

    assert state_of(after, now) == state_of(current(line, now), now)
    assert at_rest(after, now) == after
    if after != line:
        check_step(line, "clock", after, now)


@pytest.mark.parametrize(
    ("line", "hours", "stored"),
    [
        (READY, 1, "open"),
        (CLAIMED, 1, "open"),
        (CLAIMED_PARTLY, 72, "open"),
        (DISPENSED, 72, "completed"),
        (PENDING, 1, "cancelled"),
        (replace(PENDING, **OVER), 0, "cancelled"),
        (replace(CLAIMED, **OVER), 0, "expired"),
        (SHORT, 0, "completed"),
        (replace(DISPENSED, **OVER), 0, "claimed"),
    ],
)
def test_how_a_row_stands_when_it_is_settled(line: LineRecord, hours: int, stored: str) -> None:
    assert at_rest(line, NOON + timedelta(hours=hours)).state == stored


@pytest.fixture
async def counter(exchange: Running, database: Database) -> AsyncIterator[Counter]:
    """Nothing of what others wrote is due."""
    await settled(database, NOW + timedelta(days=3650))
    yield Counter(exchange)
    await settled(database, NOW + timedelta(days=3650))


async def settled(database: Database, now: datetime) -> int:
    """How many rows were looked at until none was due."""
    total = 0
    while True:
        async with database.transaction() as tx:
            found = await settle_due(tx, now)
        total += found
        if not found:
            return total


async def status_of(database: Database, line: LineRecord) -> str:
    async with database.transaction() as tx:
        row = await read(tx, "MedicationRequest", line.line_id, None)
    assert row is not None
    status: str = decode(row.body)["status"]
    return status


async def a_line(database: Database, counter: Counter, *steps: str, value: str = "2") -> LineRecord:
    async with database.transaction() as tx:
        line = await counter.prescribed(tx, NOW, value)
        for step in steps:
            if step == "claim":
                await claim(tx, line.task_id, counter.till(), NOW, TERMS, None)
            elif step == "cancel":
                await cancel(tx, line.task_id, "other", counter.doctor, NOW, None)
            else:
                await counter.hand_out(tx, line, counter.till(), NOW, step)
    return line


@pytest.mark.parametrize(
    ("steps", "after", "stored", "status"),
    [
        (("claim",), TERMS.lease, "open", "active"),
        (("claim", "cancel"), TERMS.lease, "cancelled", "cancelled"),
        (("claim", "1"), TERMS.handover, "open", "active"),
        (("claim", "2"), TERMS.handover, "completed", "completed"),
        ((), DAY * 100, "expired", "stopped"),
        (("claim",), DAY * 100, "expired", "stopped"),
        (("claim", "1"), DAY * 100, "completed", "completed"),
    ],
)
async def test_row_and_document_follow_the_clock_once(
    database: Database, counter: Counter, steps: tuple[str, ...], after: timedelta, stored: str, status: str
) -> None:
    line = await a_line(database, counter, *steps)

    assert await settled(database, NOW + after - timedelta(seconds=1) if after < DAY * 9 else NOW) == 0
    assert await settled(database, NOW + after) == 1
    assert await settled(database, NOW + after) == 0
    row = await stored_line(database, line)
    assert (row.state, row.hold) == (stored, None)
    assert await status_of(database, line) == status


async def test_many_are_settled_in_batches_and_who_is_locked_is_left_alone(
    database: Database, counter: Counter
) -> None:
    lines = [await a_line(database, counter, "claim") for _ in range(7)]
    later = NOW + TERMS.lease
    async with database.transaction() as held:
        await held.execute(
            "SELECT 1 FROM prescription_line WHERE task_id = %s FOR UPDATE", [lines[0].task_id]
        )
        async with database.transaction() as tx:
            assert await settle_due(tx, later, most=3) in (2, 3)
        async with database.transaction() as first, database.transaction() as second:
            assert await settle_due(first, later, most=2) >= 1
            assert await settle_due(second, later) == 0, "one settles at a time"
        assert await settled(database, later) <= 4
        assert (await stored_line(database, lines[0])).state == "claimed"
    assert await settled(database, later) == 1
    states = {(await stored_line(database, line)).state for line in lines}
    assert states == {"open"}


async def test_a_line_that_cannot_be_settled_keeps_no_other(database: Database, counter: Counter) -> None:
    lines = [await a_line(database, counter) for _ in range(3)]
    body = "UPDATE resource SET body = %s WHERE resource_type = 'MedicationRequest' AND resource_id = %s RETURNING 1"
    async with database.transaction() as tx:
        good = await read(tx, "MedicationRequest", lines[1].line_id, None)
        assert good is not None
        await tx.execute(body, [b"no document", lines[1].line_id])
    over = NOW + DAY * 100
    async with database.transaction() as tx:
        assert await settle_due(tx, over) == 3
    states = [(await stored_line(database, line)).state for line in lines]
    async with database.transaction() as tx:
        await tx.execute(body, [good.body, lines[1].line_id])

    assert states == ["expired", "open", "expired"]
    assert await settled(database, over) == 1


async def test_a_hold_that_ended_is_written_down_before_the_next_one(
    database: Database, counter: Counter
) -> None:
    """Who lost it hears of it, also when somebody was quicker than the rounds."""
    line = await a_line(database, counter, "claim")
    later = NOW + TERMS.lease
    async with database.transaction() as tx:
        taken = await claim(tx, line.task_id, counter.till(2, "second-pharmacy"), later, TERMS, None)
    first = counter.till()
    found = await rows(
        database,
        b"SELECT kind FROM event WHERE task_id = %(task_id)s AND party_id = %(party)s AND site = %(site)s",
        task_id=line.task_id,
        party=first.organization_id,
        site=first.site,
    )

    assert (taken.version, [row["kind"] for row in found]) == (4, ["lease-ended"])
    assert (await stored_line(database, line)).dispensed == Decimal(0)
