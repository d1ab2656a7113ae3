"""The register into the database: once, whole, as of a day, and each version only followed, never changed."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.running import Running
from tests.store.databases import empty_database
from tilts.exchange.medicines.differences import around
from tilts.exchange.medicines.loading import BATCH, Load, load, load_of, offer
from tilts.house import invented_medicines
from tilts.lab.medicines import invented
from tilts.rules import Refusal
from tilts.store.medicines import register
from tilts.store.medicines.records import Medicine, as_row, from_row
from tilts.store.migrate import migrate_database
from tilts.store.tx import Database

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
FIRST, SECOND = date(2026, 11, 1), date(2026, 12, 1)


@pytest.fixture(scope="module")
def conninfo(exchange: Running) -> Iterator[str]:
    with empty_database(exchange) as found:
        migrate_database(found, "test")
        yield found


@pytest.fixture
async def own(conninfo: str) -> AsyncIterator[Database]:
    """A database without a register."""
    with psycopg.connect(conninfo) as connection:
        connection.execute(
            "TRUNCATE onboarding.medicine_version, onboarding.medicine, onboarding.medicine_staged"
        )
    found = Database(conninfo, connections=4)
    await found.open()
    yield found
    await found.close()


def product(number: int, **members: str) -> dict[str, str]:
    return {
        "product_id": f"XX-{number}",
        "medicine_name": f"Arda {number} PARAUGS",
        "package_size": "30",
        **members,
    }


def price(number: int, **members: Any) -> dict[str, Any]:
    told = [{"icd": "U90.0", "list": "A", "rate_percent": 75}]
    return {"product_id": f"XX-{number}", "substitutes": "G-1", "unit": "{tablet}", "price": "3.20", "reimbursed": told, **members}  # fmt: skip


def wanted(products: Any, prices: Any = None, valid_from: date = FIRST, name: bytes = b"1") -> Load:
    return Load("test", name.rjust(32, b"0"), products, prices, valid_from)


async def on_day(database: Database, day: date, **which: str) -> dict[str, Medicine]:
    async with database.transaction() as tx:
        return {one.product_id: one for one in await register.on_day(tx, day, **which)}


async def staged_places(database: Database) -> list[tuple[int, datetime]]:
    async with database.transaction() as tx:
        rows = await tx.execute("SELECT place, staged_at FROM onboarding.medicine_staged ORDER BY place")
        return await rows.fetchall()


async def test_a_register_is_read_as_of_a_day(own: Database) -> None:
    await load(own, wanted([product(1), product(2)], [price(1)]), NOW)

    assert await on_day(own, date(2026, 10, 31)) == {}
    found = await on_day(own, FIRST)
    assert found.keys() == {"XX-1", "XX-2"}
    assert (found["XX-1"].price, found["XX-1"].substitutes, found["XX-1"].units) == (
        Decimal("3.20"),
        "G-1",
        30,
    )
    assert (found["XX-2"].price, found["XX-2"].reimbursed) == (None, ())
    assert (await on_day(own, FIRST, substitutes="G-1")).keys() == {"XX-1"}


async def test_a_second_register_tells_what_it_adds_changes_and_ends(own: Database) -> None:
    await load(own, wanted([product(1), product(2), product(3)], [price(1), price(3)]), NOW)

    later = [product(4), product(3), product(1, strength_lv="10 mg")]
    done = await load(own, wanted(later, [price(1, price="3.10"), price(3)], SECOND, b"2"), NOW)

    assert list(done.difference.lines()) == [
        "+ XX-4  Arda 4 PARAUGS",
        "~ XX-1  Arda 1 PARAUGS: strength - -> 10 mg; price 3.20 -> 3.10",
        "- XX-2  Arda 2 PARAUGS",
    ]
    before, after = await on_day(own, date(2026, 11, 30)), await on_day(own, SECOND)
    assert (before.keys(), after.keys()) == ({"XX-1", "XX-2", "XX-3"}, {"XX-1", "XX-3", "XX-4"})
    assert (before["XX-1"].price, after["XX-1"].price) == (Decimal("3.20"), Decimal("3.10"))
    async with own.transaction() as tx:
        days = [(one.valid_from, one.valid_to) for one in await register.history(tx, "XX-1")]
        assert days == [(FIRST, date(2026, 11, 30)), (SECOND, None)]
        assert len(await register.history(tx, "XX-3")) == 1, "what did not change stays one row"
        rows = await register.around(tx, SECOND)
    assert around(rows, SECOND) == done.difference, "what a load told can be asked again"


async def test_without_a_list_of_prices_those_that_hold_are_kept(own: Database) -> None:
    await load(own, wanted([product(1)], [price(1)]), NOW)

    done = await load(own, wanted([product(1), product(2)], None, SECOND, b"2"), NOW)

    assert [one.product_id for one in done.difference.added] == ["XX-2"] and not done.difference.changed
    assert (await on_day(own, SECOND))["XX-1"].price == Decimal("3.20")


async def test_the_same_file_again_does_nothing(own: Database) -> None:
    first = await load(own, wanted([product(1)]), NOW)
    again = await load(own, wanted([product(1)], valid_from=SECOND), NOW)

    assert (first.is_new, again.is_new) == (True, False)
    assert again.version == first.version and again.difference.is_empty


@pytest.mark.parametrize("day", [FIRST, date(2026, 10, 1)])
async def test_a_version_that_would_not_follow_the_last_one_is_refused_med_001(
    own: Database, day: date
) -> None:
    await load(own, wanted([product(1)]), NOW)

    with pytest.raises(Refusal, match="MED-001") as no:
        await load(own, wanted([product(2)], valid_from=day, name=b"2"), NOW)

    assert no.value.told() == {"asked": day.isoformat(), "last": "2026-11-01"}
    assert (await on_day(own, FIRST)).keys() == {"XX-1"}


async def test_a_file_of_which_nothing_can_be_taken_ends_nothing_med_004(own: Database) -> None:
    await load(own, wanted([product(1)]), NOW)

    with pytest.raises(Refusal, match="MED-004") as no:
        await load(own, wanted([{"x": 1}, 7], valid_from=SECOND, name=b"2"), NOW)

    assert no.value.told() == {"read": "2"}
    assert (await on_day(own, SECOND)).keys() == {"XX-1"}


async def test_of_two_records_with_one_id_the_first_is_taken_and_the_other_told(own: Database) -> None:
    done = await load(own, wanted([product(1), product(1, medicine_name="cits")]), NOW)

    assert (await on_day(own, FIRST))["XX-1"].name == "Arda 1 PARAUGS"
    assert done.version.report["dropped"] == {"product_id stands twice": 1}
    assert (done.version.report["read"], done.version.report["taken"]) == (2, 1)


async def test_a_load_that_died_goes_on_and_nobody_saw_half_of_it(own: Database) -> None:
    def dying() -> Iterator[dict[str, str]]:
        yield from (product(number) for number in range(1, BATCH + 10))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await load(own, wanted(dying()), NOW)
    assert await on_day(own, FIRST) == {}
    assert len(await staged_places(own)) == BATCH

    later = NOW.replace(hour=13)
    done = await load(own, wanted([product(number) for number in range(1, BATCH + 21)]), later)

    assert len(done.difference.added) == BATCH + 20 == len(await on_day(own, FIRST))
    assert done.version.report["taken"] == BATCH + 20, "the report is of the whole file"
    assert await staged_places(own) == []


async def test_what_was_staged_is_not_written_again_and_what_nobody_goes_on_with_is_forgotten(
    own: Database,
) -> None:
    rows = [product(number) for number in range(1, BATCH + 1)]
    failing: Any = (1 // (number < BATCH + 1) and product(number) for number in range(1, BATCH + 9))
    for hour in (12, 13):
        with pytest.raises(ZeroDivisionError):
            await load(own, wanted(failing if hour == 12 else _then_fail(rows)), NOW.replace(hour=hour))
        assert {at for _, at in await staged_places(own)} == {NOW}

    await load(own, wanted([product(9)], name=b"2"), NOW.replace(day=3))
    assert await staged_places(own) == []


def _then_fail(rows: list[dict[str, str]]) -> Iterator[dict[str, str]]:
    yield from rows
    raise ZeroDivisionError


async def test_of_many_who_load_at_once_one_publishes_and_nothing_stands_twice(own: Database) -> None:
    rows = [product(number) for number in range(1, 40)]

    done = await asyncio.gather(*(load(own, wanted(rows), NOW) for _ in range(4)))

    assert sorted(one.is_new for one in done) == [False, False, False, True]
    assert len(await on_day(own, FIRST)) == 39
    async with own.transaction() as tx:
        assert len(await register.versions(tx)) == 1


async def test_files_are_known_by_what_is_in_them(own: Database, tmp_path: Path) -> None:
    made = invented(3)
    file, prices = tmp_path / "HumanProducts.json", tmp_path / "prices.json"
    file.write_text(json.dumps(made.products), "utf-8")
    prices.write_text(json.dumps(made.prices), "utf-8")
    told: list[int] = []

    done = await load(own, load_of(file, prices, FIRST, told.append), NOW)
    again = await load(own, load_of(file, prices, SECOND), NOW)

    assert (len(done.difference.added), again.is_new, told[-1]) == (300, False, file.stat().st_size)
    assert load_of(file, None, FIRST).content_hash != done.version.content_hash


async def test_the_invented_register_is_offered_where_there_is_none_and_never_beside_another(
    own: Database,
) -> None:
    for _ in range(2):
        await offer(own, invented_medicines(), NOW)
        assert len(await on_day(own, FIRST)) == 300
    await load(own, wanted([product(1)]), NOW)
    await offer(own, invented_medicines(), NOW)

    assert (await on_day(own, FIRST)).keys() == {"XX-1"}


async def test_the_sandbox_has_an_invented_register_that_says_so(database: Database) -> None:
    async with database.transaction() as tx:
        versions = await register.versions(tx)
        first = await register.on_day(tx, versions[-1].valid_from)

    assert versions[-1].synthetic and versions[-1].content_hash == invented().content_hash
    assert len(first) == 300


async def test_a_product_goes_through_json_and_back_exactly() -> None:
    one = Medicine("XX-1", "Arda", units=Decimal("2.50"), price=Decimal("0.10"), sold_until=FIRST)

    assert from_row(json.loads(json.dumps(as_row(one)))) == one
    assert as_row(replace(one, units=Decimal("1E+2")))["units"] == "100"


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("UPDATE onboarding.medicine SET valid_to = valid_from - 1", "medicine_validity_runs_forward"),
        ("UPDATE onboarding.medicine SET units = 0", "medicine_units_check"),
        ("UPDATE onboarding.medicine SET price = -1", "medicine_price_check"),
        ("INSERT INTO onboarding.medicine SELECT * FROM onboarding.medicine", "medicine_stands_once_a_day"),
    ],
)
async def test_a_product_cannot_be_spoiled_by_any_statement(
    own: Database, statement: str, constraint: str
) -> None:
    await load(own, wanted([product(1)]), NOW)

    with pytest.raises(psycopg.errors.IntegrityError) as no:
        async with own.transaction() as tx:
            await tx.execute(statement.encode())

    assert no.value.diag.constraint_name == constraint
