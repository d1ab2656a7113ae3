"""A run of the lab that belongs to a testing case: with the plan's scenarios, for a client of its version, in its days.

    testing case + client -> order of a run -> run          systems_of: what stands ready, and what passed already

The lab and the path do not know each other; they meet here, as in case_effects.py.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from tilts.access.case_effects import SERVES, judged_of, runs_of
from tilts.lab.conformance import library
from tilts.lab.conformance.language import Role
from tilts.lab.conformance.runs import KINDS, RunOrder
from tilts.onboarding.testing import check_playable, check_unchanged
from tilts.rules import Refusal
from tilts.rules.testing import TST_OTHER_VERSION, TST_UNKNOWN_SCENARIO
from tilts.store.lab import runs
from tilts.store.lab.runs import RunRecord, TestedClient
from tilts.store.onboarding import cases
from tilts.store.onboarding.cases import CaseRecord
from tilts.store.tx import Tx

ROLE_OF: Final[Mapping[str, Role]] = MappingProxyType(
    {kind: role for role, kinds in KINDS.items() for kind in kinds}
)
PASSED: Final = "passed"


@dataclass(frozen=True, slots=True)
class ReadySystem:
    """One test client, the scenarios that it plays, and those that passed already."""

    client: TestedClient
    role: Role
    scenarios: tuple[str, ...]
    passed: frozenset[str]

    @property
    def left(self) -> tuple[str, ...]:
        return tuple(one for one in self.scenarios if one not in self.passed)


async def systems_of(tx: Tx, case: CaseRecord) -> list[ReadySystem]:
    """The clients of the version under test, each with its part of the agreed plan."""
    verdicts = await judged_of(tx, case)
    found = []
    for client in await clients_of(tx, case):
        role = ROLE_OF[client.kind]
        scenarios = planned_as(case, role)
        if scenarios:
            found.append(ReadySystem(client, role, scenarios, passed_in(verdicts, scenarios, role)))
    return found


async def clients_of(tx: Tx, case: CaseRecord) -> list[TestedClient]:
    if case.party_id is None:
        return []
    own = await runs.clients_of(tx, case.party_id)
    return [client for client in own if str(client.version_id) == case.facts["version_id"]]


async def practising(tx: Tx, party_id: UUID) -> list[ReadySystem]:
    """Every test client of a developer with all scenarios of its kind: for runs that belong to no case."""
    return [
        ReadySystem(client, ROLE_OF[client.kind], all_as(ROLE_OF[client.kind]), frozenset())
        for client in await runs.clients_of(tx, party_id)
    ]


async def order_under(
    tx: Tx, case: CaseRecord, client_id: str, chosen: Sequence[str], day: date, *, left_only: bool = False
) -> RunOrder:
    """
    The order of a run that belongs to this case; no scenario chosen means all of the plan.

    Raises Refusal: TST-011 not in this state, TST-010 not on this day, TST-013 no client of this version, TST-002
    a scenario that is not in the plan, TST-009 one that is not what was agreed.
    """
    check_playable(case, day)
    system = next((one for one in await systems_of(tx, case) if one.client.client_id == client_id), None)
    if system is None:
        raise Refusal(TST_OTHER_VERSION, version=case.facts["version"])
    for scenario in chosen:
        if scenario not in system.scenarios:
            raise Refusal(TST_UNKNOWN_SCENARIO, scenario=scenario[:60])
    wanted = tuple(dict.fromkeys(chosen)) or (system.left if left_only else ()) or system.scenarios
    check_unchanged(case.facts["hashes"], hashes_of(wanted))
    return RunOrder(client_id, system.role, wanted, case.facts["plan"])


async def runs_under(tx: Tx, case: CaseRecord) -> list[RunRecord]:
    """Every run that was begun under this case, the newest first; also those that are going on."""
    return list(reversed(await runs_of(tx, case, finished_only=False)))


async def case_of_run(tx: Tx, run: RunRecord) -> str:
    """The number of the testing case that a run belongs to; empty for a run to practise."""
    if not run.plan:
        return ""
    own = [
        case
        for case in await cases.of_kind(tx, run.vendor_id, "testing")
        if case.facts.get("plan") == run.plan
    ]
    handed_in = [case for case in own if str(run.run_id) in case.facts.get("runs", ())]
    return next((case.number for case in [*handed_in, *reversed(own)]), "")


def planned_as(case: CaseRecord, role: Role) -> tuple[str, ...]:
    if SERVES[role] not in case.facts["functionalities"]:
        return ()
    open_to = set(all_as(role))
    return tuple(name for name in case.facts["scenarios"] if name in open_to)


def all_as(role: Role) -> tuple[str, ...]:
    return tuple(one.id for one in library.scenarios_for(role))


def passed_in(verdicts: Mapping[str, Any], scenarios: Iterable[str], role: Role) -> frozenset[str]:
    return frozenset(
        name for name in scenarios if verdicts.get(f"{name}@{role}", {}).get("verdict") == PASSED
    )


def hashes_of(scenarios: Iterable[str]) -> dict[str, str]:
    known = {one.id: one.sha256 for one in library.library()}
    return {name: known[name] for name in scenarios}
