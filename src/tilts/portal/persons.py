"""What the resident sees: who looked at my data, and how my prescriptions stand.

Reading this page is itself an access: it is written down in the same transaction, as for any call.
In the sandbox anybody may look as any test person; the real portal asks the resident to sign in.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tilts.exchange.lines import current, state_of
from tilts.ids import new_id
from tilts.portal.sandbox_facts import Person, SandboxFacts
from tilts.store import audit, prescriptions, resources
from tilts.store.prescriptions import LineCriteria
from tilts.store.records import Access, AuditEntry, AuditSubject, LineRecord, Viewer
from tilts.store.resources import Criteria
from tilts.store.tx import Database, Tx
from tilts_fhir.json_strict import decode

PAGE_ROWS: Final = 50
MOST_LINES: Final = 50
PORTAL_CLIENT: Final = "portal"


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
class PersonView:
    person: Person
    lines: list[ShownLine]
    accesses: list[ShownAccess]
    older: UUID | None


async def view_of(
    database: Database, facts: SandboxFacts, person: Person, before: UUID | None, now: datetime
) -> PersonView:
    """Everything of the page in one transaction, with the access written down in it."""
    portal = facts.clients[PORTAL_CLIENT]
    patient_id = UUID(person.patient)
    viewer = Viewer(UUID(portal.org), patient_id, now)
    async with database.transaction() as tx:
        entry = entry_for(facts, patient_id, now)
        await audit.add(tx, entry)
        lines = await prescriptions.search_lines(
            tx, LineCriteria(patient_ids=[patient_id]), viewer, before=None, limit=MOST_LINES
        )
        documents = await documents_of(tx, lines, viewer)
        found = await audit.of_patient(tx, patient_id, before=before, limit=PAGE_ROWS + 1)
        await audit.add_subjects(tx, entry.audit_id, [AuditSubject(patient_id, "AuditEvent", None)])
    accesses = found[:PAGE_ROWS]
    return PersonView(
        person=person,
        lines=[shown_line(line, documents.get(line.line_id, {}), facts, now) for line in lines],
        accesses=joined(accesses, viewer.organization_id),
        older=accesses[-1].audit_id if len(found) > PAGE_ROWS else None,
    )


def entry_for(facts: SandboxFacts, patient_id: UUID, now: datetime) -> AuditEntry:
    """As access/pipeline writes for a call of the portal that the patient made."""
    portal = facts.clients[PORTAL_CLIENT]
    return AuditEntry(
        audit_id=new_id(),
        at=now,
        event="audit.searched",
        outcome="success",
        request_id=str(new_id()),
        method="GET",
        address=f"/persons/{patient_id}",
        client_id=portal.client_id,
        organization_id=UUID(portal.org),
        organization_name=portal.name,
        acting_patient_id=patient_id,
        purpose="PATRQT",
    )


async def documents_of(tx: Tx, lines: list[LineRecord], viewer: Viewer) -> dict[UUID, dict[str, Any]]:
    criteria = Criteria("MedicationRequest", register=False, ids=[line.line_id for line in lines])
    rows = await resources.search(tx, criteria, viewer, before=None, limit=MOST_LINES)
    return {row.resource_id: decode(row.body) for row in rows}


def shown_line(line: LineRecord, document: dict[str, Any], facts: SandboxFacts, now: datetime) -> ShownLine:
    line = current(line, now)
    return ShownLine(
        line=line,
        state=state_of(line, now),
        medicine=medicine_in(document),
        dosage="; ".join(str(one["text"]) for one in document.get("dosageInstruction", []) if "text" in one),
        prescriber=facts.organization_name(str(line.organization_id)),
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
