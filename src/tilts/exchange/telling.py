"""Telling: who is concerned by a step of a prescription hears of it, at least once and in order; ADR 0048.

An event names a Task and what happened to it, nothing else: what there is to see is read under the rights of who
reads it. It is written in the transaction of the step (`lines.save`), and fetched by each system of the party until
that system acknowledges it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from tilts.clock import day_in_riga
from tilts.exchange.lifecycle import LineState
from tilts.party import Party
from tilts.rules import Refusal
from tilts.rules.wire import WIRE_PARAMETER
from tilts.store import events as store
from tilts.store.events import EventRow, Feed
from tilts.store.records import LineRecord
from tilts.store.tx import Tx

MOST: Final = 100  # events in one answer
NUMBERED_AT_ONCE: Final = 1_000
FORGOTTEN_AT_ONCE: Final = 5_000

# What a step is called. Steps that are not named here are called by what became of the line.
KIND_OF_ACTION: Final[Mapping[str, str]] = MappingProxyType(
    {
        "claim": "claimed",
        "dispense": "dispensed",
        "amend": "amended",
        "withdraw": "withdrawn",
        "transfer-request": "transfer-requested",
        "close": "closed",
        "close-remaining": "closed-short",
    }
)
KIND_OF_STATE: Final[Mapping[LineState, str]] = MappingProxyType(
    {
        "ready": "released",
        "partly-dispensed": "released",
        "claimed": "claimed",
        "cancel-pending": "cancel-pending",
        "cancelled": "cancelled",
        "expired": "expired",
    }
)
CONFLICT: Final = "conflict"  # handed out by a printed sheet, and could not be counted (reconciling.py)
KINDS: Final = frozenset(
    {*KIND_OF_ACTION.values(), *KIND_OF_STATE.values(), "lease-ended", "changed", CONFLICT}
)
# What a holder does it need not be told; all else that happens to what it holds, it is.
OF_THE_HOLDER: Final = frozenset(
    {"claim", "dispense", "release", "close", "close-remaining", "amend", "withdraw"}
)


@dataclass(frozen=True, slots=True)
class Told:
    """A part of a feed: what comes after `after`, and from when on nothing of the feed is missing."""

    events: list[EventRow]
    acknowledged: int
    whole_since: datetime
    lost_holds: int | None  # of a pharmacy: how often a hold of it ended unused lately (Exchanges 3.2 row 7)


def kind_of(before: LineRecord, action: str, after: LineRecord, becomes: LineState) -> str:
    if action in KIND_OF_ACTION:
        return KIND_OF_ACTION[action]
    if becomes == "completed":
        return "closed-short" if after.left else "closed"
    if action == "clock" and before.hold is not None and becomes in ("ready", "partly-dispensed"):
        return "lease-ended"
    return KIND_OF_STATE.get(becomes, "changed")


def told_of(before: LineRecord, action: str, after: LineRecord) -> list[Feed]:
    """Prescriber and patient of every step; a holder of what it did not do itself."""
    feeds = [Feed(after.organization_id), Feed(after.patient_id)]
    hold = before.hold or after.hold
    if hold is not None and action not in OF_THE_HOLDER:
        feeds.append(Feed(hold.organization_id, hold.site))
    return feeds


async def tell(tx: Tx, before: LineRecord, action: str, after: LineRecord, becomes: LineState) -> None:
    """In the transaction of the step, under the lock of the line."""
    kind = kind_of(before, action, after, becomes)
    await store.add(tx, told_of(before, action, after), kind, after.task_id, after.changed_at)


def feed_of(party: Party) -> Feed:
    """A pharmacy's is that of its site: there the holds are."""
    if party.patient_id is not None:
        return Feed(party.patient_id)
    return Feed(party.organization_id, party.site if party.kind == "pharmacy" else "")


async def told(tx: Tx, party: Party, after: int | None, most: int, now: datetime) -> Told:
    """The door: what this system has not acknowledged, or what comes after `after`; oldest first."""
    if (after is not None and after < 0) or not 0 < most <= MOST:
        raise Refusal(WIRE_PARAMETER, parameter="after, most")
    feed = feed_of(party)
    if await store.is_waiting(tx, feed):
        await store.lock_feed(tx, feed)
        await store.number(tx, feed, NUMBERED_AT_ONCE)
    acknowledged = await store.acknowledged(tx, feed, party.client_id)
    events = await store.after(tx, feed, acknowledged if after is None else after, most)
    lost = None
    if party.kind == "pharmacy":
        lost = await store.count_lost(tx, feed, now - kept("events-read", now))
    return Told(events, acknowledged, now - kept("events-unread", now), lost)


async def acknowledge(tx: Tx, party: Party, number: int, now: datetime) -> int:
    """The door: this system has kept all up to this number. Again, or less than before: nothing changes."""
    found = await store.acknowledge(tx, feed_of(party), party.client_id, number, now) if number > 0 else None
    if found is None:
        raise Refusal(WIRE_PARAMETER, parameter="number")
    return found


async def forget(tx: Tx, now: datetime) -> None:
    """A piece of what is old: acknowledged by all who read the feed, or fetched by nobody."""
    await store.forget_read(tx, now - kept("events-read", now), FORGOTTEN_AT_ONCE)
    await store.forget_unread(tx, now - kept("events-unread", now), FORGOTTEN_AT_ONCE)


def kept(of: str, now: datetime) -> timedelta:
    """By the row in force today (told.json)."""
    day = day_in_riga(now)
    [found] = [
        row
        for row in _rows()
        if row["of"] == of
        and date.fromisoformat(row["valid_from"]) <= day
        and (row["valid_to"] is None or day <= date.fromisoformat(row["valid_to"]))
    ]
    return timedelta(days=int(found["days"]))


@cache
def _rows() -> tuple[dict[str, Any], ...]:
    written = files("tilts.exchange").joinpath("told.json").read_text(encoding="utf-8")
    return tuple(json.loads(written))
