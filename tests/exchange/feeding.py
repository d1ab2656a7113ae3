"""Writers of events and a system that fetches them, as badly as lines and machines let it."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from tests.builders import TERMS
from tests.exchange.counter import Counter
from tilts.exchange.dispensing import claim, release
from tilts.exchange.telling import MOST, acknowledge, feed_of, told
from tilts.exchange.transferring import request_transfer
from tilts.party import Party
from tilts.store.events import EventRow
from tilts.store.records import LineRecord
from tilts.store.tx import Database, Tx

NOW: Final = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
FAULTS: Final = ("no answer", "answer twice", "killed", "acknowledgement lost", "down")


async def walk(database: Database, counter: Counter, line: LineRecord, till: Party, rounds: int) -> int:
    """Claim, a wish that it be given up, release: three events for the prescriber in each round."""
    patient = replace(counter.doctor, purpose="TREAT")
    for _ in range(rounds):
        async with database.transaction() as tx:
            await claim(tx, line.task_id, till, NOW, TERMS, None)
        async with database.transaction() as tx:
            await request_transfer(tx, line.task_id, patient, NOW, TERMS, None)
        async with database.transaction() as tx:
            await release(tx, line.task_id, "other", till, NOW, None)
    return 3 * rounds


@dataclass
class System:
    """Keeps what it was told, by number; what it had in hand when it was killed is gone."""

    party: Party
    chance: random.Random
    most: int = 100
    kept: dict[int, EventRow] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)
    deliveries: int = 0
    faults: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    async def catch_up(self, tx: Tx) -> None:
        """What was told before this system began is no matter of its own."""
        last = None
        while (found := await told(tx, self.party, last, MOST, NOW)).events:
            last = await numbered(tx, self.party)
        if last is not None:
            await acknowledge(tx, self.party, last, NOW)
        assert found.events == []

    async def visit(self, database: Database, fault: str = "") -> int:
        """One fetch with one fault; how many events were new."""
        self.faults[fault] += bool(fault)
        if fault == "down":
            await asyncio.sleep(0)
            return 0
        async with database.transaction() as tx:
            found = (await told(tx, self.party, None, self.most, NOW)).events
        if fault in ("no answer", "killed") or not found:
            return 0
        fresh = self._keep(found)
        if fault == "answer twice":
            self._keep(found)
        if fault != "acknowledgement lost":
            async with database.transaction() as tx:
                await acknowledge(tx, self.party, found[-1].number, NOW)
        return fresh

    def _keep(self, found: Sequence[EventRow]) -> int:
        self.deliveries += len(found)
        fresh = [event for event in found if event.number not in self.kept]
        for event in fresh:
            self.kept[event.number] = event
            self.order.append(event.number)
        return len(fresh)

    async def fetch_until(self, database: Database, total: int) -> None:
        while len(self.kept) < total:
            await self.visit(database, self.chance.choice((*FAULTS, "", "", "", "", "")))

    def kinds_of(self, task_id: UUID) -> list[str]:
        """In the order in which they came first."""
        return [self.kept[number].kind for number in self.order if self.kept[number].task_id == task_id]


async def numbered(tx: Tx, party: Party) -> int:
    feed = feed_of(party)
    cursor = await tx.execute(
        "SELECT numbered FROM event_feed WHERE party_id = %s AND site = %s", [feed.party_id, feed.site]
    )
    row = await cursor.fetchone()
    assert row is not None
    return int(row[0])


async def written(tx: Tx, party_id: UUID, task_ids: Sequence[UUID]) -> int:
    cursor = await tx.execute(
        "SELECT count(*) FROM event WHERE party_id = %s AND task_id = ANY(%s)", [party_id, list(task_ids)]
    )
    row = await cursor.fetchone()
    assert row is not None
    return int(row[0])
