"""What state a line is in at a moment, and what may be done with it then: every row of the table, every rule."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.builders import (
    NOW,
    OTHER_PHARMACY,
    PHARMACY,
    PRACTICE,
    TODAY,
    a_doctor,
    a_line,
    a_party,
    packs,
)
from tests.exchange.standing import (
    CLAIMED,
    CLAIMED_PARTLY,
    DAY,
    DISPENSED,
    HANDED_OUT_BY,
    HELD,
    OVER,
    PENDING,
    READY,
    SECOND,
    STATES,
    stands,
)
from tilts.exchange.lines import (
    allowed_actions,
    check,
    check_amount,
    current,
    is_held_by,
)
from tilts.rules import Refusal
from tilts.store.records import LineRecord

# What state it is in.


@pytest.mark.parametrize("name", STATES)
def test_every_state_of_the_table(name: str) -> None:
    spoken = {"claimed with a balance": "claimed", "completed short": "completed"}

    assert stands(STATES[name]) == spoken.get(name, name)


@pytest.mark.parametrize(
    ("line", "state"),
    [
        (a_line(valid_from=TODAY, valid_to=TODAY), "ready"),
        (a_line(valid_from=TODAY + DAY, valid_to=TODAY + DAY), "future"),
        (a_line(valid_from=TODAY - DAY, valid_to=TODAY - DAY), "expired"),
        (a_line(state="cancelled", **OVER), "cancelled"),
        (a_line(hold=HELD, **OVER), "expired"),
        (a_line(hold=HELD, cancelling="other", **OVER), "cancelled"),
        (a_line(hold=HANDED_OUT_BY, dispensed=Decimal(1), **OVER), "completed"),
        (a_line(hold=HANDED_OUT_BY, dispensed=Decimal(3), **OVER), "dispensed"),
    ],
    ids=[
        "its only day",
        "the day before",
        "the day after",
        "cancelled stays cancelled",
        "held and over",
        "a cancellation that waited, and over",
        "held with a balance and over: completed short",
        "all handed out stays dispensed until the hand-over ends",
    ],
)
def test_the_days_of_validity_are_both_included(line: LineRecord, state: str) -> None:
    assert stands(line) == state


@pytest.mark.parametrize(
    ("day", "midnight"),
    [
        (date(2026, 1, 31), datetime(2026, 1, 31, 22, 0, tzinfo=UTC)),
        (date(2026, 3, 29), datetime(2026, 3, 29, 21, 0, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 25, 22, 0, tzinfo=UTC)),
    ],
    ids=["winter", "the day of 23 hours", "the day of 25 hours"],
)
def test_the_last_day_ends_at_midnight_in_riga(day: date, midnight: datetime) -> None:
    line = a_line(valid_from=day - DAY, valid_to=day)

    assert (stands(line, midnight - SECOND), stands(line, midnight)) == ("ready", "expired")


def test_the_first_day_begins_at_midnight_in_riga() -> None:
    line = a_line(valid_from=date(2026, 7, 1), valid_to=date(2026, 7, 30))
    midnight = datetime(2026, 6, 30, 21, 0, tzinfo=UTC)

    assert (stands(line, midnight - SECOND), stands(line, midnight)) == ("future", "ready")


# When a hold ends.


def test_a_lease_that_ended_gives_the_line_back_untouched() -> None:
    at_its_end = current(CLAIMED, HELD.lease_until)

    assert (at_its_end.state, at_its_end.hold, stands(at_its_end, HELD.lease_until)) == (
        "open",
        None,
        "ready",
    )


def test_a_lease_holds_until_its_very_end() -> None:
    assert stands(CLAIMED, HELD.lease_until - timedelta(microseconds=1)) == "claimed"


def test_a_hand_over_period_that_ended_gives_the_balance_back() -> None:
    ended = HANDED_OUT_BY.lease_until

    assert current(CLAIMED_PARTLY, ended).hold is None
    assert stands(CLAIMED_PARTLY, ended) == "partly-dispensed"


def test_a_hand_over_period_that_ended_without_a_balance_completes() -> None:
    ended = HANDED_OUT_BY.lease_until

    assert (current(DISPENSED, ended).state, stands(DISPENSED, ended)) == ("completed", "completed")


@pytest.mark.parametrize("name", STATES)
def test_looking_twice_is_looking_once(name: str) -> None:
    later = NOW + timedelta(hours=80)

    assert current(current(STATES[name], later), later) == current(STATES[name], later)


def test_a_lease_that_ended_lets_a_cancellation_take_effect() -> None:
    ended = current(PENDING, HELD.lease_until)

    assert (ended.state, ended.hold, ended.reason, ended.cancelling) == (
        "cancelled",
        None,
        "therapy-changed",
        None,
    )


def test_a_hold_ends_with_the_validity_and_leaves_no_wish_for_a_transfer() -> None:
    over = current(a_line(hold=HELD, transfer_wanted_at=NOW, **OVER), NOW)

    assert (over.hold, over.transfer_wanted_at) == (None, None)


# Who holds it.


@pytest.mark.parametrize(
    "other",
    [{"client_id": "till-2"}, {"site": "AP-00002"}, {"organization_id": OTHER_PHARMACY}],
    ids=["another client", "another site", "another organisation"],
)
def test_another_client_or_site_of_the_same_organisation_is_another_holder(other: dict[str, str]) -> None:
    assert is_held_by(HELD, a_party())
    assert not is_held_by(HELD, a_party(**other))


def test_another_practitioner_at_the_same_till_is_the_same_holder() -> None:
    assert is_held_by(HELD, a_party(practitioner_id=PRACTICE, role_id=PRACTICE, token_id="token-2"))


# What may be done with it; the table itself is tested in test_lifecycle.py.


@pytest.mark.parametrize(
    "other", [{"client_id": "till-2"}, {"site": "AP-2"}, {"organization_id": OTHER_PHARMACY}]
)
def test_dsp_001_a_held_line_names_holder_and_period_to_another(other: dict[str, str]) -> None:
    with pytest.raises(Refusal) as refusal:
        check(CLAIMED, "claim", a_party(**other), NOW)

    assert refusal.value.rule.id == "DSP-001"
    told = {name: refusal.value.facts[name] for name in ("holder", "since", "lease_until")}
    assert told == {
        "holder": "Aptieka",
        "since": "2026-03-02 09:00+02:00",
        "lease_until": "2026-03-02 11:00+02:00",
    }


def test_pre_013_a_cancel_after_a_part_was_handed_out_names_the_holder() -> None:
    with pytest.raises(Refusal) as refusal:
        check(CLAIMED_PARTLY, "cancel", a_doctor(), NOW)

    assert (refusal.value.rule.id, refusal.value.facts["holder"]) == ("PRE-013", "Aptieka")


@pytest.mark.parametrize("name", ["claimed", "claimed with a balance"])
@pytest.mark.parametrize("asked", [Decimal("0.000001"), Decimal(1), Decimal(2)])
def test_the_holder_hands_out_up_to_what_is_left(name: str, asked: Decimal) -> None:
    check_amount(STATES[name], a_party(), NOW, asked)


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        (CLAIMED, "3.0000000000000001"),
        (CLAIMED_PARTLY, "3"),
        (a_line(hold=HELD, allowed=packs("1.10"), dispensed=Decimal("1.05")), "0.051"),
        (a_line(hold=HELD, allowed=packs("0.30"), dispensed=Decimal("0.2")), "0.1000000000000000055"),
    ],
    ids=["a crumb too many", "the balance is less", "tenths are exact", "no float in between"],
)
def test_dsp_003_no_more_than_what_is_left(line: LineRecord, asked: str) -> None:
    with pytest.raises(Refusal) as refusal:
        check_amount(line, a_party(), NOW, Decimal(asked))

    assert refusal.value.rule.id == "DSP-003"
    assert refusal.value.facts == {"asked": Decimal(asked), "left": line.left}


def test_three_times_a_tenth_is_three_tenths() -> None:
    line = a_line(hold=HELD, allowed=packs("0.30"), dispensed=Decimal("0.1") + Decimal("0.1"))

    check_amount(line, a_party(), NOW, Decimal("0.1"))


def test_dsp_003_when_all_is_handed_out_the_reason_names_no_invented_amount() -> None:
    [told] = [a.refusal for a in allowed_actions(DISPENSED, a_party(), NOW) if a.action == "dispense"]

    assert told is not None
    assert told.rule.id == "DSP-003"
    assert told.rule.text_en.format(**told.facts) == "More than what is left: asked > 0, left 0."


def test_a_colleague_of_the_same_organisation_cancels() -> None:
    check(READY, "cancel", a_doctor(client_id="desk-2", role_id=PHARMACY, role_code="nurse"), NOW)


def test_a_lease_that_ended_lets_the_prescriber_cancel() -> None:
    check(current(CLAIMED, HELD.lease_until), "cancel", a_doctor(), HELD.lease_until)
