"""One step of a case: the row locked, asked of its state table, its effect, saved; everything or nothing.

What a step does beyond its table (a text frozen, a signature checked) is an effect, registered by the noun it
belongs to. A step for two persons is asked for by one and confirmed by another of the same side.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from tilts.account import Account, check_proof
from tilts.onboarding.cases import check_sees, due_at, log, side_of
from tilts.onboarding.workflows import table_of
from tilts.rules import Named, Refusal
from tilts.rules.cases import (
    CASE_ANOTHER_PENDING,
    CASE_FIELD_MISSING,
    CASE_NOT_NOW,
    CASE_OTHER_SIDE,
    CASE_SECOND_PERSON,
)
from tilts.settings import Settings
from tilts.store.onboarding import cases
from tilts.store.onboarding.cases import CaseRecord
from tilts.store.tx import Tx
from tilts.workflow import Side, Step, Words, listed

CONFIRM: Final = "confirm"


DECLINE: Final = "decline"


AFTER: Final = ("*", "after")  # of every kind and step: what follows when it is taken, in its transaction


OF_IT: Final = frozenset({"certificate", "connection", "question"})  # what an institution's IT person may do


@dataclass(frozen=True, slots=True)
class Around:
    """What lies around a case: settings of the installation, and the wall time that signatures live by."""

    settings: Settings
    wall: datetime


@dataclass(slots=True)
class Taking:
    """A step being taken: what an effect may look at, and what it may change."""

    tx: Tx
    case: CaseRecord
    step: Step
    account: Account
    side: Side
    now: datetime
    facts: dict[str, Any]  # what the step asked for; an effect may add to it
    around: Around | None = None
    note: str = ""
    first_account_id: UUID | None = None  # who asked, when this one confirms


SECOND_PERSON: Final = Words("Otrās personas apstiprinājums", "Confirmation by a second person")


NO_STEP: Final = Step("", (), "", "exchange", Words("", ""))  # until it is known which one waits


Effect: TypeAlias = Callable[[Taking], Awaitable[None]]


Effects: TypeAlias = Mapping[tuple[str, str], Effect]


def may_act_in(kind: str, account: Account) -> bool:
    """An institution's IT person reads its cases, and acts in those that are theirs."""
    return account.role != "it" or kind in OF_IT


@dataclass(frozen=True, slots=True)
class Taker:
    """Who takes a step, when, and what the house lends: effects of steps, and what lies around."""

    account: Account
    now: datetime
    effects: Effects = field(default_factory=dict)
    around: Around | None = None


async def take(
    tx: Tx, number: str, action: str, taker: Taker, *, facts: dict[str, Any] | None = None
) -> CaseRecord:
    """
    One step of a case; everything of it or nothing.

    Raises Refusal: CASE-001 not there or not yours, CASE-002 no such step, CASE-003 not in this state, CASE-004 of
    the other side, CASE-005 a second person is needed, CASE-006 another step waits for its second person, CASE-007
    something required is missing; and what the step's effect refuses.
    """
    account, effects = taker.account, taker.effects
    case = check_sees(await cases.lock(tx, number), account)
    side = side_of(account)
    if not may_act_in(case.kind, account):
        raise Refusal(
            CASE_OTHER_SIDE, action=action, side=Named("institution", lv="iestādes vadītājs", en="its head")
        )
    taking = Taking(tx, case, NO_STEP, account, side, taker.now, {}, taker.around)
    if action in (CONFIRM, DECLINE):
        return await settle(taking, action == CONFIRM, effects)
    if case.pending is not None:
        pending = case.pending["action"]
        label = table_of(case.kind, case.facts).step(pending, case.state).label
        raise Refusal(CASE_ANOTHER_PENDING, pending=label.named(pending))
    step = table_of(case.kind, case.facts).check(case.state, action, side)
    taking.step, taking.facts = step, checked(step, facts or {})
    if step.two_persons:
        return await asked_for(taking, effects)
    return await done(taking, effects)


def checked(step: Step, given: dict[str, Any]) -> dict[str, Any]:
    """Only what the step asks for, and all that it requires."""
    missing = [one for one in step.asks if one.required and given.get(one.name) in (None, "", [])]
    if missing:
        fields = Named(
            ", ".join(one.name for one in missing),
            lv=", ".join(f"«{one.label.lv}»" for one in missing),
            en=", ".join(f"“{one.label.en}”" for one in missing),
        )
        raise Refusal(CASE_FIELD_MISSING, action=step.label.named(step.action), fields=fields)
    return {one.name: given[one.name] for one in step.asks if given.get(one.name) not in (None, "", [])}


async def asked_for(taking: Taking, effects: Effects) -> CaseRecord:
    """The first of two persons: nothing happens yet, but everybody sees that it was asked for.

    What is wrong with it is told to this person already, by the effect `ask-<action>`.
    """
    case, account = taking.case, taking.account
    check_lately_proven(taking)
    check = effects.get((case.kind, f"ask-{taking.step.action}"))
    if check is not None:
        await check(taking)
    pending = {
        "action": taking.step.action,
        "account_id": str(account.account_id),
        "account_name": account.name,
        "facts": taking.facts,
        "at": taking.now.isoformat(),
    }
    await cases.save(taking.tx, replace(case, pending=pending), taking.now)
    await log(taking.tx, case, f"ask-{taking.step.action}", account, taking.now)
    return replace(case, pending=pending, version=case.version + 1)


async def settle(taking: Taking, confirmed: bool, effects: Effects) -> CaseRecord:
    """The second of two persons: confirms what the first one asked for, or declines it."""
    case, account, pending = taking.case, taking.account, taking.case.pending
    if pending is None:
        raise nothing_waits(taking)
    step = table_of(case.kind, case.facts).check(case.state, pending["action"], taking.side)
    first = UUID(pending["account_id"])
    if confirmed and first == account.account_id:
        raise Refusal(CASE_SECOND_PERSON, action=step.label.named(step.action))
    if confirmed:
        check_lately_proven(taking)
    else:
        await cases.save(taking.tx, replace(case, pending=None), taking.now)
        await log(taking.tx, case, f"decline-{step.action}", account, taking.now)
        return replace(case, pending=None, version=case.version + 1)
    taking.step, taking.facts, taking.first_account_id = step, dict(pending["facts"]), first
    return await done(taking, effects)


def check_lately_proven(taking: Taking) -> None:
    """What takes two persons takes persons who were asked for lately who they are (USR-020)."""
    if taking.around is not None:
        check_proof(taking.account.proven_until, taking.around.wall)


def nothing_waits(taking: Taking) -> Refusal:
    """A colleague was faster: the case is there, only nothing in it waits for a second person."""
    workflow, state = table_of(taking.case.kind, taking.case.facts), taking.case.state
    possible = [row for row in workflow.steps if state in row.of and row.by == taking.side]
    return Refusal(
        CASE_NOT_NOW,
        action=SECOND_PERSON.named(CONFIRM),
        state=workflow.state(state).label.named(state),
        possible=listed(possible),
    )


async def done(taking: Taking, effects: Effects) -> CaseRecord:
    case, step = taking.case, taking.step
    effect = effects.get((case.kind, step.action))
    if effect is not None:
        await effect(taking)
    state = step.to or case.state
    workflow = table_of(case.kind, {**case.facts, **taking.facts})  # the form may name another version
    saved = replace(
        case,
        state=state,
        facts={**case.facts, **taking.facts},
        pending=None,
        version=case.version + 1,
        changed_at=taking.now,
        due_at=due_at(workflow, state, taking.now) if step.to else case.due_at,  # a clock runs on
    )
    await cases.save(taking.tx, saved, taking.now)
    await cases.add_step(
        taking.tx,
        {
            "case_id": case.case_id,
            "at": taking.now,
            "action": step.action,
            "from_state": case.state,
            "to_state": state,
            "account_id": taking.first_account_id or taking.account.account_id,
            "second_account_id": taking.account.account_id if taking.first_account_id else None,
            "side": taking.side,
            "note": taking.note,
            "facts": taking.facts,
        },
    )
    if (after := effects.get(AFTER)) is not None:
        await after(replace(taking, case=saved))
    return saved
