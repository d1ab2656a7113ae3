"""The first and the last day of a prescription at the real doors: midnight in Riga, also where the clocks change."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from psycopg import Rollback

from tests.builders import TERMS
from tests.exchange.counter import Counter
from tests.running import Running
from tests.store.undoing import undone
from tilts.exchange.dispensing import claim
from tilts.exchange.prescribing_rules import Lawful
from tilts.rules import Refusal
from tilts.store.records import LineRecord
from tilts.store.tx import Database, Tx

pytestmark = pytest.mark.anyio
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
# A day in Riga, when it begins and when the next one does.
DAYS = {
    "winter": (
        date(2027, 1, 31),
        datetime(2027, 1, 30, 22, tzinfo=UTC),
        datetime(2027, 1, 31, 22, tzinfo=UTC),
    ),
    "summer": (
        date(2027, 7, 15),
        datetime(2027, 7, 14, 21, tzinfo=UTC),
        datetime(2027, 7, 15, 21, tzinfo=UTC),
    ),
    "23 hours": (
        date(2027, 3, 28),
        datetime(2027, 3, 27, 22, tzinfo=UTC),
        datetime(2027, 3, 28, 21, tzinfo=UTC),
    ),
    "25 hours": (
        date(2027, 10, 31),
        datetime(2027, 10, 30, 21, tzinfo=UTC),
        datetime(2027, 10, 31, 22, tzinfo=UTC),
    ),
}
EACH_DAY = pytest.mark.parametrize(("day", "begins", "ends"), DAYS.values(), ids=DAYS)


@dataclass
class Door(Counter):
    tx: Tx

    async def claims(self, line: LineRecord, now: datetime) -> str:
        """The state of the line after a claim, or the rule that says no; undone, so that it can be asked again."""
        said = ""
        try:
            async with self.tx.transaction() as step:
                said = (await claim(self.tx, line.task_id, self.till(), now, TERMS, None)).state
                raise Rollback(step)
        except Refusal as no:
            said = no.rule.id
        return said


@pytest.fixture
async def door(exchange: Running, database: Database) -> AsyncIterator[Door]:
    async with undone(database) as tx:
        yield Door(exchange, tx)


@EACH_DAY
async def test_on_its_last_day_a_line_is_taken_until_the_last_second_before_midnight_in_riga(
    door: Door, day: date, begins: datetime, ends: datetime
) -> None:
    line = await door.prescribed(door.tx, begins - DAY, valid_to=day)
    assert await door.claims(line, begins) == "claimed"
    assert await door.claims(line, ends - SECOND) == "claimed"
    assert await door.claims(line, ends) == "DSP-002"


@EACH_DAY
async def test_a_line_that_begins_later_is_taken_from_midnight_in_riga_on(
    door: Door, day: date, begins: datetime, ends: datetime
) -> None:
    line = await door.prescribed(door.tx, begins - DAY, valid_from=day, valid_to=day + DAY)
    assert await door.claims(line, begins - SECOND) == "DSP-002"
    assert await door.claims(line, begins) == "claimed"


@EACH_DAY
async def test_thirty_days_of_a_special_line_are_civil_days_whatever_the_clocks_do(
    door: Door, day: date, begins: datetime, ends: datetime
) -> None:
    special = Lawful(kind="special")
    for moment in (begins, ends - SECOND):
        line = await door.prescribed(door.tx, moment, law=special)
        assert (line.valid_from, line.valid_to) == (day, day + TERMS.special)
    line = await door.prescribed(door.tx, ends, law=special)
    assert line.valid_from == day + DAY


@EACH_DAY
async def test_what_is_held_over_midnight_of_the_last_day_is_handed_out_no_more(
    door: Door, day: date, begins: datetime, ends: datetime
) -> None:
    line = await door.prescribed(door.tx, begins, "2", valid_to=day)
    till = door.till()
    await claim(door.tx, line.task_id, till, ends - timedelta(minutes=10), TERMS, None)
    after = await door.hand_out(door.tx, line, till, ends - SECOND)
    assert after.dispensed == 1
    with pytest.raises(Refusal) as no:
        async with door.tx.transaction():
            await door.hand_out(door.tx, line, till, ends)
    assert no.value.rule.id == "DSP-002"
