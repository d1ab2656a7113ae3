"""What is demanded of a signature is looked up by the day in Riga, and every row says where it is from."""

from datetime import UTC, date, datetime

import pytest

from tilts.onboarding.signing.requirements import REQUIREMENTS, Requirement, requirement, terms_of

TABLE = (
    Requirement("level", date(2020, 1, 1), date(2025, 12, 31), "advanced", "an order of 2020", True),
    Requirement("level", date(2026, 1, 1), None, "qualified", "an order of 2026", True),
    Requirement("time-stamp", date(2020, 1, 1), None, "optional", "an order of 2020", True),
)


def test_the_day_is_that_of_riga() -> None:
    before = datetime(2025, 12, 31, 21, 59, tzinfo=UTC)
    after = datetime(2025, 12, 31, 22, 0, tzinfo=UTC)  # midnight in Riga

    assert terms_of(before, table=TABLE).level == "advanced"
    assert terms_of(after, table=TABLE).level == "qualified"
    assert not terms_of(after, table=TABLE).time_stamp


def test_what_is_shipped_asks_for_qualified_with_time_stamp_and_says_that_it_is_unverified() -> None:
    terms = terms_of(datetime(2026, 11, 23, tzinfo=UTC))

    assert (terms.level, terms.time_stamp) == ("qualified", True)
    assert all(row.unverified and row.source for row in REQUIREMENTS)


@pytest.mark.parametrize("table", [(), (*TABLE, TABLE[1])], ids=["none", "two"])
def test_a_day_without_exactly_one_row_is_our_fault(table: tuple[Requirement, ...]) -> None:
    with pytest.raises(LookupError):
        requirement("level", date(2026, 6, 1), table)


def test_a_value_that_means_nothing_is_our_fault() -> None:
    wrong = (Requirement("level", date(2020, 1, 1), None, "simple", "x", True), TABLE[2])
    with pytest.raises(LookupError):
        terms_of(datetime(2026, 6, 1, tzinfo=UTC), table=wrong)
