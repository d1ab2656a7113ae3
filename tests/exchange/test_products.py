"""What is handed out by the register of medicines: a product for another, and packages against units, exactly."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, LiteralString

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.errors import CheckViolation
from psycopg.sql import SQL

from tests.builders import NOW as THEN
from tests.builders import TERMS, TODAY, a_dispense_order, a_hold, a_line, a_party, packs
from tests.exchange.shelf import (
    ALL,
    BRAND,
    CLOSED,
    GONE,
    LARGER,
    NOW,
    OTHER,
    STRANGE,
    UNCOUNTED,
    Shelf,
    coded,
    tablets,
)
from tests.running import Running
from tests.store.undoing import undone
from tilts.exchange.correcting import Correction, amend, withdraw
from tilts.exchange.dispensing import DispenseOrder, decide_dispense
from tilts.exchange.medicines.balances import still
from tilts.exchange.medicines.joining import Coded, Handed, coded_in
from tilts.exchange.medicines.substitution import Wanted
from tilts.rules import Refusal
from tilts.store import dispensing as store
from tilts.store.medicines.records import Medicine
from tilts.store.records import LineRecord, Quantity
from tilts.store.tx import Database

NOBODYS = replace(BRAND, product_id="T-NONE")
OWN = [{"system": "urn:test", "value": "the second one"}]

pytestmark = pytest.mark.anyio


@pytest.fixture
async def shelf(exchange: Running, database: Database) -> AsyncIterator[Shelf]:
    async with undone(database) as tx:
        found = Shelf(exchange, tx)
        await found.fill()
        yield found


async def refused_by(work: Any) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        await work
    return refusal.value


async def test_ten_tablets_of_thirty_leave_exactly_twenty_and_three_times_ten_are_a_package(
    shelf: Shelf,
) -> None:
    line = await shelf.line(BRAND, packs(1))

    balances = []
    for _ in range(3):
        _, line = await shelf.out(line, BRAND, tablets("10"))
        balances.append((still(line), line.dispensed))

    third, two_thirds = Decimal("0.333333333"), Decimal("0.666666666")
    assert balances == [(20, third), (10, two_thirds), (0, 1)]
    assert await shelf.stored(line) == line


async def test_another_package_size_and_another_brand_of_the_group_count_against_the_same_line(
    shelf: Shelf,
) -> None:
    line = await shelf.line(BRAND, packs(4))

    _, line = await shelf.out(line, LARGER, packs(1))
    _, line = await shelf.out(line, CLOSED, packs(2))

    assert (line.units_out, still(line), line.dispensed) == (116, 4, Decimal("3.866666666"))


async def test_packages_count_against_a_line_in_tablets(shelf: Shelf) -> None:
    line = await shelf.line(BRAND, tablets("100"))

    _, line = await shelf.out(line, LARGER, packs(1))

    assert (line.dispensed, line.left, line.pack_units) == (60, 40, None)


async def test_what_names_no_product_is_counted_in_the_unit_of_the_line_beside_what_does(
    shelf: Shelf,
) -> None:
    line = await shelf.line(BRAND, packs(2))

    _, line = await shelf.out(line, BRAND, tablets("10"))
    _, line = await shelf.out(line, None, packs("0.5"))

    assert still(line) == 35
    assert (await refused_by(shelf.out(line, None, tablets("1")))).rule.id == "DSP-006"


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("dispensed = 0.4", "units_are_told_in_packages"),
        ("units_out = 11", "units_are_told_in_packages"),
        ("dispensed = 1, units_out = 30.00000001", "units_within_allowed"),
    ],
)
async def test_the_row_itself_keeps_packages_and_units_together(
    shelf: Shelf, change: LiteralString, constraint: str
) -> None:
    line = await shelf.line(BRAND, packs(1))
    await shelf.out(line, BRAND, tablets("10"))

    with pytest.raises(CheckViolation, match=constraint):
        await shelf.tx.execute(
            SQL("UPDATE prescription_line SET {} WHERE task_id = %s").format(SQL(change)), [line.task_id]
        )


@pytest.mark.parametrize("medicine", [BRAND, None])
async def test_all_that_is_left_may_be_said_as_it_was_told(shelf: Shelf, medicine: Medicine | None) -> None:
    line = await shelf.line(BRAND, packs(1))
    _, line = await shelf.out(line, BRAND, tablets("10"))

    _, line = await shelf.out(line, medicine, line.allowed.with_value(line.left))

    assert (line.units_out, line.left) == (30, 0)


@pytest.mark.parametrize(
    ("medicine", "quantity"),
    [(BRAND, tablets("51")), (LARGER, packs(1)), (None, packs(2))],
    ids=["in units", "a package that is too large", "in packages of the line"],
)
async def test_too_much_is_refused_with_what_is_left_in_packages_and_units_dsp_052(
    shelf: Shelf, medicine: Medicine | None, quantity: Quantity
) -> None:
    line = await shelf.line(BRAND, packs(2))
    _, line = await shelf.out(line, BRAND, tablets("10"))

    no = await refused_by(shelf.out(line, medicine, quantity))

    assert (no.rule.id, no.told()["left"], no.told()["packs"], no.told()["loose"]) == (
        "DSP-052",
        "50",
        "1",
        "20",
    )
    assert "50 units (packages of 30: 1; loose: 20)" in no.rule.sentence("en", no.facts)


@pytest.mark.parametrize(
    ("prescribed", "how", "more", "handed", "quantity", "rule"),
    [
        (BRAND, "", {}, STRANGE, packs(1), "MED-006"),
        (BRAND, "-by-inn", {}, STRANGE, packs(1), "MED-006"),
        (BRAND, "", {"substitution": {"allowedBoolean": False}}, OTHER, packs(1), "MED-005"),
        (BRAND, "", {}, CLOSED, tablets("10"), "MED-008"),
        (BRAND, "", {}, BRAND, packs("0.333333333"), "MED-008"),
        (BRAND, "", {}, BRAND, Quantity(Decimal(10), "ml", "http://unitsofmeasure.org", "mL"), "MED-007"),
        (BRAND, "", {}, UNCOUNTED, packs(1), "MED-009"),
        (BRAND, "", {}, GONE, packs(1), "DSP-051"),
        (BRAND, "", {}, NOBODYS, packs(1), "DSP-051"),
    ],
)
async def test_what_is_not_what_was_prescribed_is_not_handed_out(
    shelf: Shelf,
    prescribed: Medicine,
    how: str,
    more: dict[str, Any],
    handed: Medicine,
    quantity: Quantity,
    rule: str,
) -> None:
    line = await shelf.line(prescribed, packs(2), how, **more)

    assert (await refused_by(shelf.out(line, handed, quantity))).rule.id == rule
    assert (await shelf.stored(line)).units_out == 0


@pytest.mark.parametrize(
    ("prescribed", "how", "more", "handed"),
    [
        (BRAND, "", {"substitution": {"allowedBoolean": False}}, LARGER),
        (BRAND, "-by-inn", {"substitution": {"allowedBoolean": False}}, OTHER),
        (BRAND, "", {"substitution": {"allowedBoolean": True}}, OTHER),
        (None, "", {}, STRANGE),
        (UNCOUNTED, "", {}, UNCOUNTED),
    ],
    ids=["another size", "by the general name", "of the group", "a line in words", "of unknown size"],
)
async def test_what_was_prescribed_is_handed_out(
    shelf: Shelf, prescribed: Medicine | None, how: str, more: dict[str, Any], handed: Medicine
) -> None:
    line = await shelf.line(prescribed, packs(2), how, **more)

    _, line = await shelf.out(line, handed, packs(1))

    assert line.dispensed == (2 if handed == LARGER else 1)


@pytest.mark.parametrize(
    ("medicine", "how"),
    [(GONE, ""), (NOBODYS, ""), (NOBODYS, "-by-inn")],
    ids=["no longer sold", "not in the register", "not by its general name either"],
)
async def test_what_the_register_does_not_have_that_day_is_not_prescribed_pre_032(
    shelf: Shelf, medicine: Medicine, how: str
) -> None:
    no = await refused_by(shelf.line(medicine, packs(1), how))

    assert (no.rule.id, no.told()) == ("PRE-032", {"asked": medicine.product_id, "day": "2026-03-02"})


async def test_by_the_general_name_a_product_that_is_no_longer_sold_is_as_good_as_another(
    shelf: Shelf,
) -> None:
    line = await shelf.line(GONE, packs(1), "-by-inn")

    _, line = await shelf.out(line, OTHER, packs(1))
    assert line.left == 0


async def test_words_and_codes_of_other_systems_are_prescribed_as_before(shelf: Shelf) -> None:
    other = {"coding": [{"system": "http://snomed.info/sct", "code": "27658006"}], "text": "Paraugols"}
    for concept in (other, {"text": "Paraugols"}):
        line = await shelf.line(None, packs(1), medicationCodeableConcept=concept)
        assert line.pack_units is None


async def test_taken_back_and_corrected_in_units_the_balance_is_exact_again(shelf: Shelf) -> None:
    line = await shelf.line(BRAND, packs(1))
    first, line = await shelf.out(line, BRAND, tablets("10"))
    second, line = await shelf.out(line, BRAND, tablets("20"), identifier=OWN)

    corrected = Correction(second, "other", shelf.order(line, BRAND, tablets("7"), identifier=OWN))
    _, line = await amend(shelf.tx, corrected, shelf.till(), NOW, TERMS)
    assert (still(line), line.dispensed) == (13, Decimal("0.566666666"))
    wrong = Correction(second, "other", shelf.order(line, BRAND, tablets("21"), identifier=OWN))
    assert (await refused_by(amend(shelf.tx, wrong, shelf.till(), NOW, TERMS))).rule.id == "DSP-052"
    strange = Correction(second, "other", shelf.order(line, STRANGE, tablets("7"), identifier=OWN))
    assert (await refused_by(amend(shelf.tx, strange, shelf.till(), NOW, TERMS))).rule.id == "MED-006"

    for dispense_id in (first, second):
        _, line = await withdraw(shelf.tx, Correction(dispense_id, "other"), shelf.till(), NOW, TERMS)
    assert (still(line), line.units_out, line.dispensed) == (30, 0, 0)
    newest = (await store.versions(shelf.tx, second))[-1]
    assert (newest.state, newest.units, newest.quantity) == ("withdrawn", 7, Decimal("0.233333333"))


# The arithmetic alone: whatever sizes and amounts, never more than was prescribed and nothing lost.

SIZES = st.integers(1, 1_000).map(Decimal)


@given(
    SIZES,
    st.integers(1, 20),
    st.lists(st.tuples(SIZES, st.booleans(), st.integers(1, 400), st.booleans()), max_size=8),
)
def test_never_more_than_prescribed_and_exact_whatever_is_handed_out(
    size: Decimal, count: int, tries: list[tuple[Decimal, bool, int, bool]]
) -> None:
    prescribed = replace(BRAND, units=size)
    line = a_line(allowed=packs(count), hold=a_hold(), pack_units=size)
    out = Fraction(0)
    for other_size, may_open, amount, in_packs in tries:
        given_out = replace(OTHER, units=other_size, may_open=may_open)
        quantity = packs(amount) if in_packs else tablets(Decimal(amount))
        asked = Fraction(amount) * (Fraction(other_size) if in_packs else 1)
        try:
            record, line = decided(line, quantity, Handed(Wanted(prescribed, "T-G"), given_out, TODAY))
        except Refusal as no:
            not_whole = not may_open and asked % Fraction(other_size) != 0
            over, nothing = out + asked > Fraction(size) * count, still(line) == 0
            assert (no.rule.id == "MED-008") == not_whole
            assert not_whole or over or nothing
            continue
        out += asked
        assert Fraction(record.amount) == asked
    allowed = Fraction(size) * count
    assert Fraction(line.units_out) == out <= allowed
    assert Fraction(still(line)) == allowed - out
    assert (line.left == 0) == (out == allowed) and (line.dispensed == 0) == (out == 0)
    assert Fraction(line.dispensed) <= out / Fraction(size) < Fraction(line.dispensed) + Fraction(1, 10**9)


def decided(line: LineRecord, quantity: Quantity, handed: Handed) -> tuple[Any, LineRecord]:
    order: DispenseOrder = a_dispense_order(quantity=quantity, handed=handed)
    return decide_dispense(line, order, a_party(), THEN, TERMS)


def test_only_codes_of_ours_name_a_product() -> None:
    contained = {"contained": [{"resourceType": "Medication", "code": coded(OTHER)}]}
    cases = [
        ({"medicationCodeableConcept": coded(BRAND)}, Coded("T-A30")),
        ({"medicationCodeableConcept": coded(BRAND, "-by-inn")}, Coded("T-A30", by_inn=True)),
        (contained, Coded("T-B30")),
        ({"medicationCodeableConcept": coded(BRAND, "-forms")}, None),
        ({"medicationCodeableConcept": {"text": "Arda"}}, None),
        ({"medicationReference": {"display": "Arda"}}, None),
    ]
    assert [coded_in(document, TERMS) for document, _ in cases] == [expected for _, expected in cases]
    assert len({one.product_id for one in ALL}) == len(ALL)
