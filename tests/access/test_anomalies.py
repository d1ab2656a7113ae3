"""Unusual patterns are told with rule and counts; what is usual is not."""

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from tests.access.copying import LIMITS, NOW, Register
from tests.running import Running
from tilts.access.breadth import anomalies
from tilts.access.breadth.limits import Limits
from tilts.store.tx import Database

pytestmark = pytest.mark.anyio
CODES = """
SELECT p.patient_id FROM patient p
  JOIN resource_identifier i ON i.resource_type = 'Patient' AND i.resource_id = p.patient_id
 WHERE NOT EXISTS (SELECT 1 FROM canary c WHERE c.patient_id = p.patient_id)
 ORDER BY i.value LIMIT %(number)s
"""
FAMILY = """
SELECT unnest((array_agg(patient_id))[1:2]) FROM patient GROUP BY family_folded HAVING count(*) > 1 LIMIT 2
"""
HIRE = """
INSERT INTO practitioner_role (role_id, practitioner_id, organization_id, code, display, active)
VALUES (%(role_id)s, %(practitioner_id)s, %(organization_id)s, 'doctor', 'X', true)
"""


@dataclass
class Shift:
    """One doctor of the practice in an hour of her own; nothing of it stays in the way of the next test."""

    register: Register
    organization_id: UUID
    at: datetime
    role_id: UUID
    practitioner_id: UUID

    async def calls(self, patients: list[UUID], *, every: float = 0, event: str = "patient.read") -> None:
        chance = random.Random(len(patients))
        at = self.at
        for patient in patients:
            at += timedelta(seconds=every or chance.uniform(5, 90))
            await self.register.writes_down(self.role_id, self.organization_id, at, patient, event=event)
        self.at = at

    async def told(self, limits: Limits = LIMITS) -> list[str]:
        async with self.register.database.transaction() as tx:
            await anomalies.look_for_anomalies(tx, self.at + timedelta(seconds=1), limits)
        return [rule for _, rule in await self.register.told(str(self.practitioner_id))]

    async def ask(self, statement: str, **values: object) -> list[UUID]:
        async with self.register.database.transaction() as tx:
            rows = await (await tx.execute(statement.encode(), values)).fetchall()
        return [row[0] for row in rows]


@pytest.fixture
async def shift(exchange: Running, database: Database) -> AsyncIterator[Shift]:
    practice = UUID(exchange.facts["clients"]["practice"]["org"])
    found = Shift(
        Register(database), practice, NOW + timedelta(days=random.randrange(400, 4000)), uuid4(), uuid4()
    )
    values = {"role_id": found.role_id, "practitioner_id": found.practitioner_id, "organization_id": practice}
    async with database.transaction() as tx:
        await tx.execute(HIRE, values)
    yield found


async def test_an_ordinary_hour_is_not_told(shift: Shift) -> None:
    patients = await shift.ask(CODES, number=20)
    random.Random(5).shuffle(patients)
    await shift.calls(patients)
    await shift.calls(patients[:1], event="prescription.created")
    assert await shift.told() == []


@pytest.mark.parametrize("backwards", [False, True])
async def test_patients_in_the_order_of_their_codes(shift: Shift, backwards: bool) -> None:
    patients = await shift.ask(CODES, number=14)
    await shift.calls(patients[::-1] if backwards else patients)
    assert await shift.told() == ["ordered-codes"]


async def test_patients_in_the_order_of_their_records(shift: Shift) -> None:
    patients = await shift.ask(CODES, number=40)
    await shift.calls(sorted(patients)[::2])
    assert await shift.told() == ["ordered-ids"]


async def test_many_patients_of_one_surname(shift: Shift) -> None:
    family = await shift.ask(FAMILY)
    await shift.calls(family)
    assert await shift.told() == [], "two of one name are a family"
    few = tuple(replace(one, at_least=2) for one in LIMITS.anomalies if one.id == "one-surname")
    assert await shift.told(replace(LIMITS, anomalies=few)) == ["one-surname"]


async def test_a_flagged_person_and_ones_own_record(shift: Shift) -> None:
    public, own = uuid4(), uuid4()
    async with shift.register.database.transaction() as tx:
        await tx.execute("INSERT INTO flagged_person VALUES (%s, now())", [public])
        await tx.execute("INSERT INTO own_record VALUES (%s, %s)", [shift.practitioner_id, own])
    await shift.calls([public, own])
    assert await shift.told() == ["flagged-person", "own-record"]


async def test_a_practice_at_night(shift: Shift) -> None:
    shift.at = shift.at.replace(hour=23)
    await shift.calls((await shift.ask(CODES, number=6))[3:6])
    assert await shift.told() == ["night"]


async def test_the_cadence_of_a_machine(shift: Shift) -> None:
    [patient, _] = await shift.ask(CODES, number=2)
    await shift.calls([patient] * 20, every=3)
    assert await shift.told() == ["steady-cadence"]


async def test_much_read_and_nothing_written(shift: Shift) -> None:
    patients = await shift.ask(CODES, number=60)
    random.Random(9).shuffle(patients)
    await shift.calls(patients[:40])
    assert await shift.told() == ["only-reads"]


async def test_an_anomaly_is_told_once_and_names_nobody(shift: Shift) -> None:
    await shift.calls(await shift.ask(CODES, number=14))
    assert await shift.told() == await shift.told() == ["ordered-codes"]
    [row] = await shift.register.rows("alert", str(shift.practitioner_id))
    assert set(row[2]) == {"counted", "window_minutes", "organization", "role"}


async def test_only_one_worker_looks_at_a_time(shift: Shift, database: Database) -> None:
    async with database.transaction() as first, database.transaction() as second:
        await anomalies.look_for_anomalies(first, NOW, LIMITS)
        assert not await anomalies.anomalies.alone(second)
