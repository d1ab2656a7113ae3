"""The rule of handing out: what must stand in a dispense, what it does to the line and to the hold."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import (
    NOW,
    OTHER_PHARMACY,
    PATIENT,
    PHARMACY,
    PRACTITIONER,
    ROLE,
    TERMS,
    a_dispense_order,
    a_hold,
    a_line,
    a_party,
    packs,
)
from tilts.exchange.dispensing import checked_quantity, chosen_issue, decide_dispense
from tilts.rules import Refusal
from tilts.store.records import LineRecord, Quantity

HELD = a_line(hold=a_hold())


def refused_by(line: LineRecord, now: datetime = NOW, **facts: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        decide_dispense(line, a_dispense_order(**facts), a_party(), now, TERMS)
    return refusal.value.rule.id


def handed_out(line: LineRecord, value: str, now: datetime = NOW) -> LineRecord:
    return decide_dispense(line, a_dispense_order(quantity=packs(value)), a_party(), now, TERMS)[1]


def test_a_dispense_says_who_what_when_and_how_much() -> None:
    record, after = decide_dispense(HELD, a_dispense_order(quantity=packs(2)), a_party(), NOW, TERMS)

    assert (record.line_id, record.patient_id, record.quantity) == (HELD.line_id, PATIENT, Decimal(2))
    assert (record.organization_id, record.site, record.client_id, record.role_id) == (
        PHARMACY,
        "AP-00001",
        "till-1",
        ROLE,
    )
    assert (record.recorded_at, after.dispensed, after.left) == (NOW, Decimal(2), Decimal(1))


def test_the_first_dispense_replaces_the_lease_by_the_hand_over_period() -> None:
    hold = handed_out(HELD, "1").hold

    assert hold is not None
    assert (hold.first_dispensed_at, hold.lease_until) == (NOW, NOW + timedelta(hours=72))
    assert hold.claimed_at == NOW - timedelta(hours=1)


def test_the_second_dispense_does_not_extend_the_hand_over_period() -> None:
    first = handed_out(HELD, "1")
    second = handed_out(first, "1", NOW + timedelta(hours=71))

    assert second.hold == first.hold


def test_the_hand_over_period_is_72_hours_also_over_the_night_of_the_changed_clocks() -> None:
    friday = datetime(2026, 10, 23, 12, 0, tzinfo=UTC)
    line = a_line(
        hold=a_hold(lease_until=friday + timedelta(hours=1)),
        valid_from=friday.date(),
        valid_to=friday.date() + timedelta(days=9),
    )
    hold = handed_out(line, "1", friday).hold

    assert hold is not None
    assert hold.lease_until == datetime(2026, 10, 26, 12, 0, tzinfo=UTC)


def test_the_last_pack_leaves_the_line_with_its_holder_until_the_hand_over_period_ends() -> None:
    after = handed_out(HELD, "3")

    assert (after.left, after.state, after.hold is None) == (Decimal(0), "claimed", False)


def test_a_dispense_changes_nothing_else_of_the_line() -> None:
    after = handed_out(HELD, "1")

    assert replace(after, dispensed=HELD.dispensed, hold=HELD.hold, changed_at=HELD.changed_at) == HELD


def test_dsp_001_another_till_cannot_hand_out() -> None:
    assert refused_by(a_line(hold=a_hold(a_party(client_id="till-2")))) == "DSP-001"


def test_dsp_002_an_expired_line_is_not_handed_out() -> None:
    later = NOW + timedelta(days=40)

    assert refused_by(replace(HELD, hold=a_hold(lease_until=later + timedelta(hours=1))), later) == "DSP-002"


def test_dsp_003_more_than_is_left_is_not_handed_out() -> None:
    assert refused_by(HELD, quantity=packs("3.01")) == "DSP-003"


def test_dsp_004_an_unclaimed_line_is_not_handed_out() -> None:
    assert refused_by(a_line()) == "DSP-004"


@pytest.mark.parametrize(
    "status", ["preparation", "in-progress", "cancelled", "on-hold", "declined", "unknown", ""]
)
def test_dsp_005_only_what_was_handed_over_counts(status: str) -> None:
    assert refused_by(HELD, status=status) == "DSP-005"


@pytest.mark.parametrize(
    "quantity",
    [
        None,
        packs(0),
        packs("-1"),
        packs("1E+9"),
        packs("1.0000000000"),
        Quantity(Decimal(1)),
        Quantity(Decimal(1), "pack", "http://unitsofmeasure.org", "mg"),
        Quantity(Decimal(1), "pack", "urn:other", "{pack}"),
    ],
    ids=["none", "zero", "less", "too much", "too fine", "no unit", "another unit", "another system"],
)
def test_dsp_006_a_quantity_above_zero_in_the_unit_of_the_line(quantity: Quantity | None) -> None:
    assert refused_by(HELD, quantity=quantity) == "DSP-006"


@pytest.mark.parametrize(
    ("prescribed", "handed_out"),
    [
        (Quantity(Decimal(3), "pack"), Quantity(Decimal(1), "pack")),
        (Quantity(Decimal(3), "iep.", "urn:s", "p"), Quantity(Decimal(1), "pack", "urn:s", "p")),
        (Quantity(Decimal(3)), Quantity(Decimal(1))),
    ],
    ids=[
        "a word is the unit where there is no code",
        "the code is the unit, its word may differ",
        "counted without unit",
    ],
)
def test_the_same_unit_written_otherwise_is_the_same(prescribed: Quantity, handed_out: Quantity) -> None:
    line = a_line(hold=a_hold(), allowed=prescribed)

    assert checked_quantity(line, a_dispense_order(quantity=handed_out), a_party()) == Decimal(1)


@pytest.mark.parametrize("patient_id", [None, ROLE])
def test_dsp_009_a_dispense_for_another_patient(patient_id: Any) -> None:
    assert refused_by(HELD, patient_id=patient_id) == "DSP-009"


@pytest.mark.parametrize(
    "performers",
    [
        (f"PractitionerRole/{PATIENT}",),
        (f"PractitionerRole/{ROLE}", f"Practitioner/{PATIENT}"),
        (f"Organization/{OTHER_PHARMACY}",),
        ("",),
    ],
)
def test_dsp_010_the_performer_is_the_person_of_the_token(performers: tuple[str, ...]) -> None:
    assert refused_by(HELD, performers=performers) == "DSP-010"


@pytest.mark.parametrize(
    "performers",
    [(), (f"PractitionerRole/{ROLE}",), (f"Practitioner/{PRACTITIONER}", f"Organization/{PHARMACY}")],
    ids=["left out", "the role", "the person and the pharmacy"],
)
def test_the_performer_may_be_named_in_several_ways(performers: tuple[str, ...]) -> None:
    assert decide_dispense(HELD, a_dispense_order(performers=performers), a_party(), NOW, TERMS)


@pytest.mark.parametrize(
    ("allowed", "dispensed", "asked", "left"),
    [
        ("1.10", "0", "1.10", "0.00"),
        ("1.10", "0.55", "0.55", "0.00"),
        ("0.3", "0.1", "0.1", "0.1"),
        ("1E+2", "0", "1", "99"),
        ("100", "0", "0.000000001", "99.999999999"),
    ],
)
def test_decimals_are_exact(allowed: str, dispensed: str, asked: str, left: str) -> None:
    line = a_line(hold=a_hold(), allowed=packs(allowed), dispensed=Decimal(dispensed))

    assert str(handed_out(line, asked).left) == left


# Which of several issues.

ISSUES = [replace(a_line(), task_id=UUID(int=n), issue=n, issues=3) for n in (1, 2, 3)]
OVER = replace(ISSUES[0], state="completed", dispensed=Decimal(3))
HELD_ISSUES = [replace(one, state="claimed", hold=a_hold()) for one in ISSUES]


def chosen(issues: list[LineRecord], **facts: Any) -> int:
    return chosen_issue(issues, a_dispense_order(**facts), a_party(), NOW).issue


def test_the_issue_that_is_held_is_handed_out() -> None:
    assert chosen([ISSUES[0], HELD_ISSUES[1], ISSUES[2]]) == 2


def test_of_several_held_the_named_one_is_handed_out() -> None:
    assert chosen([*HELD_ISSUES[:2], ISSUES[2]], task_id=UUID(int=2)) == 2


def test_dsp_016_of_several_held_one_must_be_named() -> None:
    with pytest.raises(Refusal) as refusal:
        chosen([*HELD_ISSUES[:2], ISSUES[2]])

    assert (refusal.value.rule.id, refusal.value.facts["count"]) == ("DSP-016", 2)


def test_with_none_held_the_first_that_is_not_over_says_why_not() -> None:
    assert chosen([OVER, *ISSUES[1:]]) == 2
    assert chosen([OVER]) == 1


def test_dsp_007_a_task_of_another_line_is_no_issue_of_this_one() -> None:
    with pytest.raises(Refusal) as refusal:
        chosen(ISSUES, task_id=UUID(int=9))

    assert refusal.value.rule.id == "DSP-007"


@given(st.lists(st.decimals("0.01", "0.50", places=2), max_size=12))
def test_whatever_the_portions_the_sum_is_exact_and_within_what_is_allowed(portions: list[Decimal]) -> None:
    line, sum_in_hundredths = HELD, 0
    for portion in portions:
        try:
            line = handed_out(line, str(portion))
        except Refusal as no:
            assert no.rule.id == "DSP-003"
            assert sum_in_hundredths + int(portion * 100) > 300
        else:
            sum_in_hundredths += int(portion * 100)
    assert line.dispensed * 100 == sum_in_hundredths <= 300
