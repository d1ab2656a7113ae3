"""Packages counted exactly: nothing is made of rounding, and nobody gets more than was prescribed."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilts.exchange.medicines.packages import (
    Amount,
    Counted,
    Package,
    balance,
    counted,
    decide_amount,
    in_units,
    most_of,
    package_of,
)
from tilts.rules import Refusal
from tilts.store.medicines.records import Medicine

TABLETS_30 = Package(Decimal(30), "{tablet}")
OPENED_30 = Package(Decimal(30), "{tablet}", may_open=True)
STRIPS_30 = Package(Decimal(30), "{tablet}", may_open=True, part=Decimal(10))
BOTTLE = Package(Decimal("2.5"), "mL")
VALUES = st.decimals("0.000000001", "999999999.999999999", places=9)
SIZES = st.decimals("0.000000001", "999999.999", places=9)


def packs(value: str) -> Amount:
    return Amount(Decimal(value), "packs")


def tablets(value: str) -> Amount:
    return Amount(Decimal(value), "units", "{tablet}")


packages = st.builds(Package, SIZES, st.just("{tablet}"), st.booleans(), SIZES)
amounts = st.one_of(
    st.builds(Amount, VALUES, st.just("packs")),
    st.builds(Amount, VALUES, st.just("units"), st.just("{tablet}")),
)


@given(amounts, packages)
def test_units_are_exactly_packages_times_their_size(amount: Amount, package: Package) -> None:
    found = Fraction(in_units(amount, package))

    times = Fraction(package.units) if amount.measure == "packs" else 1
    assert found == Fraction(amount.value) * times


@given(VALUES, packages)
def test_packs_and_what_is_loose_make_the_units_again(units: Decimal, package: Package) -> None:
    found = counted(units, package)

    assert Fraction(found.packs) * Fraction(package.units) + Fraction(found.loose) == Fraction(units)
    assert 0 <= found.loose < package.units


@given(VALUES, packages)
def test_what_can_be_taken_out_is_never_more_and_less_than_a_step_less(
    units: Decimal, package: Package
) -> None:
    most = Fraction(most_of(units, package))
    step = Fraction(package.step)
    loose = most % Fraction(package.units)

    assert Fraction(units) - min(step, Fraction(package.units)) < most <= Fraction(units)
    assert loose % step == 0
    assert package.may_open or loose == 0


@given(amounts, packages, st.lists(st.tuples(amounts, packages), max_size=5), packages)
def test_a_balance_is_what_was_prescribed_less_what_was_handed_out(
    prescribed: Amount, prescribed_in: Package, handed_out: list[tuple[Amount, Package]], package: Package
) -> None:
    found = balance(prescribed, prescribed_in, handed_out, package)

    spent = sum(Fraction(in_units(amount, taken)) for amount, taken in handed_out)
    left = max(Fraction(in_units(prescribed, prescribed_in)) - spent, Fraction(0))
    assert Fraction(found.left.units) == left
    assert found.can_hand_out.units <= found.left.units


@given(amounts, packages, st.lists(packages, max_size=6))
def test_handing_out_all_that_can_be_again_and_again_never_passes_what_was_prescribed(
    prescribed: Amount, prescribed_in: Package, sizes: list[Package]
) -> None:
    done: list[tuple[Amount, Package]] = []
    for package in sizes:
        can = balance(prescribed, prescribed_in, done, package).can_hand_out.units
        if can:
            done.append(
                (
                    Amount(decide_amount(Amount(can, "units", package.unit), package), "units", package.unit),
                    package,
                )
            )
    spent = sum(Fraction(in_units(amount, package)) for amount, package in done)
    assert spent <= Fraction(in_units(prescribed, prescribed_in))


@given(amounts, packages)
def test_the_same_amount_in_packs_or_in_units_leaves_the_same(amount: Amount, package: Package) -> None:
    units = Amount(in_units(amount, package), "units", package.unit)

    assert balance(amount, package, [], package) == balance(units, package, [], package)


@pytest.mark.parametrize(
    ("prescribed", "handed_out", "package", "left", "can"),
    [
        (packs("3"), [], TABLETS_30, Counted(Decimal(90), 3, Decimal(0)), 90),
        (packs("3"), [(packs("1"), TABLETS_30)], TABLETS_30, Counted(Decimal(60), 2, Decimal(0)), 60),
        (packs("2"), [(tablets("28"), TABLETS_30)], TABLETS_30, Counted(Decimal(32), 1, Decimal(2)), 30),
        (packs("2"), [(tablets("28"), OPENED_30)], OPENED_30, Counted(Decimal(32), 1, Decimal(2)), 32),
        (packs("2"), [(tablets("28"), STRIPS_30)], STRIPS_30, Counted(Decimal(32), 1, Decimal(2)), 30),
        (tablets("45"), [], STRIPS_30, Counted(Decimal(45), 1, Decimal(15)), 40),
        (tablets("20"), [], TABLETS_30, Counted(Decimal(20), 0, Decimal(20)), 0),
        (packs("0.5"), [], OPENED_30, Counted(Decimal("15.0"), 0, Decimal("15.0")), 15),
        (tablets("1.5"), [], OPENED_30, Counted(Decimal("1.5"), 0, Decimal("1.5")), 1),
    ],
)
def test_a_balance_in_both(
    prescribed: Amount, handed_out: list[tuple[Amount, Package]], package: Package, left: Counted, can: int
) -> None:
    found = balance(prescribed, TABLETS_30, handed_out, package)

    assert (found.left, found.can_hand_out.units) == (left, can)


def test_a_package_that_is_not_opened_gives_whole_packages_only_med_008() -> None:
    with pytest.raises(Refusal, match="MED-008") as no:
        decide_amount(tablets("45"), TABLETS_30)

    assert no.value.told() == {"asked": "45", "units": "30", "unit": "{tablet}", "possible": "30"}
    assert decide_amount(packs("2"), TABLETS_30) == 60


def test_units_of_another_kind_are_not_counted_together_med_007() -> None:
    for call in (
        lambda: in_units(tablets("3"), BOTTLE),
        lambda: balance(packs("1"), TABLETS_30, [(packs("1"), BOTTLE)], TABLETS_30),
        lambda: balance(packs("1"), TABLETS_30, [], BOTTLE),
    ):
        with pytest.raises(Refusal, match="MED-007"):
            call()


def test_a_package_whose_size_is_not_known_is_not_counted_med_009() -> None:
    with pytest.raises(Refusal, match="MED-009"):
        package_of(Medicine("X-1", "Arda PARAUGS"))
    assert package_of(Medicine("X-1", "Arda", units=Decimal(10), unit="mL", may_open=True)).step == 1


def test_a_package_smaller_than_its_part_is_taken_whole() -> None:
    assert Package(Decimal("0.5"), "mL", may_open=True).step == Decimal("0.5")
