"""A paper prescription, entered by the pharmacy to which it was brought: when the doctor had no system, or it was down.

The prescriber is who wrote the paper, and sees and cancels it as any other; the pharmacy signs what it entered, and
has it before itself as if it had found it. One form is entered once (Latvia 6.1: series and number).
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from tilts.clock import day_in_riga
from tilts.exchange import law
from tilts.exchange.documents import Signed
from tilts.exchange.prescribing_rules import KINDS, kind_of, may_prescribe
from tilts.exchange.prescriptions import LineOrder, Prescribed, decide, save_prescribed, with_medicine
from tilts.exchange.terms import Terms
from tilts.party import Party
from tilts.rules import Refusal
from tilts.rules.dispensing import DSP_PHARMACY_ONLY
from tilts.rules.prescriptions import (
    PRE_PAPER_INCOMPLETE,
    PRE_PAPER_KIND,
    PRE_PAPER_PRESCRIBER,
    PRE_PATIENT_UNKNOWN,
)
from tilts.store import connections, registers
from tilts.store import prescriptions as store
from tilts.store.records import RoleRecord
from tilts.store.tx import Tx

# Series and number as people write them: "AB 123456", "ab-123456". The form of the national ones is unverified.
FORM: Final = re.compile(r"([^\W\d_]{1,4})[ -]?(\d{3,12})\Z")


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on the form."""

    line: LineOrder
    is_tagged: bool
    forms: tuple[str, ...]  # series and number
    prescriber_id: UUID | None  # PractitionerRole of who wrote it
    recorder: str  # reference to who entered it, as written
    patient: tuple[str, str] | None  # system and value, where the line names no Patient of the register


def form_of(paper: Paper) -> str:
    """Series and number as one word; the same form is the same word."""
    found = FORM.match(paper.forms[0].strip()) if len(paper.forms) == 1 else None
    if not paper.is_tagged or found is None:
        raise Refusal(
            PRE_PAPER_INCOMPLETE, expressions=("MedicationRequest.identifier", "MedicationRequest.meta.tag")
        )
    return f"{found[1].upper()}{found[2]}"


def decide_digitised(
    paper: Paper, prescriber: RoleRecord | None, party: Party, now: datetime, terms: Terms
) -> Prescribed:
    """The whole rule: the line is judged as if its prescriber sent it."""
    if party.kind != "pharmacy":
        raise Refusal(DSP_PHARMACY_ONLY)
    form = form_of(paper)
    own = {f"PractitionerRole/{party.role_id}", f"Practitioner/{party.practitioner_id}"}
    may = prescriber is not None and prescriber.active and may_prescribe(prescriber.code, day_in_riga(now))
    if prescriber is None or not may or paper.recorder not in own:
        where = ("MedicationRequest.requester", "MedicationRequest.recorder")
        raise Refusal(PRE_PAPER_PRESCRIBER, expressions=where)
    kind = kind_of(paper.line.law)
    if kind not in law.figure_of("paper", "kinds", day_in_riga(now)):
        raise Refusal(PRE_PAPER_KIND, expressions=("MedicationRequest.category",), kind=KINDS[kind])
    writer = replace(
        party,
        kind="practice",
        organization_id=prescriber.organization_id,
        practitioner_id=prescriber.practitioner_id,
        role_id=prescriber.role_id,
        role_code=prescriber.code,
    )
    decided = decide([paper.line], writer, now, terms)
    return replace(decided, prescription=replace(decided.prescription, paper=form))


def for_patient(order: LineOrder, patient_id: UUID | None) -> LineOrder:
    """The line with the patient of the register in place of the person code on the paper."""
    if patient_id is None:
        return order
    document = {**order.document, "subject": {"reference": f"Patient/{patient_id}"}}
    return replace(order, patient_id=patient_id, document=document)


async def digitise(
    tx: Tx, paper: Paper, party: Party, now: datetime, terms: Terms, signed: Signed | None
) -> Prescribed:
    """The door: the paper becomes a prescription like any other, shown to this pharmacy."""
    prescriber = await connections.find_role(tx, paper.prescriber_id) if paper.prescriber_id else None
    if paper.line.patient_id is None and paper.patient is not None:  # a pharmacy has no register of patients
        patient_id = await registers.find_patient(tx, *paper.patient)
        paper = replace(paper, line=for_patient(paper.line, patient_id))
    paper = replace(paper, line=await with_medicine(tx, paper.line, now, terms))
    decided = decide_digitised(paper, prescriber, party, now, terms)
    if not await connections.patient_exists(tx, decided.prescription.patient_id):
        raise Refusal(PRE_PATIENT_UNKNOWN, expressions=("MedicationRequest.subject",))
    kept = await save_prescribed(tx, decided, now, signed)
    shown_until = now + terms.presentation
    await store.present(tx, decided.prescription.prescription_id, party.organization_id, shown_until)
    return kept
