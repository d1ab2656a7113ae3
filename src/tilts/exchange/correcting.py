"""Correcting a dispense: the pharmacy that handed out takes it back, or says anew what it was.

    load (store)  ->  decide (here, pure)  ->  save (store)

What was recorded stays as a version; the balance of the line follows the newest one (Exchanges 3.2 row 11). The line
is locked before the dispense is read, as for handing out: two corrections at once are one after the other.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from tilts.clock import day_in_riga, shown
from tilts.exchange import documents
from tilts.exchange.dispensing import DispenseOrder, checked_quantity, hold_for
from tilts.exchange.documents import Belonging, Signed
from tilts.exchange.lines import (
    about,
    check_side,
    current,
    facts_of,
    is_held_by,
    let_go,
    order_follows,
    save,
    state_of,
)
from tilts.exchange.medicines.balances import moved, still, told, too_much
from tilts.exchange.medicines.joining import handed_out_in
from tilts.exchange.prescriptions import viewer_of
from tilts.exchange.terms import Terms
from tilts.ids import new_id
from tilts.party import Party
from tilts.rules import Refusal
from tilts.rules.dispensing import (
    DSP_AMENDED_MISSING,
    DSP_CORRECTION_LATE,
    DSP_CORRECTION_REASON,
    DSP_HELD_BY_ANOTHER,
    DSP_NOT_THE_DISPENSER,
    DSP_OTHER_DISPENSE,
    DSP_WITHDRAWN,
)
from tilts.rules.wire import WIRE_NOT_FOUND, WIRE_VERSION_DIFFERS
from tilts.store import dispensing as store
from tilts.store import prescriptions as lines
from tilts.store import resources
from tilts.store.records import DispenseRecord, LineRecord
from tilts.store.tx import Tx
from tilts_fhir.json_strict import decode

WITHDRAW_REASONS: Final = ("not-collected", "wrong-patient", "wrong-medicine", "recorded-in-error", "other")
AMEND_REASONS: Final = ("wrong-quantity", "wrong-product", "wrong-batch", "other")


@dataclass(frozen=True, slots=True)
class Correction:
    """What a pharmacy wants corrected; `order` is what should stand in its place, with the signature over it."""

    dispense_id: UUID
    reason: str | None
    order: DispenseOrder | None = None
    signed: Signed | None = None
    if_match: int | None = None


async def withdraw(
    tx: Tx, wanted: Correction, party: Party, now: datetime, terms: Terms
) -> tuple[dict[str, Any], LineRecord]:
    """The door: it was not handed out after all. Again: the same answer.

    The document stays, as entered in error; the issue is this pharmacy's again, unless somebody else holds it or its
    validity is over.
    """
    dispense_id, reason = wanted.dispense_id, wanted.reason
    check_reason(reason, WITHDRAW_REASONS)
    line, history = await locked(tx, dispense_id, party, now)
    newest = history[-1]
    with about(line):
        if newest.state == "withdrawn":
            return await document_of(tx, dispense_id), line
        check_correction(history, party, now, terms, wanted.if_match)
        others_out = await is_out_besides(tx, line, dispense_id)
        after = decide_withdraw(line, newest.amount, party, now, terms, others_out=others_out)
    after = await save(tx, line, "withdraw", after, now)
    await store.add(tx, correction(newest, "withdrawn", reason, party, now))
    await show_to_holder(tx, after)
    document = await documents.revise(
        tx, "MedicationDispense", dispense_id, lambda before: in_error(before, reason), now
    )
    return document, after


async def amend(
    tx: Tx, wanted: Correction, party: Party, now: datetime, terms: Terms
) -> tuple[dict[str, Any], LineRecord]:
    """The door: another amount, product or batch than was recorded; a new version of the same dispense."""
    dispense_id, reason, order = wanted.dispense_id, wanted.reason, wanted.order
    check_reason(reason, AMEND_REASONS)
    if order is None:
        raise Refusal(DSP_AMENDED_MISSING, expressions=("Parameters.parameter",))
    documents.check_numbers(order.document, terms.number_system)
    line, history = await locked(tx, dispense_id, party, now)
    newest = history[-1]
    with about(line):
        check_correction(history, party, now, terms, wanted.if_match)
        if newest.state == "withdrawn":
            raise Refusal(DSP_WITHDRAWN)
        check_same(order, newest, await document_of(tx, dispense_id))
        day = day_in_riga(history[0].recorded_at)
        handed = await handed_out_in(tx, order.document, line, day, terms)
        quantity = checked_quantity(line, replace(order, handed=handed), party)
        after = decide_amend(line, newest.amount, quantity, party, now, terms)
    if after != line:
        after = await save(tx, line, "amend", after, now)
    else:  # nothing of the issue is saved, but the clock may have ended it or another one
        await order_follows(tx, line, after, now)
    units = quantity if line.pack_units else None
    corrected = replace(newest, quantity=told(line, quantity), units=units)
    await store.add(tx, correction(corrected, "amended", reason, party, now))
    await show_to_holder(tx, after)
    document = await documents.revise(
        tx, "MedicationDispense", dispense_id, lambda before: amended(before, order.document), now
    )
    belonging = Belonging(new_id(), line.patient_id, party.organization_id, line.prescription_id)
    await documents.keep_signature(tx, wanted.signed, [f"MedicationDispense/{dispense_id}"], belonging, now)
    return document, after


async def locked(
    tx: Tx, dispense_id: UUID, party: Party, now: datetime
) -> tuple[LineRecord, list[DispenseRecord]]:
    """The issue, locked, and all versions of the dispense; what this party may not see looks like missing."""
    row = await resources.read(tx, "MedicationDispense", dispense_id, viewer_of(party, now))
    first = await store.versions(tx, dispense_id) if row else []
    if not first:
        raise Refusal(WIRE_NOT_FOUND)
    line = await lines.lock_issue(tx, first[0].task_id)
    assert line is not None, "a dispense without its line"
    if (party.kind, party.organization_id) != ("pharmacy", first[0].organization_id):
        raise Refusal(DSP_NOT_THE_DISPENSER, about=line)
    return current(line, now), await store.versions(tx, dispense_id)


def check_reason(reason: str | None, reasons: tuple[str, ...]) -> None:
    if reason not in reasons:
        raise Refusal(DSP_CORRECTION_REASON, reasons=", ".join(reasons))


def check_correction(
    history: list[DispenseRecord], party: Party, now: datetime, terms: Terms, if_match: int | None
) -> None:
    """The period runs from the first record: a correction does not make it longer."""
    until = history[0].recorded_at + terms.amendment
    if now >= until:
        raise Refusal(DSP_CORRECTION_LATE, until=shown(until))
    if if_match is not None and if_match != history[-1].version:
        raise Refusal(WIRE_VERSION_DIFFERS, version=history[-1].version)
    assert party.role_id is not None, "nobody corrects"


async def is_out_besides(tx: Tx, line: LineRecord, dispense_id: UUID) -> bool:
    if line.hold is None:
        return False
    return await store.is_out_in_hold(tx, line.line_id, line.task_id, line.hold, but=dispense_id)


def decide_withdraw(
    line: LineRecord, quantity: Decimal, party: Party, now: datetime, terms: Terms, *, others_out: bool
) -> LineRecord:
    check_side(line, "withdraw", "dispenser", now)
    return given_back(line, -quantity, party, now, terms, keeps_hold=others_out)


def decide_amend(
    line: LineRecord, before: Decimal, quantity: Decimal, party: Party, now: datetime, terms: Terms
) -> LineRecord:
    """The line with another amount, in the measure in which it is counted; the same amount changes nothing of it."""
    check_side(line, "amend", "dispenser", now)
    more = quantity - before
    if more > still(line):
        raise too_much(line, quantity, still(line) + before)
    if more < 0 and state_of(line, now) in ("dispensed", "completed"):
        return given_back(line, more, party, now, terms, keeps_hold=True)
    if more == 0:
        return line
    if more > 0 and line.hold is not None and not is_held_by(line.hold, party):
        raise Refusal(DSP_HELD_BY_ANOTHER, **facts_of(line))
    after = replace(moved(line, more), changed_at=now)
    return after if after.hold or after.left else replace(after, state="completed")


def given_back(
    line: LineRecord, more: Decimal, party: Party, now: datetime, terms: Terms, *, keeps_hold: bool
) -> LineRecord:
    """What came back is this pharmacy's to hand out again: unless another one holds it, or its days are over.

    A hold under which something else is out goes on as it is; else a lease begins anew.
    """
    line = replace(moved(line, more), receipt_id=None, changed_at=now)
    if day_in_riga(now) > line.valid_to:
        return let_go(line)
    mine = line.hold is not None and is_held_by(line.hold, party)
    if line.hold is not None and (not mine or keeps_hold):
        return line
    return replace(
        line, state="claimed", hold=hold_for(party, now, terms), transfer_wanted_at=None, reason=None
    )


def correction(
    newest: DispenseRecord, state: Any, reason: str | None, party: Party, now: datetime
) -> DispenseRecord:
    """The next version of the dispense: who corrected it, when and why."""
    assert party.role_id is not None
    return replace(
        newest,
        version=newest.version + 1,
        state=state,
        reason=reason,
        recorded_at=now,
        site=party.site,
        client_id=party.client_id,
        role_id=party.role_id,
    )


def check_same(order: DispenseOrder, newest: DispenseRecord, before: dict[str, Any]) -> None:
    """It replaces this dispense: of the same line and Task, under the same identifiers."""
    given = order.document
    differs = {
        "id": given.get("id", before["id"]) != before["id"],
        "identifier": given.get("identifier", before.get("identifier")) != before.get("identifier"),
        "authorizingPrescription": order.line_id != newest.line_id,
        "supportingInformation": order.task_id not in (None, newest.task_id),
    }
    for part, other in differs.items():
        if other:
            raise Refusal(DSP_OTHER_DISPENSE, expressions=(f"MedicationDispense.{part}",), part=part)


def in_error(before: dict[str, Any], reason: str | None) -> dict[str, Any]:
    """https://hl7.org/fhir/R4/valueset-medicationdispense-status.html: entered-in-error."""
    why = {"statusReasonCodeableConcept": {"coding": [{"code": reason}]}}
    rest = {name: value for name, value in before.items() if not name.startswith("statusReason")}
    return {**rest, "status": "entered-in-error", **why}


def amended(before: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {name: before[name] for name in ("identifier", "meta") if name in before}
    return {**kept, **given}


async def document_of(tx: Tx, dispense_id: UUID) -> dict[str, Any]:
    row = await resources.lock(tx, "MedicationDispense", dispense_id)
    assert row is not None, "a dispense without its document"
    found: dict[str, Any] = decode(row.body)
    return found


async def show_to_holder(tx: Tx, line: LineRecord) -> None:
    """Who holds a line sees it, however long ago it was shown."""
    if line.hold is not None:
        held = line.hold
        await lines.present(tx, line.prescription_id, held.organization_id, held.lease_until)
