"""Prescriptions as their patient and their prescriber see them: each number with its medicines, each of these by issue.

An issue is one time that a medicine may be collected; how it stands is computed when it is looked at (exchange/lines).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

from tilts.exchange.lines import allowed_actions, current, state_of
from tilts.exchange.medicines.dosage_text import DoseText, dose_texts
from tilts.party import Party
from tilts.portal.persons import medicine_in
from tilts.rules import Language
from tilts.store import dispensing, prescriptions, registers, resources
from tilts.store.prescriptions import LineCriteria
from tilts.store.records import DispenseRecord, LineRecord, Viewer
from tilts.store.resources import Criteria
from tilts.store.tx import Tx
from tilts_fhir.json_strict import decode

MOST_ISSUES: Final = 60  # on one page; of one prescription all of them
EVERY_ISSUE: Final = 1_000  # more than a prescription can have: lines times issues of each


class Eyes(Protocol):
    """Within which transaction, through whose eyes, and as whom it is looked: a resident's seat, or a desk."""

    @property
    def tx(self) -> Tx: ...
    @property
    def viewer(self) -> Viewer: ...
    @property
    def party(self) -> Party: ...
    @property
    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class HandedOut:
    record: DispenseRecord
    pharmacy: str
    product: str  # what was given, in the pharmacy's words


@dataclass(slots=True)
class ShownIssue:
    line: LineRecord  # as the clock has left it
    state: str
    may: frozenset[str]  # what who looks may do with it now
    handed_out: list[HandedOut] = field(default_factory=list)


@dataclass(slots=True)
class ShownMedicine:
    name: str
    document: dict[str, Any]
    dosage: DoseText | None
    issues: list[ShownIssue] = field(default_factory=list)

    def open_for(self, action: str) -> list[ShownIssue]:
        return [one for one in self.issues if action in one.may]

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
    eyes: Eyes, criteria: LineCriteria, language: Language, before: UUID | None
) -> tuple[list[ShownPrescription], UUID | None]:
    """Newest first, with the place from which older ones go on. A prescription stands on one page whole."""
    found = await prescriptions.search_lines(
        eyes.tx, criteria, eyes.viewer, before=before, limit=MOST_ISSUES + 1
    )
    older = None
    if len(found) > MOST_ISSUES:
        last = found[-1].prescription_id
        whole = [one for one in found if one.prescription_id != last]
        found = whole or found[:MOST_ISSUES]  # one with more issues than a page has is whole on its own page
        older = found[-1].task_id
    return await shown_of(eyes, found, language), older


async def shown_one(eyes: Eyes, task_id: UUID | None, language: Language) -> ShownPrescription | None:
    """The whole prescription of which this is one issue, with what was handed out of each."""
    line = await prescriptions.line_of_task(eyes.tx, task_id, eyes.viewer) if task_id else None
    if line is None:
        return None
    criteria = LineCriteria(patient_ids=[line.patient_id], numbers=[line.number])
    found = await prescriptions.search_lines(eyes.tx, criteria, eyes.viewer, before=None, limit=EVERY_ISSUE)
    [whole] = await shown_of(eyes, found, language)
    for medicine in whole.medicines:
        for issue in medicine.issues:
            if issue.line.dispensed:
                issue.handed_out = await handed_out_of(eyes, issue.line)
    return whole


async def shown_of(eyes: Eyes, lines: list[LineRecord], language: Language) -> list[ShownPrescription]:
    documents = await documents_of(eyes, "MedicationRequest", {line.line_id for line in lines})
    names = await registers.organization_names(eyes.tx, {line.organization_id for line in lines})
    found: dict[UUID, ShownPrescription] = {}
    medicines: dict[UUID, ShownMedicine] = {}
    for line in sorted(lines, key=lambda one: (one.line_id, one.issue)):
        named = names.get(line.organization_id, "")
        prescription = found.setdefault(line.prescription_id, ShownPrescription(line, named))
        if line.line_id not in medicines:
            document = documents.get(line.line_id, {})
            medicines[line.line_id] = ShownMedicine(
                medicine_in(document), document, dosage_in(document, language)
            )
            prescription.medicines.append(medicines[line.line_id])
        medicines[line.line_id].issues.append(shown_issue(eyes, line))
    return sorted(found.values(), key=lambda one: one.first.task_id, reverse=True)


def shown_issue(eyes: Eyes, line: LineRecord) -> ShownIssue:
    line = current(line, eyes.now)
    may = {one.action for one in allowed_actions(line, eyes.party, eyes.now) if one.refusal is None}
    if line.transfer_wanted_at is not None:
        may.discard("transfer-request")  # asked again, the answer would be the same
    return ShownIssue(line, state_of(line, eyes.now), frozenset(may))


def dosage_in(document: dict[str, Any], language: Language) -> DoseText | None:
    dosages = document.get("dosageInstruction", [])
    return dose_texts(dosages, language) if dosages else None


async def handed_out_of(eyes: Eyes, line: LineRecord) -> list[HandedOut]:
    records = await dispensing.standing(eyes.tx, line.line_id, line.task_id)
    documents = await documents_of(eyes, "MedicationDispense", {one.dispense_id for one in records})
    names = await registers.organization_names(eyes.tx, {one.organization_id for one in records})
    return [
        HandedOut(one, names.get(one.organization_id, ""), medicine_in(documents.get(one.dispense_id, {})))
        for one in records
    ]


async def documents_of(eyes: Eyes, kind: str, ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    wanted = list(ids)
    criteria = Criteria(kind, register=False, ids=wanted)
    rows = await resources.search(eyes.tx, criteria, eyes.viewer, before=None, limit=len(wanted))
    return {row.resource_id: decode(row.body) for row in rows}
