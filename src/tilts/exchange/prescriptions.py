"""Prescribing and cancelling: a doctor says what may be handed out, and takes it back.

    load (store)  ->  decide (here, pure)  ->  save (store)

One Task for each line; the answer is the document with the prescription number in it.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from tilts.clock import day_in_riga
from tilts.exchange import documents
from tilts.exchange.documents import Belonging, Signed
from tilts.exchange.lines import about, check, save
from tilts.exchange.medicines.joining import pack_units_of, prescribed_in
from tilts.exchange.medicines.reimbursing import Chosen, check_terms
from tilts.exchange.prescribing_rules import Lawful, check_lawful, kind_of, may_prescribe
from tilts.exchange.prescribing_rules import validity as lawful_validity
from tilts.exchange.settling import settle
from tilts.exchange.terms import Interval, Terms
from tilts.ids import new_id, new_prescription_number
from tilts.party import PRESCRIBING_KINDS, Party
from tilts.rules import Refusal
from tilts.rules.prescriptions import (
    PRE_CANCEL_REASON,
    PRE_INTERVAL_WRONG,
    PRE_ISSUES_TOO_LATE,
    PRE_LINES_DIFFER,
    PRE_NOT_AN_ORDER,
    PRE_OTHER_REQUESTER,
    PRE_PAPER_TAKEN,
    PRE_PATIENT_UNKNOWN,
    PRE_QUANTITY_MISSING,
    PRE_ROLE,
    PRE_TOO_MANY_ISSUES,
)
from tilts.rules.wire import WIRE_NOT_FOUND, WIRE_VERSION_DIFFERS
from tilts.store import connections
from tilts.store import prescriptions as store
from tilts.store.corrections import early
from tilts.store.corrections.early import Identifier
from tilts.store.records import LineRecord, PrescriptionRecord, Quantity, Viewer
from tilts.store.tx import Tx

MOST_ISSUES: Final = 24  # of one line; our bound, so that a number typed wrongly makes no thousand Tasks
CANCEL_REASONS: Final = ("wrong-patient", "wrong-medicine", "therapy-changed", "patient-request", "other")


@dataclass(frozen=True, slots=True)
class LineOrder:
    """One line as a practice wants it; `document` is the MedicationRequest as received."""

    document: dict[str, Any]
    status: str
    intent: str
    patient_id: UUID | None  # None: the subject is not a patient of our register
    requester: str  # reference as written, "" when there is none
    quantity: Quantity | None  # of one fill
    repeats: int  # fills after the first
    interval: Interval | None  # from the first day of one fill to the first day of the next
    valid_from: date | None
    valid_to: date | None
    group: tuple[str, str] | None  # system and value of groupIdentifier
    law: Lawful = field(default_factory=Lawful)
    medicine: Chosen | None = None  # of the register on the day, where the line names one


@dataclass(frozen=True, slots=True)
class Prescribed:
    prescription: PrescriptionRecord
    issues: list[list[LineRecord]]  # of each document
    documents: list[dict[str, Any]]

    @property
    def lines(self) -> list[LineRecord]:
        """Of each document its first issue."""
        return [of_line[0] for of_line in self.issues]


def decide(orders: list[LineOrder], party: Party, now: datetime, terms: Terms) -> Prescribed:
    """The whole rule of prescribing, but for the question whether the patient exists."""
    if party.kind not in PRESCRIBING_KINDS or not may_prescribe(party.role_code, day_in_riga(now)):
        raise Refusal(PRE_ROLE, role=party.role_code, kind=party.kind)
    assert party.role_id is not None, "a role code without a role"
    first = orders[0]
    if any((order.patient_id, order.group) != (first.patient_id, first.group) for order in orders):
        raise Refusal(PRE_LINES_DIFFER)
    if first.patient_id is None:
        raise Refusal(PRE_PATIENT_UNKNOWN, expressions=("MedicationRequest.subject",))
    prescription = PrescriptionRecord(
        prescription_id=new_id(),
        number=new_prescription_number(),
        patient_id=first.patient_id,
        organization_id=party.organization_id,
        role_id=party.role_id,
        written_at=now,
    )
    issues = [decide_line(order, prescription, party, now, terms) for order in orders]
    numbered = [
        documents.with_number(order.document, prescription.number, terms.number_system) for order in orders
    ]
    return Prescribed(prescription, issues, numbered)


def decide_line(
    order: LineOrder, prescription: PrescriptionRecord, party: Party, now: datetime, terms: Terms
) -> list[LineRecord]:
    """Every issue of the line: as many as it may be handed out, each with a window of its own."""
    documents.check_numbers(order.document, terms.number_system)
    if (order.status, order.intent) != ("active", "order"):
        where = ("MedicationRequest.status", "MedicationRequest.intent")
        raise Refusal(PRE_NOT_AN_ORDER, expressions=where, status=order.status, intent=order.intent)
    own = (f"PractitionerRole/{party.role_id}", f"Practitioner/{party.practitioner_id}")
    if order.requester not in own:
        raise Refusal(PRE_OTHER_REQUESTER, expressions=("MedicationRequest.requester",))
    if order.quantity is None or not order.quantity.is_countable:
        raise Refusal(PRE_QUANTITY_MISSING, expressions=("MedicationRequest.dispenseRequest.quantity",))
    today = day_in_riga(now)
    check_lawful(order.law, party.role_code or "", today)
    check_terms(order.law, order.medicine, today)
    valid_from, valid_to = validity(order, today, terms)
    return issues_of(
        order,
        LineRecord(
            line_id=new_id(),
            task_id=new_id(),
            prescription_id=prescription.prescription_id,
            number=prescription.number,
            patient_id=prescription.patient_id,
            organization_id=prescription.organization_id,
            state="open",
            valid_from=valid_from,
            valid_to=valid_to,
            allowed=order.quantity,
            dispensed=Decimal(0),
            hold=None,
            reason=None,
            version=1,
            written_at=now,
            changed_at=now,
            kind=kind_of(order.law),
            pack_units=pack_units_of(order.quantity, order.medicine.medicine if order.medicine else None),
        ),
    )


def issues_of(order: LineOrder, first: LineRecord) -> list[LineRecord]:
    """Each time that the line may be handed out: independent, with a first day of its own (Exchanges 3.2 f)."""
    count = order.repeats + 1
    supply = "MedicationRequest.dispenseRequest"
    if count > MOST_ISSUES:
        where: tuple[str, ...] = (f"{supply}.numberOfRepeatsAllowed",)
        raise Refusal(PRE_TOO_MANY_ISSUES, expressions=where, most=MOST_ISSUES - 1)
    where = (f"{supply}.dispenseInterval",)
    if order.interval == Interval():
        raise Refusal(PRE_INTERVAL_WRONG, expressions=where)
    days = [
        order.interval.after(first.valid_from, n) if order.interval else first.valid_from
        for n in range(count)
    ]
    if days[-1] > first.valid_to:
        raise Refusal(PRE_ISSUES_TOO_LATE, expressions=where, last=days[-1], valid_to=first.valid_to)
    later = [
        replace(first, task_id=new_id(), issue=number, issues=count, valid_from=day)
        for number, day in enumerate(days[1:], start=2)
    ]
    return [replace(first, issues=count), *later]


def validity(order: LineOrder, today: date, terms: Terms) -> tuple[date, date]:
    asked = (order.valid_from, order.valid_to)
    return lawful_validity(order.law, asked, today, terms)


async def prescribe(
    tx: Tx, orders: list[LineOrder], party: Party, now: datetime, terms: Terms, signed: Signed | None
) -> Prescribed:
    """The door: one prescription with one or several lines, all or nothing."""
    orders = [await with_medicine(tx, order, now, terms) for order in orders]
    decided = decide(orders, party, now, terms)
    if not await connections.patient_exists(tx, decided.prescription.patient_id):
        raise Refusal(PRE_PATIENT_UNKNOWN, expressions=("MedicationRequest.subject",))
    decided = born_cancelled(decided, await cancelled_early(tx, orders, party))
    return await save_prescribed(tx, decided, now, signed)


async def with_medicine(tx: Tx, order: LineOrder, now: datetime, terms: Terms) -> LineOrder:
    """The line with the product of the register that it names, if it names one."""
    return replace(order, medicine=await prescribed_in(tx, order.document, day_in_riga(now), terms))


async def save_prescribed(tx: Tx, decided: Prescribed, now: datetime, signed: Signed | None) -> Prescribed:
    """Rows, documents and signature of one prescription; all of it is its prescriber's."""
    patient_id, author_id = decided.prescription.patient_id, decided.prescription.organization_id
    if not await store.add_prescription(tx, decided.prescription):
        raise Refusal(PRE_PAPER_TAKEN, expressions=("MedicationRequest.identifier",))
    thread_id = decided.prescription.prescription_id
    kept = []
    for issues, document in zip(decided.issues, decided.documents, strict=True):
        for issue in issues:
            await store.add_line(tx, issue)
        belonging = Belonging(issues[0].line_id, patient_id, author_id, thread_id)
        kept.append(await documents.keep(tx, document, belonging, now))
    targets = [f"MedicationRequest/{line.line_id}" for line in decided.lines]
    belonging = Belonging(new_id(), patient_id, author_id, thread_id)
    await documents.keep_signature(tx, signed, targets, belonging, now)
    return replace(decided, documents=kept)


async def cancelled_early(tx: Tx, orders: list[LineOrder], party: Party) -> list[str | None]:
    """For each line the reason of a cancellation that came before it; the lock is that of cancelling_early.py."""
    named = [identifiers_of(order.document) for order in orders]
    if not any(named):
        return [None] * len(orders)
    every = [identifier for one in named for identifier in one]
    await early.lock(tx, party.organization_id, every)
    found = {(e.system, e.value): e.reason for e in await early.find(tx, party.organization_id, every)}
    return [next((found[one] for one in identifiers if one in found), None) for identifiers in named]


def identifiers_of(document: dict[str, Any]) -> list[Identifier]:
    return [
        (one["system"], one["value"])
        for one in document.get("identifier", ())
        if one.get("system") and one.get("value")
    ]


def born_cancelled(decided: Prescribed, reasons: list[str | None]) -> Prescribed:
    """A line that was cancelled before it came is cancelled from the first moment, and so is its document."""
    issues = [
        [replace(issue, state="cancelled", reason=reason) for issue in of_line] if reason else of_line
        for of_line, reason in zip(decided.issues, reasons, strict=True)
    ]
    told = [
        {**document, "status": "cancelled"} if reason else document
        for document, reason in zip(decided.documents, reasons, strict=True)
    ]
    return replace(decided, issues=issues, documents=told)


async def cancel(
    tx: Tx, task_id: UUID, reason: str | None, party: Party, now: datetime, if_match: int | None
) -> LineRecord:
    """The door: takes back a line of which nothing was handed out.

    While a pharmacy holds it the cancellation waits: the holder may no longer hand out, and when it lets go the
    line is cancelled (Exchanges 3.2 row 13). Asked again meanwhile, the answer is the same.
    """
    if reason not in CANCEL_REASONS:
        raise Refusal(PRE_CANCEL_REASON, reasons=", ".join(CANCEL_REASONS))
    line = await locked_line(tx, task_id, party, now, if_match)
    with about(line):
        after = decide_cancel(line, reason, party, now)
    return await save(tx, line, "cancel", after, now)


def decide_cancel(line: LineRecord, reason: str, party: Party, now: datetime) -> LineRecord:
    check(line, "cancel", party, now)
    if line.cancelling is not None:
        return line
    if line.hold is not None:
        return replace(line, cancelling=reason, changed_at=now)
    return replace(line, state="cancelled", reason=reason, changed_at=now)


async def locked_line(tx: Tx, task_id: UUID, party: Party, now: datetime, if_match: int | None) -> LineRecord:
    """The line of a Task, locked, as the clock has left it; hidden lines look like missing ones."""
    line = await store.lock_line_of_task(tx, task_id, viewer_of(party, now))
    if line is None:
        raise Refusal(WIRE_NOT_FOUND)
    if if_match is not None and if_match != line.version:
        raise Refusal(WIRE_VERSION_DIFFERS, version=line.version)
    return await settle(tx, line, now)


def viewer_of(party: Party, now: datetime) -> Viewer:
    return Viewer(
        organization_id=party.organization_id,
        patient_id=party.patient_id,
        now=now,
        role_id=party.role_id,
        practitioner_id=party.practitioner_id,
        emergency=party.purpose == "BTG",
        kind=party.kind,
        acting_patient_id=party.acting_patient_id,
    )
