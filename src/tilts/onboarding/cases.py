"""Cases: every agreement, application, certificate, test plan and approval, one mechanism for all.

open_case -> take .. take -> over        (taking.py) load with the row locked, check by the table, effect, save
"""

from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from tilts.account import Account
from tilts.clock import RIGA
from tilts.ids import new_id
from tilts.onboarding.workflows import check_may_open, stands_in_the_way
from tilts.rules import Refusal
from tilts.rules.cases import (
    CASE_NOT_FOUND,
    CASE_OPEN_ALREADY,
)
from tilts.store.onboarding import cases, parties
from tilts.store.onboarding.cases import CaseRecord, NewDocument
from tilts.store.tx import Tx
from tilts.workflow import Side, Workflow
from tilts.working_days import due


def side_of(account: Account) -> Side:
    return "authority" if account.role == "authority" else "applicant"


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
