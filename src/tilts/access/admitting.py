"""Letting somebody in: what is the same whoever comes, a system by the wire or a person at the portal.

    person proven -> acting, held -> audit entry -> the work -> patients counted

Who it is was found out before: by certificate and token (pipeline.py), or by session and registers (working/desk.py).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tilts.access import breadth
from tilts.access.keeping import concerned, distinct, ended
from tilts.access.permission.asking import check_acting, tell_hidden
from tilts.access.receipts import sealed
from tilts.access.routes import Call, Ground, Incoming, Reply
from tilts.access.tokens.proof import check_signed
from tilts.clock import day_in_riga
from tilts.exchange.prescriptions import viewer_of
from tilts.ids import new_id
from tilts.party import Party
from tilts.rules import Refusal
from tilts.store import audit
from tilts.store.records import AuditEntry, ConnectionRecord
from tilts.store.tx import Database, Tx


@dataclass(slots=True)
class Trace:
    """What is known of a call so far; for the audit entry if it ends badly."""

    connection: ConnectionRecord | None = None
    party: Party | None = None
    call: Call | None = None
    sought: str = ""  # of which type the thing in the path is
    later: Callable[[], Awaitable[Reply]] | None = None  # what is still to be done when all is written down
    no: Refusal | None = None  # what was answered, though the work stands


async def admit(tx: Tx, ground: Ground, party: Party, entry: AuditEntry | None, *, signed: bool) -> str:
    """
    Looks at the person and writes the call down, before any work.

    Args:
        entry: None where only the work knows how it ends: then it is added after it (`Route.may_keep_a_no`).
        signed: What is asked for makes a signed document.

    Raises Refusal: ACC-013, MAY-009, MAY-010, CPY-002.
    Returns as what somebody acts at the portal for residents: `self`, `guardian`, `delegate`; else nothing.
    """
    check_signed(signed, party.assurance, ground.person_proof)
    acting_as = await check_acting(tx, party, viewer_of(party, ground.clock.now()))
    if entry is not None:
        await audit.add(tx, entry)
    return acting_as


def call_for(ground: Ground, tx: Tx, party: Party, incoming: Incoming, ids: dict[str, str]) -> Call:
    """What the work is given: the party, the terms of the day, and the exchange's own seal."""
    now, keys = ground.clock.now(), ground.receipt_keys
    return Call(
        tx=tx,
        party=party,
        now=now,
        incoming=incoming,
        ids=ids,
        terms=ground.terms(day_in_riga(now)),
        canonical_base=ground.canonical_base,
        public_base=ground.plain_base if party.plain else ground.public_base,
        knows_test_persons=ground.knows_test_persons,
        room=ground.room,
        seal=None if keys is None else lambda content: sealed(keys, content, ground.clock.wall()),
        sheets=ground.sheets,
        if_match=version_in(incoming.headers.get("if-match", "")),
    )


async def count(tx: Tx, ground: Ground, call: Call, entry: AuditEntry) -> None:
    """After the work: whom it opened stands beside the entry, and is held against the limits on mass copying."""
    await breadth.count(tx, call.party, entry, distinct(call.subjects), ground.limits, call.noticed)


async def write_down(
    database: Database, ground: Ground, entry: AuditEntry, trace: Trace, end: Exception
) -> None:
    """A refusal or a fault, in a transaction of its own: the work's is undone by now."""
    async with database.transaction() as tx:
        if trace.call is not None and isinstance(end, Refusal):
            await tell_hidden(trace.call, tx, trace.sought, end)
        entry = ended(entry, end)
        subjects = distinct([*(trace.call.subjects if trace.call else ()), *concerned(end)])
        await audit.add(tx, entry)
        await audit.add_subjects(tx, entry, subjects)
        if trace.party is not None and isinstance(end, Refusal):
            await breadth.after_refusal(tx, trace.party, end, entry.at, ground.limits)


def entry_of(
    ground: Ground, event: str, incoming: Incoming, connection: ConnectionRecord | None, party: Party | None
) -> AuditEntry:
    """As far as it is known who acts; a connection is what a system has."""
    known: Any = connection or party
    return AuditEntry(
        audit_id=new_id(),
        at=ground.clock.now(),
        event=event,
        outcome="success",
        request_id=incoming.request_id,
        method=incoming.method,
        address=incoming.address[:200],
        client_id=known.client_id if known else None,
        organization_id=known.organization_id if known else None,
        organization_name=known.organization_name if known else None,
        role_id=party.role_id if party else None,
        role_code=party.role_code if party else None,
        acting_patient_id=(party.acting_patient_id or party.patient_id) if party else None,
        practitioner_id=party.practitioner_id if party else None,
        purpose=party.purpose if party else None,
        token_id=party.token_id if party else None,
        # Each call that is written down here must have been seen by the lab too (lab/conformance).
        detail=known_beside(connection, party),
    )


def known_beside(connection: ConnectionRecord | None, party: Party | None) -> dict[str, Any]:
    """What has no column: the run of the lab that looks on, and in whose name an assistant acts."""
    run = connection.observed_run if connection else None
    delegator = party.delegator_role_id if party else None
    return ({"run": str(run)} if run else {}) | ({"delegator_role": str(delegator)} if delegator else {})


def version_in(if_match: str) -> int | None:
    """W/"3" -> 3; anything else asks for nothing we can check, so it matches nothing."""
    if not if_match:
        return None
    digits = if_match.removeprefix("W/").strip('"')
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0
