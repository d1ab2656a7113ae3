"""A run of tests: begun for one client, its scenarios frozen; prepared, played and judged one by one; finished."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tilts.clock import Clock, shown
from tilts.ids import new_id
from tilts.lab.conformance import acts, library
from tilts.lab.conformance.allotment import Allotment, allot, test_person
from tilts.lab.conformance.counterparts import Counterparts
from tilts.lab.conformance.evidence import Observation, observation_of
from tilts.lab.conformance.judging import SituationFacts, judge
from tilts.lab.conformance.language import Role, Scenario, Verdict
from tilts.lab.conformance.verdicts import ScenarioVerdict, overall
from tilts.rules import Refusal
from tilts.rules.lab import (
    LAB_NO_SUCH_RUN,
    LAB_NO_SUCH_SCENARIO,
    LAB_NOT_PLAYED_NOW,
    LAB_NOT_TESTABLE,
    LAB_NOTHING_TO_GO_ON,
    LAB_OTHER_RUN_ACTIVE,
    LAB_RUN_OVER,
)
from tilts.store.lab import observations, runs
from tilts.store.lab.runs import NewRun, RunRecord, SituationRecord, TestedClient
from tilts.store.tx import Database, Tx

KINDS: dict[Role, tuple[str, ...]] = {"practice": ("practice", "hospital"), "pharmacy": ("pharmacy",)}


@dataclass(frozen=True, slots=True)
class RunOrder:
    """What is to be tested: which client, as what, by which scenarios (none named: all of the role)."""

    client_id: str
    role: Role
    scenario_ids: tuple[str, ...] = ()
    plan: str = ""  # the agreed test plan it belongs to, as a reference for people


@dataclass(frozen=True, slots=True)
class Played:
    """One scenario of a run as it stands."""

    scenario: Scenario
    situation: SituationRecord | None  # the last attempt
    verdict: ScenarioVerdict
    observations: tuple[Observation, ...]

    @property
    def state(self) -> str:
        return self.situation.state if self.situation else "waiting"


@dataclass(frozen=True, slots=True)
class JudgedRun:
    run: RunRecord
    client: TestedClient
    played: tuple[Played, ...]
    complete: bool

    @property
    def verdict(self) -> Verdict:
        return overall([one.verdict.verdict for one in self.played])

    def count(self, verdict: Verdict) -> int:
        return sum(one.verdict.verdict == verdict for one in self.played)


async def start(tx: Tx, order: RunOrder, vendor_id: UUID | None, now: datetime) -> RunRecord:
    """Begin a run: from now on every call of the client is written down.

    `vendor_id` is who asks; None is the authority, who may for anybody.
    """
    client = await runs.tested_client(tx, order.client_id)
    if client is None or client.kind not in KINDS[order.role] or vendor_id not in (None, client.vendor_id):
        raise Refusal(LAB_NOT_TESTABLE, role=order.role)
    chosen = scenarios_of(order)
    for scenario in chosen:
        row = {"sha256": scenario.sha256, "scenario_id": scenario.id, "version": scenario.version}
        await runs.keep_scenario(tx, {**row, "content": scenario.text})
    new = NewRun(
        run_id=new_id(),
        client_id=client.client_id,
        vendor_id=client.vendor_id,
        version_id=client.version_id,
        role=order.role,
        plan=order.plan,
        scenarios=[scenario.sha256 for scenario in chosen],
        started_at=now,
    )
    if not await runs.start(tx, new):
        raise Refusal(LAB_OTHER_RUN_ACTIVE, run=await runs.active_of(tx, client.client_id))
    await runs.observe(tx, client.client_id, new.run_id)
    found = await runs.find(tx, new.run_id)
    assert found is not None, "what was just added is there"
    return found


def scenarios_of(order: RunOrder) -> list[Scenario]:
    open_to = {scenario.id: scenario for scenario in library.scenarios_for(order.role)}
    for scenario_id in order.scenario_ids:
        if scenario_id not in open_to:
            raise Refusal(LAB_NO_SUCH_SCENARIO, scenario=scenario_id)
    return [open_to[one] for one in dict.fromkeys(order.scenario_ids or open_to)]


async def run_of(tx: Tx, run_id: UUID, vendor_id: UUID | None) -> RunRecord:
    """The run, if it is this vendor's (None: the authority sees all); else it is as if it were not there."""
    return visible(await runs.find(tx, run_id), vendor_id)


def visible(run: RunRecord | None, vendor_id: UUID | None) -> RunRecord:
    if run is None or vendor_id not in (None, run.vendor_id):
        raise Refusal(LAB_NO_SUCH_RUN)
    return run


async def locked(tx: Tx, run_id: UUID, vendor_id: UUID | None) -> RunRecord:
    run = visible(await runs.lock(tx, run_id), vendor_id)
    if run.finished_at is not None:
        raise Refusal(LAB_RUN_OVER, finished=shown(run.finished_at))
    return run


async def finish(tx: Tx, run_id: UUID, vendor_id: UUID | None, now: datetime) -> None:
    """The end of a run: nothing more is written down, and what is open is judged as it is."""
    run = await locked(tx, run_id, vendor_id)
    await runs.close_situations(tx, run_id, now)
    await runs.now_played(tx, run_id, None)
    await runs.finish(tx, run_id, now)
    await runs.stop_observing(tx, run.client_id, run_id)


async def close(tx: Tx, run_id: UUID, vendor_id: UUID | None, now: datetime) -> None:
    """The tester has done the scenario that is being played; it is judged."""
    await locked(tx, run_id, vendor_id)
    await runs.close_situations(tx, run_id, now)
    await runs.now_played(tx, run_id, None)


async def judged(tx: Tx, run: RunRecord) -> JudgedRun:
    """The verdicts as they stand now, by the scenarios as they were when the run began."""
    texts = await runs.contents(tx, run.scenarios)
    latest = {situation.sha256: situation for situation in await runs.situations(tx, run.run_id)}
    seen = [observation_of(record) for record in await observations.of_run(tx, run.run_id)]
    complete = not run.gap and not await observations.any_unseen(tx, run.run_id)
    client = await runs.tested_client(tx, run.client_id)
    assert client is not None, "clients are not deleted"
    played = []
    for sha256 in run.scenarios:
        scenario, situation = library.from_text(sha256, texts[sha256]), latest.get(sha256)
        own = tuple(one for one in seen if situation and one.situation_id == situation.situation_id)
        facts = SituationFacts(
            situation.facts if situation else {},
            closed=situation is not None and situation.state == "closed",
            complete=complete,
        )
        played.append(Played(scenario, situation, judge(scenario, facts, own), own))
    return JudgedRun(run, client, tuple(played), complete)


@dataclass(frozen=True, slots=True)
class Lab:
    """What prepares scenarios: its counterparts act over the wire, so this is more than one transaction."""

    database: Database
    clock: Clock
    counterparts: Counterparts

    async def prepare(self, run_id: UUID, vendor_id: UUID | None, scenario_id: str) -> SituationRecord:
        """Everything is made ready for a scenario; from now on what is seen belongs to it."""
        async with self.database.transaction() as tx:
            run = await locked(tx, run_id, vendor_id)
            scenario = await self._frozen(tx, run, scenario_id)
            await runs.close_situations(tx, run_id, self.clock.wall())
            await runs.now_played(tx, run_id, None)
            given = await self._allotted(tx, run)
            situation_id = new_id()
            facts = await self._first_facts(tx, run, given)
            await runs.prepare(tx, run_id, situation_id, scenario.sha256, facts, self.clock.wall())
        stage = self._stage(situation_id, given, facts)
        await acts.play(stage, scenario.given)
        return await self._opened(run_id, scenario, stage, "open")

    async def go_on(self, run_id: UUID, vendor_id: UUID | None, scenario_id: str) -> SituationRecord:
        """What the lab does in the middle of a scenario, when the tester says so."""
        async with self.database.transaction() as tx:
            run = await locked(tx, run_id, vendor_id)
            judged_now = await judged(tx, run)
            one = next((one for one in judged_now.played if one.scenario.id == scenario_id), None)
            situation = one.situation if one else None
            if one is None or situation is None or situation.situation_id != run.situation_id:
                raise Refusal(LAB_NOT_PLAYED_NOW, scenario=scenario_id)
            if not one.scenario.later or situation.state != "open":
                raise Refusal(LAB_NOTHING_TO_GO_ON, scenario=scenario_id)
            given = await self._allotted(tx, run)
        stage = self._stage(situation.situation_id, given, dict(situation.facts))
        stage.kept = dict(one.verdict.kept)
        await acts.play(stage, one.scenario.later)
        return await self._opened(run_id, one.scenario, stage, "gone-on")

    def _stage(self, situation_id: UUID, given: Allotment, facts: dict[str, str]) -> acts.Stage:
        return acts.Stage(
            self.database, self.clock, self.counterparts, situation_id, given.practice, given.pharmacy, facts
        )

    async def _frozen(self, tx: Tx, run: RunRecord, scenario_id: str) -> Scenario:
        texts = await runs.contents(tx, run.scenarios)
        for sha256, text in texts.items():
            scenario = library.from_text(sha256, text)
            if scenario.id == scenario_id:
                return scenario
        raise Refusal(LAB_NO_SUCH_SCENARIO, scenario=scenario_id)

    async def _allotted(self, tx: Tx, run: RunRecord) -> Allotment:
        own = run.client_id
        names = [name for name, one in self.counterparts.clients.items() if one["client_id"] != own]
        return await allot(tx, run.vendor_id, names, self.clock.wall())

    async def _first_facts(self, tx: Tx, run: RunRecord, given: Allotment) -> dict[str, str]:
        """The next test person of the vendor, and the system under test itself."""
        turn = len(await runs.situations(tx, run.run_id)) % len(given.persons)
        person = await test_person(tx, given.persons[turn])
        client = await runs.tested_client(tx, run.client_id)
        assert client is not None, "clients are not deleted"
        known = dict(self.counterparts.of_client(run.client_id))
        if not known and (acting := await runs.acting_person(tx, client.organization_id)):
            known = {"practitioner": acting.practitioner_id, "role": acting.role_id}
        return {
            "person": f"{person.given} {person.family}",
            "family": person.family,
            "given": person.given,
            "person_code": person.code,
            "patient": person.patient_id,
            "medicine": acts.MEDICINE,
            "begun_at": self.clock.now().isoformat(),
            "organization": client.organization_name,
            "organization_id": str(client.organization_id),
            "client_id": client.client_id,
            "practitioner": str(known.get("practitioner") or ""),
            "role": str(known.get("role") or ""),
            "fhir": self.counterparts.fhir,
            "token_url": self.counterparts.token_url,
        }

    async def _opened(
        self, run_id: UUID, scenario: Scenario, stage: acts.Stage, state: str
    ) -> SituationRecord:
        async with self.database.transaction() as tx:
            await runs.lock(tx, run_id)
            if not await runs.set_situation(tx, stage.situation_id, state, stage.facts, stage.loss):
                raise Refusal(LAB_NOT_PLAYED_NOW, scenario=scenario.id)
            await runs.now_played(tx, run_id, stage.situation_id)
            situations = await runs.situations(tx, run_id)
        return next(one for one in situations if one.situation_id == stage.situation_id)
