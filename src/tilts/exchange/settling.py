"""Settling: what the clock has done to a line is written into its row, and whoever is concerned is told.

Nothing is decided by it: `current` says what a row that lags behind amounts to. But nobody hears of a hold that
ended, and no MedicationRequest says that it is over, before it is written down. That happens when the line is next
decided about (prescriptions.py), at the latest in the rounds of housekeeping.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

import structlog

from tilts.clock import Clock, day_in_riga
from tilts.exchange.lines import current, save
from tilts.store import events as store
from tilts.store import prescriptions as lines
from tilts.store.records import LineRecord
from tilts.store.tx import Database, Tx

BATCH: Final = 50  # lines in one transaction: whoever wants one of them waits for no more
log = structlog.get_logger("tilts.house")


def at_rest(line: LineRecord, now: datetime) -> LineRecord:
    """The row as it should stand: without a hold that ended, and ended with its validity (Exchanges 3.2 rows 7, 15)."""
    after = current(line, now)
    if after.state == "open" and day_in_riga(now) > after.valid_to:
        after = replace(after, state="completed" if after.dispensed else "expired")
    return line if after == line else replace(after, changed_at=now)


async def settle(tx: Tx, line: LineRecord, now: datetime) -> LineRecord:
    """The line, locked by the caller, with what the clock has done to it written down."""
    after = at_rest(line, now)
    return line if after == line else await save(tx, line, "clock", after, now)


async def settle_due(tx: Tx, now: datetime, most: int = BATCH) -> int:
    """One batch, by one process at a time; how many lines there were to look at."""
    if not await store.settle_alone(tx):
        return 0
    due = await store.lock_due(tx, now, day_in_riga(now), most)
    for line_id, task_id in due:
        [line] = [one for one in await lines.all_issues(tx, line_id) if one.task_id == task_id]
        try:
            async with tx.transaction():
                await settle(tx, line, now)
        except Exception as fault:
            # One line that cannot be settled must not keep the others.
            log.error("settling", task=str(task_id), kind=type(fault).__name__)
    return len(due)


async def settle_all(database: Database, clock: Clock) -> None:
    """Batch after batch, each a transaction of its own, until no full one is left; killed, it goes on from there."""
    looked_at = BATCH
    while looked_at >= BATCH:
        async with database.transaction() as tx:
            looked_at = await settle_due(tx, clock.now())
