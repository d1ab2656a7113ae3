"""What state a line is in at a moment, and what may be done with it then: every row of the table, every rule."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.builders import (
    NOW,
    OTHER_PHARMACY,
    PHARMACY,
    PRACTICE,
    TERMS,
    TODAY,
    a_dispense_order,
    a_doctor,
    a_hold,
    a_line,
    a_party,
    held_by,
    packs,
)
from tilts.clock import RIGA
from tilts.exchange.dispensing import decide_dispense
from tilts.exchange.lines import (
    CHECKS,
    Action,
    allowed_actions,
    check_cancel,
    check_claim,
    check_dispense,
    check_release,
    current,
    is_held_by,
    state_of,
)
from tilts.party import Party
from tilts.rules import Refusal
from tilts.store.records import LineRecord

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
HELD = a_hold()
HANDED_OUT_BY = a_hold(first_dispensed_at=NOW - timedelta(minutes=30), lease_until=NOW + timedelta(hours=71))
OVER = {"valid_from": TODAY - 9 * DAY, "valid_to": TODAY - DAY}

FUTURE = a_line(valid_from=TODAY + DAY)
READY = a_line()
CLAIMED = a_line(hold=HELD)
PARTLY = a_line(dispensed=Decimal(1))
CLAIMED_PARTLY = a_line(hold=HANDED_OUT_BY, dispensed=Decimal(1))
DISPENSED = a_line(hold=HANDED_OUT_BY, dispensed=Decimal(3))
COMPLETED = a_line(state="completed", dispensed=Decimal(3))
CANCELLED = a_line(state="cancelled")
EXPIRED = a_line(**OVER)
SHORT = a_line(**OVER, dispensed=Decimal(1))
STATES = {
    "future": FUTURE,
    "ready": READY,
    "claimed": CLAIMED,
    "partly-dispensed": PARTLY,
    "claimed with a balance": CLAIMED_PARTLY,
    "dispensed": DISPENSED,
    "completed": COMPLETED,
    "cancelled": CANCELLED,
    "expired": EXPIRED,
    "completed short": SHORT,
}


def stands(line: LineRecord, now: datetime = NOW) -> str:
    return state_of(current(line, now), now)


def refused_by(check: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refusal:
        check()
    return refusal.value.rule.id


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
        (a_line(hold=HANDED_OUT_BY, dispensed=Decimal(1), **OVER), "completed"),
        (a_line(hold=HANDED_OUT_BY, dispensed=Decimal(3), **OVER), "dispensed"),
    ],
    ids=[
        "its only day",
        "the day before",
        "the day after",
        "cancelled stays cancelled",
        "held and over",
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


# Claim.


@pytest.mark.parametrize("name", ["ready", "partly-dispensed", "claimed", "claimed with a balance"])
def test_what_is_open_or_ones_own_can_be_claimed(name: str) -> None:
    check_claim(STATES[name], a_party(), NOW)


@pytest.mark.parametrize(
    "other", [{"client_id": "till-2"}, {"site": "AP-2"}, {"organization_id": OTHER_PHARMACY}]
)
def test_dsp_001_a_held_line_cannot_be_claimed_by_another(other: dict[str, str]) -> None:
    with pytest.raises(Refusal) as refusal:
        check_claim(CLAIMED, a_party(**other), NOW)

    assert refusal.value.rule.id == "DSP-001"
    assert refusal.value.facts == {
        "holder": "Aptieka",
        "since": "2026-03-02 09:00+02:00",
        "lease_until": "2026-03-02 11:00+02:00",
    }


@pytest.mark.parametrize(
    "name", ["future", "dispensed", "completed", "cancelled", "expired", "completed short"]
)
def test_dsp_002_what_is_not_open_cannot_be_claimed(name: str) -> None:
    with pytest.raises(Refusal) as refusal:
        check_claim(STATES[name], a_party(), NOW)

    assert refusal.value.rule.id == "DSP-002"
    assert refusal.value.facts == {"state": stands(STATES[name])}


@pytest.mark.parametrize("kind", ["practice", "hospital", "authority", "vendor", "portal"])
@pytest.mark.parametrize("check", [check_claim, check_dispense, check_release])
def test_dsp_011_only_pharmacies_claim_hand_out_and_release(check: Callable[..., None], kind: str) -> None:
    assert refused_by(lambda: check(CLAIMED, a_party(kind=kind), NOW)) == "DSP-011"


# Dispense.


@pytest.mark.parametrize("name", ["claimed", "claimed with a balance"])
@pytest.mark.parametrize("asked", [Decimal("0.000001"), Decimal(1), Decimal(2)])
def test_the_holder_hands_out_up_to_what_is_left(name: str, asked: Decimal) -> None:
    check_dispense(STATES[name], a_party(), NOW, asked)


def test_dsp_001_only_the_holder_hands_out() -> None:
    other = a_party(client_id="till-2")

    for name in ("claimed", "claimed with a balance", "dispensed"):
        assert refused_by(lambda line=STATES[name]: check_dispense(line, other, NOW)) == "DSP-001"


@pytest.mark.parametrize("name", ["ready", "partly-dispensed"])
@pytest.mark.parametrize("check", [check_dispense, check_release])
def test_dsp_004_what_nobody_holds_is_neither_handed_out_nor_released(
    check: Callable[..., None], name: str
) -> None:
    assert refused_by(lambda: check(STATES[name], a_party(), NOW)) == "DSP-004"


@pytest.mark.parametrize("name", ["future", "completed", "cancelled", "expired", "completed short"])
@pytest.mark.parametrize("check", [check_dispense, check_release])
def test_dsp_002_what_is_not_open_is_neither_handed_out_nor_released(
    check: Callable[..., None], name: str
) -> None:
    assert refused_by(lambda: check(STATES[name], a_party(), NOW)) == "DSP-002"


@pytest.mark.parametrize("check", [check_dispense, check_release])
def test_dsp_002_a_hold_does_not_outlive_the_validity(check: Callable[..., None]) -> None:
    assert refused_by(lambda: check(a_line(hold=HELD, **OVER), a_party(), NOW)) == "DSP-002"


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        (CLAIMED, "3.0000000000000001"),
        (CLAIMED_PARTLY, "3"),
        (DISPENSED, "0.000000000001"),
        (a_line(hold=HELD, allowed=packs("1.10"), dispensed=Decimal("1.05")), "0.051"),
    ],
    ids=["a crumb too many", "the balance is less", "all is handed out", "tenths are exact"],
)
def test_dsp_003_no_more_than_what_is_left(line: LineRecord, asked: str) -> None:
    with pytest.raises(Refusal) as refusal:
        check_dispense(line, a_party(), NOW, Decimal(asked))

    assert refusal.value.rule.id == "DSP-003"
    assert refusal.value.facts == {"asked": Decimal(asked), "left": line.left}


def test_three_times_a_tenth_is_three_tenths() -> None:
    line = a_line(hold=HELD, allowed=packs("0.30"), dispensed=Decimal("0.1") + Decimal("0.1"))

    check_dispense(line, a_party(), NOW, Decimal("0.1"))
    assert (
        refused_by(lambda: check_dispense(line, a_party(), NOW, Decimal("0.1000000000000000055")))
        == "DSP-003"
    )


def test_dsp_003_when_all_is_handed_out_the_reason_names_no_invented_amount() -> None:
    [told] = [a.refusal for a in allowed_actions(DISPENSED, a_party(), NOW) if a.action == "dispense"]

    assert told is not None
    assert told.rule.id == "DSP-003"
    assert told.rule.text_en.format(**told.facts) == "More than what is left: asked > 0, left 0."


# Release.


@pytest.mark.parametrize("name", ["claimed", "claimed with a balance"])
def test_the_holder_gives_back(name: str) -> None:
    check_release(STATES[name], a_party(), NOW)


def test_dsp_001_only_the_holder_gives_back() -> None:
    assert refused_by(lambda: check_release(CLAIMED, a_party(site="AP-00002"), NOW)) == "DSP-001"


def test_dsp_002_what_is_all_handed_out_cannot_be_given_back() -> None:
    assert refused_by(lambda: check_release(DISPENSED, a_party(), NOW)) == "DSP-002"


# Cancel.


@pytest.mark.parametrize("name", ["future", "ready"])
def test_the_prescriber_cancels_what_is_untouched(name: str) -> None:
    check_cancel(STATES[name], a_doctor(), NOW)


def test_a_colleague_of_the_same_organisation_cancels() -> None:
    check_cancel(READY, a_doctor(client_id="desk-2", role_id=PHARMACY, role_code="nurse"), NOW)


def test_a_lease_that_ended_lets_the_prescriber_cancel() -> None:
    check_cancel(current(CLAIMED, HELD.lease_until), a_doctor(), HELD.lease_until)


@pytest.mark.parametrize("name", STATES)
def test_pre_014_nobody_else_cancels(name: str) -> None:
    for other in (a_party(), a_doctor(organization_id=OTHER_PHARMACY)):
        assert refused_by(lambda other=other: check_cancel(STATES[name], other, NOW)) == "PRE-014"


def test_pre_013_what_is_claimed_is_not_cancelled_and_the_holder_is_named() -> None:
    with pytest.raises(Refusal) as refusal:
        check_cancel(CLAIMED, a_doctor(), NOW)

    assert refusal.value.rule.id == "PRE-013"
    assert refusal.value.facts == {
        "holder": "Aptieka",
        "since": "2026-03-02 09:00+02:00",
        "lease_until": "2026-03-02 11:00+02:00",
    }


@pytest.mark.parametrize(
    "name",
    [
        "partly-dispensed",
        "claimed with a balance",
        "dispensed",
        "completed",
        "cancelled",
        "expired",
        "completed short",
    ],
)
def test_pre_009_what_was_handed_out_or_is_over_is_not_cancelled(name: str) -> None:
    with pytest.raises(Refusal) as refusal:
        check_cancel(STATES[name], a_doctor(), NOW)

    assert refusal.value.rule.id == "PRE-009"
    assert refusal.value.facts == {"state": stands(STATES[name])}


# What is told beforehand is what happens.

PARTIES = (a_party(), a_party(client_id="till-2"), a_party(organization_id=OTHER_PHARMACY), a_doctor())
QUANTITIES = st.decimals("0.000000001", 4, places=9).filter(bool)


@st.composite
def lines(draw: st.DrawFn) -> LineRecord:
    """Any line that the table's constraints let stand."""
    allowed = draw(QUANTITIES)
    dispensed = draw(st.sampled_from([Decimal(0), allowed]) | st.decimals(0, allowed, places=9))
    begins = TODAY + draw(st.integers(-3, 3)) * DAY
    line = a_line(
        state=draw(st.sampled_from(["open", "completed", "cancelled"])),
        allowed=packs(allowed),
        dispensed=dispensed,
        valid_from=begins,
        valid_to=begins + draw(st.integers(0, 3)) * DAY,
    )
    if line.state != "open" or not draw(st.booleans()):
        return replace(line, state="completed" if line.state == "cancelled" and dispensed else line.state)
    first = NOW - timedelta(minutes=30) if dispensed else None
    until = NOW + timedelta(minutes=draw(st.integers(-60, 60)))
    return held_by(draw(st.sampled_from(PARTIES[:3])), line, lease_until=until, first_dispensed_at=first)


MOMENTS = st.datetimes(datetime(2026, 2, 26), datetime(2026, 3, 10), timezones=st.just(RIGA))


@example(a_line(hold=HELD, allowed=packs("0.000000001")), a_party(), NOW)
@given(lines(), st.sampled_from(PARTIES), MOMENTS)
def test_an_action_is_allowed_exactly_when_its_check_does_not_raise(
    line: LineRecord, party: Party, now: datetime
) -> None:
    told = {
        answer.action: answer.refusal and answer.refusal.rule.id
        for answer in allowed_actions(line, party, now)
    }

    assert told == {action: tried(action, line, party, now) for action in CHECKS}


def tried(action: Action, line: LineRecord, party: Party, now: datetime) -> str | None:
    """The rule that refuses what the door would do; for a dispense, of whatever is left."""
    line = current(line, now)
    try:
        if action == "dispense":
            asked = line.left or Decimal(1)
            decide_dispense(
                line, a_dispense_order(quantity=line.allowed.with_value(asked)), party, now, TERMS
            )
        else:
            CHECKS[action](line, party, now)
    except Refusal as no:
        return no.rule.id
    return None


@given(lines(), st.sampled_from(PARTIES), MOMENTS)
def test_one_party_at_most_may_hand_out_at_any_moment(line: LineRecord, party: Party, now: datetime) -> None:
    may = [who for who in PARTIES if tried("dispense", line, who, now) is None]

    assert len(may) <= 1
    assert not may or tried("cancel", line, a_doctor(), now) in ("PRE-013", "PRE-009")
