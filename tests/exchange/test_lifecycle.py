"""The table of a line's life: each row and each "why not" is told, each save is held against it, orders of calls agree."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOW, OTHER_PHARMACY, TODAY, a_doctor, a_hold, a_line, a_party, packs
from tests.exchange.moves import Move
from tests.exchange.sides import ON_PAPER, decided
from tests.exchange.standing import CLAIMED, DAY, HANDED_OUT_BY, HELD, PENDING, STATES, stands
from tilts.clock import RIGA
from tilts.exchange.lifecycle import NOES, PRESCRIPTION, SHAPES, STEPS, LineState, leads, status_of_order
from tilts.exchange.lines import (
    ACTIONS,
    GUARDS,
    Action,
    allowed_actions,
    check,
    check_shape,
    check_step,
    current,
    side_of,
)
from tilts.party import Party
from tilts.rules import Refusal
from tilts.store.records import LineRecord
from tilts.workflow import No

HOLDER, OTHER_TILL = a_party(), a_party(client_id="till-2")
PARTIES = {
    "holder": HOLDER,
    "another till": OTHER_TILL,
    "another pharmacy": a_party(organization_id=OTHER_PHARMACY),
    "prescriber": a_doctor(),
    "patient": ON_PAPER["patient"],
    "authority": a_doctor(organization_id=OTHER_PHARMACY, kind="authority"),
    "stranger": a_doctor(organization_id=OTHER_PHARMACY),
}


def answer(line: LineRecord, action: Action, party: Party, now: datetime = NOW) -> str:
    try:
        check(current(line, now), action, party, now)
    except Refusal as no:
        return no.rule.id
    return "yes"


# The table says all there is.


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("who", PARTIES)
def test_yes_is_said_exactly_where_a_row_is(who: str, name: str, action: Action) -> None:
    line, party = STATES[name], PARTIES[who]
    rows = [
        step
        for step in STEPS
        if step.action == action and stands(line) in step.of and step.by == side_of(current(line, NOW), party)
    ]
    guards = [guard for step in rows[:1] for guard in step.guards if refuses(guard, line)]

    assert (answer(line, action, party) == "yes") == bool(rows and not guards)


def refuses(guard: str, line: LineRecord) -> bool:
    try:
        GUARDS[guard](line)
    except Refusal:
        return True
    return False


def told() -> Iterator[tuple[No, str]]:
    """Each "why not" with a rule that somebody is really told because of it."""
    for name, line in STATES.items():
        for who, party in PARTIES.items():
            side, state = side_of(current(line, NOW), party), stands(line)
            for action in ACTIONS:
                rows = [s for s in STEPS if s.action == action and state in s.of and s.by == side]
                if not rows:
                    other = PRESCRIPTION.step(action, state).by != side
                    no = next(one for one in NOES if one.fits(action, side, state, other_side=other))
                    assert answer(line, action, party) == no.rule.id, (name, who, action)
                    yield no, no.rule.id


def test_every_why_not_of_the_table_is_told_to_somebody() -> None:
    found = [no for no, _ in told()]

    assert [no for no in NOES if no not in found] == []


def test_every_guard_stands_in_a_row() -> None:
    assert {guard for step in STEPS for guard in step.guards} == set(GUARDS)


@pytest.mark.parametrize(
    ("name", "who", "action", "rule"),
    [
        ("claimed", "another till", "claim", "DSP-001"),
        ("dispensed", "another pharmacy", "release", "DSP-001"),
        ("claimed", "holder", "close", "DSP-002"),
        ("future", "holder", "claim", "DSP-002"),
        ("dispensed", "holder", "release", "DSP-002"),
        ("dispensed", "holder", "dispense", "DSP-003"),
        ("ready", "holder", "release", "DSP-004"),
        ("claimed", "prescriber", "claim", "DSP-011"),
        ("partly-dispensed", "patient", "close-remaining", "DSP-011"),
        ("cancel-pending", "holder", "dispense", "DSP-012"),
        ("cancel-pending", "holder", "claim", "DSP-012"),
        ("claimed", "holder", "close-remaining", "DSP-013"),
        ("ready", "prescriber", "close-remaining", "DSP-013"),
        ("claimed", "another till", "transfer-request", "DSP-014"),
        ("claimed with a balance", "patient", "transfer-request", "DSP-015"),
        ("partly-dispensed", "prescriber", "cancel", "PRE-009"),
        ("cancelled", "prescriber", "cancel", "PRE-009"),
        ("claimed with a balance", "prescriber", "cancel", "PRE-013"),
        ("ready", "patient", "cancel", "PRE-014"),
        ("ready", "stranger", "cancel", "PRE-014"),
    ],
)
def test_the_reason_that_helps_is_the_one_that_is_told(
    name: str, who: str, action: Action, rule: str
) -> None:
    assert answer(STATES[name], action, PARTIES[who]) == rule


# What is saved is held against it.


@pytest.mark.parametrize(
    ("action", "before", "after"),
    [
        ("claim", "ready", "dispensed"),
        ("claim", "future", "claimed"),
        ("dispense", "ready", "dispensed"),
        ("release", "dispensed", "partly-dispensed"),
        ("cancel", "claimed", "cancelled"),
        ("cancel", "partly-dispensed", "cancelled"),
        ("release", "cancel-pending", "ready"),
        ("close", "claimed", "completed"),
        ("claim", "expired", "claimed"),
        ("clock", "cancelled", "ready"),
        ("an action that nobody knows", "ready", "claimed"),
    ],
)
def test_a_step_that_is_not_in_the_table_is_our_fault_and_not_saved(
    action: str, before: str, after: str
) -> None:
    with pytest.raises(AssertionError, match="does not lead"):
        check_step(STATES[before], action, STATES[after], NOW)


FORGED = {
    "future": [{"reason": None, "state": "completed"}],
    "ready": [
        {"cancelling": "other"},
        {"transfer_wanted_at": NOW},
        {"hold": HELD},
        {"dispensed": Decimal(1)},
    ],
    "claimed": [{"hold": None}, {"state": "open"}, {"cancelling": "other"}, {"dispensed": Decimal(3)}],
    "cancel-pending": [{"cancelling": None}, {"dispensed": Decimal(1)}, {"hold": None}],
    "partly-dispensed": [{"dispensed": Decimal(0)}, {"hold": HANDED_OUT_BY}, {"transfer_wanted_at": NOW}],
    "dispensed": [{"dispensed": Decimal(1)}, {"hold": None}, {"state": "open"}],
    "completed": [{"dispensed": Decimal(0)}, {"hold": HANDED_OUT_BY}, {"cancelling": "other"}],
    "cancelled": [{"dispensed": Decimal(1)}, {"hold": HELD}, {"cancelling": "other"}],
    "expired": [{"dispensed": Decimal(1)}, {"hold": HELD}, {"state": "claimed"}],
}


@pytest.mark.parametrize("state", SHAPES)
def test_a_row_that_does_not_look_like_its_state_is_our_fault_and_not_saved(state: LineState) -> None:
    check_shape(STATES[state], state)
    for forged in FORGED[state]:
        with pytest.raises(AssertionError, match="looks like this"):
            check_shape(replace(STATES[state], **forged), state)


def test_every_state_of_the_table_has_a_shape_and_stands_in_a_step() -> None:
    names = [state.name for state in PRESCRIPTION.states]

    assert names == list(SHAPES)
    assert {name for step in STEPS for name in (*step.of, step.to)} == set(names)
    assert not leads("ready", "claim", "ready")


# The whole order.


@pytest.mark.parametrize(
    ("states", "status"),
    [
        (("ready",), "active"),
        (("completed", "future"), "active"),
        (("cancelled", "claimed"), "active"),
        (("completed", "partly-dispensed"), "active"),
        (("dispensed",), "completed"),
        (("completed", "cancelled", "expired"), "completed"),
        (("cancel-pending",), "cancelled"),
        (("cancelled", "expired"), "cancelled"),
        (("expired", "expired"), "stopped"),
    ],
)
def test_the_order_is_active_while_one_of_its_issues_can_be_handed_out(
    states: tuple[LineState, ...], status: str
) -> None:
    assert {status_of_order(found) for found in permutations(states)} == {status}


# In either order: the same, or refused.

MOVES = [
    Move("claim", "pharmacy 1"),
    Move("claim", "pharmacy 2"),
    Move("dispense", "pharmacy 1", 100),
    Move("dispense", "pharmacy 1", 300),
    Move("release", "pharmacy 1"),
    Move("close-remaining", "pharmacy 1"),
    Move("close", "pharmacy 1"),
    Move("transfer-request", "patient"),
    Move("transfer-request", "practice"),
    Move("cancel", "practice"),
]
QUANTITIES = st.decimals("0.000000001", 4, places=9).filter(bool)
MOMENTS = st.datetimes(datetime(2026, 2, 26), datetime(2026, 3, 10), timezones=st.just(RIGA))


@st.composite
def lines(draw: st.DrawFn) -> LineRecord:
    """Any line that the table's shapes let stand."""
    allowed = draw(QUANTITIES)
    state = draw(st.sampled_from(["open", "claimed", "completed", "cancelled"]))
    some = [Decimal(0)] if state == "cancelled" else [Decimal(0), allowed] if state == "claimed" else []
    given = draw(st.sampled_from(some) if some else st.decimals(0, allowed, places=9))
    touched = state != "open" or given
    begins = TODAY + (-9 if touched else draw(st.integers(-3, 3))) * DAY
    line = a_line(
        state="open" if state == "completed" and not given else state,
        allowed=packs(allowed),
        dispensed=given if state != "open" or given < allowed else Decimal(0),
        valid_from=begins,
        valid_to=max(begins, TODAY) + draw(st.integers(0, 3)) * DAY,
    )
    if line.state != "claimed":
        return line
    until = NOW + timedelta(minutes=draw(st.integers(-60, 60)))
    first = NOW - timedelta(minutes=30) if given else None
    hold = a_hold(draw(st.sampled_from([HOLDER, OTHER_TILL])), lease_until=until, first_dispensed_at=first)
    return replace(line, hold=hold, cancelling=None if given else draw(st.sampled_from([None, "other"])))


def after(line: LineRecord, *moves: Move, now: datetime = NOW) -> tuple[LineRecord, list[str]]:
    """The line when they were asked one after the other, and what each was told."""
    answers = []
    for move in moves:
        line = current(line, now)
        try:
            changed = decided(line, move, ON_PAPER[move.who], now)
        except Refusal as no:
            answers.append(no.rule.id)
            continue
        check_step(line, move.action, changed, now)
        line = changed
        answers.append("yes")
    return current(line, now), answers


@given(lines(), st.sampled_from(MOVES), st.sampled_from(MOVES), MOMENTS)
def test_two_calls_in_either_order_agree_or_one_of_them_is_refused(
    line: LineRecord, one: Move, two: Move, now: datetime
) -> None:
    first, told_first = after(line, one, two, now=now)
    second, told_second = after(line, two, one, now=now)

    both = told_first == told_second == ["yes", "yes"]
    same_holder = one.who == two.who
    assert not both or same_holder or stands(first, now) == stands(second, now)
    assert first.dispensed <= first.allowed.value and second.dispensed <= second.allowed.value


@given(lines(), st.permutations([MOVES[0], MOVES[2], MOVES[9]]), MOMENTS)
def test_what_is_cancelled_was_never_handed_out_whatever_came_first(
    line: LineRecord, asked: list[Move], now: datetime
) -> None:
    ended, answers = after(line, *asked, now=now)
    told_of = dict(zip([move.action for move in asked], answers, strict=True))

    assert not (told_of["cancel"] == told_of["dispense"] == "yes")
    assert stands(ended, now) not in ("cancelled", "cancel-pending") or ended.dispensed == 0


@given(lines(), MOMENTS)
def test_one_party_at_most_may_hand_out_at_any_moment(line: LineRecord, now: datetime) -> None:
    may = [party for party in PARTIES.values() if answer(line, "dispense", party, now) == "yes"]

    assert len(may) <= 1


@given(lines(), st.sampled_from(sorted(PARTIES)), MOMENTS)
def test_an_action_is_allowed_exactly_when_its_check_does_not_raise(
    line: LineRecord, who: str, now: datetime
) -> None:
    offers = {
        one.action: one.refusal.rule.id if one.refusal else "yes"
        for one in allowed_actions(line, PARTIES[who], now)
    }

    assert offers == {action: answer(line, action, PARTIES[who], now) for action in ACTIONS}


def test_a_cancellation_sent_again_is_answered_as_before_and_the_holder_only_gives_back() -> None:
    waiting, answers = after(CLAIMED, MOVES[9], MOVES[9])
    assert (answers, waiting.cancelling) == (["yes", "yes"], "other")

    ended, answers = after(waiting, MOVES[2], MOVES[0], MOVES[4])
    assert (answers, ended.state, ended.reason) == (["DSP-012", "DSP-012", "yes"], "cancelled", "other")
    assert after(PENDING, now=HELD.lease_until)[0].state == "cancelled"


def test_a_transfer_leaves_the_holder_half_an_hour_and_a_dispense_overrules_it() -> None:
    asked, _ = after(CLAIMED, MOVES[7])
    assert asked.hold is not None and asked.hold.lease_until == NOW + timedelta(minutes=30)
    assert after(asked, MOVES[8])[0] == asked

    handed, answers = after(asked, MOVES[2])
    assert handed.hold is not None
    assert (answers, handed.hold.lease_until) == (["yes"], NOW + timedelta(hours=72))
