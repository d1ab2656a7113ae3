"""Whatever happens at the counters in whatever order: the real doors against a model that fits on a page.

Hypothesis makes up sequences of claiming, handing out, giving back, cancelling and time passing, runs
them through the doors and the real database, and compares each answer with the model's.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.builders import TERMS
from tests.exchange.counter import Counter, handed_out, stored_line
from tests.running import Running
from tilts.clock import day_in_riga
from tilts.exchange.dispensing import claim, release
from tilts.exchange.lines import allowed_actions, current, state_of
from tilts.exchange.prescriptions import cancel
from tilts.rules import Refusal
from tilts.store.records import LineRecord
from tilts.store.tx import Database, Tx

BEGIN = datetime(2026, 3, 27, 21, 30, tzinfo=UTC)  # half an hour to midnight; the clocks change on the 29th
ALLOWED = 330  # hundredths
TILLS = ("pharmacy 1", "pharmacy 2", "second-pharmacy 1")


@dataclass
class Model:
    """What a patient would expect, in minutes and hundredths; written without looking at the rules."""

    first_day: int  # days from the day of writing
    last_day: int
    minute: int = 0
    given: int = 0
    holder: str | None = None
    held_until: int = 0
    handed_out_in_this_hold: bool = False
    over: str | None = None  # cancelled or completed

    @property
    def day(self) -> int:
        moment = BEGIN + timedelta(minutes=self.minute)
        return (day_in_riga(moment) - day_in_riga(BEGIN)).days

    def pass_time(self, minutes: int) -> None:
        self.minute += minutes
        if self.holder and self.minute >= self.held_until:
            self.holder = None
            if self.given == ALLOWED:
                self.over = "completed"

    @property
    def state(self) -> str:
        if self.over:
            return self.over
        if self.given == ALLOWED:
            return "dispensed"
        if self.day > self.last_day:
            return "completed" if self.given else "expired"
        if self.holder:
            return "claimed"
        if self.day < self.first_day:
            return "future"
        return "partly-dispensed" if self.given else "ready"

    def claim(self, till: str) -> str | None:
        if self.state == "claimed":
            return None if self.holder == till else "DSP-001"
        if self.state not in ("ready", "partly-dispensed"):
            return "DSP-002"
        self.holder, self.held_until, self.handed_out_in_this_hold = till, self.minute + 120, False
        return None

    def _as_holder(self, till: str) -> str | None:
        if self.holder not in (None, till):
            return "DSP-001"
        if self.state in ("ready", "partly-dispensed"):
            return "DSP-004"
        return None if self.state in ("claimed", "dispensed") else "DSP-002"

    def hand_out(self, till: str, amount: int) -> str | None:
        if no := self._as_holder(till):
            return no
        if self.given + amount > ALLOWED:
            return "DSP-003"
        if not self.handed_out_in_this_hold:
            self.handed_out_in_this_hold, self.held_until = True, self.minute + 72 * 60
        self.given += amount
        return None

    def release(self, till: str) -> str | None:
        if no := self._as_holder(till):
            return no
        if self.state == "dispensed":
            return "DSP-002"
        self.holder = None
        return None

    def cancel(self) -> str | None:
        if self.state == "claimed" and not self.given:
            return "PRE-013"
        if self.state not in ("future", "ready"):
            return "PRE-009"
        self.over = "cancelled"
        return None


class Counters(RuleBasedStateMachine):
    """The same on both sides: the doors and the model."""

    def __init__(self, runner: asyncio.Runner, database: Database, counter: Counter) -> None:
        super().__init__()
        self.runner, self.database, self.counter = runner, database, counter

    @initialize(first_day=st.integers(0, 2), days=st.integers(0, 5))
    def prescribed(self, first_day: int, days: int) -> None:
        self.model = Model(first_day, first_day + days)
        today = day_in_riga(BEGIN)
        period = {"valid_from": today + timedelta(first_day), "valid_to": today + timedelta(first_day + days)}
        self.line: LineRecord = self.run(lambda tx: self.counter.prescribed(tx, BEGIN, "3.30", **period))

    @property
    def now(self) -> datetime:
        return BEGIN + timedelta(minutes=self.model.minute)

    def run(self, work: Callable[[Tx], Awaitable[Any]]) -> Any:
        async def in_one() -> Any:
            async with self.database.transaction() as tx:
                return await work(tx)

        return self.runner.run(in_one())

    def answer(self, work: Callable[[Tx], Awaitable[Any]]) -> str | None:
        try:
            self.run(work)
        except Refusal as no:
            return no.rule.id
        return None

    def till(self, name: str) -> Any:
        client, number = name.split()
        return self.counter.till(int(number), client)

    @rule(minutes=st.sampled_from([1, 29, 30, 119, 120, 1440, 4319, 4320]))
    def time_passes(self, minutes: int) -> None:
        self.model.pass_time(minutes)

    @rule(till=st.sampled_from(TILLS))
    def somebody_claims(self, till: str) -> None:
        party = self.till(till)
        got = self.answer(lambda tx: claim(tx, self.line.task_id, party, self.now, TERMS, None))
        assert got == self.model.claim(till)

    @rule(till=st.sampled_from(TILLS), amount=st.sampled_from([5, 110, 220, 330]))
    def somebody_hands_out(self, till: str, amount: int) -> None:
        value = str(Decimal(amount) / 100)
        got = self.answer(lambda tx: self.counter.hand_out(tx, self.line, self.till(till), self.now, value))
        assert got == self.model.hand_out(till, amount)

    @rule(till=st.sampled_from(TILLS))
    def the_holder_hands_out_what_is_left(self, till: str) -> None:
        if left := ALLOWED - self.model.given:
            self.somebody_hands_out(till, left)

    @rule(till=st.sampled_from(TILLS))
    def somebody_gives_back(self, till: str) -> None:
        party = self.till(till)
        got = self.answer(lambda tx: release(tx, self.line.task_id, "other", party, self.now, None))
        assert got == self.model.release(till)

    @rule()
    def the_prescriber_cancels(self) -> None:
        doctor = self.counter.doctor
        got = self.answer(lambda tx: cancel(tx, self.line.task_id, "other", doctor, self.now, None))
        assert got == self.model.cancel()

    @invariant()
    def both_tell_the_same(self) -> None:
        line = current(self.runner.run(stored_line(self.database, self.line)), self.now)
        holder = line.hold and line.hold.client_id
        assert state_of(line, self.now) == self.model.state
        assert line.dispensed * 100 == self.model.given <= ALLOWED
        assert holder == (self.model.holder and self.till(self.model.holder).client_id)
        assert self.model.state != "cancelled" or line.dispensed == 0

    @invariant()
    def one_till_at_most_may_hand_out(self) -> None:
        line = self.runner.run(stored_line(self.database, self.line))
        may = [
            till
            for till in TILLS
            for told in allowed_actions(line, self.till(till), self.now)
            if told.action == "dispense" and told.refusal is None
        ]
        assert may == ([self.model.holder] if self.model.state == "claimed" else [])

    def teardown(self) -> None:
        if hasattr(self, "line"):
            sum_of_dispenses = self.runner.run(handed_out(self.database, self.line))
            assert sum_of_dispenses * 100 == self.model.given


def test_any_sequence_of_calls_tells_what_the_model_tells(exchange: Running) -> None:
    with asyncio.Runner() as runner:
        database = Database(exchange.settings.database_url, connections=1)
        runner.run(database.open())
        try:
            run_state_machine_as_test(
                lambda: Counters(runner, database, Counter(exchange)),
                settings=settings(max_examples=50, stateful_step_count=20),
            )
        finally:
            runner.run(database.close())
