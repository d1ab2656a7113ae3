"""Test persons and organisations: each vendor its own, handed out once, refused when none are left."""

import asyncio
from datetime import UTC, date, datetime

import pytest

from tests.running import Running
from tests.store.undoing import undone
from tilts.ids import new_id
from tilts.lab.conformance.allotment import PERSONS, hand_out_persons, sites_of
from tilts.lab.conformance.handed_out import (
    ADULT,
    CHILD,
    MARKED_LETTERS,
    NEW_KIND_OF_CODE,
    OLD,
    TWO_NAMES,
    YOUNG,
    age_on,
    good_for,
    handed_out,
)
from tilts.rules import Refusal
from tilts.store.tx import Database

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
TODAY = NOW.date()


async def test_nothing_is_handed_out_by_looking(exchange: Running, database: Database) -> None:
    async with undone(database) as tx:
        given = await handed_out(tx, new_id(), TODAY)
        assert (given.persons, given.sites) == ((), ())


async def test_two_vendors_share_no_person_and_no_organisation(exchange: Running, database: Database) -> None:
    async with undone(database) as tx:
        found = []
        for vendor in (new_id(), new_id()):
            await hand_out_persons(tx, vendor, NOW)
            sites = await sites_of(tx, vendor, NOW)
            given = await handed_out(tx, vendor, TODAY)
            assert len(given.persons) == PERSONS
            assert list(given.sites) == sites
            assert all(one.good_for and one.code and one.name for one in given.persons)
            found.append(given)
        first, second = found
        assert not {one.patient_id for one in first.persons} & {one.patient_id for one in second.persons}
        assert not set(first.sites) & set(second.sites)


async def test_who_asks_again_keeps_what_was_handed_out(exchange: Running, database: Database) -> None:
    async with undone(database) as tx:
        vendor = new_id()
        await hand_out_persons(tx, vendor, NOW)
        first = await handed_out(tx, vendor, TODAY)
        await hand_out_persons(tx, vendor, NOW)
        assert await handed_out(tx, vendor, TODAY) == first


async def test_who_asks_when_none_are_left_is_refused(exchange: Running, database: Database) -> None:
    """LAB-007."""
    async with undone(database) as tx:
        with pytest.raises(Refusal) as no:
            for _ in range(100):
                await hand_out_persons(tx, new_id(), NOW)
        assert no.value.rule.id == "LAB-007"
        with pytest.raises(Refusal) as no:
            for _ in range(1000):
                await sites_of(tx, new_id(), NOW)
        assert no.value.rule.id == "LAB-007"


async def test_vendors_who_ask_at_once_share_nobody(exchange: Running, database: Database) -> None:
    vendors = [new_id() for _ in range(4)]

    async def ask(vendor: object) -> set[str]:
        async with database.transaction() as tx:
            await hand_out_persons(tx, vendor, NOW)  # type: ignore[arg-type]
        async with database.transaction() as tx:
            given = await handed_out(tx, vendor, TODAY)  # type: ignore[arg-type]
        return {one.patient_id for one in given.persons}

    found = await asyncio.gather(*(ask(vendor) for vendor in vendors))
    assert len(set.union(*found)) == PERSONS * len(vendors)


@pytest.mark.parametrize(
    ("name", "code", "age", "uses"),
    [
        ("Anna Lase", "010180-12345", 40, (ADULT,)),
        ("Anna Lase", "32999000001", 13, (CHILD, NEW_KIND_OF_CODE)),
        ("Anna Berta Lase", "010180-12345", 14, (YOUNG, TWO_NAMES)),
        ("Žanis Kļava", "010180-12345", 65, (OLD, MARKED_LETTERS)),
        ("Anna Kalna-Lase", "010180-12345", 64, (ADULT, TWO_NAMES)),
    ],
)
def test_a_person_is_good_for_what_is_odd_about_them(
    name: str, code: str, age: int, uses: tuple[object, ...]
) -> None:
    assert good_for(name, code, age) == uses


def test_a_birthday_counts_on_its_day() -> None:
    assert [age_on(date(2012, 11, 2), day) for day in (date(2026, 11, 1), date(2026, 11, 2))] == [13, 14]
