"""What England's published state logic and ours both know is the same; where they differ it is meant, and listed."""

import pytest

from proofs.oracle import BY_HAND
from tests.exchange.oracle.comparing import Both, Told, play
from tests.exchange.oracle.differing import DIFFERENCES, NO, YES, expected, label
from tests.exchange.oracle.faults import FAULTS, MOST, Fault, found_after
from tests.exchange.oracle.ours import decided
from tests.exchange.oracle.steps import Step, Written

SEQUENCES = 300


def test_both_tell_the_same_but_for_what_is_meant_to_differ() -> None:
    told = Told()
    for seed in range(SEQUENCES):
        play(seed, told)

    assert told.findings == []
    assert told.compared["answers"] > 4 * SEQUENCES
    assert told.compared["states of lines"] > told.compared["states of prescriptions"] > 4 * SEQUENCES
    seen = {label(one, case): one.name for one in DIFFERENCES for case in one.cases}
    assert {seen[case] for case in told.meant} | BY_HAND == set(seen.values()), "each really occurs"


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.what)
def test_a_planted_fault_is_found_by_the_comparison(fault: Fault) -> None:
    assert found_after(fault) is not None, f"not in {MOST} sequences"


def test_a_difference_is_expected_exactly_when_its_facts_are_there() -> None:
    ledger_says = {"hold": "over", "out": "none", "waits": NO, "day": "within", "turn": "first"}
    fitting = expected("line", "claimed", ledger_says)
    assert fitting is not None and fitting[1].ours == "ready"
    assert expected("line", "claimed", ledger_says | {"hold": "stands"}) is None


def test_a_line_is_closed_alone_where_england_claims_for_the_whole() -> None:
    both = Both(Written(lines=2), Told())
    for step in (Step("claim"), Step("dispense", amounts=(3, 0)), Step("cancel", line=1)):
        assert both.go(step)

    assert both.ours.words() == both.theirs.words() == [["dispensed", "cancel-pending"]]
    assert both.theirs.ask(Step("close")) is None
    fitting = expected("close a line", NO, both.ledger.of_step(Step("close"), both.theirs))
    assert fitting is not None and fitting[0].name in BY_HAND
    assert fitting[1].ours == YES
    assert decided(Step("close"), 0, both.ours.lines[0][0], both.ours.now).state == "completed"
