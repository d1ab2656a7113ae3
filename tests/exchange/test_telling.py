"""Telling: each event reaches each system at least once, in the order of its Task, whatever happens meanwhile."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from tests.builders import TERMS
from tests.exchange.counter import Counter
from tests.exchange.feeding import FAULTS, NOW, System, walk, written
from tests.exchange.standing import CLAIMED, COMPLETED, READY
from tests.running import Running
from tests.store.undoing import undone
from tilts.exchange.closing import close, close_remaining
from tilts.exchange.dispensing import claim, release
from tilts.exchange.lifecycle import PRESCRIPTION
from tilts.exchange.prescriptions import cancel
from tilts.exchange.settling import settle_due
from tilts.exchange.telling import KINDS, MOST, acknowledge, feed_of, forget, kept, kind_of, told, told_of
from tilts.exchange.transferring import request_transfer
from tilts.party import Party
from tilts.rules import Refusal
from tilts.store import events as store
from tilts.store.events import Feed
from tilts.store.records import LineRecord
from tilts.store.tx import Database, Tx

pytestmark = pytest.mark.anyio

AT_ONCE = 8


@pytest.fixture
def counter(exchange: Running) -> Counter:
    return Counter(exchange)


@pytest.fixture
async def crowd(exchange: Running) -> AsyncIterator[Database]:
    database = Database(exchange.settings.database_url, connections=AT_ONCE + 4)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


def a_reader(party: Party, **facts: object) -> Party:
    """A system of the party that has acknowledged nothing yet."""
    return replace(party, client_id=f"reader-{uuid4()}", **facts)  # type: ignore[arg-type]


async def drained(tx: Tx, party: Party) -> None:
    """What others wrote is behind this system."""
    while found := (await told(tx, party, None, MOST, NOW)).events:
        await acknowledge(tx, party, found[-1].number, NOW)


# Who is told of what.


@pytest.mark.parametrize("step", PRESCRIPTION.steps, ids=lambda s: f"{s.action} {s.of} {s.to}")
def test_each_step_of_the_table_has_a_kind(step: object) -> None:
    action, becomes = step.action, step.to  # type: ignore[attr-defined]
    assert kind_of(CLAIMED, action, READY, becomes) in KINDS - {"changed"}


@pytest.mark.parametrize(
    ("before", "action", "after", "becomes", "kind", "holder"),
    [
        (READY, "claim", CLAIMED, "claimed", "claimed", False),
        (CLAIMED, "release", READY, "ready", "released", False),
        (CLAIMED, "clock", READY, "ready", "lease-ended", True),
        (CLAIMED, "cancel", CLAIMED, "cancel-pending", "cancel-pending", True),
        (CLAIMED, "transfer-request", CLAIMED, "claimed", "transfer-requested", True),
        (CLAIMED, "clock", COMPLETED, "completed", "closed", True),
        (CLAIMED, "clock", READY, "completed", "closed-short", True),
        (READY, "cancel", READY, "cancelled", "cancelled", False),
        (READY, "repair", READY, "future", "changed", False),
    ],
)
def test_prescriber_and_patient_hear_of_all_and_a_holder_of_what_others_do(
    before: LineRecord, action: str, after: LineRecord, becomes: str, kind: str, holder: bool
) -> None:
    assert kind_of(before, action, after, becomes) == kind  # type: ignore[arg-type]
    expected = [Feed(after.organization_id), Feed(after.patient_id)]
    hold = CLAIMED.hold
    assert hold is not None
    expected += [Feed(hold.organization_id, hold.site)] if holder else []
    assert told_of(before, action, after) == expected


async def test_a_day_is_told_to_each_party_in_its_order(exchange: Running, database: Database) -> None:
    counter = Counter(exchange)
    async with undone(database) as tx:
        line = await counter.prescribed(tx, NOW, "3")
        till, doctor = counter.till(), counter.doctor
        readers = {
            "practice": a_reader(doctor),
            "pharmacy": a_reader(till),
            "portal": a_reader(counter.party("portal"), patient_id=line.patient_id, purpose="PATRQT"),
        }
        for reader in readers.values():
            await drained(tx, reader)
        later = NOW + TERMS.lease
        await claim(tx, line.task_id, till, NOW, TERMS, None)
        await claim(tx, line.task_id, till, NOW, TERMS, None)
        await settle_due(tx, later, most=10_000)
        await claim(tx, line.task_id, till, later, TERMS, None)
        await request_transfer(tx, line.task_id, doctor, later, TERMS, None)
        await release(tx, line.task_id, "other", till, later, None)
        await claim(tx, line.task_id, till, later, TERMS, None)
        await counter.hand_out(tx, line, till, later)
        await close_remaining(tx, line.task_id, till, later, None)
        heard = {
            name: [
                event.kind
                for event in (await told(tx, reader, None, MOST, later)).events
                if event.task_id == line.task_id
            ]
            for name, reader in readers.items()
        }

    all_of_it = [
        "claimed",
        "lease-ended",
        "claimed",
        "transfer-requested",
        "released",
        "claimed",
        "dispensed",
    ]
    assert heard["practice"] == heard["portal"] == [*all_of_it, "closed-short"]
    assert heard["pharmacy"] == ["lease-ended", "transfer-requested"]


async def test_a_refused_step_and_one_that_is_undone_tell_nothing(
    database: Database, counter: Counter
) -> None:
    async with database.transaction() as tx:
        line = await counter.prescribed(tx, NOW)
    with pytest.raises(Refusal):
        async with database.transaction() as tx:
            await close(tx, line.task_id, counter.till(), NOW, None)
    async with undone(database) as tx:
        await cancel(tx, line.task_id, "other", counter.doctor, NOW, None)
    async with database.transaction() as tx:
        assert await written(tx, counter.doctor.organization_id, [line.task_id]) == 0


# Fetching.


async def test_what_is_not_acknowledged_comes_again_with_the_same_numbers(tx: Tx, counter: Counter) -> None:
    line = await counter.prescribed(tx, NOW)
    reader, other = a_reader(counter.doctor), a_reader(counter.doctor)
    for party in (reader, other):
        await drained(tx, party)
    await claim(tx, line.task_id, counter.till(), NOW, TERMS, None)
    await release(tx, line.task_id, "other", counter.till(), NOW, None)

    first = (await told(tx, reader, None, MOST, NOW)).events
    assert [event.kind for event in first] == ["claimed", "released"]
    assert (await told(tx, reader, None, MOST, NOW)).events == first
    assert (await told(tx, reader, first[0].number, MOST, NOW)).events == first[1:]
    assert (await told(tx, reader, None, 1, NOW)).events == first[:1]
    assert await acknowledge(tx, reader, first[0].number, NOW) == first[0].number
    assert (await told(tx, reader, None, MOST, NOW)).events == first[1:]
    assert await acknowledge(tx, reader, first[1].number, NOW) == first[1].number
    assert await acknowledge(tx, reader, first[0].number, NOW) == first[1].number, "never back"
    assert (await told(tx, reader, None, MOST, NOW)).events == []
    assert (await told(tx, other, None, MOST, NOW)).events == first, "each system for itself"


@pytest.mark.parametrize("number", [0, -1, 10**12])
async def test_wire_008_what_was_never_told_is_not_acknowledged(
    tx: Tx, counter: Counter, number: int
) -> None:
    reader = a_reader(counter.doctor)
    with pytest.raises(Refusal) as no:
        await acknowledge(tx, reader, number, NOW)
    assert no.value.rule.id == "WIRE-008"
    assert (await told(tx, reader, None, MOST, NOW)).acknowledged == 0


@pytest.mark.parametrize(("after", "most"), [(-1, 10), (None, 0), (None, MOST + 1)])
async def test_wire_008_a_page_of_none_or_of_too_many(
    tx: Tx, counter: Counter, after: int | None, most: int
) -> None:
    with pytest.raises(Refusal) as no:
        await told(tx, counter.doctor, after, most, NOW)
    assert no.value.rule.id == "WIRE-008"


def test_a_pharmacy_hears_at_its_site_and_a_resident_for_themselves(counter: Counter) -> None:
    till, patient = counter.till(), UUID(int=7)

    assert feed_of(till) == Feed(till.organization_id, till.site)
    assert feed_of(counter.doctor) == Feed(counter.doctor.organization_id)
    assert feed_of(replace(counter.doctor, kind="portal", patient_id=patient)) == Feed(patient)


async def test_a_pharmacy_is_told_how_many_holds_it_lost_lately(tx: Tx, counter: Counter) -> None:
    till = counter.till()
    before = (await told(tx, till, None, 1, NOW)).lost_holds
    line = await counter.prescribed(tx, NOW)
    await claim(tx, line.task_id, till, NOW, TERMS, None)
    later = NOW + TERMS.lease
    await claim(tx, line.task_id, counter.till(2), later, TERMS, None)

    assert before is not None
    assert (await told(tx, till, None, 1, later)).lost_holds == before + 1
    assert (await told(tx, counter.doctor, None, 1, later)).lost_holds is None


# Races.


async def test_a_row_that_shows_itself_late_is_not_skipped(database: Database, counter: Counter) -> None:
    """Its id is the lower one, and who fetched meanwhile has acknowledged the higher one."""
    reader = a_reader(counter.doctor)
    async with database.transaction() as tx:
        early, late = await counter.prescribed(tx, NOW), await counter.prescribed(tx, NOW)
        await drained(tx, reader)
    async with database.transaction() as slow:
        await claim(slow, early.task_id, counter.till(), NOW, TERMS, None)
        async with database.transaction() as quick:
            await claim(quick, late.task_id, counter.till(), NOW, TERMS, None)
        async with database.transaction() as tx:
            [first] = (await told(tx, reader, None, MOST, NOW)).events
            await acknowledge(tx, reader, first.number, NOW)
    async with database.transaction() as tx:
        [second] = (await told(tx, reader, None, MOST, NOW)).events

    assert (first.task_id, second.task_id) == (late.task_id, early.task_id)
    assert second.number == first.number + 1


async def test_two_who_fetch_at_once_get_the_same_numbers(crowd: Database, counter: Counter) -> None:
    async with crowd.transaction() as tx:
        line = await counter.prescribed(tx, NOW)
    readers = [a_reader(counter.doctor) for _ in range(AT_ONCE)]
    async with crowd.transaction() as tx:
        for reader in readers:
            await drained(tx, reader)
    await walk(crowd, counter, line, counter.till(), 2)
    gate = asyncio.Barrier(AT_ONCE)

    async def fetch(reader: Party) -> list[tuple[int, str]]:
        async with crowd.transaction() as tx:
            await gate.wait()
            return [(one.number, one.kind) for one in (await told(tx, reader, None, MOST, NOW)).events]

    found = await asyncio.gather(*(fetch(reader) for reader in readers))
    assert all(one == found[0] for one in found)
    numbers = [number for number, _ in found[0]]
    assert numbers == list(range(numbers[0], numbers[0] + 6))


async def test_none_of_two_thousand_is_missing_whatever_happens_to_who_fetches(
    crowd: Database, counter: Counter
) -> None:
    """Security 4.4 R7: down, no answer, answered twice, killed, acknowledgement lost; writers and readers race."""
    seed = 20260302
    async with crowd.transaction() as tx:
        lines = [await counter.prescribed(tx, NOW) for _ in range(AT_ONCE * 4)]
        readers = [
            System(a_reader(counter.doctor), random.Random(f"{seed}/{n}"), most=37 * n) for n in (1, 2)
        ]
        for reader in readers:
            await drained(tx, reader.party)
    rounds = 21
    total = len(lines) * rounds * 3
    assert total >= 2_000
    busy = asyncio.Semaphore(AT_ONCE)

    async def write(number: int, line: LineRecord) -> None:
        async with busy:
            await walk(crowd, counter, line, counter.till(number), rounds)

    await asyncio.gather(
        *(write(n, line) for n, line in enumerate(lines)), *(one.fetch_until(crowd, total) for one in readers)
    )

    for reader in readers:
        numbers = sorted(reader.kept)
        assert numbers == list(range(numbers[0], numbers[0] + total)), f"numbers without gaps; seed {seed}"
        assert reader.order == numbers, "and in their order"
        for line in lines:
            assert reader.kinds_of(line.task_id) == ["claimed", "transfer-requested", "released"] * rounds
        assert all(reader.faults[fault] for fault in FAULTS)
        assert reader.deliveries > total


# Forgetting.


async def test_what_all_have_acknowledged_is_forgotten_later_and_what_nobody_fetches_in_the_end(
    database: Database, counter: Counter
) -> None:
    async with undone(database) as tx:
        line = await counter.prescribed(tx, NOW)
        till = counter.till()
        reader, slow = a_reader(counter.doctor), a_reader(counter.doctor)
        await tx.execute("DELETE FROM event")
        await tx.execute("UPDATE event_reader SET acknowledged = 1000000000")  # of other tests
        await claim(tx, line.task_id, till, NOW, TERMS, None)
        await release(tx, line.task_id, "other", till, NOW, None)
        events = (await told(tx, reader, None, MOST, NOW)).events
        mine = counter.doctor.organization_id
        await acknowledge(tx, reader, events[1].number, NOW)
        await acknowledge(tx, slow, events[0].number, NOW)
        read, unread = NOW + kept("events-read", NOW), NOW + kept("events-unread", NOW)

        async def left(now: object) -> tuple[int, int]:
            await forget(tx, now)  # type: ignore[arg-type]
            mine_left = await written(tx, mine, [line.task_id])
            return mine_left, await written(tx, line.patient_id, [line.task_id])

        second = timedelta(seconds=1)
        assert await left(read) == (2, 2)
        assert await left(read + second) == (1, 2), "the slow one has not acknowledged the other"
        assert await left(unread) == (1, 2)
        assert await left(unread + second) == (0, 0)
        next_one = await claim(tx, line.task_id, till, NOW, TERMS, None)
        [event] = (await told(tx, reader, None, MOST, NOW)).events
        assert event.number == events[1].number + 1, "numbers go on"
        assert next_one.hold is not None


# What the statements look at.


async def test_a_fetch_and_an_acknowledgement_look_at_no_table_whole(
    database: Database, counter: Counter
) -> None:
    feed = {"party_id": counter.doctor.organization_id, "site": ""}
    asked = {
        **feed,
        "after": 0,
        "most": MOST,
        "client_id": "x",
        "since": NOW,
        "before": NOW,
        "number": 1,
        "now": NOW,
    }
    due = {"now": NOW, "today": NOW.date(), "most": 50}
    async with undone(database) as tx:
        await tx.execute("SET LOCAL enable_seqscan = off")
        for statement, values in (
            (store.IS_WAITING, asked),
            (store.NUMBER, asked),
            (store.AFTER, asked),
            (store.COUNT_LOST, asked),
            (store.ACKNOWLEDGE, asked),
            (store.FORGET_UNREAD, asked),
            (store.LOCK_DUE, due),
        ):
            cursor = await tx.execute(b"EXPLAIN " + statement.encode(), values)
            plan = "\n".join(row[0] for row in await cursor.fetchall())
            assert "Seq Scan" not in plan, plan
