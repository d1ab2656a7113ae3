"""Who takes a medicine at the counter: recorded where the law asks for it, and from the age it names."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOW, TERMS, a_dispense_order, a_hold, a_line, a_party
from tilts.exchange.collecting import MANNERS, Collector, check_collector, has_turned
from tilts.exchange.dispensing import decide_dispense
from tilts.rules import Refusal
from tilts.rules.profiles import resources

DAY = date(2026, 11, 23)
BUYER = Collector("number-and-name", "Anna Paraudziņa", "identity-card")
ADULT = date(1980, 5, 5)


def refused(collector: Collector | None, kind: str = "ordinary", born: date | None = ADULT) -> str | None:
    try:
        check_collector(collector, kind, born, DAY)
    except Refusal as no:
        assert no.told().keys() == no.rule.named
        return no.rule.id
    return None


@pytest.mark.parametrize(
    ("collector", "kind", "rule_id"),
    [
        (None, "ordinary", None),
        (None, "special", "DSP-017"),
        (Collector("self"), "special", None),
        (Collector("delegate"), "special", None),
        (BUYER, "special", None),
        (Collector("number-and-name"), "ordinary", "DSP-018"),
        (Collector("number-and-name", "Anna"), "special", "DSP-018"),
        (Collector("number-and-name", "  ", "passport"), "special", "DSP-018"),
    ],
)
def test_of_a_special_prescription_it_is_recorded_who_collected_and_of_a_buyer_always_DSP_017_DSP_018(
    collector: Collector | None, kind: str, rule_id: str | None
) -> None:
    assert refused(collector, kind) == rule_id


@pytest.mark.parametrize(
    ("born", "rule_id"),
    [
        (date(2012, 11, 23), None),
        (date(2012, 11, 24), "DSP-019"),
        (date(2026, 11, 1), "DSP-019"),
        (None, None),
    ],
)
def test_a_child_collects_alone_from_the_day_it_turns_14_DSP_019(
    born: date | None, rule_id: str | None
) -> None:
    assert refused(Collector("self"), born=born) == rule_id
    assert refused(Collector("parent"), born=born) is None
    assert refused(BUYER, born=born) is None


@pytest.mark.parametrize(
    ("born", "rule_id"), [(date(2008, 11, 24), None), (date(2008, 11, 23), "DSP-020"), (ADULT, "DSP-020")]
)
def test_a_parent_collects_until_the_child_turns_18_DSP_020(born: date, rule_id: str | None) -> None:
    assert refused(Collector("parent"), born=born) == rule_id


@given(st.dates(date(1900, 1, 1), date(2026, 1, 1)), st.integers(0, 60))
def test_nobody_has_turned_an_age_before_the_year_of_it(born: date, years: int) -> None:
    assert not has_turned(years + 1, born, date(born.year + years, 12, 31))
    assert has_turned(years, born, date(born.year + years, 12, 31))


def test_born_on_29_february_one_turns_14_on_28_february() -> None:
    assert has_turned(14, date(2012, 2, 29), date(2026, 2, 28))
    assert not has_turned(14, date(2012, 2, 29), date(2026, 2, 27))


def test_a_dispense_of_a_special_line_that_names_nobody_is_refused_whole() -> None:
    line = a_line(kind="special", hold=a_hold())
    with pytest.raises(Refusal) as no:
        decide_dispense(line, a_dispense_order(), a_party(), NOW, TERMS)
    assert no.value.rule.id == "DSP-017"
    record, _ = decide_dispense(line, a_dispense_order(collector=BUYER), a_party(), NOW, TERMS, ADULT)
    assert record.quantity == 1


def test_manners_are_those_of_the_code_list() -> None:
    [listed] = [
        one for one in resources() if (one["resourceType"], one["id"]) == ("CodeSystem", "collecting")
    ]
    assert [one["code"] for one in listed["concept"]] == list(MANNERS)
