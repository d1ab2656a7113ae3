"""A resident's prescriptions as they are shown: each number with its medicines, and of each medicine every issue.

An issue is one time that a medicine may be collected; how it stands is computed when it is looked at (exchange/lines).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from tilts.access.residents import Seat
from tilts.exchange.lines import allowed_actions, current, state_of
from tilts.exchange.medicines.dosage_text import DoseText, dose_texts
from tilts.portal.persons import medicine_in
from tilts.rules import Language
from tilts.store import dispensing, prescriptions, registers, resources
from tilts.store.prescriptions import LineCriteria
from tilts.store.records import DispenseRecord, LineRecord
from tilts.store.resources import Criteria
from tilts_fhir.json_strict import decode

MOST_ISSUES: Final = 60  # on one page; of one prescription all of them
EVERY_ISSUE: Final = 1_000  # more than a prescription can have: lines times issues of each


@dataclass(frozen=True, slots=True)
class HandedOut:
    record: DispenseRecord
    pharmacy: str
    product: str  # what was given, in the pharmacy's words


@dataclass(slots=True)
class ShownIssue:
    line: LineRecord  # as the clock has left it
    state: str
    may_ask_transfer: bool
    handed_out: list[HandedOut] = field(default_factory=list)


@dataclass(slots=True)
class ShownMedicine:
    name: str
    dosage: DoseText | None
    issues: list[ShownIssue] = field(default_factory=list)

    @property
    def issues_left(self) -> int:
        """How many times something may still be collected, now or later."""
        return sum(one.state in STILL for one in self.issues)


@dataclass(slots=True)
class ShownPrescription:
    first: LineRecord
    prescriber: str
    medicines: list[ShownMedicine] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return any(one.issues_left for one in self.medicines)


STILL: Final = frozenset({"future", "ready", "claimed", "partly-dispensed"})


async def shown_page(
    seat: Seat, language: Language, before: UUID | None
) -> tuple[list[ShownPrescription], UUID | None]:
    """Newest first, with the place from which older ones go on. A prescription stands on one page whole."""
    criteria = LineCriteria(patient_ids=[seat.patient_id])
    found = await prescriptions.search_lines(
        seat.tx, criteria, seat.viewer, before=before, limit=MOST_ISSUES + 1
    )
    older = None
    if len(found) > MOST_ISSUES:
        last = found[-1].prescription_id
        whole = [one for one in found if one.prescription_id != last]
        found = whole or found[:MOST_ISSUES]  # one with more issues than a page has is whole on its own page
        older = found[-1].task_id
    return await shown_of(seat, found, language), older


async def shown_one(seat: Seat, task_id: UUID | None, language: Language) -> ShownPrescription | None:
    """The whole prescription of which this is one issue, with what was handed out of each."""
    line = await prescriptions.line_of_task(seat.tx, task_id, seat.viewer) if task_id else None
    if line is None:
        return None
    criteria = LineCriteria(patient_ids=[seat.patient_id], numbers=[line.number])
    found = await prescriptions.search_lines(seat.tx, criteria, seat.viewer, before=None, limit=EVERY_ISSUE)
    [whole] = await shown_of(seat, found, language)
    for medicine in whole.medicines:
        for issue in medicine.issues:
            if issue.line.dispensed:
                issue.handed_out = await handed_out_of(seat, issue.line)
    return whole


async def shown_of(seat: Seat, lines: list[LineRecord], language: Language) -> list[ShownPrescription]:
    documents = await documents_of(seat, "MedicationRequest", {line.line_id for line in lines})
    names = await registers.organization_names(seat.tx, {line.organization_id for line in lines})
    found: dict[UUID, ShownPrescription] = {}
    medicines: dict[UUID, ShownMedicine] = {}
    for line in sorted(lines, key=lambda one: (one.line_id, one.issue)):
        named = names.get(line.organization_id, "")
        prescription = found.setdefault(line.prescription_id, ShownPrescription(line, named))
        if line.line_id not in medicines:
            document = documents.get(line.line_id, {})
            medicines[line.line_id] = ShownMedicine(medicine_in(document), dosage_in(document, language))
            prescription.medicines.append(medicines[line.line_id])
        medicines[line.line_id].issues.append(shown_issue(seat, line))
    return sorted(found.values(), key=lambda one: one.first.task_id, reverse=True)


def shown_issue(seat: Seat, line: LineRecord) -> ShownIssue:
    line = current(line, seat.now)
    may = {one.action for one in allowed_actions(line, seat.party, seat.now) if one.refusal is None}
    asks = "transfer-request" in may and line.transfer_wanted_at is None
    return ShownIssue(line, state_of(line, seat.now), asks)


def dosage_in(document: dict[str, Any], language: Language) -> DoseText | None:
    dosages = document.get("dosageInstruction", [])
    return dose_texts(dosages, language) if dosages else None


async def handed_out_of(seat: Seat, line: LineRecord) -> list[HandedOut]:
    records = await dispensing.standing(seat.tx, line.line_id, line.task_id)
    documents = await documents_of(seat, "MedicationDispense", {one.dispense_id for one in records})
    names = await registers.organization_names(seat.tx, {one.organization_id for one in records})
    return [
        HandedOut(one, names.get(one.organization_id, ""), medicine_in(documents.get(one.dispense_id, {})))
        for one in records
    ]


async def documents_of(seat: Seat, kind: str, ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    wanted = list(ids)
    criteria = Criteria(kind, register=False, ids=wanted)
    rows = await resources.search(seat.tx, criteria, seat.viewer, before=None, limit=len(wanted))
    return {row.resource_id: decode(row.body) for row in rows}
