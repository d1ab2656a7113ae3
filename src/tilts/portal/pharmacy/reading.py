"""What the pharmacist's pages show: lines with what stands in them, in words, and what may be done with each now."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from tilts.access.routes import Call
from tilts.exchange.lifecycle import PRESCRIPTION, LineState
from tilts.exchange.lines import Answer, allowed_actions, current, is_held_by, state_of
from tilts.exchange.medicines.balances import still
from tilts.exchange.medicines.dosage_text import DoseText, dose_texts
from tilts.exchange.medicines.dosage_words import noun_for
from tilts.exchange.prescriptions import viewer_of
from tilts.portal.persons import documents_of, medicine_in
from tilts.portal.pharmacy.words import PACK, unit_words
from tilts.rules import Language, Refusal
from tilts.rules.wire import WIRE_NOT_FOUND
from tilts.store import dispensing, prescriptions, registers, resources
from tilts.store.medicines.records import Medicine
from tilts.store.prescriptions import LineCriteria
from tilts.store.records import DispenseRecord, LineRecord, Quantity
from tilts.store.resources import Criteria
from tilts.workflow import Words
from tilts_fhir.json_strict import decode

MOST: Final = 60
SEVERAL: Final = Decimal(2)  # as a word, without a number beside it
OURS: Final = ("claim", "dispense", "release", "close", "close-remaining")  # what a pharmacy may ever do
LABELS: Final = {step.action: step.label for step in PRESCRIPTION.steps}


@dataclass(frozen=True, slots=True)
class ShownLine:
    line: LineRecord
    state: LineState
    document: dict[str, Any]
    dosage: DoseText
    patient: str
    prescriber: str
    mine: bool  # held at this screen's workplace, by the portal
    held_elsewhere: bool  # by another system of the same pharmacy
    answers: dict[str, Refusal | None]  # action -> why not
    handed: list[DispenseRecord]  # by this pharmacy, as it stands
    language: Language

    @property
    def medicine(self) -> str:
        return medicine_in(self.document)

    @property
    def unit(self) -> str:
        """Of the whole line."""
        return self.unit_of(self.line.allowed.value)

    def unit_of(self, number: Decimal) -> str:
        return unit_words(self.line.allowed, number, self.language)

    @property
    def packs(self) -> str:
        return noun_for(PACK, SEVERAL, self.language)

    def units_of(self, medicine: Medicine, number: Decimal = SEVERAL) -> str:
        """What is in its package."""
        return unit_words(Quantity(number, "", "", medicine.unit), number, self.language)

    @property
    def left_in_units(self) -> Decimal | None:
        """Exactly, where packages are counted by what is in them."""
        return None if self.line.pack_units is None else still(self.line)

    @property
    def state_words(self) -> Words:
        return PRESCRIPTION.state(self.state).label

    def may(self, action: str) -> bool:
        return self.answers[action] is None

    @property
    def noes(self) -> list[tuple[Words, Refusal]]:
        """Why not, each reason once: several actions often share one."""
        found: dict[str, tuple[Words, Refusal]] = {}
        for action, no in self.answers.items():
            if no is not None:
                found.setdefault(no.rule.id, (LABELS[action], no))
        return list(found.values())


async def lines_of(call: Call, lines: list[LineRecord]) -> list[ShownLine]:
    """Each with its document, as this pharmacy may see it; each is written down as shown to it."""
    viewer = viewer_of(call.party, call.now)
    documents = await documents_of(call.tx, lines, viewer)
    patients = await patient_names(call, {line.patient_id for line in lines})
    authors = await registers.organization_names(call.tx, {line.organization_id for line in lines})
    shown = []
    for stored in lines:
        call.concerns(stored.patient_id, "Task", stored.task_id, stored.basis)
        line = current(stored, call.now)
        document = documents.get(line.line_id, {})
        out = await dispensing.standing(call.tx, line.line_id, line.task_id) if line.dispensed else []
        same = line.hold is not None and line.hold.organization_id == call.party.organization_id
        mine = line.hold is not None and is_held_by(line.hold, call.party)
        shown.append(
            ShownLine(
                line=line,
                state=state_of(line, call.now),
                document=document,
                dosage=dose_texts(document.get("dosageInstruction", []), call.incoming.language),
                patient=patients.get(line.patient_id, ""),
                prescriber=authors.get(line.organization_id, ""),
                mine=mine,
                held_elsewhere=same and not mine,
                answers=answers_of(allowed_actions(line, call.party, call.now)),
                handed=[one for one in out if one.organization_id == call.party.organization_id],
                language=call.incoming.language,
            )
        )
    return shown


def answers_of(answers: list[Answer]) -> dict[str, Refusal | None]:
    return {one.action: one.refusal for one in answers if one.action in OURS}


async def patient_names(call: Call, patient_ids: set[UUID]) -> dict[UUID, str]:
    """As the register of patients has them."""
    criteria = Criteria("Patient", register=True, ids=sorted(patient_ids))
    viewer = viewer_of(call.party, call.now)
    rows = await resources.search(call.tx, criteria, viewer, before=None, limit=len(patient_ids))
    names: dict[UUID, str] = {}
    for row in rows:
        name: dict[str, Any] = next(iter(decode(row.body).get("name", ())), {})
        names[row.resource_id] = " ".join([*name.get("given", ()), name.get("family", "")]).strip()
    return names


async def held(call: Call) -> list[ShownLine]:
    """The worklist: what this pharmacy holds, the most urgent first."""
    criteria = LineCriteria(holder_ids=[call.party.organization_id], by_lease=True)
    viewer = viewer_of(call.party, call.now)
    rows = await prescriptions.search_lines(call.tx, criteria, viewer, before=None, limit=MOST)
    lines = [line for line in rows if current(line, call.now).hold is not None]
    return sorted(await lines_of(call, lines), key=urgency)


def urgency(shown: ShownLine) -> tuple[int, datetime]:
    """Whom somebody waits for stands first; then what ends soonest; what only has to be closed is last."""
    line = shown.line
    assert line.hold is not None, "the worklist holds what is held"
    waited_for = line.transfer_wanted_at is not None or shown.state == "cancel-pending"
    return (0 if waited_for else 2 if shown.state == "dispensed" else 1), line.hold.lease_until


async def of_prescription(call: Call, prescription_id: UUID) -> list[ShownLine]:
    """Its lines that this pharmacy may see. Raises WIRE-012 when that is none."""
    every = await prescriptions.lines_of_prescription(call.tx, prescription_id)
    criteria = LineCriteria(task_ids=[line.task_id for line in every])
    viewer = viewer_of(call.party, call.now)
    seen = await prescriptions.search_lines(call.tx, criteria, viewer, before=None, limit=len(every) or 1)
    if not seen:
        raise Refusal(WIRE_NOT_FOUND)
    return await lines_of(call, sorted(seen, key=lambda line: (line.line_id, line.issue)))


def in_front(lines: list[ShownLine], asked: UUID | None) -> ShownLine | None:
    """Which line stands open: the one that was asked for, else the next one that something can be done with."""
    named = [one for one in lines if one.line.task_id == asked]
    next_ones = [one for action in ("dispense", "claim", "close") for one in lines if one.may(action)]
    return next(iter([*named, *next_ones, *(lines if len(lines) == 1 else [])]), None)
