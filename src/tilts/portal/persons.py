"""What the resident sees: who looked at my data, and how my prescriptions stand.

Reading this page is itself an access: it is written down in the same transaction, as for any call.
In the sandbox anybody may look as any test person; under /my the resident has signed in.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tilts.exchange.lines import current, state_of
from tilts.ids import new_id
from tilts.store import audit, prescriptions, registers, resources
from tilts.store.prescriptions import LineCriteria
from tilts.store.records import Access, AuditEntry, AuditSubject, LineRecord, Viewer
from tilts.store.registers import PortalClient
from tilts.store.resources import Criteria
from tilts.store.tx import Database, Tx
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
    """One access, or several of the same kind in a row."""

    last: Access
    own: bool  # the resident's own look, through the portal
    times: int = 1
    first_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """One look of a resident at their own record: what is wanted, and what is written down of it."""

    patient_id: UUID
    now: datetime
    address: str
    event: str
    prescriptions: bool = True
    accesses: bool = True
    before: UUID | None = None
    assurance: str = ""


@dataclass(frozen=True, slots=True)
class PersonView:
    lines: list[ShownLine]
    accesses: list[ShownAccess]
    older: UUID | None


async def view_of(database: Database, look: Look) -> PersonView:
    """Everything of the page in one transaction, with the access written down in it."""
    async with database.transaction() as tx:
        portal = await registers.portal_client(tx)
        viewer = Viewer(portal.organization_id, look.patient_id, look.now)
        entry = entry_for(portal, look)
        await audit.add(tx, entry)
        lines = await lines_of(tx, look, viewer) if look.prescriptions else []
        found: list[Access] = []
        if look.accesses:
            found = await audit.of_patient(tx, look.patient_id, before=look.before, limit=PAGE_ROWS + 1)
        subject = "AuditEvent" if look.accesses else "MedicationRequest"
        await audit.add_subjects(tx, entry.audit_id, [AuditSubject(look.patient_id, subject, None)])
    accesses = found[:PAGE_ROWS]
    return PersonView(
        lines=lines,
        accesses=joined(accesses, viewer.organization_id),
        older=accesses[-1].audit_id if len(found) > PAGE_ROWS else None,
    )


def entry_for(portal: PortalClient, look: Look) -> AuditEntry:
    """As access/pipeline writes for a call of the portal that the patient made."""
    return AuditEntry(
        audit_id=new_id(),
        at=look.now,
        event=look.event,
        outcome="success",
        request_id=str(new_id()),
        method="GET",
        address=look.address,
        client_id=portal.client_id,
        organization_id=portal.organization_id,
        organization_name=portal.name,
        acting_patient_id=look.patient_id,
        purpose="PATRQT",
        detail={"assurance": look.assurance} if look.assurance else {},
    )


async def lines_of(tx: Tx, look: Look, viewer: Viewer) -> list[ShownLine]:
    lines = await prescriptions.search_lines(
        tx, LineCriteria(patient_ids=[look.patient_id]), viewer, before=None, limit=MOST_LINES
    )
    documents = await documents_of(tx, lines, viewer)
    names = await registers.organization_names(tx, {line.organization_id for line in lines})
    return [
        shown_line(line, documents.get(line.line_id, {}), names.get(line.organization_id), look.now)
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


def joined(accesses: list[Access], portal_id: UUID) -> list[ShownAccess]:
    """Newest first; what the same person did several times in a row becomes one line."""
    found: list[ShownAccess] = []
    for access in accesses:
        if found and kind_of(found[-1].last) == kind_of(access):
            found[-1].times += 1
            found[-1].first_at = access.at
        else:
            found.append(ShownAccess(access, own=access.organization_id == portal_id))
    return found


def kind_of(access: Access) -> tuple[object, ...]:
    who = (access.organization_id, access.client_id, access.role_id)
    return (*who, access.event, access.repeated, access.outcome, access.rule_id, access.purpose)
