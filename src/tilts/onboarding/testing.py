"""Testing up to approval: a plan agreed by both, results handed in, a worksheet, and what may be approved.

The lab judges what was seen on the wire; here people analyse it. A row of the worksheet is a scenario (step 0)
or one of its steps; the authority may overrule a verdict, with its reason, and what is open must be settled.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from tilts.account import Account
from tilts.clock import day_in_riga
from tilts.onboarding.cases import Taking, open_case
from tilts.rules import Refusal
from tilts.rules.testing import (
    TST_DATE_OVER,
    TST_NO_SCENARIOS,
    TST_NO_SUCH_ROW,
    TST_OPEN_STEPS,
    TST_PLAN_NOT_AGREED,
    TST_RUN_NOT_WHOLE,
    TST_UNKNOWN_SCENARIO,
    TST_VERSION_NOT_YOURS,
)
from tilts.store.onboarding import cases, parties, testing
from tilts.store.onboarding.cases import CaseRecord
from tilts.store.onboarding.parties import VersionRecord
from tilts.store.onboarding.testing import WorksheetEntry
from tilts.store.tx import Tx

SETTLED: Final = "passed"
MOST_TOLD: Final = 8


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the worksheet: what the machine judged, what people said, and what holds."""

    scenario: str
    step: int
    judged: str
    entries: tuple[WorksheetEntry, ...]

    @property
    def verdict(self) -> str:
        overruled = [entry.verdict for entry in self.entries if entry.verdict is not None]
        return overruled[-1] if overruled else self.judged


def worksheet(verdicts: Mapping[str, Any], entries: Iterable[WorksheetEntry]) -> list[Row]:
    """`verdicts` as handed in: scenario -> {"verdict": .., "steps": [..]}."""
    by_row: dict[tuple[str, int], list[WorksheetEntry]] = {}
    for entry in entries:
        by_row.setdefault((entry.scenario, entry.step), []).append(entry)
    rows = []
    for scenario in sorted(verdicts):
        found = verdicts[scenario]
        judged = [found["verdict"], *found["steps"]]
        rows += [
            Row(scenario, step, verdict, tuple(by_row.get((scenario, step), ())))
            for step, verdict in enumerate(judged)
        ]
    return rows


def unsettled(rows: Sequence[Row]) -> list[str]:
    """What is open still: scenarios overruled as failed, and steps that neither passed nor were overruled."""
    found = []
    for scenario in sorted({row.scenario for row in rows}):
        whole, *steps = sorted((row for row in rows if row.scenario == scenario), key=lambda row: row.step)
        overruled = any(entry.verdict is not None for entry in whole.entries)
        if overruled or not steps:
            found += [scenario] if whole.verdict != SETTLED else []
        else:
            found += [f"{row.scenario} ({row.step})" for row in steps if row.verdict != SETTLED]
    return found


def check_settled(rows: Sequence[Row]) -> None:
    found = unsettled(rows)
    if found:
        more = f" (+{len(found) - MOST_TOLD})" if len(found) > MOST_TOLD else ""
        raise Refusal(TST_OPEN_STEPS, rows=", ".join(found[:MOST_TOLD]) + more)


def check_plan(
    chosen: Sequence[str], known: Mapping[str, frozenset[str]], functionalities: Iterable[str]
) -> None:
    """`known`: scenario -> what it serves. A plan covers every functionality of the version."""
    for scenario in chosen:
        if scenario not in known:
            raise Refusal(TST_UNKNOWN_SCENARIO, scenario=scenario[:60])
    for functionality in functionalities:
        if not any(functionality in known[scenario] for scenario in chosen):
            raise Refusal(TST_NO_SCENARIOS, functionality=functionality)


def check_whole(planned: Iterable[str], verdicts: Mapping[str, Any]) -> None:
    missing = [
        scenario for scenario in planned if verdicts.get(scenario, {}).get("verdict", "open") == "open"
    ]
    if missing:
        raise Refusal(TST_RUN_NOT_WHOLE, scenarios=", ".join(missing))


async def own_version(tx: Tx, version_id: UUID, account: Account) -> VersionRecord:
    found = await parties.find_version(tx, version_id)
    if found is None or found.party_id != account.party_id:
        raise Refusal(TST_VERSION_NOT_YOURS)
    return found


async def agreed_plan(tx: Tx, party_id: UUID, version_id: UUID) -> CaseRecord:
    """The plan that both sides agreed to for this version."""
    for plan in await cases.of_kind(tx, party_id, "test-plan"):
        if plan.state == "agreed" and plan.facts.get("version_id") == str(version_id):
            return plan
    raise Refusal(TST_PLAN_NOT_AGREED)


async def open_plan(tx: Tx, account: Account, version_id: UUID, now: datetime) -> CaseRecord:
    """A4: the scenarios for one version, to be agreed by both sides."""
    version = await own_version(tx, version_id, account)
    facts = {
        "version_id": str(version_id),
        "version": f"{version.system_name} {version.version}",
        "functionalities": version.functionalities,
    }
    return await open_case(
        tx, "test-plan", party_id=version.party_id, facts=facts, account_id=account.account_id, now=now
    )


async def request_testing(tx: Tx, account: Account, version_id: UUID, now: datetime) -> CaseRecord:
    """A4: the developer asks to start; only with a plan that is agreed, whose scenarios are frozen into the case."""
    version = await own_version(tx, version_id, account)
    plan = await agreed_plan(tx, version.party_id, version_id)
    facts = {
        "version_id": str(version_id),
        "version": f"{version.system_name} {version.version}",
        "functionalities": version.functionalities,
        "plan": plan.number,
        "scenarios": plan.facts["scenarios"],
    }
    return await open_case(
        tx, "testing", party_id=version.party_id, facts=facts, account_id=account.account_id, now=now
    )


async def comment(
    tx: Tx,
    case: CaseRecord,
    row: tuple[str, int],
    verdict: str | None,
    text: str,
    account: Account,
    now: datetime,
) -> None:
    """One entry of the worksheet; the caller holds the case."""
    scenario, step = row
    found = case.facts.get("verdicts", {}).get(scenario)
    if found is None or not 0 <= step <= len(found["steps"]):
        raise Refusal(TST_NO_SUCH_ROW, scenario=scenario[:60], step=step)
    entry = {
        "case_id": case.case_id,
        "scenario": scenario,
        "step": step,
        "verdict": verdict,
        "comment": text,
        "account_id": account.account_id,
        "at": now,
    }
    await testing.add_entry(tx, entry)


async def approve(taking: Taking) -> None:
    """A5: everything is settled, then each functionality of the version is approved."""
    rows = worksheet(
        taking.case.facts.get("verdicts", {}), await testing.entries(taking.tx, taking.case.case_id)
    )
    check_settled(rows)
    await found_about(taking, "approved")


async def approve_with_reservation(taking: Taking) -> None:
    until = date.fromisoformat(taking.facts["until"])
    if until <= day_in_riga(taking.now):
        raise Refusal(TST_DATE_OVER, day=until)
    await found_about(taking, "reservation", taking.facts["reservation"], until)


async def reject(taking: Taking) -> None:
    await found_about(taking, "rejected")


async def withdraw_approval(taking: Taking) -> None:
    await found_about(taking, "withdrawn")


async def found_about(taking: Taking, verdict: str, reservation: str = "", until: date | None = None) -> None:
    facts = taking.case.facts
    for functionality in facts["functionalities"]:
        approval = {
            "version_id": UUID(facts["version_id"]),
            "functionality": functionality,
            "verdict": verdict,
            "reservation": reservation,
            "until": until,
            "case_id": taking.case.case_id,
            "at": taking.now,
        }
        await testing.add_approval(taking.tx, approval)
