"""Cancelling by the prescriber's own identifier, which also works before the prescription has come.

    known      as any cancellation: each issue of the line of which nothing was handed out
    unknown    kept; the prescription that comes later with that identifier is born cancelled (prescriptions.py)

Both doors take the same lock on (organisation, identifier): cancel and prescribe in either order, also at the same
moment, come to the same end (Exchanges 3.2 row 14).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from tilts.exchange import documents
from tilts.exchange.documents import Belonging, Signed
from tilts.exchange.lines import about, current, save
from tilts.exchange.prescriptions import CANCEL_REASONS, decide_cancel, viewer_of
from tilts.exchange.terms import Terms
from tilts.ids import new_id
from tilts.party import PRESCRIBING_KINDS, Party
from tilts.rules import Refusal
from tilts.rules.prescriptions import PRE_CANCEL_REASON, PRE_PRESCRIBER_ONLY, PRE_WHICH_IDENTIFIER
from tilts.rules.wire import WIRE_NOT_FOUND
from tilts.store import prescriptions as store
from tilts.store.corrections import early
from tilts.store.corrections.early import EarlyCancellation, Identifier
from tilts.store.records import LineRecord
from tilts.store.tx import Tx

LONGEST: Final = 256  # characters of system and of value: as of an identifier that a create is known by


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """Which line, by the prescriber's own identifier, and why."""

    identifier: Identifier | None
    reason: str | None
    signed: Signed | None


async def cancel_by_identifier(
    tx: Tx, order: CancelOrder, party: Party, now: datetime, terms: Terms
) -> LineRecord | EarlyCancellation:
    """The door: the first issue that it cancelled, or what is kept until the prescription comes."""
    identifier, reason, signed = order.identifier, order.reason, order.signed
    if reason not in CANCEL_REASONS:
        raise Refusal(PRE_CANCEL_REASON, reasons=", ".join(CANCEL_REASONS))
    if identifier is None or identifier[0] == terms.number_system or max(map(len, identifier)) > LONGEST:
        raise Refusal(PRE_WHICH_IDENTIFIER, expressions=("Parameters.parameter",))
    if party.kind not in PRESCRIBING_KINDS:
        raise Refusal(PRE_PRESCRIBER_ONLY)
    await early.lock(tx, party.organization_id, [identifier])
    line_ids = await early.lines_of(tx, party.organization_id, identifier)
    if not line_ids:
        return await keep(tx, identifier, reason, party, now, signed)
    done = await cancel_issues(tx, line_ids, reason, party, now)
    belonging = Belonging(new_id(), done.patient_id, party.organization_id, done.prescription_id)
    await documents.keep_signature(tx, signed, [f"MedicationRequest/{done.line_id}"], belonging, now)
    return done


async def cancel_issues(tx: Tx, line_ids: list[UUID], reason: str, party: Party, now: datetime) -> LineRecord:
    """Of several issues those that can be; if none can, the first one says why not. Again: the same answer."""
    eyes = viewer_of(party, now)
    issues = [current(one, now) for line_id in line_ids for one in await store.lock_issues(tx, line_id, eyes)]
    if not issues:
        raise Refusal(WIRE_NOT_FOUND)
    done: list[LineRecord] = []
    noes: list[Refusal] = []
    for issue in issues:
        if issue.state == "cancelled":
            done.append(issue)
            continue
        try:
            with about(issue):
                after = decide_cancel(issue, reason, party, now)
        except Refusal as no:
            noes.append(no)
        else:
            done.append(await save(tx, issue, "cancel", after, now))
    if not done:
        raise noes[0]
    return done[0]


async def keep(
    tx: Tx, identifier: Identifier, reason: str, party: Party, now: datetime, signed: Signed | None
) -> EarlyCancellation:
    """What came first stays: cancelled again, the answer is the same."""
    if found := await early.find(tx, party.organization_id, [identifier]):
        return found[0]
    assert party.role_id is not None, "nobody cancels"
    kept = EarlyCancellation(*identifier, reason, now)
    await early.add(tx, party.organization_id, kept, role_id=party.role_id, client_id=party.client_id)
    system, value = identifier
    target = {"type": "MedicationRequest", "identifier": {"system": system, "value": value}}
    await documents.keep_signature(
        tx, signed, [target], Belonging(new_id(), None, party.organization_id, None), now
    )
    return kept
