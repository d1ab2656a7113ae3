"""Sorting by hand: whose mail is that has found no case, or no party; each decision once, and written down.

Only what no party has yet is sorted: mail that named a case without belonging to it, and questions from senders
whom nobody knows.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tilts.account import Account
from tilts.onboarding.mail.deciding import QUESTION
from tilts.onboarding.mail.parsing import Attachment
from tilts.onboarding.mail.posting import check_desk
from tilts.onboarding.mail.receiving import UNMATCHED, ask_again, keep_document
from tilts.onboarding.workflows import check_may_open
from tilts.rules import Refusal
from tilts.rules.cases import CASE_NOT_FOUND
from tilts.rules.mail import MAIL_NOT_UNMATCHED
from tilts.store.onboarding import cases as case_files
from tilts.store.onboarding import mail_threads, parties
from tilts.store.onboarding.cases import CaseRecord
from tilts.store.tx import Tx

CLOSED: Final = "closed"
SORTED_INTO: Final = "sorted_into"


def may_sort(case: CaseRecord) -> bool:
    """Whether it can still be attached to another case, kept as a question, or put away."""
    return case.kind == QUESTION and case.party_id is None and case.state != CLOSED


async def sort_mail(tx: Tx, number: str, into: str, account: Account, now: datetime) -> CaseRecord:
    """
    A clerk attaches mail that had found no case to the case where it belongs, with its documents.

    Raises MAIL-016 unless a desk sorts, CASE-001 when a case is not there, MAIL-017 when it was sorted already.
    """
    check_desk(account)
    first, second = min(number, into), max(number, into)
    held = {each: await case_files.lock(tx, each) for each in (first, second)}  # always in this order
    case, target = held[number], held[into]
    if case is None or target is None:
        raise Refusal(CASE_NOT_FOUND)
    if not may_sort(case) or number == into or SORTED_INTO in target.facts:
        raise Refusal(MAIL_NOT_UNMATCHED, number=number)
    thread = await mail_threads.find_thread(tx, case.case_id)
    await mail_threads.open_thread(tx, target.case_id, thread.desk if thread else "contract")
    if not await mail_threads.sort_into(tx, case.case_id, target.case_id):
        raise Refusal(MAIL_NOT_UNMATCHED, number=number)
    for document in await case_files.documents(tx, case.case_id):
        content = await case_files.content(tx, document.document_id)
        await keep_document(
            tx, target.case_id, Attachment(document.filename, document.media_type, content), now
        )
    await mail_threads.mark_waiting(tx, target.case_id, now)
    if (target.kind, target.state) == (QUESTION, "answered"):
        await ask_again(tx, target, now)
    await put_away(tx, case, account, {SORTED_INTO: target.number}, now)
    return target


async def give_to_party(tx: Tx, number: str, party_id: UUID, account: Account, now: datetime) -> None:
    """
    Says whose a case is that came by e-mail; from then on the party sees it. Once.

    Raises MAIL-016 unless a desk does it, CASE-001 when case or party is not there, CASE-009 when such a party has
    no such cases, MAIL-017 when it has a party already.
    """
    check_desk(account)
    case = await locked(tx, number)
    party = await parties.find_party(tx, party_id)
    if party is None:
        raise Refusal(CASE_NOT_FOUND)
    check_may_open(case.kind, party.kind)
    if case.state == CLOSED or not await mail_threads.give_to_party(tx, case.case_id, party_id, now):
        raise Refusal(MAIL_NOT_UNMATCHED, number=number)
    await case_files.save(tx, matched(case), now)
    await log(tx, case, "give", account, {"party_id": str(party_id)}, now)


async def keep_as_question(tx: Tx, number: str, account: Account, now: datetime) -> None:
    """A question of its own, whichever case its subject named. Raises MAIL-016, CASE-001, MAIL-017."""
    check_desk(account)
    case = await locked(tx, number)
    if not may_sort(case) or case.facts.get(UNMATCHED) is not True:
        raise Refusal(MAIL_NOT_UNMATCHED, number=number)
    await case_files.save(tx, matched(case), now)
    await log(tx, case, "keep-question", account, {}, now)


async def put_aside(tx: Tx, number: str, reason: str, account: Account, now: datetime) -> None:
    """Not for us: kept with the reason, answered by nobody. Raises MAIL-016, CASE-001, MAIL-017."""
    check_desk(account)
    case = await locked(tx, number)
    if not may_sort(case):
        raise Refusal(MAIL_NOT_UNMATCHED, number=number)
    await mail_threads.mark_answered(tx, case.case_id)
    await put_away(tx, case, account, {"not_ours": True, "reason": reason}, now)


async def locked(tx: Tx, number: str) -> CaseRecord:
    case = await case_files.lock(tx, number)
    if case is None:
        raise Refusal(CASE_NOT_FOUND)
    return case


def matched(case: CaseRecord) -> CaseRecord:
    return replace(case, facts={**case.facts, UNMATCHED: False})


async def put_away(tx: Tx, case: CaseRecord, account: Account, facts: dict[str, Any], now: datetime) -> None:
    """The case is a question like any other; it ends here."""
    kept = {**case.facts, UNMATCHED: False, **facts}
    await case_files.save(tx, replace(case, state=CLOSED, facts=kept, due_at=None), now)
    step = {"case_id": case.case_id, "action": "close", "from_state": case.state, "to_state": CLOSED}
    await add_step(tx, step, account, facts, now)


async def log(
    tx: Tx, case: CaseRecord, action: str, account: Account, facts: dict[str, Any], now: datetime
) -> None:
    step = {"case_id": case.case_id, "action": action, "from_state": case.state, "to_state": case.state}
    await add_step(tx, step, account, facts, now)


async def add_step(
    tx: Tx, step: dict[str, Any], account: Account, facts: dict[str, Any], now: datetime
) -> None:
    taken = {**step, "at": now, "account_id": account.account_id, "second_account_id": None}
    await case_files.add_step(tx, {**taken, "side": "authority", "note": "", "facts": facts})
