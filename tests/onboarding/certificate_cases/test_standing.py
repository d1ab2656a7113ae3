"""Until when a registered certificate may be used by what is known of it: every row of standing.yml."""

from datetime import datetime, timedelta

import pytest

from tests.access.test_certificates import a_connection
from tests.onboarding.certificate_cases.making import NOW, Case, read_cases
from tilts.access.certificates import check
from tilts.onboarding.standing.deciding import Graces, IssuerStanding, KnownOf, usable
from tilts.rules import Refusal

CASES = read_cases("standing")
GRACES = Graces(timedelta(hours=24), timedelta(hours=72))


def at(case: Case, name: str) -> datetime | None:
    hours = case.get(name)
    return None if hours is None else NOW + timedelta(hours=hours)


def known_of(case: Case) -> KnownOf:
    issuer = IssuerStanding("list" not in case, at(case, "list"), at(case, "ended"))
    watched = at(case, "watched") or NOW - timedelta(days=100)
    return KnownOf(watched, at(case, "good"), issuer, at(case, "kept"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["case"]))
def test_the_certificate_may_be_used_as_long_as_the_table_says(case: Case) -> None:
    found = usable(known_of(case), GRACES)

    assert (found.until, found.rule.id) == (at(case, "usable"), case["rule"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["case"]))
def test_the_door_is_closed_from_then_on_and_says_why(case: Case) -> None:
    found = usable(known_of(case), GRACES)
    dates = {"not_before": NOW - timedelta(days=1), "not_after": NOW + timedelta(days=1)}
    connection = a_connection(usable_until=found.until, unusable_rule=found.rule.id, **dates)
    if case["usable"] >= 0:
        assert check(connection, NOW) is connection
        return
    with pytest.raises(Refusal) as no:
        check(connection, NOW)
    assert no.value.rule.id == case["rule"]
    assert no.value.told()["until"]
