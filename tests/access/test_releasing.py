"""A hold ends by two persons of the authority; what was counted before is then forgotten."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.access.copying import NOW, Register, somebody
from tests.running import Running
from tilts.access.breadth.releasing import ask, confirm, decline
from tilts.lab.people import seed_people
from tilts.party import Party
from tilts.rules import Refusal
from tilts.store.doors import holds
from tilts.store.doors.holds import HoldRow
from tilts.store.onboarding import accounts
from tilts.store.tx import Database

pytestmark = pytest.mark.anyio
REASON = "Vaccination day at the school; list seen and checked."


@dataclass
class Held:
    """Somebody who is held, and the authority's people."""

    register: Register
    thief: Party
    hold_id: UUID
    first: UUID
    second: UUID

    async def takes(self, step: Any, *given: Any) -> HoldRow:
        async with self.register.database.transaction() as tx:
            return await step(tx, self.hold_id, *given)

    async def refused(self, step: Any, *given: Any) -> str:
        with pytest.raises(Refusal) as no:
            await self.takes(step, *given)
        return no.value.rule.id


@pytest.fixture
async def held(exchange: Running, database: Database) -> AsyncIterator[Held]:
    register, thief = Register(database), somebody()
    await register.opens(thief, 61)
    [row] = await register.rows("hold", str(thief.practitioner_id))
    async with database.transaction() as tx:
        await seed_people(tx, "releasing", NOW)
        clerks = [
            await holds.clerk(tx, f"{await accounts.find_subject(tx, 'releasing', name)}")
            for name in ("clerk-a", "clerk-b")
        ]
    first, second = (clerk.account_id for clerk in clerks if clerk)
    yield Held(register, thief, row[3], first, second)


async def test_two_persons_release_and_counting_begins_anew(held: Held) -> None:
    assert (await held.takes(ask, held.first, REASON, NOW)).state == "asked"
    assert await held.register.call(held.thief, uuid4()) == "CPY-002", "asked for is not released"
    assert (await held.takes(confirm, held.second, NOW)).state == "released"
    assert await held.register.opens(held.thief, 61) == [""] * 60 + ["CPY-001"]


async def test_cpy_005_nobody_confirms_what_he_asked_for(held: Held) -> None:
    await held.takes(ask, held.first, REASON, NOW)
    assert await held.refused(confirm, held.first, NOW) == "CPY-005"


async def test_below_the_door_a_constraint_asks_for_another_person(held: Held) -> None:
    await held.takes(ask, held.first, REASON, NOW)
    with pytest.raises(psycopg.errors.CheckViolation, match="released_by_another_person"):
        async with held.register.database.transaction() as tx:
            await tx.execute(
                "UPDATE hold SET state = 'released', released_by = asked_by, released_at = now() WHERE hold_id = %s",
                [held.hold_id],
            )


async def test_what_was_declined_stays_held(held: Held) -> None:
    await held.takes(ask, held.first, REASON, NOW)
    assert (await held.takes(decline, held.second)).state == "held"
    assert await held.register.call(held.thief, uuid4()) == "CPY-002"
    assert await held.refused(confirm, held.second, NOW) == "CASE-003"


async def test_the_reason_must_say_something(held: Held) -> None:
    assert await held.refused(ask, held.first, "please", NOW) == "CPY-004"


async def test_cpy_006_only_the_authority_releases(held: Held) -> None:
    async with held.register.database.transaction() as tx:
        head = await accounts.find_subject(tx, "releasing", "practice-head")
    assert await held.refused(ask, head, REASON, NOW) == "CPY-006"


async def test_cpy_003_there_must_be_a_hold(held: Held) -> None:
    held.hold_id = uuid4()
    assert await held.refused(ask, held.first, REASON, NOW) == "CPY-003"
