"""Cases: every agreement, application, certificate, test plan and approval, one mechanism for all.

    open_case -> take .. take -> over        load with the row locked, check by the state table, effect, save

What a step does beyond its table (a text frozen, a signature checked) is an effect, registered by the noun it
belongs to. A step for two persons is asked for by one and confirmed by another of the same side.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, TypeAlias
from uuid import UUID

from tilts.account import Account
from tilts.clock import RIGA
from tilts.ids import new_id
from tilts.onboarding.workflows import check_may_open, stands_in_the_way, table_of
from tilts.rules import Named, Refusal
from tilts.rules.cases import (
    CASE_ANOTHER_PENDING,
    CASE_FIELD_MISSING,
    CASE_NOT_FOUND,
    CASE_NOT_NOW,
    CASE_OPEN_ALREADY,
    CASE_OTHER_SIDE,
    CASE_SECOND_PERSON,
)
from tilts.settings import Settings
from tilts.store.onboarding import cases, parties
from tilts.store.onboarding.cases import CaseRecord, NewDocument
from tilts.store.tx import Tx
from tilts.workflow import Side, Step, Words, Workflow, listed
from tilts.working_days import due

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


def side_of(account: Account) -> Side:
    return "authority" if account.role == "authority" else "applicant"


def may_act_in(kind: str, account: Account) -> bool:
    """An institution's IT person reads its cases, and acts in those that are theirs."""
    return account.role != "it" or kind in OF_IT


async def open_case(
    tx: Tx, kind: str, *, party_id: UUID, facts: dict[str, Any], account_id: UUID | None, now: datetime
) -> CaseRecord:
    """
    A new case of a party, in the first state of its table.

    Raises Refusal: CASE-009 when this kind of party opens no such case, CASE-008 when one is open already.
    """
    party = await parties.find_party(tx, party_id)
    assert party is not None, "a party that signed in is in the register of parties"
    workflow = check_may_open(kind, party.kind)
    number = await next_number(
        tx, now
    )  # locks the year: of two who open at once, the second one sees the first
    for other in await cases.of_kind(tx, party_id, kind):
        if stands_in_the_way(kind, other.state):
            raise Refusal(CASE_OPEN_ALREADY, number=other.number)
    case_id = new_id()
    row = {
        "case_id": case_id,
        "number": number,
        "kind": kind,
        "party_id": party_id,
        "state": workflow.initial.name,
        "facts": facts,
        "now": now,
        "due_at": due_at(workflow, workflow.initial.name, now),
    }
    await cases.add(tx, row)
    await cases.add_step(
        tx,
        {
            "case_id": case_id,
            "at": now,
            "action": "open",
            "from_state": None,
            "to_state": workflow.initial.name,
            "account_id": account_id,
            "second_account_id": None,
            "side": "applicant" if account_id else "exchange",
            "note": "",
            "facts": facts,
        },
    )
    found = await cases.find(tx, number)
    assert found is not None
    return found


async def next_number(tx: Tx, now: datetime) -> str:
    year = now.astimezone(RIGA).year
    return f"TL-{year}-{await cases.next_number(tx, year):05d}"


def due_at(workflow: Workflow, state: str, now: datetime) -> datetime | None:
    term = workflow.state(state).term
    return due(now, term) if term else None


def check_sees(case: CaseRecord | None, account: Account) -> CaseRecord:
    """The case, for its party and the authority; for others it is not there.

    What came by e-mail belongs to no party at first: then it is the authority's alone.
    """
    own = case is not None and case.party_id is not None and case.party_id == account.party_id
    if case is None or (account.role != "authority" and not own):
        raise Refusal(CASE_NOT_FOUND)
    return case


async def find_case(tx: Tx, number: str, account: Account) -> CaseRecord:
    return check_sees(await cases.find(tx, number), account)


async def take(
    tx: Tx,
    number: str,
    action: str,
    account: Account,
    now: datetime,
    *,
    facts: dict[str, Any] | None = None,
    effects: Effects | None = None,
    around: Around | None = None,
) -> CaseRecord:
    """
    One step of a case; everything of it or nothing.

    Raises Refusal: CASE-001 not there or not yours, CASE-002 no such step, CASE-003 not in this state, CASE-004 of
    the other side, CASE-005 a second person is needed, CASE-006 another step waits for its second person, CASE-007
    something required is missing; and what the step's effect refuses.
    """
    case = check_sees(await cases.lock(tx, number), account)
    side = side_of(account)
    if not may_act_in(case.kind, account):
        raise Refusal(
            CASE_OTHER_SIDE, action=action, side=Named("institution", lv="iestādes vadītājs", en="its head")
        )
    if action in (CONFIRM, DECLINE):
        return await settle(
            Taking(tx, case, NO_STEP, account, side, now, {}, around), action == CONFIRM, effects or {}
        )
    if case.pending is not None:
        pending = case.pending["action"]
        label = table_of(case.kind, case.facts).step(pending, case.state).label
        raise Refusal(CASE_ANOTHER_PENDING, pending=label.named(pending))
    step = table_of(case.kind, case.facts).check(case.state, action, side)
    given = checked(step, facts or {})
    if step.two_persons:
        return await asked_for(Taking(tx, case, step, account, side, now, given, around), effects or {})
    taking = Taking(tx, case, step, account, side, now, given, around)
    return await done(taking, effects or {})


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
    if not confirmed:
        await cases.save(taking.tx, replace(case, pending=None), taking.now)
        await log(taking.tx, case, f"decline-{step.action}", account, taking.now)
        return replace(case, pending=None, version=case.version + 1)
    taking.step, taking.facts, taking.first_account_id = step, dict(pending["facts"]), first
    return await done(taking, effects)


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


async def log(tx: Tx, case: CaseRecord, action: str, account: Account, now: datetime) -> None:
    """Something that moved nothing, but that everybody should see."""
    step = {"case_id": case.case_id, "at": now, "action": action, "from_state": case.state}
    step |= {"to_state": case.state, "account_id": account.account_id, "second_account_id": None}
    await cases.add_step(tx, {**step, "side": side_of(account), "note": "", "facts": {}})


async def attach(tx: Tx, case_id: UUID, document: NewDocument, now: datetime) -> UUID:
    """A file of a case, kept as it came; gives its id."""
    document_id = new_id()
    await cases.add_document(
        tx,
        {
            "document_id": document_id,
            "case_id": case_id,
            "kind": document.kind,
            "filename": document.filename,
            "media_type": document.media_type,
            "sha256": sha256(document.content).digest(),
            "size_bytes": len(document.content),
            "content": document.content,
            "channel": document.channel,
            "received_at": now,
            "account_id": document.account_id,
        },
    )
    return document_id
