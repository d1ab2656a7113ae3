"""How many different patients somebody may open: exactly so many, however the calls are sent."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from tests.access.copying import LIMITS, NOW, Register, somebody, subjects
from tests.running import Running
from tilts.access.breadth.counting import decide
from tilts.access.breadth.limits import Limit, limits_from
from tilts.rules import Refusal
from tilts.rules.wire import WIRE_NOT_FOUND
from tilts.store.tx import Database

pytestmark = pytest.mark.anyio


@pytest.fixture
async def register(exchange: Running) -> AsyncIterator[Register]:
    database = Database(exchange.settings.database_url, connections=32)
    await database.open()
    yield Register(database)
    await database.close()


def limit(name: str) -> Limit:
    return next(one for one in LIMITS.limits if one.id == name)


# The table.


def test_the_figures_are_those_of_the_proposal() -> None:
    figures = {one.id: (one.window_minutes, one.warn, one.hold) for one in LIMITS.limits}
    assert figures["practitioner-hour"] == (60, 25, 60)
    assert figures["practitioner-day"] == (1440, 60, 150)
    assert figures["pharmacy-hour"] == (60, 80, 200)
    assert figures["misses"] == (10, 20, 50)
    assert figures["denied"] == (60, 5, 10)
    assert all(one.source for one in (*LIMITS.limits, *LIMITS.anomalies))


def test_a_large_practice_may_open_its_share_and_a_small_one_the_floor() -> None:
    of_practice = limit("practice-day")
    assert of_practice.bounds(2_000) == (300, 600)
    assert of_practice.bounds(100) == of_practice.bounds(None) == (100, 150)
    assert limit("hospital-hour").bounds(100.0) == (300, 600)


def test_what_is_held_stands_before_what_is_only_told() -> None:
    both = [limit("practitioner-day"), limit("practitioner-hour")]
    passed = decide(both, {"practitioner-hour": 61, "practitioner-day": 61}, {})
    assert [(one.limit.id, one.held) for one in passed] == [
        ("practitioner-hour", True),
        ("practitioner-day", False),
    ]
    assert decide(both, {"practitioner-hour": 25, "practitioner-day": 25}, {}) == []


def test_a_row_counts_from_its_first_day_to_its_last() -> None:
    party = somebody()
    row = replace(limit("practitioner-hour"), valid_from=NOW.date(), valid_to=NOW.date())
    dated = replace(LIMITS, limits=(row,))
    days = [NOW - timedelta(days=1), NOW, NOW + timedelta(days=1)]
    assert [len(dated.of(party, day)) for day in days] == [0, 1, 0]


# The hour.


async def test_cpy_001_sixty_patients_are_opened_and_not_one_more(register: Register) -> None:
    thief = somebody()
    answers = await register.opens(thief, 61)
    assert answers == [""] * 60 + ["CPY-001"]
    assert await register.told(str(thief.practitioner_id)) == [
        ("hold", "practitioner-hour"),
        ("warn", "practitioner-hour"),
    ]
    assert await register.call(thief, uuid4()) == "CPY-002"


async def test_a_patient_opened_again_counts_once(register: Register) -> None:
    doctor, patients = somebody(), [uuid4() for _ in range(10)]
    for _ in range(10):
        for patient in patients:
            assert await register.call(doctor, patient) == ""
    assert await register.told(str(doctor.practitioner_id)) == []


async def test_one_call_that_shows_many_is_sent_whole_or_not_at_all(register: Register) -> None:
    thief = somebody()
    pages = [[uuid4() for _ in range(50)] for _ in range(2)]
    assert [await register.call(thief, *page) for page in pages] == ["", "CPY-001"]
    assert register.opened == set(pages[0])


async def test_sixty_four_at_once_get_as_many_as_one_after_another(register: Register) -> None:
    thief = somebody()
    answers: Counter[str] = Counter()
    for _ in range(4):
        answers.update(await asyncio.gather(*(register.call(thief, uuid4()) for _ in range(64))))
    assert answers[""] == 60
    assert len(register.opened) == 60
    [held] = await register.rows("hold", str(thief.practitioner_id))
    assert held[:2] == ("practitioner-hour", "held")


async def test_the_same_patients_at_once_block_nobody(register: Register) -> None:
    doctors = [somebody(organization_id=UUID(int=7), site="one") for _ in range(8)]
    patients = [uuid4() for _ in range(12)]
    turns = [register.call(doctor, *patients[::step]) for doctor in doctors for step in (1, -1)]
    assert set(await asyncio.gather(*turns)) == {""}


async def test_the_window_slides(register: Register) -> None:
    doctor = somebody()
    assert await register.opens(doctor, 60) == [""] * 60
    assert await register.opens(doctor, 60, after=61) == [""] * 60
    assert await register.opens(doctor, 31, after=122) == [""] * 30 + ["CPY-001"], "a hundred and fifty a day"


async def test_a_warning_is_told_once_in_its_window(register: Register) -> None:
    doctor = somebody()
    await register.opens(doctor, 40)
    assert await register.told(str(doctor.practitioner_id)) == [("warn", "practitioner-hour")]


async def test_leaving_the_person_out_gains_nothing(register: Register) -> None:
    system = somebody(practitioner_id=None, role_id=None)
    assert (await register.opens(system, 61))[-1] == "CPY-001"
    assert await register.call(replace(system, token_id="another"), uuid4()) == "CPY-002"


async def test_residents_are_not_counted(register: Register) -> None:
    resident = somebody("portal", patient_id=uuid4())
    assert set(await register.opens(resident, 70)) == {""}


async def test_the_authority_is_counted_by_its_client(register: Register) -> None:
    overseer = somebody("authority", practitioner_id=None, role_id=None)
    assert (await register.opens(overseer, 61))[-1] == "CPY-001"


# Site and organisation.


async def test_many_practitioners_of_one_pharmacy_get_no_more_than_the_pharmacy(register: Register) -> None:
    pharmacy = somebody("pharmacy")
    staff = [replace(pharmacy, practitioner_id=uuid4()) for _ in range(5)]
    answers = [await register.opens(one, 50) for one in staff]
    assert sum(answer == "" for some in answers for answer in some) == 200
    [held] = await register.rows("hold", pharmacy.site)
    assert held[0] == "pharmacy-hour"


async def test_what_is_usual_for_a_hospital_raises_its_limit(register: Register) -> None:
    hospital = somebody("hospital")
    hour = NOW.replace(minute=0, second=0, microsecond=0)
    statement = "INSERT INTO breadth_hour VALUES ('organization', %s, %s, 100)"
    async with register.database.transaction() as tx:
        for day in range(1, 29):
            await tx.execute(statement, [str(hospital.organization_id), hour - timedelta(days=day)])
    staff = [replace(hospital, practitioner_id=uuid4()) for _ in range(7)]
    answers = [await register.opens(one, 50) for one in staff]
    assert sum(answer == "" for some in answers for answer in some) == 350, "three hundred without a history"
    assert ("warn", "hospital-hour") in await register.told(str(hospital.organization_id))


# What is counted beside patients.


async def test_searches_without_a_hit_are_warned_of_and_then_held(register: Register) -> None:
    guesser = somebody()
    answers = [await register.call(guesser, noticed=("misses",)) for _ in range(51)]
    assert answers == [""] * 50 + ["CPY-001"]
    assert await register.told(guesser.client_id) == [("hold", "misses"), ("warn", "misses")]


async def test_a_list_of_guesses_counts_each_of_them(register: Register) -> None:
    guesser = somebody()
    assert await register.call(guesser, noticed=("misses",) * 30) == ""
    assert await register.call(guesser, noticed=("misses",) * 30) == "CPY-001"


async def test_a_miss_that_was_refused_counts_the_same(register: Register) -> None:
    guesser = somebody()
    for _ in range(51):
        await register.refused(guesser, Refusal(WIRE_NOT_FOUND, noticed="misses"))
    assert await register.call(guesser, uuid4()) == "CPY-002"


async def test_one_denied_patient_asked_for_again_is_one(register: Register) -> None:
    stubborn, [denied] = somebody(), subjects([uuid4()])
    for _ in range(12):
        await register.refused(stubborn, Refusal(WIRE_NOT_FOUND, reason="MAY-001", about=denied))
    assert await register.told(str(stubborn.practitioner_id)) == []


async def test_patients_whom_nothing_opens_hold_who_asks_for_them(register: Register) -> None:
    nosy = somebody()
    for _ in range(10):
        await register.refused(nosy, Refusal(WIRE_NOT_FOUND, reason="MAY-001"))
    assert await register.call(nosy, uuid4()) == ""
    await register.refused(nosy, Refusal(WIRE_NOT_FOUND, reason="MAY-001"))
    assert await register.call(nosy, uuid4()) == "CPY-002"
    assert await register.told(str(nosy.practitioner_id)) == [("hold", "denied"), ("warn", "denied")]


async def test_who_walks_far_is_told_of(register: Register) -> None:
    walker = somebody()
    assert await register.call(walker, noticed=("pages:5",)) == ""
    assert await register.told(str(walker.practitioner_id)) == []
    assert await register.call(walker, noticed=("pages:6",)) == ""
    assert await register.told(str(walker.practitioner_id)) == [("warn", "pages")]


async def test_a_canary_holds_at_once_and_shows_nothing(exchange: Running, register: Register) -> None:
    canary = UUID(exchange.environment.population.canaries[0]["id"])
    thief = somebody()
    assert await register.call(thief, uuid4(), canary) == "CPY-001"
    assert register.opened == set()
    assert await register.told(str(thief.practitioner_id)) == [("hold", "canary")]


async def test_a_file_may_only_tell_of_canaries(exchange: Running, register: Register) -> None:
    canary = UUID(exchange.environment.population.canaries[0]["id"])
    rows = tuple(replace(one, warn=0, hold=None) for one in LIMITS.limits if one.id == "canary")
    register.limits = replace(LIMITS, limits=rows)
    doctor = somebody()
    assert await register.call(doctor, canary) == ""
    assert await register.told(str(doctor.practitioner_id)) == [("warn", "canary")]


def test_the_installation_may_give_its_own_file(exchange: Running) -> None:
    wide = limits_from(exchange.settings.copying_limits)
    assert [one.id for one in wide.limits] == [one.id for one in LIMITS.limits]
    assert wide != LIMITS
