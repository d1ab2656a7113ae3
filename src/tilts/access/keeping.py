"""What the audit entry of a call keeps: whom it was about, and of a refusal the reason."""

from dataclasses import replace
from typing import Final
from uuid import UUID

from tilts.rules import FaultyContent, Refusal
from tilts.store.records import AuditEntry, AuditSubject, LineRecord

AS_WRITTEN: Final = frozenset({"asked", "fault", "parameter", "status", "intent", "line", "column"})


def kept_of(end: Refusal | FaultyContent) -> dict[str, object]:
    """What the audit entry keeps of a refusal: its true reason, and the facts that the caller was told.

    What the caller wrote himself is left out: it may hold anything.
    """
    if isinstance(end, FaultyContent):
        return {}
    facts = {name: value for name, value in end.told().items() if name not in AS_WRITTEN}
    reason = end.facts.get("reason")
    return {"facts": facts} | ({"reason": str(reason)} if reason else {})


def ended(entry: AuditEntry, end: Exception) -> AuditEntry:
    """The entry of a call that ended with a refusal or with a fault of ours."""
    if isinstance(end, Refusal | FaultyContent):
        detail = {**(entry.detail or {}), **kept_of(end)}
        return replace(entry, outcome="refused", rule_id=end.rule.id, detail=detail)
    return replace(entry, outcome="fault", detail={**(entry.detail or {}), "kind": type(end).__name__})


def concerned(end: Exception) -> list[AuditSubject]:
    """The patient of a refusal that came after the line or the document was found, or found to be hidden."""
    found = end.facts.get("about") if isinstance(end, Refusal) else None
    if isinstance(found, LineRecord):
        return [AuditSubject(found.patient_id, "Task", found.task_id, basis=found.basis)]
    return [found] if isinstance(found, AuditSubject) else []


def distinct(subjects: list[AuditSubject]) -> list[AuditSubject]:
    """One row for each patient: of several resources of one patient, none is named."""
    by_patient: dict[UUID, AuditSubject] = {}
    for subject in subjects:
        seen = by_patient.get(subject.patient_id)
        several = seen is not None and seen != subject
        by_patient[subject.patient_id] = replace(subject, resource_id=None) if several else subject
    return list(by_patient.values())
