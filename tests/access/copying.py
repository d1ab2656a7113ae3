"""People who open patients, straight through the counter that each call goes through; nobody meets anybody else."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from tests.builders import a_party
from tilts.access import breadth
from tilts.access.breadth.limits import Limits, limits_from
from tilts.clock import RIGA
from tilts.ids import new_id
from tilts.party import Party
from tilts.rules import Refusal
from tilts.store import audit
from tilts.store.records import AuditEntry, AuditSubject
from tilts.store.tx import Database

LIMITS = limits_from()
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=RIGA)


def somebody(kind: str = "practice", **facts: Any) -> Party:
    """One person at one organisation, neither of which anybody else knows."""
    fresh = {
        "client_id": f"client-{uuid4()}",
        "organization_id": uuid4(),
        "site": f"site-{uuid4()}",
        "practitioner_id": uuid4(),
        "role_id": uuid4(),
    }
    return a_party(kind=kind, **{**fresh, **facts})


def subjects(patients: list[UUID]) -> list[AuditSubject]:
    return [AuditSubject(patient, "Patient", patient) for patient in patients]


def an_entry(
    role_id: UUID | None, organization_id: UUID, at: datetime, event: str = "patient.read"
) -> AuditEntry:
    return AuditEntry(
        audit_id=new_id(int(at.timestamp() * 1000)),
        at=at,
        event=event,
        outcome="success",
        request_id="-",
        method="GET",
        address="/Patient/*",
        organization_id=organization_id,
        role_id=role_id,
    )


@dataclass
class Register:
    """Calls as the pipeline makes them: counted in one transaction; refused, written down in another one."""

    database: Database
    limits: Limits = LIMITS
    now: datetime = NOW
    opened: set[UUID] = field(default_factory=set)

    async def call(
        self, party: Party, *patients: UUID, noticed: tuple[str, ...] = (), after: float = 0
    ) -> str:
        """The rule that refuses it, or nothing: then the data have been sent."""
        now = self.now + timedelta(minutes=after)
        try:
            async with self.database.transaction() as tx:
                await breadth.check_holds(tx, party)
                entry = an_entry(party.role_id, party.organization_id, now)
                await audit.add(tx, entry)
                await breadth.count(tx, party, entry, subjects(list(patients)), self.limits, noticed)
        except Refusal as no:
            await self.refused(party, no, now)
            return no.rule.id
        self.opened.update(patients)
        return ""

    async def refused(self, party: Party, no: Refusal, now: datetime | None = None) -> None:
        async with self.database.transaction() as tx:
            await breadth.after_refusal(tx, party, no, now or self.now, self.limits)

    async def opens(self, party: Party, number: int, **how: Any) -> list[str]:
        return [await self.call(party, uuid4(), **how) for _ in range(number)]

    async def rows(self, table: str, actor: str) -> list[tuple[Any, ...]]:
        columns = {"alert": "severity, limit_id, facts", "hold": "limit_id, state, facts, hold_id"}
        statement = f"SELECT {columns[table]} FROM {table} WHERE actor = %(actor)s ORDER BY 1, 2"
        async with self.database.transaction() as tx:
            return await (await tx.execute(statement.encode(), {"actor": actor})).fetchall()

    async def told(self, actor: str) -> list[tuple[str, str]]:
        return [(row[0], row[1]) for row in await self.rows("alert", actor)]

    async def writes_down(
        self, role_id: UUID, organization_id: UUID, at: datetime, *patients: UUID, event: str = "patient.read"
    ) -> None:
        """One call in the audit trail, for the rules that look there."""
        entry = an_entry(role_id, organization_id, at, event)
        async with self.database.transaction() as tx:
            await audit.add(tx, entry)
            await audit.add_subjects(tx, entry, subjects(list(patients)))
