"""Testing: a plan agreed by both is frozen, runs belong to a case, the worksheet settles, two persons approve."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.onboarding.desk_people import NOW, new_party, person
from tests.running import Running
from tests.store.undoing import undone
from tilts.access.case_effects import EFFECTS, planned_in
from tilts.access.testing_runs import case_of_run, order_under, planned_as, runs_under, systems_of
from tilts.account import Account
from tilts.ids import new_id
from tilts.lab.conformance import runs
from tilts.lab.conformance.library import library, scenarios_for
from tilts.lab.conformance.runs import RunOrder
from tilts.onboarding import testing
from tilts.onboarding.taking import Taker, Taking, take
from tilts.onboarding.testing import Remark, Row, check_plan, unsettled, worksheet
from tilts.rules import Refusal
from tilts.store.lab import runs as lab_runs
from tilts.store.onboarding import cases, parties
from tilts.store.onboarding import testing as stored
from tilts.store.onboarding.cases import CaseRecord
from tilts.store.onboarding.parties import VersionRecord
from tilts.store.onboarding.testing import WorksheetEntry
from tilts.store.tx import Database, Tx

pytestmark = pytest.mark.anyio
WINDOW = {"starts_on": "2026-03-02", "ends_on": "2026-03-20"}
TODAY = date(2026, 3, 2)
CLERK = person("authority", name="first")
SECOND = person("authority", name="second")


def verdicts(**steps: list[str]) -> dict[str, Any]:
    """Results as handed in: the scenario's verdict, then those of its steps."""
    return {
        name.replace("_", "-"): {
            "verdict": found[0],
            "steps": found[1:],
            "sha256": "",
            "titles": [],
            "reasons": [],
        }
        for name, found in steps.items()
    }


async def refused(rule_id: str, attempt: Any) -> Refusal:
    with pytest.raises(Refusal) as no:
        await attempt
    assert no.value.rule.id == rule_id
    for language in ("lv", "en"):
        assert "{" not in no.value.rule.sentence(language, no.value.told())
    return no.value


async def new_version(tx: Tx, *functionalities: str, version: str = "1") -> tuple[Account, VersionRecord]:
    party_id = await new_party(tx)
    row = {
        "system_id": new_id(),
        "version_id": new_id(),
        "party_id": party_id,
        "name": "S",
        "version": version,
        "functionalities": list(functionalities or ("prescribing",)),
        "registered_at": NOW,
    }
    assert await parties.add_version(tx, row)
    [found] = await parties.versions_of(tx, party_id)
    return person("vendor", party_id), found


async def proposed(tx: Tx, *scenarios: str) -> tuple[Account, VersionRecord, CaseRecord]:
    account, version = await new_version(tx)
    plan = await testing.open_plan(tx, account, version.version_id, NOW)
    facts = {"scenarios": list(scenarios or ("PRA-01", "CON-01"))}
    plan = await take(tx, plan.number, "propose", Taker(account, NOW, EFFECTS), facts=facts)
    return account, version, plan


async def agreed(tx: Tx, *scenarios: str) -> tuple[Account, VersionRecord, CaseRecord]:
    account, version, plan = await proposed(tx, *scenarios)
    return account, version, await take(tx, plan.number, "agree-to-plan", Taker(CLERK, NOW, EFFECTS))


async def running(tx: Tx, *scenarios: str) -> tuple[Account, CaseRecord]:
    account, version, _ = await agreed(tx, *scenarios)
    case = await testing.request_testing(tx, account, version.version_id, NOW)
    return account, await take(tx, case.number, "set-window", Taker(CLERK, NOW, EFFECTS), facts=WINDOW)


async def under_analysis(tx: Tx, found: Mapping[str, Any]) -> tuple[Account, CaseRecord]:
    """Results as the lab would have judged them; what hands them in from real runs has a test of its own."""

    async def as_given(taking: Taking) -> None:
        taking.facts["verdicts"] = dict(found)

    account, case = await running(tx)
    effects = {**EFFECTS, ("testing", "hand-in"): as_given}
    return account, await take(tx, case.number, "hand-in", Taker(account, NOW, effects))


async def found_about(tx: Tx, case: CaseRecord) -> list[tuple[str, str, date | None]]:
    lines = await stored.register(tx, NOW + timedelta(days=1))
    return [
        (line.functionality, line.verdict, line.until)
        for line in lines
        if str(line.version_id) == case.facts["version_id"]
    ]


async def test_a_plan_of_one_side_is_agreed_by_the_other_and_its_scenarios_are_frozen(
    exchange: Running, database: Database
) -> None:
    async with undone(database) as tx:
        account, _, plan = await proposed(tx, "PRA-01", "PRA-01", "CON-01")
        await refused("CASE-003", take(tx, plan.number, "agree", Taker(account, NOW, EFFECTS)))
        other = {"scenarios": ["PRA-01", "PRA-02"]}
        await take(tx, plan.number, "propose-other", Taker(CLERK, NOW, EFFECTS), facts=other)
        await refused("CASE-003", take(tx, plan.number, "agree-to-plan", Taker(CLERK, NOW, EFFECTS)))
        found = await take(tx, plan.number, "agree", Taker(account, NOW, EFFECTS))

        assert (found.state, found.facts["scenarios"]) == ("agreed", ["PRA-01", "PRA-02"])
        known = {one.id: one.sha256 for one in library()}
        assert found.facts["hashes"] == {name: known[name] for name in ("PRA-01", "PRA-02")}
        await refused("CASE-003", take(tx, plan.number, "propose", Taker(account, NOW, EFFECTS), facts=other))


async def test_a_plan_covers_every_functionality_and_names_only_scenarios_there_are(
    exchange: Running, database: Database
) -> None:
    """TST-001, TST-002."""
    async with undone(database) as tx:
        account, version = await new_version(tx, "prescribing", "dispensing")
        plan = await testing.open_plan(tx, account, version.version_id, NOW)

        def propose(*scenarios: str) -> Any:
            facts = {"scenarios": list(scenarios)}
            return take(tx, plan.number, "propose", Taker(account, NOW, EFFECTS), facts=facts)

        no = await refused("TST-001", propose("PRA-01"))
        assert "dispensing" in no.rule.sentence("en", no.told())
        await refused("TST-002", propose("PRA-01", "PHA-01", "PRA-99"))
        await refused("CASE-007", propose())
        assert (await propose("PRA-01", "PHA-01")).state == "proposed-by-applicant"
        check_plan(["CON-01"], {"CON-01": frozenset({"prescribing"})}, ["prescribing"])


async def test_testing_begins_only_with_an_agreed_plan_of_ones_own_version(
    exchange: Running, database: Database
) -> None:
    """TST-003, TST-007."""
    async with undone(database) as tx:
        account, version, plan = await proposed(tx)
        await refused("TST-003", testing.request_testing(tx, account, version.version_id, NOW))
        stranger = person("vendor", await new_party(tx))
        await refused("TST-007", testing.request_testing(tx, stranger, version.version_id, NOW))
        await refused("TST-007", testing.open_plan(tx, account, uuid4(), NOW))
        await take(tx, plan.number, "agree-to-plan", Taker(CLERK, NOW, EFFECTS))
        case = await testing.request_testing(tx, account, version.version_id, NOW)
        assert (case.facts["plan"], case.facts["scenarios"]) == (plan.number, ["PRA-01", "CON-01"])
        assert case.facts["hashes"].keys() == {"PRA-01", "CON-01"}


async def test_a_version_has_one_agreed_plan_and_one_testing_at_a_time(
    exchange: Running, database: Database
) -> None:
    """CASE-008; another version of the same developer is planned meanwhile."""
    async with undone(database) as tx:
        account, version, _ = await agreed(tx)
        await refused("CASE-008", testing.open_plan(tx, account, version.version_id, NOW))
        case = await testing.request_testing(tx, account, version.version_id, NOW)
        no = await refused("CASE-008", testing.request_testing(tx, account, version.version_id, NOW))
        assert no.told()["number"] == case.number
        row = {"system_id": version.system_id, "version_id": new_id(), "party_id": account.party_id}
        later = {"name": "S", "version": "2", "functionalities": ["prescribing"], "registered_at": NOW}
        await parties.add_version(tx, {**row, **later})
        await testing.open_plan(tx, account, row["version_id"], NOW)  # type: ignore[arg-type]


async def test_of_two_who_ask_for_testing_at_once_one_does(exchange: Running, database: Database) -> None:
    async with database.transaction() as tx:
        account, version, _ = await agreed(tx)

    async def attempt() -> str:
        try:
            async with database.transaction() as tx:
                await testing.request_testing(tx, account, version.version_id, NOW)
        except Refusal as no:
            return no.rule.id
        return "done"

    outcomes = await asyncio.gather(*(attempt() for _ in range(5)))
    assert sorted(outcomes) == ["CASE-008"] * 4 + ["done"]


async def test_of_two_clerks_who_agree_to_a_plan_at_once_one_does(
    exchange: Running, database: Database
) -> None:
    async with database.transaction() as tx:
        _, _, plan = await proposed(tx)

    async def attempt(account: Account) -> str:
        try:
            async with database.transaction() as tx:
                await take(tx, plan.number, "agree-to-plan", Taker(account, NOW, EFFECTS))
        except Refusal as no:
            return no.rule.id
        return "done"

    outcomes = await asyncio.gather(*(attempt(person("authority")) for _ in range(5)))
    assert sorted(outcomes) == ["CASE-003"] * 4 + ["done"]


async def test_results_without_a_run_of_every_planned_scenario_are_not_taken(
    exchange: Running, database: Database
) -> None:
    """TST-004."""
    async with undone(database) as tx:
        account, case = await running(tx)
        no = await refused("TST-004", take(tx, case.number, "hand-in", Taker(account, NOW, EFFECTS)))
        assert no.told()["scenarios"] == "PRA-01@practice, CON-01@practice"
        kept = await cases.find(tx, case.number)
        assert kept is not None and (kept.state, "verdicts" in kept.facts) == ("running", False)


async def test_nothing_is_approved_while_a_step_is_open_and_then_by_two_persons(
    exchange: Running, database: Database
) -> None:
    """TST-005; the first of two persons is told already."""
    async with undone(database) as tx:
        found = verdicts(PRA_01=["failed", "passed", "failed"], CON_01=["passed", "passed"])
        _, case = await under_analysis(tx, found)

        def approve(action: str, clerk: Account) -> Any:
            return take(tx, case.number, action, Taker(clerk, NOW, EFFECTS))

        no = await refused("TST-005", approve("approve", CLERK))
        assert no.told()["rows"] == "PRA-01 (2)"
        await testing.comment(tx, case, Remark("PRA-01", 2, None, "looked at"), CLERK, NOW)
        await refused("TST-005", approve("approve", CLERK))
        await testing.comment(
            tx, case, Remark("PRA-01", 2, "passed", "seen in the joint session"), CLERK, NOW
        )
        assert (await approve("approve", CLERK)).pending is not None
        await refused("CASE-005", approve("confirm", CLERK))
        await testing.comment(tx, case, Remark("CON-01", 1, "failed", "seen again meanwhile"), SECOND, NOW)
        await refused("TST-005", approve("confirm", SECOND))
        await testing.comment(tx, case, Remark("CON-01", 1, "passed", "a mistake of mine"), SECOND, NOW)
        assert (await approve("confirm", SECOND)).state == "approved"
        assert await found_about(tx, case) == [("prescribing", "approved", None)]


async def test_an_entry_stands_only_at_a_row_that_was_handed_in(
    exchange: Running, database: Database
) -> None:
    """TST-006."""
    async with undone(database) as tx:
        _, case = await under_analysis(tx, verdicts(PRA_01=["passed", "passed"]))
        for row in (("PRA-01", 2), ("PRA-01", -1), ("PRA-02", 0)):
            await refused("TST-006", testing.comment(tx, case, Remark(*row, "passed", "x"), CLERK, NOW))
        await testing.comment(tx, case, Remark("PRA-01", 0, None, "x"), CLERK, NOW)
        assert [entry.comment for entry in await stored.entries(tx, case.case_id)] == ["x"]


async def test_a_reservation_is_to_be_settled_until_a_day_that_is_not_over(
    exchange: Running, database: Database
) -> None:
    """TST-008."""
    async with undone(database) as tx:
        _, case = await under_analysis(tx, verdicts(PRA_01=["failed", "failed"]))

        def reserve(day: str) -> Any:
            facts = {"reservation": "labels", "until": day}
            return take(tx, case.number, "approve-with-reservation", Taker(CLERK, NOW, EFFECTS), facts=facts)

        await refused("TST-008", reserve("2026-03-02"))
        await reserve("2026-03-03")
        late = NOW + timedelta(days=1)
        await refused("TST-008", take(tx, case.number, "confirm", Taker(SECOND, late, EFFECTS)))
        await take(tx, case.number, "confirm", Taker(SECOND, NOW, EFFECTS))
        assert await found_about(tx, case) == [("prescribing", "reservation", date(2026, 3, 3))]


async def test_results_sent_back_are_tested_again_and_rejected_ones_stand_in_the_register(
    exchange: Running, database: Database
) -> None:
    async with undone(database) as tx:
        account, case = await under_analysis(tx, verdicts(PRA_01=["failed", "failed"]))
        reason = {"reason": "play it again"}
        back = await take(tx, case.number, "send-back", Taker(CLERK, NOW, EFFECTS), facts=reason)
        assert back.state == "sent-back"
        await order_check(tx, back)
        again = {
            **EFFECTS,
            ("testing", "hand-in"): keeps,
        }
        await take(tx, case.number, "hand-in", Taker(account, NOW, again))
        await take(tx, case.number, "reject", Taker(CLERK, NOW, EFFECTS), facts=reason)
        assert (await take(tx, case.number, "confirm", Taker(SECOND, NOW, EFFECTS))).state == "rejected"
        assert await found_about(tx, case) == [("prescribing", "rejected", None)]


async def keeps(taking: Taking) -> None:
    """Hands in what was handed in before."""


async def order_check(tx: Tx, case: CaseRecord) -> None:
    """Runs may be begun again: what is refused is only that there is no client."""
    await refused("TST-013", order_under(tx, case, "nobody", (), TODAY))


async def test_two_who_write_at_one_row_at_once_leave_two_entries(
    exchange: Running, database: Database
) -> None:
    async with database.transaction() as tx:
        _, case = await under_analysis(tx, verdicts(PRA_01=["passed", "passed"]))

    async def write(text: str) -> None:
        async with database.transaction() as tx:
            held = await cases.lock(tx, case.number)
            assert held is not None
            await testing.comment(tx, held, Remark("PRA-01", 1, None, text), CLERK, NOW)

    await asyncio.gather(*(write(str(number)) for number in range(5)))
    async with database.transaction() as tx:
        entries = await stored.entries(tx, case.case_id)
    assert [entry.serial for entry in entries] == [1, 2, 3, 4, 5]
    assert {entry.comment for entry in entries} == {"0", "1", "2", "3", "4"}


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-03-10", "2026-03-09"), ("2026-02-01", "2026-03-01"), ("2026-03-03", "2026-02-01")],
)
async def test_a_window_that_is_over_or_ends_before_it_starts_is_not_set(
    exchange: Running, database: Database, first: str, last: str
) -> None:
    """TST-012."""
    async with undone(database) as tx:
        account, version, _ = await agreed(tx)
        case = await testing.request_testing(tx, account, version.version_id, NOW)
        window = {"starts_on": first, "ends_on": last}
        await refused(
            "TST-012", take(tx, case.number, "set-window", Taker(CLERK, NOW, EFFECTS), facts=window)
        )


async def ready_made(tx: Tx, exchange: Running, *scenarios: str) -> tuple[Account, CaseRecord, str]:
    """The sandbox's own developer, whose systems can be tested; gives the client of its practice too."""
    client_id = exchange.facts["clients"]["practice"]["client_id"]
    client = await lab_runs.tested_client(tx, client_id)
    assert client is not None and client.party_id is not None and client.version_id is not None
    account = person("vendor", client.party_id)
    plan = await testing.open_plan(tx, account, client.version_id, NOW)
    facts = {"scenarios": list(scenarios)}
    await take(tx, plan.number, "propose", Taker(account, NOW, EFFECTS), facts=facts)
    await take(tx, plan.number, "agree-to-plan", Taker(CLERK, NOW, EFFECTS))
    case = await testing.request_testing(tx, account, client.version_id, NOW)
    case = await take(tx, case.number, "set-window", Taker(CLERK, NOW, EFFECTS), facts=WINDOW)
    return account, case, client_id


async def test_a_run_belongs_to_its_case_only_within_the_window_and_while_tests_run(
    exchange: Running, database: Database
) -> None:
    """TST-010, TST-011."""
    async with undone(database) as tx:
        _, case, client_id = await ready_made(tx, exchange, "PRA-01", "PHA-01", "CON-01")
        for day in (date(2026, 3, 1), date(2026, 3, 21)):
            await refused("TST-010", order_under(tx, case, client_id, (), day))
        order = await order_under(tx, case, client_id, (), date(2026, 3, 20))
        assert order == RunOrder(client_id, "practice", ("PRA-01", "CON-01"), case.facts["plan"])
        moved = {"starts_on": "2026-03-21", "ends_on": "2026-03-22"}
        case = await take(tx, case.number, "change-window", Taker(CLERK, NOW, EFFECTS), facts=moved)
        await order_under(tx, case, client_id, (), date(2026, 3, 21))
        over = replace(case, state="under-analysis")
        await refused("TST-011", order_under(tx, over, client_id, (), date(2026, 3, 21)))
        plan = await cases.find(tx, case.facts["plan"])
        assert plan is not None
        await refused("TST-011", order_under(tx, plan, client_id, (), TODAY))


async def test_a_run_of_a_case_plays_what_the_plan_names_with_a_client_of_the_version(
    exchange: Running, database: Database
) -> None:
    """TST-002, TST-013."""
    async with undone(database) as tx:
        _, case, client_id = await ready_made(tx, exchange, "PRA-01", "PHA-01", "CON-01")
        assert (await order_under(tx, case, client_id, ("CON-01",), TODAY)).scenario_ids == ("CON-01",)
        await refused("TST-002", order_under(tx, case, client_id, ("PRA-02",), TODAY))
        await refused("TST-002", order_under(tx, case, client_id, ("PHA-01",), TODAY))
        _, other = await running(tx)
        await refused("TST-013", order_under(tx, other, client_id, (), TODAY))
        assert planned_in(case) == [
            "PRA-01@practice",
            "PHA-01@pharmacy",
            "CON-01@practice",
            "CON-01@pharmacy",
        ]
        assert planned_as(case, "pharmacy") == ("PHA-01", "CON-01")


async def test_a_scenario_that_changed_since_it_was_agreed_is_not_played(
    exchange: Running, database: Database
) -> None:
    """TST-009: the hash in the plan is not that of the scenario any more."""
    async with undone(database) as tx:
        _, case, client_id = await ready_made(tx, exchange, "PRA-01", "PHA-01", "CON-01")
        older = {**case.facts["hashes"], "PRA-01": "0" * 64}
        changed = replace(case, facts={**case.facts, "hashes": older})
        no = await refused("TST-009", order_under(tx, changed, client_id, (), TODAY))
        assert no.told()["scenarios"] == "PRA-01"
        assert (await order_under(tx, changed, client_id, ("CON-01",), TODAY)).scenario_ids == ("CON-01",)


async def test_a_run_of_a_case_is_found_there_and_one_to_practise_is_not(
    exchange: Running, database: Database
) -> None:
    async with undone(database) as tx:
        account, case, client_id = await ready_made(tx, exchange, "PRA-01", "PHA-01")
        now = datetime.now(UTC)
        order = await order_under(tx, case, client_id, (), TODAY)
        run = await runs.start(tx, order, account.party_id, now)
        assert [one.run_id for one in await runs_under(tx, case)] == [run.run_id]
        assert await case_of_run(tx, run) == case.number
        await runs.finish(tx, run.run_id, account.party_id, now)
        free = await runs.start(tx, RunOrder(client_id, "practice"), account.party_id, now)
        await runs.finish(tx, free.run_id, account.party_id, now)
        assert len(free.scenarios) == len(scenarios_for("practice"))
        assert await case_of_run(tx, free) == ""
        assert [one.run_id for one in await runs_under(tx, case)] == [run.run_id]
        systems = {one.client.client_id: one for one in await systems_of(tx, case)}
        assert (systems[client_id].left, systems[client_id].passed) == (("PRA-01",), frozenset())
        no = await refused("TST-004", take(tx, case.number, "hand-in", Taker(account, NOW, EFFECTS)))
        assert "PRA-01@practice" in no.told()["scenarios"], (
            "a run in which nothing was played holds no result"
        )


def entry(scenario: str, step: int, verdict: str | None) -> WorksheetEntry:
    return WorksheetEntry(scenario, step, 1, verdict, "x", uuid4(), "", NOW)


@pytest.mark.parametrize(
    ("judged", "entries", "open_rows"),
    [
        (["passed", "passed"], [], []),
        (["failed", "passed", "failed"], [], ["A (2)"]),
        (["inconclusive", "inconclusive"], [(1, "passed")], []),
        (["inconclusive", "inconclusive"], [(1, None)], ["A (1)"]),
        (["failed", "failed"], [(0, "passed")], []),
        (["passed", "passed"], [(0, "failed")], ["A"]),
        (["open"], [], ["A"]),
    ],
)
def test_what_is_open_is_what_neither_passed_nor_was_overruled(
    judged: list[str], entries: list[tuple[int, str | None]], open_rows: list[str]
) -> None:
    found: list[Row] = worksheet(verdicts(A=judged), [entry("A", *one) for one in entries])
    assert unsettled(found) == open_rows
