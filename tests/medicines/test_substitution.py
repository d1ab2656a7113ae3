"""What may be given for what, which is the cheapest, and what is paid for which diagnosis."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import permutations

import pytest

from tilts.exchange.medicines.reading import Report, medicine_of, terms_of
from tilts.exchange.medicines.substitution import Wanted, cheapest, decide_given, reimbursed_for
from tilts.lab.medicines import DIAGNOSES, invented
from tilts.rules import Refusal
from tilts.store.medicines.records import Medicine, Reimbursed

DAY = date(2026, 12, 1)
TERMS = (Reimbursed("U90.0", "A", 100), Reimbursed("U91.1", "A", 50))
FIRST = Medicine(
    "XX-1", "Arda", "ardums", "10 mg", "tabletes", units=Decimal(30), substitutes="G-1", price=Decimal("3.00"), reimbursed=TERMS
)  # fmt: skip
OTHER = replace(FIRST, product_id="XX-2", name="Belda", holder="B", price=Decimal("2.70"))
LARGER = replace(FIRST, product_id="XX-3", units=Decimal(60), price=Decimal("5.40"))
STRANGE = replace(FIRST, product_id="XX-9", name="Cela", substitutes="G-2")
ALONE = replace(FIRST, product_id="XX-8", name="Dara", substitutes="")


def test_what_was_prescribed_and_its_other_package_size_are_no_substitution() -> None:
    for may in (True, False):
        wanted = Wanted(FIRST, "G-1", may_substitute=may)
        assert [decide_given(wanted, one) for one in (FIRST, LARGER)] == ["as-prescribed", "other-package"]


def test_one_of_the_group_is_given_for_another() -> None:
    assert decide_given(Wanted(FIRST, "G-1"), OTHER) == "substitute"


def test_by_its_general_name_any_of_the_group_is_what_was_prescribed() -> None:
    assert decide_given(Wanted(None, "G-1", may_substitute=False), OTHER) == "as-prescribed"


def test_where_the_prescriber_forbids_it_nothing_else_is_given_med_005() -> None:
    with pytest.raises(Refusal, match="MED-005"):
        decide_given(Wanted(FIRST, "G-1", may_substitute=False), OTHER)


@pytest.mark.parametrize(
    ("wanted", "given"),
    [(Wanted(FIRST, "G-1"), STRANGE), (Wanted(FIRST, "G-1"), ALONE), (Wanted(ALONE, ""), replace(ALONE, product_id="XX-7", name="E")), (Wanted(None, "G-1"), STRANGE)],
    ids=["another group", "no group", "both without a group", "by its general name"],
)  # fmt: skip
def test_what_stands_in_no_common_group_is_not_given_med_006(wanted: Wanted, given: Medicine) -> None:
    with pytest.raises(Refusal, match="MED-006"):
        decide_given(wanted, given)


def test_the_cheapest_is_told_by_the_price_of_a_unit_all_of_them_and_in_any_order() -> None:
    for order in permutations([FIRST, OTHER, LARGER]):
        assert [one.product_id for one in cheapest(order, DAY)] == ["XX-2", "XX-3"]


def test_prices_of_a_third_are_compared_exactly() -> None:
    thirds = replace(FIRST, units=Decimal(3), price=Decimal(1))
    more = replace(OTHER, units=Decimal(9), price=Decimal("3.0000"))

    assert len(cheapest([thirds, more], DAY)) == 2


def test_what_is_not_sold_has_no_price_or_size_or_is_not_paid_for_is_not_the_cheapest() -> None:
    ended = replace(OTHER, sold_until=date(2026, 11, 30))
    without = [replace(OTHER, price=None), replace(OTHER, units=None)]

    assert cheapest([FIRST, ended, *without], DAY) == [FIRST]
    assert cheapest([FIRST, replace(ended, sold_until=DAY)], DAY)[0].product_id == "XX-2"
    assert cheapest([FIRST, replace(OTHER, reimbursed=())], DAY, "U90.0") == [FIRST]
    assert cheapest([FIRST], DAY, "U90") == [] and cheapest([], DAY) == []


def test_the_rate_belongs_to_the_exact_code() -> None:
    found = [reimbursed_for(FIRST, icd) for icd in ("U90.0", "U91.1", "U90", "U90.00", "u90.0", "")]

    assert [one.rate_percent if one else None for one in found] == [100, 50, None, None, None, None]


def test_the_invented_register_is_the_same_for_the_same_seed_and_says_what_it_is() -> None:
    made = invented()

    assert made == invented() != invented(2)
    assert len(made.products) == 300
    assert {one["atc_code"][0] for one in made.products} == {"X"}, "an anatomical group that there is"
    assert all("PARAUGS" in one["medicine_name"] for one in made.products)
    assert all("izdomāta" in one["active_substance"] for one in made.products)


def test_the_invented_register_has_everything_that_rules_ask_for() -> None:
    made, report = invented(), Report()
    taken = [medicine_of(place, one, report) for place, one in enumerate(made.products, 1)]
    terms = dict(one for one in (terms_of(1, row, report) for row in made.prices) if one)

    assert (report.taken, report.reasons, report.notes) == (300, {}, {})
    assert len({one.product_id for one in taken if one}) == len(terms) == 300
    rows = [row for one in terms.values() for row in one.reimbursed]
    assert {row.listed for row in rows} == {"A", "B", "C"} and {row.rate_percent for row in rows} == {
        100,
        75,
        50,
    }
    assert all(DIAGNOSES[row.icd] == row.rate_percent for row in rows)
    groups = [one.substitutes for one in terms.values() if one.substitutes]
    assert len(set(groups)) > 20 and {one.may_open for one in terms.values()} == {True, False}
