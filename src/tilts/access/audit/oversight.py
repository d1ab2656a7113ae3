"""Looking into the trail as somebody who oversees: the authority at the portal, or the operator in a shell.

Whoever oversees is overseen: the look is written down with its reason in the same transaction, and a patient whose
accesses were asked for by name finds it in their own list. The address that was asked from and the token stay out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from tilts.access.keeping import ended
from tilts.account import Account
from tilts.ids import new_id
from tilts.onboarding.mail.texts import without_person_codes
from tilts.rules import Refusal
from tilts.rules.trust.audit import AUD_PERIOD_TOO_LONG, AUD_PURPOSE_MISSING
from tilts.store import audit
from tilts.store.records import AuditEntry, AuditSubject
from tilts.store.trail import reading
from tilts.store.trail.reading import Criteria
from tilts.store.trail.seals import Row
from tilts.store.tx import Database

REASON_CHARACTERS: Final = 20
KEPT_CHARACTERS: Final = 300
MOST_DAYS: Final = 92
MOST_ROWS: Final = 500
EVENT: Final = "audit.listed"
BASIS: Final = "oversight"  # of a patient whose accesses an overseer asked for


@dataclass(frozen=True, slots=True)
class Overseer:
    """Who looks: an account of the authority, or whoever has the shell of the server."""

    client_id: str  # portal, or operator
    name: str
    account_id: UUID | None = None

    @classmethod
    def of(cls, account: Account) -> "Overseer":
        return cls("portal", account.party_name, account.account_id)


OPERATOR: Final = Overseer("operator", "")


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked for, and why."""

    criteria: Criteria
    reason: str
    now: datetime
    before: UUID | None = None  # keyset: the last one of the page before
    limit: int = 50


async def overseen(database: Database, overseer: Overseer, look: Look) -> Sequence[Row]:
    """The entries, newest first. Raises AUD-003 without a reason and AUD-004 without bounds, written down too."""
    entry = entry_of(overseer, look)
    patient_id = look.criteria.patient_id
    subjects = [AuditSubject(patient_id, "AuditEvent", None, basis=BASIS)] if patient_id else []
    no = refusal_of(look)
    if no is not None:
        entry, subjects = ended(entry, no), []
    async with database.transaction() as tx:
        await audit.add(tx, entry)
        await audit.add_subjects(tx, entry, subjects)
        if no is None:
            limit = min(look.limit, MOST_ROWS)
            before = look.before or entry.audit_id  # not this look itself
            return await reading.search(tx, look.criteria, before=before, limit=limit)
    raise no


def refusal_of(look: Look) -> Refusal | None:
    if len(look.reason.strip()) < REASON_CHARACTERS:
        return Refusal(AUD_PURPOSE_MISSING, characters=REASON_CHARACTERS)
    span = look.criteria.until - look.criteria.since
    if not timedelta() < span <= timedelta(days=MOST_DAYS):
        return Refusal(AUD_PERIOD_TOO_LONG, days=MOST_DAYS)
    return None


def entry_of(overseer: Overseer, look: Look) -> AuditEntry:
    asked = {name: getattr(look.criteria, name) for name in Criteria.__slots__}
    detail: dict[str, Any] = {
        "asked": {name: str(value) for name, value in asked.items() if value is not None}
    }
    detail["why"] = without_person_codes(look.reason.strip())[:KEPT_CHARACTERS]
    if overseer.account_id is not None:
        detail["account"] = str(overseer.account_id)
    return AuditEntry(
        audit_id=new_id(),
        at=look.now,
        event=EVENT,
        outcome="success",
        request_id=str(new_id()),
        method="GET",
        address=f"/{overseer.client_id}",
        client_id=overseer.client_id,
        organization_name=overseer.name or None,
        role_code="authority" if overseer.account_id else None,
        purpose="HOPERAT",
        detail=detail,
    )
