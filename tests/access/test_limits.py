"""How fast one client may call; who calls faster is told how long to wait."""

import math

import pytest

from tilts.access import limits
from tilts.access.limits import CallRate
from tilts.rules import Refusal


class Watch:
    """The monotonic clock of the machine, in the hand of the test."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    found = Watch()
    monkeypatch.setattr(limits, "time", found)
    return found


def calls_that_pass(rate: CallRate, client: str, most: int = 1_000) -> int:
    for passed in range(most):
        try:
            rate.spend(client)
        except Refusal:
            return passed
    return most


def test_acc_012_twice_the_rate_at_once_and_then_no_more(watch: Watch) -> None:
    rate = CallRate(5)

    assert calls_that_pass(rate, "a") == 10
    with pytest.raises(Refusal) as refusal:
        rate.spend("a")
    assert (refusal.value.rule.id, refusal.value.facts["retry_after_seconds"]) == ("ACC-012", 1)


def test_acc_012_who_waits_as_long_as_told_may_call_again(watch: Watch) -> None:
    rate = CallRate(1)
    calls_that_pass(rate, "a")
    with pytest.raises(Refusal) as refusal:
        rate.spend("a")
    wait = refusal.value.facts["retry_after_seconds"]
    assert isinstance(wait, int) and wait >= 1

    watch.seconds += wait
    rate.spend("a")


def test_on_average_as_many_as_the_rate(watch: Watch) -> None:
    rate = CallRate(5)
    passed = 0
    for _ in range(100):
        passed += calls_that_pass(rate, "a")
        watch.seconds += 0.5

    assert passed == 10 + math.floor(99 * 0.5 * 5)


def test_a_long_rest_saves_up_no_more_than_the_burst(watch: Watch) -> None:
    rate = CallRate(5)
    calls_that_pass(rate, "a")
    watch.seconds += 3_600

    assert calls_that_pass(rate, "a") == 10


def test_a_refused_call_costs_nothing(watch: Watch) -> None:
    rate = CallRate(1)
    calls_that_pass(rate, "a")
    for _ in range(50):
        assert calls_that_pass(rate, "a") == 0
    watch.seconds += 1

    assert calls_that_pass(rate, "a") == 1


def test_clients_do_not_spend_for_each_other(watch: Watch) -> None:
    rate = CallRate(5)

    assert (calls_that_pass(rate, "a"), calls_that_pass(rate, "b")) == (10, 10)


def test_zero_is_no_limit() -> None:
    assert calls_that_pass(CallRate(0), "a", 10_000) == 10_000


def test_the_memory_of_clients_is_bounded(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REMEMBERED", 3)
    rate = CallRate(1)
    for n in range(50):
        rate.spend(f"client-{n}")

    assert len(rate._buckets) == 3
