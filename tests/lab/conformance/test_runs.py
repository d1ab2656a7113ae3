"""Runs: who may start which, one at a time, one scenario at a time; what is prepared, and what is over."""

import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from tests.lab.conformance.testers import Tester
from tests.running import Running
from tilts.lab.conformance import library, runs
from tilts.lab.conformance.allotment import PERSONS, allot
from tilts.lab.conformance.compiling import compiled
from tilts.rules import Refusal
from tilts.store.lab.runs import RunRecord
from tilts.store.tx import Database

pytestmark = pytest.mark.anyio


async def started(tester: Tester, client: str, vendor_id: UUID | None = None) -> RunRecord:
    async with tester.database.transaction() as tx:
        return await runs.start(tx, tester.order(client), vendor_id, tester.exchange.clock.wall())


async def test_a_run_is_of_all_scenarios_of_the_role_unless_some_are_named(tester: Tester) -> None:
    whole = await tester.start("pharmacy")
    few = await tester.start("practice", "PRA-02", "CON-01", "PRA-02")

    assert len(whole.scenarios) == len(library.scenarios_for("pharmacy"))
    judged = await tester.judged(few)
    assert [one.scenario.id for one in judged.played] == ["PRA-02", "CON-01"]
    assert (judged.verdict, judged.count("open")) == ("open", 2)


async def test_lab_001_another_vendors_run_is_not_there(tester: Tester) -> None:
    run = await tester.start("practice", "PRA-01")

    for run_id, vendor in ((run.run_id, uuid4()), (uuid4(), run.vendor_id)):
        with pytest.raises(Refusal, match="LAB-001"):
            async with tester.database.transaction() as tx:
                await runs.run_of(tx, run_id, vendor)
        with pytest.raises(Refusal, match="LAB-001"):
            await tester.lab.prepare(run_id, vendor, "PRA-01")


async def test_lab_002_what_is_over_stays_over(tester: Tester) -> None:
    run = await tester.start("practice", "PRA-01")
    await tester.finish(run)

    with pytest.raises(Refusal, match="LAB-002"):
        await tester.lab.prepare(run.run_id, None, "PRA-01")
    with pytest.raises(Refusal, match="LAB-002"):
        async with tester.database.transaction() as tx:
            await runs.finish(tx, run.run_id, None, tester.exchange.clock.wall())


@pytest.mark.parametrize("scenario", ["PHA-01", "ZZZ-99"])
async def test_lab_003_a_scenario_of_another_role_or_of_nobody(tester: Tester, scenario: str) -> None:
    with pytest.raises(Refusal, match="LAB-003"):
        await tester.start("practice", scenario)
    run = await tester.start("practice", "PRA-01")
    with pytest.raises(Refusal, match="LAB-003"):
        await tester.lab.prepare(run.run_id, None, scenario)


async def test_lab_004_of_two_starts_at_once_one_wins_and_the_other_is_told_which(tester: Tester) -> None:
    outcomes = await asyncio.gather(*(started(tester, "practice") for _ in range(6)), return_exceptions=True)

    won = [one for one in outcomes if isinstance(one, RunRecord)]
    lost = [one for one in outcomes if isinstance(one, Refusal)]
    tester.started += [one.run_id for one in won]
    assert len(won) == 1 and len(lost) == 5
    assert {(no.rule.id, no.told()["run"]) for no in lost} == {("LAB-004", str(won[0].run_id))}


@pytest.mark.parametrize("client", ["vendor", "authority", "portal"])
async def test_lab_005_who_has_no_such_system_is_not_tested(tester: Tester, client: str) -> None:
    with pytest.raises(Refusal, match="LAB-005"):
        await started(tester, client)


async def test_lab_005_a_pharmacy_is_no_practice_and_another_vendors_client_not_mine(tester: Tester) -> None:
    order = tester.order("pharmacy", role="practice")
    with pytest.raises(Refusal, match="LAB-005"):
        async with tester.database.transaction() as tx:
            await runs.start(tx, order, None, tester.exchange.clock.wall())
    with pytest.raises(Refusal, match="LAB-005"):
        await started(tester, "practice", vendor_id=uuid4())


async def test_lab_006_going_on_with_what_is_not_played(tester: Tester) -> None:
    run = await tester.start("practice", "PRA-07", "PRA-10")
    await tester.lab.prepare(run.run_id, None, "PRA-10")

    with pytest.raises(Refusal, match="LAB-006"):
        await tester.lab.go_on(run.run_id, None, "PRA-07")


async def test_lab_007_when_nothing_is_left_to_hand_out_it_is_said_and_nothing_is_kept(
    database: Database, exchange: Running
) -> None:
    vendor = uuid4()
    with pytest.raises(Refusal, match="LAB-007") as no:
        async with database.transaction() as tx:
            await allot(tx, vendor, ["practice-2"], exchange.clock.wall())

    assert no.value.told()["kind"] in ("practice", "pharmacy")


async def test_lab_008_what_the_lab_cannot_do_is_not_the_testers_fault(tester: Tester) -> None:
    run = await tester.start("practice", "PRA-07")
    await tester.lab.prepare(run.run_id, None, "PRA-07")

    with pytest.raises(Refusal, match="LAB-008") as no:  # nothing was prescribed yet
        await tester.lab.go_on(run.run_id, None, "PRA-07")

    assert "number" in no.value.told()["fault"]


async def test_lab_008_an_exchange_that_does_not_answer(tester: Tester) -> None:
    run = await tester.start("pharmacy", "PHA-01")
    counterparts = replace(tester.lab.counterparts, fhir="https://localhost:1/fhir/r4")

    with pytest.raises(Refusal, match="LAB-008"):
        await replace(tester.lab, counterparts=counterparts).prepare(run.run_id, None, "PHA-01")


async def test_lab_009_the_lab_goes_on_once(tester: Tester) -> None:
    run = await tester.start("practice", "PRA-10", "PRA-01")
    await tester.lab.prepare(run.run_id, None, "PRA-10")
    await tester.lab.go_on(run.run_id, None, "PRA-10")

    with pytest.raises(Refusal, match="LAB-009"):
        await tester.lab.go_on(run.run_id, None, "PRA-10")
    await tester.lab.prepare(run.run_id, None, "PRA-01")
    with pytest.raises(Refusal, match="LAB-009"):
        await tester.lab.go_on(run.run_id, None, "PRA-01")


async def test_a_scenario_may_be_tried_again_and_the_last_attempt_counts(tester: Tester) -> None:
    run = await tester.start("practice", "PRA-01")
    first = await tester.lab.prepare(run.run_id, None, "PRA-01")
    second = await tester.lab.prepare(run.run_id, None, "PRA-01")

    (played,) = (await tester.judged(run)).played
    assert (first.attempt, second.attempt) == (1, 2)
    assert played.situation is not None and played.situation.situation_id == second.situation_id
    assert first.facts["patient"] != second.facts["patient"]


async def test_of_two_preparations_at_once_each_is_an_attempt_of_its_own(tester: Tester) -> None:
    run = await tester.start("practice", "PRA-01")
    outcomes = await asyncio.gather(
        *(tester.lab.prepare(run.run_id, None, "PRA-01") for _ in range(4)), return_exceptions=True
    )

    refused = [one for one in outcomes if isinstance(one, Refusal)]
    assert all(no.rule.id == "LAB-006" for no in refused)
    assert not [one for one in outcomes if isinstance(one, BaseException) and one not in refused]
    async with tester.database.transaction() as tx:
        situations = await runs.runs.situations(tx, run.run_id)
    assert sorted(one.attempt for one in situations) == [1, 2, 3, 4]
    assert sum(one.state == "open" for one in situations) == 1


async def test_a_run_is_judged_by_the_scenarios_as_they_were_at_its_start(
    tester: Tester, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await tester.start("practice", "PRA-01")
    before = await tester.judged(run)
    edited = [compiled(one.id, one.text.replace("version: 1", "version: 2")) for one in library.library()]
    monkeypatch.setattr(library, "library", lambda: tuple(edited))

    assert (await tester.judged(run)).played[0].scenario == before.played[0].scenario


async def test_no_two_vendors_share_a_person_or_an_organisation_even_when_both_ask_at_once(
    database: Database, exchange: Running
) -> None:
    names = [*exchange.facts["clients"]]

    async def handed() -> tuple[str, ...]:
        async with database.transaction() as tx:
            given = await allot(tx, uuid4(), names, exchange.clock.wall())
        return (*given.persons, given.practice, given.pharmacy)

    first, second = await asyncio.gather(handed(), handed())

    assert len(first) == len(second) == PERSONS + 2
    assert not set(first) & set(second)


async def test_a_vendor_gets_the_same_again(database: Database, exchange: Running) -> None:
    vendor = uuid4()
    names = [*exchange.facts["clients"]]
    async with database.transaction() as tx:
        first = await allot(tx, vendor, names, exchange.clock.wall())
    async with database.transaction() as tx:
        assert await allot(tx, vendor, names, exchange.clock.wall()) == first
