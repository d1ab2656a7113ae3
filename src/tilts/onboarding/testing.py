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
from tilts.onboarding.cases import open_case
from tilts.onboarding.taking import Taking
from tilts.rules import Refusal
from tilts.rules.cases import CASE_OPEN_ALREADY
from tilts.rules.testing import (
    TST_DATE_OVER,
    TST_NO_SCENARIOS,
    TST_NO_SUCH_ROW,
    TST_NOT_RUNNING,
    TST_OPEN_STEPS,
    TST_OUTSIDE_WINDOW,
    TST_PLAN_NOT_AGREED,
    TST_RUN_NOT_WHOLE,
    TST_SCENARIO_CHANGED,
    TST_UNKNOWN_SCENARIO,
    TST_VERSION_NOT_YOURS,
    TST_WINDOW_ORDER,
)
from tilts.store.onboarding import cases, connections, parties, testing
from tilts.store.onboarding.cases import CaseRecord
from tilts.store.onboarding.parties import VersionRecord
from tilts.store.onboarding.testing import WorksheetEntry
from tilts.store.tx import Tx

SETTLED: Final = "passed"
MOST_TOLD: Final = 8
GOING_ON: Final = frozenset({"requested", "running", "under-analysis", "sent-back"})
PLAYED_IN: Final = frozenset({"running", "sent-back"})  # states in which runs may be begun


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


def check_unchanged(agreed: Mapping[str, str], found: Mapping[str, str]) -> None:
    """Both: scenario -> hash. What was agreed is what is played, and nothing else."""
    changed = [scenario for scenario, hashed in found.items() if agreed.get(scenario) != hashed]
    if changed:
        raise Refusal(TST_SCENARIO_CHANGED, scenarios=", ".join(sorted(changed)))


def check_playable(case: CaseRecord, day: date) -> None:
    """A run belongs to a testing case only while its tests are running, and on the days that were set."""
    if case.kind != "testing" or case.state not in PLAYED_IN:
        raise Refusal(TST_NOT_RUNNING, number=case.number)
    starts_on, ends_on = (date.fromisoformat(case.facts[name]) for name in ("starts_on", "ends_on"))
    if not starts_on <= day <= ends_on:
        raise Refusal(TST_OUTSIDE_WINDOW, number=case.number, starts_on=starts_on, ends_on=ends_on, day=day)


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
    """A4: the scenarios for one version, to be agreed by both sides; who wants others supersedes the agreed ones."""
    version = await own_version(tx, version_id, account)
    await connections.lock_party(tx, version.party_id)
    for plan in await cases.of_kind(tx, version.party_id, "test-plan"):
        if plan.state == "agreed" and plan.facts.get("version_id") == str(version_id):
            raise Refusal(CASE_OPEN_ALREADY, number=plan.number)
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
    await connections.lock_party(tx, version.party_id)
    for other in await cases.of_kind(tx, version.party_id, "testing"):
        if other.state in GOING_ON and other.facts.get("version_id") == str(version_id):
            raise Refusal(CASE_OPEN_ALREADY, number=other.number)
    plan = await agreed_plan(tx, version.party_id, version_id)
    facts = {
        "version_id": str(version_id),
        "version": f"{version.system_name} {version.version}",
        "functionalities": version.functionalities,
        "plan": plan.number,
        "scenarios": plan.facts["scenarios"],
        "hashes": plan.facts["hashes"],
    }
    return await open_case(
        tx, "testing", party_id=version.party_id, facts=facts, account_id=account.account_id, now=now
    )


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody writes at a row: a comment, with a verdict when it overrules the machine's."""

    scenario: str
    step: int
    verdict: str | None
    text: str


async def comment(tx: Tx, case: CaseRecord, remark: Remark, account: Account, now: datetime) -> None:
    """One entry of the worksheet; the caller holds the case."""
    found = case.facts.get("verdicts", {}).get(remark.scenario)
    if found is None or not 0 <= remark.step <= len(found["steps"]):
        raise Refusal(TST_NO_SUCH_ROW, scenario=remark.scenario[:60], step=remark.step)
    entry = {
        "case_id": case.case_id,
        "scenario": remark.scenario,
        "step": remark.step,
        "verdict": remark.verdict,
        "comment": remark.text,
        "account_id": account.account_id,
        "at": now,
    }
    await testing.add_entry(tx, entry)


async def set_window(taking: Taking) -> None:
    starts_on, ends_on = (date.fromisoformat(taking.facts[name]) for name in ("starts_on", "ends_on"))
    if ends_on < max(starts_on, day_in_riga(taking.now)):
        raise Refusal(TST_WINDOW_ORDER, starts_on=starts_on, ends_on=ends_on)


async def ask_approve(taking: Taking) -> None:
    """What is open is told to the first of the two persons already."""
    rows = worksheet(
        taking.case.facts.get("verdicts", {}), await testing.entries(taking.tx, taking.case.case_id)
    )
    check_settled(rows)


async def approve(taking: Taking) -> None:
    """A5: everything is settled, then each functionality of the version is approved."""
    await ask_approve(taking)
    await found_about(taking, "approved")


async def ask_approve_with_reservation(taking: Taking) -> None:
    until = date.fromisoformat(taking.facts["until"])
    if until <= day_in_riga(taking.now):
        raise Refusal(TST_DATE_OVER, day=until)


async def approve_with_reservation(taking: Taking) -> None:
    await ask_approve_with_reservation(taking)
    until = date.fromisoformat(taking.facts["until"])
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
