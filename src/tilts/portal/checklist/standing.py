"""Where a party stands with its declarations, and what it needs to answer one: read from its cases."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from tilts.account import Account
from tilts.onboarding.checklist import KIND, asked_in, declarant_of, draft_of, evidence_of, holds_on
from tilts.onboarding.procedures.checklist import (
    Answer,
    Changes,
    Checklist,
    changes,
    checklist_to_declare,
    checklist_version,
)
from tilts.onboarding.workflows import WORKFLOWS
from tilts.portal.checklist.sheet import NOTHING_CHANGED, Sheet
from tilts.store.onboarding import cases
from tilts.store.onboarding.cases import CaseRecord
from tilts.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a party stands with its declarations."""

    holding: CaseRecord | None
    under_way: CaseRecord | None
    all: list[CaseRecord]
    asked: Checklist | None  # what a declaration begun today would answer
    changes: Changes


async def standing_of(tx: Tx, account: Account, day: date) -> Standing:
    assert account.party_id is not None, "developers and institutions act for a party"
    found = await cases.of_kind(tx, account.party_id, KIND)
    holding = [case for case in found if holds_on(case, day)]
    waiting = [case for case in found if WORKFLOWS[KIND].state(case.state).waits_for is not None]
    asked = checklist_to_declare(day, [int(case.facts.get("questions", 0)) for case in holding])
    under_way = waiting[-1] if waiting else None
    if under_way is not None:
        asked = asked_in(under_way, day)
    declared = [case for case in found if case is not under_way and "questions" in case.facts]
    before = version_of(declared[-1]) if declared else None
    changed = changes(before, asked, declarant_of(account)) if before and asked else NOTHING_CHANGED
    return Standing(holding[-1] if holding else None, under_way, found[::-1], asked, changed)


def version_of(case: CaseRecord) -> Checklist | None:
    return checklist_version(int(case.facts.get("questions", 0)))


async def sheet_of(tx: Tx, case: CaseRecord, account: Account, day: date) -> Sheet:
    assert case.party_id is not None, "opened by a party"
    checklist, declarant = asked_in(case, day), declarant_of(account)
    others = await cases.of_kind(tx, case.party_id, KIND)
    declared = [one for one in others if one.case_id != case.case_id and "declaration" in one.facts]
    told = await declared_in(tx, declared[-1]) if declared else None
    before = version_of(declared[-1]) if declared else None
    return Sheet(
        checklist,
        declarant,
        draft_of(case),
        await evidence_of(tx, case),
        {one["id"]: Answer(one["answer"], one["reason"]) for one in told["answers"]} if told else {},
        changes(before, checklist, declarant) if before else NOTHING_CHANGED,
    )


async def declared_in(tx: Tx, case: CaseRecord) -> dict[str, Any] | None:
    """The frozen declaration of a case; None as long as nothing was declared."""
    if "declaration" not in case.facts:
        return None
    told: dict[str, Any] = json.loads(await cases.content(tx, UUID(case.facts["declaration"])))
    return told
