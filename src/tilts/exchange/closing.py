"""Closing: what was handed out is final, and what was not is given up.

    load (store)  ->  decide (lifecycle.py)  ->  save (store)

Handed over is not closed: a line of which everything was handed out stays with its pharmacy until it closes it, or
until the hand-over period ends (Design 5).
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from tilts.exchange.lines import Action, about, check, let_go, save
from tilts.exchange.prescriptions import locked_line
from tilts.party import Party
from tilts.store.records import LineRecord
from tilts.store.tx import Tx


async def close(tx: Tx, task_id: UUID, party: Party, now: datetime, if_match: int | None) -> LineRecord:
    """The door: the holder says that all was handed over and nothing will be changed any more."""
    return await _close(tx, "close", task_id, party, now, if_match)


async def close_remaining(
    tx: Tx, task_id: UUID, party: Party, now: datetime, if_match: int | None
) -> LineRecord:
    """The door: what is left of a line of which a part was handed out will not be handed out."""
    return await _close(tx, "close-remaining", task_id, party, now, if_match)


async def _close(
    tx: Tx, action: Action, task_id: UUID, party: Party, now: datetime, if_match: int | None
) -> LineRecord:
    line = await locked_line(tx, task_id, party, now, if_match)
    with about(line):
        after = decide_close(line, action, party, now)
    return await save(tx, line, action, after, now)


def decide_close(line: LineRecord, action: Action, party: Party, now: datetime) -> LineRecord:
    check(line, action, party, now)
    return replace(let_go(line), state="completed", changed_at=now)
