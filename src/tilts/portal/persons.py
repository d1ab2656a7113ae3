"""What the resident sees: who looked at my data, and how my prescriptions stand.

Reading is itself an access: it is written down in the same transaction, as for any call (access/residents.py).
In the sandbox anybody may look as any test person; under /my the resident has signed in.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tilts.access.residents import PersonName, Seat, names_of
from tilts.exchange.lines import current, state_of
from tilts.store import audit, prescriptions, registers, resources
from tilts.store.audit import ALL, Wanted
from tilts.store.prescriptions import LineCriteria
from tilts.store.records import Access, LineRecord, Viewer
from tilts.store.resources import Criteria
from tilts.store.tx import Tx
from tilts_fhir.json_strict import decode

PAGE_ROWS: Final = 50
MOST_LINES: Final = 50


@dataclass(frozen=True, slots=True)
class ShownLine:
    line: LineRecord
    state: str
    medicine: str
    dosage: str
    prescriber: str | None


@dataclass(slots=True)
class ShownAccess:
    """One access, or several of the same kind in a row: `earlier`, newest first."""

    last: Access
    own: bool  # of the resident who sits at the screen, through the portal
    person: PersonName | None = None  # another resident who acted for the patient
    earlier: list[Access] = field(default_factory=list)

    @property
    def times(self) -> int:
        return 1 + len(self.earlier)


@dataclass(frozen=True, slots=True)
class AccessPage:
    accesses: list[ShownAccess]
    older: UUID | None


async def accesses_of(
    seat: Seat, *, before: UUID | None, wanted: Wanted = ALL, limit: int = PAGE_ROWS
) -> AccessPage:
    """Newest first; what the same person did several times in a row becomes one line."""
    found = await audit.of_patient(seat.tx, seat.patient_id, before=before, limit=limit + 1, wanted=wanted)
    rows = found[:limit]
    others = {row.acting_patient_id for row in rows} - {None, seat.person_id}
    names = await names_of(seat, [one for one in others if one is not None])
    older = rows[-1].audit_id if len(found) > limit else None
    return AccessPage(joined(rows, seat.person_id, names), older)


def joined(rows: list[Access], person_id: UUID, names: dict[UUID, PersonName]) -> list[ShownAccess]:
    shown: list[ShownAccess] = []
    for row in rows:
        if shown and kind_of(shown[-1].last) == kind_of(row):
            shown[-1].earlier.append(row)
            continue
        acting = row.acting_patient_id
        shown.append(ShownAccess(row, own=acting == person_id, person=names.get(acting) if acting else None))
    return shown


def kind_of(access: Access) -> tuple[object, ...]:
    who = (access.organization_id, access.client_id, access.role_id, access.acting_patient_id)
    what = (access.event, access.resource_type, access.basis, access.purpose, access.delegator_role_id)
    return (*who, *what, access.glass_id, access.repeated, access.outcome, access.rule_id)


async def lines_of(seat: Seat) -> list[ShownLine]:
    tx, viewer = seat.tx, seat.viewer
    criteria = LineCriteria(patient_ids=[seat.patient_id])
    lines = await prescriptions.search_lines(tx, criteria, viewer, before=None, limit=MOST_LINES)
    documents = await documents_of(tx, lines, viewer)
    names = await registers.organization_names(tx, {line.organization_id for line in lines})
    return [
        shown_line(line, documents.get(line.line_id, {}), names.get(line.organization_id), seat.now)
        for line in lines
    ]


async def documents_of(tx: Tx, lines: list[LineRecord], viewer: Viewer) -> dict[UUID, dict[str, Any]]:
    criteria = Criteria("MedicationRequest", register=False, ids=[line.line_id for line in lines])
    rows = await resources.search(tx, criteria, viewer, before=None, limit=MOST_LINES)
    return {row.resource_id: decode(row.body) for row in rows}


def shown_line(
    line: LineRecord, document: dict[str, Any], prescriber: str | None, now: datetime
) -> ShownLine:
    line = current(line, now)
    return ShownLine(
        line=line,
        state=state_of(line, now),
        medicine=medicine_in(document),
        dosage="; ".join(str(one["text"]) for one in document.get("dosageInstruction", []) if "text" in one),
        prescriber=prescriber,
    )


def medicine_in(document: dict[str, Any]) -> str:
    """What the prescriber called it: text, or the first display or code."""
    concept = document.get("medicationCodeableConcept", {})
    coding: dict[str, Any] = next(iter(concept.get("coding", [])), {})
    reference = document.get("medicationReference", {})
    written = concept.get("text") or coding.get("display") or coding.get("code") or reference.get("display")
    return str(written or "")
