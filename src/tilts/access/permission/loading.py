"""Feeds of relationships from registers: each row is taken whole or dropped with its reason, never guessed at.

    kind, patient, organization | person, practitioner, starts, ends, evidence

`patient` and `person` are ids, or `system|value` of an identifier; `organization` an id or the code of a site. Where a
kind has a term (terms.json) a missing end is made of it, and an end after it is brought back to it.

Two kinds open nothing and are looked for in the audit trail (access/breadth/anomalies.py): `flagged-person`, a patient
whose record draws the curious, until a row with an end that is over; and `own-record`, who a practitioner is as a patient.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias
from uuid import UUID

from tilts.access.permission.terms import hours_of
from tilts.clock import RIGA
from tilts.ids import new_id
from tilts.store import audit, registers, relationships
from tilts.store.doors import anomalies
from tilts.store.records import AuditEntry
from tilts.store.relationships import GuardianRow, RelationshipRow
from tilts.store.tx import Tx
from tilts_fhir.primitives import parse_datetime

WITH_TERM: Final = frozenset({"visit", "referral", "requested-result"})
OPERATOR: Final = "operator"  # whoever has the shell of the server
EVENT: Final = "relationships.loaded"
WATCHED: Final = frozenset({"flagged-person", "own-record"})
KINDS: Final = WITH_TERM | {"home-doctor", "guardian"} | WATCHED
LONGEST_EVIDENCE: Final = 200
Row: TypeAlias = Mapping[str, Any]


class Dropped(Exception):
    """A row that is not taken; the text says why and names no person."""


@dataclass(slots=True)
class Report:
    """What became of a feed."""

    taken: dict[str, int] = field(default_factory=dict)
    dropped: list[tuple[int, str]] = field(default_factory=list)  # line, reason

    def took(self, kind: str) -> None:
        self.taken[kind] = self.taken.get(kind, 0) + 1


async def load(tx: Tx, rows: Iterable[tuple[int, Row]], now: datetime, report: Report) -> None:
    """One batch, in one transaction; told again, the same rows change nothing."""
    related: list[RelationshipRow] = []
    guardians: list[GuardianRow] = []
    for line, row in rows:
        try:
            if text(row, "kind") in WATCHED:
                await watch(tx, row, now)
                report.took(text(row, "kind"))
                continue
            found = await read(tx, row, now)
        except Dropped as why:
            report.dropped.append((line, str(why)))
            continue
        report.took("guardian" if isinstance(found, GuardianRow) else found.kind)
        if isinstance(found, GuardianRow):
            guardians.append(found)
        else:
            related.append(found)
    await audit.add(tx, entry_of(report, now))
    await relationships.save(tx, related)
    await relationships.save_guardians(tx, guardians)


def entry_of(report: Report, now: datetime) -> AuditEntry:
    """What the operator took in, so far in this feed; numbers only."""
    return AuditEntry(
        audit_id=new_id(),
        at=now,
        event=EVENT,
        outcome="success",
        request_id=str(new_id()),
        method="CLI",
        address="/relationships",
        client_id=OPERATOR,
        detail={"taken": dict(report.taken), "dropped": len(report.dropped)},
    )


async def watch(tx: Tx, row: Row, now: datetime) -> None:
    evidence_in(row)
    patient_id, ends_at = await patient(tx, text(row, "patient")), moment(row, "ends", 1)
    if text(row, "kind") == "own-record":
        if not await anomalies.save_own_record(tx, uuid_in(text(row, "practitioner")), patient_id):
            raise Dropped("no practitioner of the register")
    elif ends_at is None or ends_at > now:
        await anomalies.flag(tx, patient_id, now)
    else:
        await anomalies.unflag(tx, patient_id)


async def read(tx: Tx, row: Row, now: datetime) -> RelationshipRow | GuardianRow:
    kind = text(row, "kind")
    if kind not in KINDS:
        raise Dropped("unknown kind")
    evidence = evidence_in(row)
    starts_at, ends_at = moment(row, "starts", 0) or now, moment(row, "ends", 1)
    if kind in WITH_TERM:
        latest = starts_at + timedelta(hours=hours_of(kind, now))
        ends_at = min(ends_at or latest, latest)
    if ends_at is not None and ends_at <= starts_at:
        raise Dropped("ends before it starts")
    patient_id = await patient(tx, text(row, "patient"))
    if kind == "guardian":
        person_id = await patient(tx, text(row, "person"))
        if person_id == patient_id:
            raise Dropped("nobody is their own guardian")
        return GuardianRow(patient_id, person_id, starts_at, ends_at, evidence, now)
    organization_id = await registers.find_treating(tx, text(row, "organization"))
    if organization_id is None:
        raise Dropped("no practice or hospital of the register")
    practitioner = text(row, "practitioner")
    practitioner_id = uuid_in(practitioner) if practitioner else None
    return RelationshipRow(
        new_id(), patient_id, organization_id, practitioner_id, kind, starts_at, ends_at, evidence, now
    )


def evidence_in(row: Row) -> str:
    evidence = text(row, "evidence")
    if not 1 <= len(evidence) <= LONGEST_EVIDENCE:
        raise Dropped("no evidence, or too long")
    return evidence


def text(row: Row, name: str) -> str:
    return str(row.get(name) or "").strip()


def moment(row: Row, name: str, side: int) -> datetime | None:
    """A FHIR date or moment; of a day its beginning or its end in Riga."""
    written = text(row, name)
    try:
        return parse_datetime(written, RIGA)[side] if written else None
    except (ValueError, OverflowError):
        raise Dropped(f"{name} is no date") from None


async def patient(tx: Tx, written: str) -> UUID:
    system, bar, value = written.partition("|")
    found = await registers.find_patient(tx, system, value) if bar else uuid_in(written)
    if found is None or not await relationships.known_among(tx, [found]):
        raise Dropped("no patient of the register")
    return found


def uuid_in(written: str) -> UUID:
    try:
        return UUID(written)
    except ValueError:
        raise Dropped("an id that is none") from None
