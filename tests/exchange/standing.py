"""A line in each of its states, and how a test asks for its state and for the rule that refuses."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from tests.builders import NOW, TODAY, a_hold, a_line
from tilts.exchange.lines import current, state_of
from tilts.rules import Refusal
from tilts.store.records import LineRecord

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
HELD = a_hold()
HANDED_OUT_BY = a_hold(first_dispensed_at=NOW - timedelta(minutes=30), lease_until=NOW + timedelta(hours=71))
OVER = {"valid_from": TODAY - 9 * DAY, "valid_to": TODAY - DAY}

FUTURE = a_line(valid_from=TODAY + DAY)
READY = a_line()
CLAIMED = a_line(hold=HELD)
PENDING = a_line(hold=HELD, cancelling="therapy-changed")
PARTLY = a_line(dispensed=Decimal(1))
CLAIMED_PARTLY = a_line(hold=HANDED_OUT_BY, dispensed=Decimal(1))
DISPENSED = a_line(hold=HANDED_OUT_BY, dispensed=Decimal(3))
COMPLETED = a_line(state="completed", dispensed=Decimal(3))
CANCELLED = a_line(state="cancelled")
EXPIRED = a_line(**OVER)
SHORT = a_line(**OVER, dispensed=Decimal(1))
STATES = {
    "future": FUTURE,
    "ready": READY,
    "claimed": CLAIMED,
    "cancel-pending": PENDING,
    "partly-dispensed": PARTLY,
    "claimed with a balance": CLAIMED_PARTLY,
    "dispensed": DISPENSED,
    "completed": COMPLETED,
    "cancelled": CANCELLED,
    "expired": EXPIRED,
    "completed short": SHORT,
}


def stands(line: LineRecord, now: datetime = NOW) -> str:
    return state_of(current(line, now), now)


def refused_by(check: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refusal:
        check()
    return refusal.value.rule.id
