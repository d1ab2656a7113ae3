"""A day of business time, replayed through the counter that each call goes through: who works normally is not stopped.

Business time is an argument of the counter, so a day takes seconds; calls of HTTP are not needed to count them.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from tilts.access import breadth
from tilts.access.breadth import anomalies
from tilts.access.breadth.limits import Limits, limits_from
from tilts.clock import RIGA
from tilts.ids import new_id
from tilts.party import OrganizationKind, Party
from tilts.rules import Refusal
from tilts.store import audit
from tilts.store.records import AuditEntry, AuditSubject
from tilts.store.tx import Database

SUNDAY: Final = datetime(2026, 11, 29, 0, 0, tzinfo=RIGA)  # a thief works when nobody else does
MONDAY: Final = datetime(2026, 11, 30, 0, 0, tzinfo=RIGA)
LOOK_MINUTES: Final = 30  # of business time, between two looks for anomalies
# kind: institutions, people in each, hours from and to, patients an hour for one of them, share of the busy hours
WORK: Final[dict[OrganizationKind, tuple[int, int, int, int, float]]] = {
    "practice": (25, 2, 8, 17, 3.5),
    "pharmacy": (10, 3, 8, 20, 5.0),
    "hospital": (2, 30, 0, 24, 2.5),
}
SHIFT_HOURS: Final = 8
BUSY: Final = {9: 1.4, 10: 1.3, 17: 1.5, 18: 1.4}
EVENTS: Final = {
    "practice": ("patient.searched", "patient.read", "prescription.searched", "prescription.created"),
    "hospital": ("patient.searched", "prescription.searched", "prescription.created"),
    "pharmacy": ("prescription.found", "prescription.claimed", "dispense.recorded"),
}
ADD_ORGANIZATION: Final = """
INSERT INTO organization (organization_id, kind, name, site, registration_number, active)
VALUES (%(organization_id)s, %(kind)s, %(site)s, %(site)s, '0', true)
"""
ADD_HOME_DOCTOR: Final = """
INSERT INTO relationship (relationship_id, patient_id, organization_id, kind, starts_at, ends_at, evidence, recorded_at)
VALUES (%s, %s, %s, 'home-doctor', %s, %s::timestamptz + interval '1 year', 'workday', %s)
"""
ADD_ROLE: Final = """
INSERT INTO practitioner_role (role_id, practitioner_id, organization_id, code, display, active)
VALUES (%(role_id)s, %(practitioner_id)s, %(organization_id)s, 'doctor', '', true)
"""


@dataclass(frozen=True, slots=True)
class Moment:
    """One call of the day."""

    at: datetime
    party: Party
    event: str
    patient_id: UUID


@dataclass(slots=True)
class Day:
    consultations: int = 0
    calls: int = 0
    refused: int = 0


@dataclass(slots=True)
class Replay:
    database: Database
    limits: Limits

    @classmethod
    def shipped(cls, database: Database) -> "Replay":
        return cls(database, limits_from())

    async def call(self, party: Party, event: str, at: datetime, *patients: UUID) -> bool:
        """Whether it was answered; written down and counted as the pipeline does it."""
        subjects = [AuditSubject(patient, "Patient", None) for patient in patients]
        entry = entry_of(party, event, at)
        try:
            async with self.database.transaction() as tx:
                await breadth.check_holds(tx, party)
                await audit.add(tx, entry)
                await breadth.count(tx, party, entry, subjects, self.limits)
        except Refusal as no:
            async with self.database.transaction() as tx:
                await breadth.after_refusal(tx, party, no, at, self.limits)
            return False
        return True

    async def look(self, at: datetime) -> None:
        async with self.database.transaction() as tx:
            await anomalies.look_for_anomalies(tx, at, self.limits)
            await anomalies.keep_usual(tx, at)

    async def register(self, parties: list[Party], patients: list[UUID]) -> None:
        """Every patient has a family doctor; the lists of the practices are of one length."""
        practices = sorted({party.organization_id for party in parties if party.kind == "practice"})
        async with self.database.transaction() as tx, tx.cursor() as cursor:
            rows = [(new_id(), one, practices[n % len(practices)]) for n, one in enumerate(patients)]
            await cursor.executemany(ADD_HOME_DOCTOR, [(*row, MONDAY, MONDAY, MONDAY) for row in rows])

    async def employ(self, parties: list[Party]) -> None:
        async with self.database.transaction() as tx:
            for site, party in {party.site: party for party in parties}.items():
                values = {"organization_id": party.organization_id, "kind": party.kind, "site": site}
                await tx.execute(ADD_ORGANIZATION, values)
            for party in parties:
                values = {
                    name: getattr(party, name) for name in ("role_id", "practitioner_id", "organization_id")
                }
                await tx.execute(ADD_ROLE, values)


def entry_of(party: Party, event: str, at: datetime) -> AuditEntry:
    return AuditEntry(
        audit_id=new_id(),
        at=at,
        event=event,
        outcome="success",
        request_id="-",
        method="POST",
        address="/",
        client_id=party.client_id,
        organization_id=party.organization_id,
        role_id=party.role_id,
        practitioner_id=party.practitioner_id,
    )


def staff(kind: OrganizationKind, number: int, people: int) -> list[Party]:
    organization_id = new_id()
    first = Party(
        client_id=f"workday-{kind}-{number}-{organization_id}",
        organization_id=organization_id,
        organization_name="",
        kind=kind,
        site=f"workday-{kind}-{number}-{organization_id}",
        purpose="TREAT",
        scopes=frozenset(),
        token_id="",
    )
    return [replace(first, practitioner_id=new_id(), role_id=new_id()) for _ in range(people)]


def everybody(share: float) -> list[Party]:
    return [
        party
        for kind, (institutions, people, *_) in WORK.items()
        for number in range(max(1, round(institutions * share)))
        for party in staff(kind, number, max(1, round(people * min(1.0, 5 * share))))
    ]


def consultations(
    chance: random.Random, party: Party, patients: list[UUID]
) -> Iterator[tuple[datetime, UUID]]:
    """When somebody comes, and who: as by chance, more in busy hours; nobody works longer than nine hours."""
    *_, begins, ends, an_hour = WORK[party.kind]
    if ends - begins > SHIFT_HOURS + 1:
        begins = chance.choice(range(begins, ends - SHIFT_HOURS + 1, 4))
        ends = begins + SHIFT_HOURS
    hours = float(begins)
    while True:
        hours += chance.expovariate(an_hour * BUSY.get(int(hours), 1.0))
        if hours >= ends:
            return
        yield MONDAY + timedelta(hours=hours), chance.choice(patients)


def day(chance: random.Random, parties: list[Party], patients: list[UUID]) -> tuple[list[Moment], int]:
    """Every call of the day in its order, and how many consultations they belong to."""
    moments: list[Moment] = []
    number = 0
    for party in parties:
        for came_at, patient in consultations(chance, party, patients):
            number, at = number + 1, came_at
            for event in EVENTS[party.kind]:
                if event != "prescription.created" or chance.random() < 0.65:
                    moments.append(Moment(at, party, event, patient))
                at += timedelta(seconds=chance.uniform(3, 90))
    return sorted(moments, key=lambda one: one.at), number


async def work_a_day(replay: Replay, seed: int, patients: list[UUID], share: float = 1.0) -> Day:
    chance = random.Random(f"{seed}:workday")
    parties = everybody(share)
    await replay.employ(parties)
    await replay.register(parties, patients)
    moments, number = day(chance, parties, patients)
    step = timedelta(minutes=LOOK_MINUTES)
    found, look_at = Day(consultations=number), MONDAY
    for one in moments:
        if one.at > look_at:
            await replay.look(one.at)
            look_at = one.at + step
        found.calls += 1
        found.refused += not await replay.call(one.party, one.event, one.at, one.patient_id)
    await replay.look(moments[-1].at + timedelta(minutes=1))
    return found


async def slow_theft(replay: Replay, patients: list[UUID], hours: int = 24) -> set[UUID]:
    """One practitioner who stays below every limit of an hour: what he gets in a day."""
    [thief] = staff("hospital", 0, 1)
    await replay.employ([thief])
    got: set[UUID] = set()
    todo = iter(patients)
    for hour in range(hours):
        for minute in range(24):
            patient = next(todo)
            if await replay.call(
                thief, "patient.read", SUNDAY + timedelta(hours=hour, minutes=2 * minute), patient
            ):
                got.add(patient)
    return got
