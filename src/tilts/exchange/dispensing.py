"""Dispensing: a pharmacy finds what was shown to it, claims it, hands out, gives back.

    load (store)  ->  decide (here, pure)  ->  save (store)

What stops two pharmacies from handing out the same last pack: the line's row is locked before it is
decided (`locked_line`), only its holder may hand out (lifecycle.py), and below both stands the
constraint `dispensed_within_allowed`.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from tilts.clock import day_in_riga
from tilts.exchange import documents
from tilts.exchange.collecting import Collector, birth_date, check_collector
from tilts.exchange.documents import Belonging, Signed
from tilts.exchange.lifecycle import status_of_order
from tilts.exchange.lines import (
    about,
    check,
    check_amount,
    current,
    is_held_by,
    let_go,
    save,
    state_of,
)
from tilts.exchange.medicines.balances import moved, told
from tilts.exchange.medicines.joining import Handed, handed_out_in, measured
from tilts.exchange.medicines.reimbursing import check_cheapest
from tilts.exchange.prescriptions import locked_line, viewer_of
from tilts.exchange.terms import Terms
from tilts.ids import new_id, read_prescription_number
from tilts.indexing import fold
from tilts.party import Party
from tilts.rules import Refusal
from tilts.rules.dispensing import (
    DSP_NO_PRESCRIPTION,
    DSP_NOT_HANDED_OVER,
    DSP_OTHER_PATIENT,
    DSP_OTHER_PERFORMER,
    DSP_PHARMACY_ONLY,
    DSP_QUANTITY_WRONG,
    DSP_RELEASE_REASON,
    DSP_WHICH_ISSUE,
)
from tilts.rules.prescriptions import PRE_FIND_GUESSING, PRE_FIND_INCOMPLETE
from tilts.store import dispensing as store
from tilts.store import prescriptions as lines
from tilts.store import registers
from tilts.store.doors import collecting, counter
from tilts.store.records import DispenseRecord, Hold, LineRecord, Quantity
from tilts.store.tx import Tx

RELEASE_REASONS: Final = ("patient-left", "not-in-stock", "claimed-in-error", "other")
MISSES_WINDOW: Final = timedelta(minutes=10)  # Security 3.3


@dataclass(frozen=True, slots=True)
class Presented:
    """What a person at the counter says: the patient's name, and the number or who they are themselves."""

    number: str | None
    family: str | None
    given: str | None
    collector: tuple[str, str] | None = None  # identifier of who collects, instead of the number
    also: tuple[str, str] | None = (
        None  # family and given as they may be meant too, where people typed one line
    )


@dataclass(frozen=True, slots=True)
class DispenseOrder:
    """What a pharmacy has handed over; `document` is the MedicationDispense as received."""

    document: dict[str, Any]
    status: str
    line_id: UUID | None  # None: it names no MedicationRequest of ours
    task_id: UUID | None  # which issue, when it says so
    patient_id: UUID | None
    quantity: Quantity | None
    performers: tuple[str, ...]
    collector: Collector | None = None
    agreed_dearer: bool = False  # the patient, to a dearer product than the state pays for
    handed: Handed | None = None  # by the register of medicines, where line and dispense name something of it


async def find(tx: Tx, presented: Presented, party: Party, now: datetime, terms: Terms) -> list[LineRecord]:
    """The door: lines of the prescription that was shown, or of those that somebody may collect; or none.

    A wrong number, a wrong name and somebody who may not collect get the same empty answer and are counted alike.
    """
    if party.kind != "pharmacy":
        raise Refusal(DSP_PHARMACY_ONLY)
    if not (presented.family and presented.given) or bool(presented.number) == bool(presented.collector):
        raise Refusal(PRE_FIND_INCOMPLETE)
    if await counter.count_misses(tx, party.client_id, now - MISSES_WINDOW) >= terms.find_misses:
        raise Refusal(PRE_FIND_GUESSING, retry_after_seconds=int(MISSES_WINDOW.total_seconds()))
    found = await shown_by(tx, presented, fold(presented.family), fold(presented.given), now)
    if not found and presented.also:
        found = await shown_by(tx, presented, fold(presented.also[0]), fold(presented.also[1]), now)
    if not found:
        await counter.add_miss(tx, party.client_id, now)
    shown: list[LineRecord] = []
    for prescription_id in found:
        await lines.present(tx, prescription_id, party.organization_id, now + terms.presentation)
        shown += await lines.lines_of_prescription(tx, prescription_id)
    return [current(line, now) for line in shown]


async def shown_by(tx: Tx, presented: Presented, family: str, given: str, now: datetime) -> list[UUID]:
    """The prescriptions that open; by who collects only those that are not used up (Latvia 6.1)."""
    if presented.collector is None:
        number = read_prescription_number(presented.number or "")
        found = await counter.find_presented(tx, number or "", family, given)
        return [found] if found else []
    collector_id = await registers.find_patient(tx, *presented.collector)
    if collector_id is None:
        return []
    return await collecting.find(tx, collector_id, (family, given), now)


async def claim(
    tx: Tx, task_id: UUID, party: Party, now: datetime, terms: Terms, if_match: int | None
) -> LineRecord:
    """The door: the line is this pharmacy's for the length of the lease; again by the same: the same."""
    line = await locked_line(tx, task_id, party, now, if_match)
    with about(line):
        after = decide_claim(line, party, now, terms)
    if after.hold is not None and line.hold is None:
        # Who holds a line sees it, also when it was shown nearly three days ago.
        await lines.present(tx, line.prescription_id, party.organization_id, after.hold.lease_until)
    return await save(tx, line, "claim", after, now)


def decide_claim(line: LineRecord, party: Party, now: datetime, terms: Terms) -> LineRecord:
    check(line, "claim", party, now)
    if line.hold is not None:
        return line
    return replace(line, state="claimed", hold=hold_for(party, now, terms), reason=None, changed_at=now)


def hold_for(party: Party, now: datetime, terms: Terms) -> Hold:
    """A lease that begins now."""
    return Hold(
        organization_id=party.organization_id,
        organization_name=party.organization_name,
        site=party.site,
        client_id=party.client_id,
        claimed_at=now,
        lease_until=now + terms.lease,
    )


def chosen_issue(issues: list[LineRecord], order: DispenseOrder, party: Party, now: datetime) -> LineRecord:
    """Which time of a line is handed out: the one that is named, else the only one that this pharmacy holds.

    With none held the first one that is not over says why not.
    """
    if order.task_id is not None:
        named = [one for one in issues if one.task_id == order.task_id]
        if not named:
            raise Refusal(DSP_NO_PRESCRIPTION, expressions=("MedicationDispense.supportingInformation",))
        return named[0]
    mine = [one for one in issues if one.hold is not None and is_held_by(one.hold, party)]
    if len(mine) > 1:
        where = ("MedicationDispense.supportingInformation",)
        raise Refusal(DSP_WHICH_ISSUE, expressions=where, count=len(mine))
    usable = [one for one in issues if status_of_order([state_of(one, now)]) == "active"]
    return (mine or usable or issues)[0]


def decide_dispense(
    line: LineRecord,
    order: DispenseOrder,
    party: Party,
    now: datetime,
    terms: Terms,
    born: date | None = None,
) -> tuple[DispenseRecord, LineRecord]:
    """The whole rule of handing out: the dispense, and the line after it; `born` when the patient was."""
    asked = checked_quantity(line, order, party)
    check_collector(order.collector, line.kind, born, day_in_riga(now))
    check_amount(line, party, now, asked)
    assert line.hold is not None and party.role_id is not None
    hold = line.hold
    now = max(
        now, hold.claimed_at
    )  # a call begins before its lock: one that waited for its own claim comes after it
    if hold.first_dispensed_at is None:  # the first dispense replaces the lease by the hand-over period
        hold = replace(hold, first_dispensed_at=now, lease_until=now + terms.handover)
    record = DispenseRecord(
        dispense_id=new_id(),
        line_id=line.line_id,
        task_id=line.task_id,
        patient_id=line.patient_id,
        organization_id=party.organization_id,
        site=party.site,
        client_id=party.client_id,
        role_id=party.role_id,
        quantity=told(line, asked),
        recorded_at=now,
        units=asked if line.pack_units else None,
    )
    return record, replace(moved(line, asked), hold=hold, changed_at=now)


def checked_quantity(line: LineRecord, order: DispenseOrder, party: Party) -> Decimal:
    """How much was handed over, in the measure in which the line is counted, once the content fits line and party."""
    if order.status != "completed":
        where = ("MedicationDispense.status",)
        raise Refusal(DSP_NOT_HANDED_OVER, expressions=where, status=order.status)
    if order.patient_id != line.patient_id:
        raise Refusal(DSP_OTHER_PATIENT, expressions=("MedicationDispense.subject",))
    own = {f"PractitionerRole/{party.role_id}", f"Practitioner/{party.practitioner_id}"}
    own.add(f"Organization/{party.organization_id}")
    if not own.issuperset(order.performers):
        raise Refusal(DSP_OTHER_PERFORMER, expressions=("MedicationDispense.performer.actor",))
    quantity = order.quantity
    amount = measured(line, quantity, order.handed) if quantity and quantity.is_countable else None
    if amount is None:
        unit = shown_unit(line.allowed)
        raise Refusal(DSP_QUANTITY_WRONG, expressions=("MedicationDispense.quantity",), unit=unit)
    if order.handed is not None:
        given, best = order.handed.medicine, list(order.handed.best)
        check_cheapest(given, best, order.handed.day, agreed=order.agreed_dearer)
    return amount


def shown_unit(quantity: Quantity) -> str:
    """Unit, code and system as they must be repeated."""
    coded = f"{quantity.code}, {quantity.system}" if quantity.system else quantity.code
    return f"{quantity.unit} ({coded})" if quantity.unit and coded else quantity.unit or coded or "1"


async def dispense(
    tx: Tx, order: DispenseOrder, party: Party, now: datetime, terms: Terms, signed: Signed | None
) -> tuple[dict[str, Any], LineRecord]:
    """The door: records what was handed over, once, and lowers the balance with it."""
    documents.check_numbers(order.document, terms.number_system)
    viewer = viewer_of(party, now)
    issues = await lines.lock_issues(tx, order.line_id, viewer) if order.line_id else []
    if not issues:
        sought = ("MedicationRequest", order.line_id) if order.line_id else None
        where = ("MedicationDispense.authorizingPrescription",)
        raise Refusal(DSP_NO_PRESCRIPTION, expressions=where, sought=sought)
    line = chosen_issue([current(one, now) for one in issues], order, party, now)
    with about(line):
        handed = await handed_out_in(tx, order.document, line, day_in_riga(now), terms)
        order = replace(order, handed=handed)
        born = None if order.collector is None else await birth_date(tx, line.patient_id)
        record, after = decide_dispense(line, order, party, now, terms, born)
    after = await save(tx, line, "dispense", after, now)
    await store.add(tx, record)
    seen_until = now + max(terms.handover, terms.amendment)
    await lines.present(tx, line.prescription_id, party.organization_id, seen_until)
    belonging = Belonging(record.dispense_id, line.patient_id, party.organization_id, line.prescription_id)
    document = await documents.keep(tx, order.document, belonging, now)
    # Not shown to other pharmacies, as the dispense itself is not: presented is what the prescriber wrote.
    seal = Belonging(new_id(), line.patient_id, party.organization_id, line.prescription_id)
    await documents.keep_signature(tx, signed, [f"MedicationDispense/{record.dispense_id}"], seal, now)
    return document, after


async def release(
    tx: Tx, task_id: UUID, reason: str | None, party: Party, now: datetime, if_match: int | None
) -> LineRecord:
    """The door: the holder gives the line back with its balance; the reason has no default.

    A cancellation that waited for it takes effect: the line is cancelled, by the prescriber's reason.
    """
    if reason not in RELEASE_REASONS:
        raise Refusal(DSP_RELEASE_REASON, reasons=", ".join(RELEASE_REASONS))
    line = await locked_line(tx, task_id, party, now, if_match)
    with about(line):
        after = decide_release(line, reason, party, now)
    return await save(tx, line, "release", after, now)


def decide_release(line: LineRecord, reason: str, party: Party, now: datetime) -> LineRecord:
    check(line, "release", party, now)
    after = replace(let_go(line), changed_at=now)
    return after if after.state == "cancelled" else replace(after, reason=reason)
