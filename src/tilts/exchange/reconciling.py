"""Reconciling: what a pharmacy handed out by a printed sheet while the exchange could not be reached, told afterwards.

    lock the issue  ->  decide by what it is now (pure)  ->  record the dispense, or keep a conflict

Nothing is lost and nothing is handed out twice: what fits is claimed and dispensed in one; what does not, since somebody
else handed out or holds it, or it was cancelled, is kept as it was told, and both pharmacies, prescriber and patient
hear of it (ADR 0050). The code that the exchange signed is the right to it: nobody had to find the prescription before.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from tilts.clock import day_in_riga, shown
from tilts.exchange import documents
from tilts.exchange.collecting import birth_date, check_collector
from tilts.exchange.dispensing import DispenseOrder, checked_quantity, decide_claim, decide_dispense
from tilts.exchange.documents import Belonging, Signed
from tilts.exchange.lifecycle import PRESCRIPTION
from tilts.exchange.lines import about, save
from tilts.exchange.medicines import balances
from tilts.exchange.medicines.joining import handed_out_in
from tilts.exchange.settling import settle
from tilts.exchange.telling import CONFLICT
from tilts.exchange.terms import Terms
from tilts.ids import new_id
from tilts.party import Party
from tilts.rules import Language, Refusal
from tilts.rules.catalogue import BY_ID
from tilts.rules.dispensing import (
    DSP_CANCEL_PENDING,
    DSP_HELD_BY_ANOTHER,
    DSP_NO_PRESCRIPTION,
    DSP_NOT_OPEN,
    DSP_NOTHING_LEFT,
    DSP_PHARMACY_ONLY,
)
from tilts.rules.prescribing.outages import (
    DSP_OUTAGE_DAY,
    DSP_OUTAGE_MOMENT,
    DSP_SHEET_NOT_OURS,
    DSP_SHEET_RECONCILED,
)
from tilts.rules.prescribing.products import DSP_PACKS_LEFT
from tilts.store import dispensing as dispenses
from tilts.store import events, resources
from tilts.store import prescriptions as lines
from tilts.store.corrections import outages as store
from tilts.store.corrections.outages import OutageRecord
from tilts.store.events import Feed
from tilts.store.records import DispenseRecord, LineRecord
from tilts.store.tx import Tx
from tilts_connector.sheets import SheetContent
from tilts_fhir.json_strict import decode

# Why something that was handed out cannot be counted; every other "no" is a mistake in what was sent, and is mended.
CAUSES: Final = frozenset(
    {DSP_CANCEL_PENDING, DSP_HELD_BY_ANOTHER, DSP_NOT_OPEN, DSP_NOTHING_LEFT, DSP_OUTAGE_DAY, DSP_PACKS_LEFT}
)
CLOCKS_DIFFER: Final = timedelta(minutes=5)  # of a pharmacy that was without a network


@dataclass(frozen=True, slots=True)
class Outage:
    """What a pharmacy tells: by which code, what, and when."""

    sheet: SheetContent  # as the exchange signed it
    code_hash: bytes  # of the signed bytes: a signature has more than one form
    order: DispenseOrder
    handed_over_at: datetime | None
    content: bytes  # as received


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What became of it: the dispense as recorded, or None and the row of the conflict."""

    row: OutageRecord
    line: LineRecord
    document: dict[str, Any] | None


async def reconcile(
    tx: Tx, told: Outage, party: Party, now: datetime, terms: Terms, signed: Signed | None
) -> Reconciled:
    """The door. Told again by the same pharmacy: the same answer."""
    if party.kind != "pharmacy":
        raise Refusal(DSP_PHARMACY_ONLY)
    documents.check_numbers(told.order.document, terms.number_system)
    found = await lines.lock_issue(tx, UUID(told.sheet.task_id))
    if found is None:
        raise Refusal(DSP_SHEET_NOT_OURS, expressions=("Parameters.parameter",))
    line = await settle(tx, found, now)
    with about(line):
        earlier = await store.find(tx, told.code_hash, party.organization_id, party.site)
        if earlier is not None:
            return await _again(tx, earlier, told, line)
        at = checked_moment(told, now)
        order = completed(told.order, line)
        handed = await handed_out_in(tx, order.document, line, day_in_riga(at), terms)
        order = replace(order, handed=handed)
        asked = checked_quantity(line, order, party)
        born = None if order.collector is None else await birth_date(tx, line.patient_id)
        check_collector(order.collector, line.kind, born, day_in_riga(at))
        row = OutageRecord(
            outage_id=new_id(),
            code_hash=told.code_hash,
            told_hash=told_hash(told),
            task_id=line.task_id,
            patient_id=line.patient_id,
            organization_id=party.organization_id,
            site=party.site,
            client_id=party.client_id,
            role_id=party.role_id,  # type: ignore[arg-type]  # the route needs a person
            quantity=balances.told(line, asked),
            unit=line.allowed.unit or line.allowed.code,
            handed_over_at=at,
            recorded_at=now,
            dispense_id=None,
            rule_id=None,
            facts=None,
            others=[],
            content=told.content,
            jws=signed.jws if signed else None,
        )
        try:
            claimed, record, after = decide_reconcile(line, order, row, party, now, terms)
        except Refusal as no:
            if no.rule not in CAUSES:
                raise
            return await _keep_conflict(tx, row, line, no, terms)
    return await _record(tx, row, order, (line, claimed, record, after), terms, signed)


def decide_reconcile(
    line: LineRecord, order: DispenseOrder, row: OutageRecord, party: Party, now: datetime, terms: Terms
) -> tuple[LineRecord, DispenseRecord, LineRecord]:
    """Claimed, the dispense, and the line after it; refuses as the two steps would one after the other."""
    day = day_in_riga(row.handed_over_at)
    if not line.valid_from <= day <= line.valid_to:
        raise Refusal(DSP_OUTAGE_DAY, day=day, first=line.valid_from, last=line.valid_to)
    claimed = decide_claim(line, party, now, terms)
    record, after = decide_dispense(claimed, replace(order, collector=None), party, now, terms)
    return claimed, record, after


def checked_moment(told: Outage, now: datetime) -> datetime:
    at, printed = told.handed_over_at, told.sheet.printed_at
    if at is None or not printed - CLOCKS_DIFFER <= at <= now + CLOCKS_DIFFER:
        where = ("MedicationDispense.whenHandedOver",)
        raise Refusal(DSP_OUTAGE_MOMENT, expressions=where, printed=shown(printed), now=shown(now))
    return at


def completed(order: DispenseOrder, line: LineRecord) -> DispenseOrder:
    """With the patient and the line, which nobody without a network can name; named otherwise it is refused."""
    if order.line_id not in (None, line.line_id) or order.task_id not in (None, line.task_id):
        raise Refusal(DSP_NO_PRESCRIPTION, expressions=("MedicationDispense.authorizingPrescription",))
    document = {
        **order.document,
        "subject": {"reference": f"Patient/{line.patient_id}"},
        "authorizingPrescription": [{"reference": f"MedicationRequest/{line.line_id}"}],
    }
    is_named = "subject" in order.document
    patient_id = order.patient_id if is_named else line.patient_id
    return replace(
        order, document=document, line_id=line.line_id, task_id=line.task_id, patient_id=patient_id
    )


def told_hash(told: Outage) -> bytes:
    """What must be the same for it to be the same dispense: amount, moment and the sender's own identifiers."""
    quantity = told.order.quantity
    named = [f"{one.get('system')}|{one.get('value')}" for one in told.order.document.get("identifier", ())]
    parts = [str(quantity.value.normalize()) if quantity else "", str(told.handed_over_at), *sorted(named)]
    return hashlib.sha256("\n".join(parts).encode()).digest()


async def _again(tx: Tx, earlier: OutageRecord, told: Outage, line: LineRecord) -> Reconciled:
    if earlier.told_hash != told_hash(told):
        raise Refusal(DSP_SHEET_RECONCILED)
    document = None
    if earlier.dispense_id is not None:
        row = await resources.read(tx, "MedicationDispense", earlier.dispense_id, None)
        document = decode(row.body) if row else None
    return Reconciled(earlier, line, document)


async def _record(
    tx: Tx,
    row: OutageRecord,
    order: DispenseOrder,
    decided: tuple[LineRecord, LineRecord, DispenseRecord, LineRecord],
    terms: Terms,
    signed: Signed | None,
) -> Reconciled:
    line, claimed, record, after = decided
    now = row.recorded_at
    held = await save(tx, line, "claim", claimed, now)
    after = await save(tx, held, "dispense", replace(after, version=held.version), now)
    await dispenses.add(tx, record)
    await _show(tx, after, row, terms)
    belonging = Belonging(record.dispense_id, line.patient_id, row.organization_id, line.prescription_id)
    document = await documents.keep(tx, order.document, belonging, now)
    seal = replace(belonging, resource_id=new_id())
    await documents.keep_signature(tx, signed, [f"MedicationDispense/{record.dispense_id}"], seal, now)
    row = replace(row, dispense_id=record.dispense_id)
    number = await store.add(tx, row)
    return Reconciled(replace(row, number=number), after, document)


async def _keep_conflict(
    tx: Tx, row: OutageRecord, line: LineRecord, no: Refusal, terms: Terms
) -> Reconciled:
    """As it was told, with the rule that stands against it; all who are concerned hear of it."""
    out = await dispenses.standing(tx, line.line_id, line.task_id)
    against = [Feed(one.organization_id, one.site) for one in out]
    if line.hold is not None:
        against.append(Feed(line.hold.organization_id, line.hold.site))
    own = Feed(row.organization_id, row.site)
    others = {feed.party_id for feed in against if feed != own}
    row = replace(row, rule_id=no.rule.id, facts=no.told(), others=sorted(others))
    number = await store.add(tx, row)
    told = list(dict.fromkeys([own, *against, Feed(line.organization_id), Feed(line.patient_id)]))
    await events.add(tx, told, CONFLICT, line.task_id, row.recorded_at)
    await _show(tx, line, row, terms)
    return Reconciled(replace(row, number=number), line, None)


async def _show(tx: Tx, line: LineRecord, row: OutageRecord, terms: Terms) -> None:
    """Who had the sheet may look at what became of it."""
    until = row.recorded_at + max(terms.handover, terms.amendment)
    await lines.present(tx, line.prescription_id, row.organization_id, until)


def cause_of(row: OutageRecord, language: Language) -> str:
    """Why it could not be counted: the rule that stood against it, with what it said then."""
    assert row.rule_id is not None and row.facts is not None
    facts: dict[str, object] = dict(row.facts)
    if "state" in facts:
        facts["state"] = PRESCRIPTION.state(row.facts["state"]).label.in_language(language)
    return BY_ID[row.rule_id].sentence(language, facts)


def number_of(row: OutageRecord) -> str:
    """As it is quoted: `K-000017`."""
    return f"K-{row.number:06}"
