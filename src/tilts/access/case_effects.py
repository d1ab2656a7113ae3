"""Steps of cases in which the lab has a say: plans name its scenarios, results are what it judged (A4, A5), and
in the sandbox its test authority issues certificates (B2).

The lab and the path do not know each other; they meet here, at the door. What the lab judged is frozen into the
case, so that the analysis later rests on what was handed in.
"""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from tilts.lab.conformance import library
from tilts.lab.conformance.runs import JudgedRun, judged
from tilts.onboarding import effects
from tilts.onboarding.cases import attach
from tilts.onboarding.effects.certificates import effects_of_certificates
from tilts.onboarding.issuing import authority_from
from tilts.onboarding.taking import Effect, Taking
from tilts.onboarding.testing import check_plan, check_unchanged, check_whole
from tilts.store.lab import runs
from tilts.store.lab.runs import RunRecord
from tilts.store.onboarding import cases
from tilts.store.onboarding.cases import CaseRecord, NewDocument
from tilts.store.tx import Tx

MOST_RUNS: Final = 1_000
SERVES: Final = MappingProxyType({"practice": "prescribing", "pharmacy": "dispensing"})


async def proposed(taking: Taking) -> None:
    """Every scenario named is one of the lab's, and each is frozen by its hash."""
    known = {scenario.id: scenario for scenario in library.library()}
    chosen = list(dict.fromkeys(taking.facts["scenarios"]))
    serving = {name: frozenset(SERVES[role] for role in one.roles) for name, one in known.items()}
    check_plan(chosen, serving, taking.case.facts["functionalities"])
    taking.facts["scenarios"] = chosen
    taking.facts["hashes"] = {name: known[name].sha256 for name in chosen}


async def handed_in(taking: Taking) -> None:
    """For each scenario of the agreed plan the result of the last run that holds one."""
    case = taking.case
    played = await runs_of(taking.tx, case)
    planned = planned_in(case)
    verdicts = await judged_in(taking.tx, played)
    check_whole(planned, verdicts)
    check_unchanged(
        case.facts["hashes"], {name.partition("@")[0]: verdicts[name]["sha256"] for name in planned}
    )
    taking.facts["verdicts"] = {scenario: verdicts[scenario] for scenario in planned}
    taking.facts["runs"] = [str(run.run_id) for run in played]
    await attach(taking.tx, case.case_id, results(case, taking.facts), taking.now)


async def judged_of(tx: Tx, case: CaseRecord) -> dict[str, Any]:
    """How each scenario came out last, so far."""
    return await judged_in(tx, await runs_of(tx, case))


async def judged_in(tx: Tx, played: list[RunRecord]) -> dict[str, Any]:
    return merged([await judged(tx, run) for run in played])


def planned_in(case: CaseRecord) -> list[str]:
    """`RX-P-01@practice`: a scenario for both kinds of systems is played as each that the version is used as."""
    roles = {scenario.id: scenario.roles for scenario in library.library()}
    wanted = set(case.facts["functionalities"])
    return [
        f"{name}@{role}"
        for name in case.facts["scenarios"]
        for role in roles.get(name, ())
        if SERVES[role] in wanted
    ]


def results(case: CaseRecord, facts: dict[str, Any]) -> NewDocument:
    content = json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True).encode()
    return NewDocument("results", f"{case.number}-results.json", "application/json", content, "exchange")


async def runs_of(tx: Tx, case: CaseRecord, *, finished_only: bool = True) -> list[RunRecord]:
    """The runs of this version under this plan, oldest first; not those handed in under another case of it."""
    if case.party_id is None:
        return []
    facts = case.facts
    elsewhere = {
        run
        for other in await cases.of_kind(tx, case.party_id, "testing")
        if other.case_id != case.case_id
        for run in other.facts.get("runs", ())
    }
    own = [
        run
        for run in await runs.of_vendor(tx, case.party_id, MOST_RUNS)
        if (str(run.version_id), run.plan) == (facts["version_id"], facts["plan"])
        and str(run.run_id) not in elsewhere
        and (run.finished_at is not None or not finished_only)
    ]
    return sorted(own, key=lambda run: run.started_at)


def merged(found: list[JudgedRun]) -> dict[str, Any]:
    """A scenario played again in a later run counts as it came out last."""
    verdicts: dict[str, Any] = {}
    for run in found:
        for one in run.played:
            name = f"{one.scenario.id}@{run.run.role}"
            if one.situation is None and name in verdicts:
                continue
            verdicts[name] = {
                "verdict": one.verdict.verdict if one.situation is not None else "open",
                "steps": [step.verdict for step in one.verdict.steps],
                "titles": [{"lv": step.title.lv, "en": step.title.en} for step in one.verdict.steps],
                "reasons": [{"lv": step.reason.lv, "en": step.reason.en} for step in one.verdict.steps],
                "version": one.scenario.version,
                "sha256": one.scenario.sha256,
                "run": str(run.run.run_id),
            }
    return verdicts


EFFECTS: Final[Mapping[tuple[str, str], Effect]] = MappingProxyType(
    {
        **effects.EFFECTS,
        ("test-plan", "propose"): proposed,
        ("test-plan", "propose-other"): proposed,
        ("testing", "hand-in"): handed_in,
        **effects_of_certificates(authority_from),
    }
)
