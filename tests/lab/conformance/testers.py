"""Who tests in these tests: starts runs, plays scenarios with the reference system, looks at the verdicts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tests.running import Running
from tilts.lab.conformance import runs
from tilts.lab.conformance.counterparts import Counterparts
from tilts.lab.conformance.driving import drive
from tilts.lab.conformance.evidence import Observation
from tilts.lab.conformance.language import Role
from tilts.lab.conformance.reference.habits import Habits
from tilts.lab.conformance.reference_system import play
from tilts.lab.conformance.runs import JudgedRun, Lab, RunOrder
from tilts.store.lab.runs import RunRecord
from tilts.store.tx import Database

GOOD = Habits()


@dataclass
class Tester:
    __test__ = False  # not a test of pytest's

    exchange: Running
    database: Database
    started: list[UUID] = field(default_factory=list)

    @property
    def lab(self) -> Lab:
        return Lab(self.database, self.exchange.clock, Counterparts.of(self.exchange.facts))

    def entry(self, client: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.exchange.facts["clients"][client]
        return found

    def order(self, client: str, *scenarios: str, role: Role | None = None) -> RunOrder:
        kind: Role = "pharmacy" if "pharmacy" in client else "practice"
        return RunOrder(self.entry(client)["client_id"], role or kind, scenarios)

    async def start(self, client: str, *scenarios: str) -> RunRecord:
        async with self.database.transaction() as tx:
            run = await runs.start(tx, self.order(client, *scenarios), None, self.exchange.clock.wall())
        self.started.append(run.run_id)
        return run

    async def finish(self, run: RunRecord) -> None:
        async with self.database.transaction() as tx:
            await runs.finish(tx, run.run_id, None, self.exchange.clock.wall())
        self.started.remove(run.run_id)

    async def end_all(self) -> None:
        for run_id in self.started:
            async with self.database.transaction() as tx:
                await runs.finish(tx, run_id, None, self.exchange.clock.wall())

    async def judged(self, run: RunRecord) -> JudgedRun:
        async with self.database.transaction() as tx:
            return await runs.judged(tx, await runs.run_of(tx, run.run_id, None))

    async def seen(self, run: RunRecord) -> list[Observation]:
        return [call for one in (await self.judged(run)).played for call in one.observations]

    async def drive(self, client: str, *scenarios: str, habits: Habits = GOOD) -> JudgedRun:
        """The reference system plays; with a bad habit if one is given."""
        entry = self.entry(client)

        def plays(scenario_id: str, facts: Mapping[str, str], go_on: Callable[[], None]) -> None:
            play(scenario_id, entry, facts, go_on, habits)

        return await drive(self.lab, self.order(client, *scenarios), plays)
