"""Faults that are planted into what decides: each of them must be found by the comparison alone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any, Final

from tests.exchange.oracle import ours
from tests.exchange.oracle.comparing import Told, play
from tests.exchange.oracle.steps import BEGIN
from tilts.exchange import closing, dispensing, lines, prescriptions
from tilts.store.records import LineRecord

MOST: Final = 1000  # sequences in which a fault must be found


@dataclass(frozen=True, slots=True)
class Fault:
    """`wrong` is given what stands under `name` in `module`, and returns what is put in its place."""

    what: str
    module: ModuleType
    name: str
    wrong: Callable[[Any], Any]


def taken_over(right: Any) -> Any:
    def decide_claim(line: LineRecord, party: Any, now: datetime, terms: Any) -> LineRecord:
        taken: LineRecord = right(replace(line, state="open", hold=None), party, now, terms)
        return taken

    return decide_claim


def lease_as_it_was(right: Any) -> Any:
    def decide_dispense(line: LineRecord, *facts: Any) -> Any:
        record, after = right(line, *facts)
        assert line.hold is not None
        return record, replace(after, hold=replace(after.hold, lease_until=line.hold.lease_until))

    return decide_dispense


def days_moved(first: int, last: int) -> Callable[[Any], Any]:
    def wrong(right: Any) -> Any:
        def decide(*facts: Any) -> Any:
            found = right(*facts)
            found.issues[:] = [[moved(one) for one in issues] for issues in found.issues]
            return found

        return decide

    def moved(line: LineRecord) -> LineRecord:
        start, end = line.valid_from + timedelta(first), line.valid_to + timedelta(last)
        return replace(line, valid_from=start, valid_to=end)

    return wrong


FAULTS: Final = (
    Fault("a claim takes a held line from its holder", dispensing, "decide_claim", taken_over),
    Fault("whoever asks is the holder", lines, "is_held_by", lambda _: lambda *_: True),
    Fault("a lease never ends", lines, "current", lambda _: lambda line, now: line),
    Fault("a dispense does not lengthen the hold", dispensing, "decide_dispense", lease_as_it_was),
    Fault("the first day comes a day early", prescriptions, "decide", days_moved(-1, 0)),
    Fault("the last day comes a day late", prescriptions, "decide", days_moved(0, 1)),
    Fault(
        "expiry is ignored",
        lines,
        "day_in_riga",
        lambda right: lambda now: right(min(now, BEGIN + timedelta(days=6))),
    ),
    Fault("days are those of UTC", lines, "day_in_riga", lambda _: lambda now: now.astimezone(UTC).date()),
    Fault(
        "a balance is closed when it is given back",
        dispensing,
        "let_go",
        lambda right: lambda line: replace(right(line), state="completed") if line.dispensed else right(line),
    ),
    Fault(
        "what was handed out is forgotten when the rest is given back",
        dispensing,
        "let_go",
        lambda right: lambda line: right(replace(line, dispensed=line.dispensed * 0)),
    ),
    Fault(
        "more is handed out than is left",
        dispensing,
        "check_amount",
        lambda right: lambda line, party, now, asked: right(line, party, now, min(asked, line.left)),
    ),
    Fault(
        "a cancellation that waits does not stop the holder",
        dispensing,
        "check_amount",
        lambda right: lambda line, *facts: right(replace(line, cancelling=None), *facts),
    ),
    Fault(
        "a cancellation that waits is forgotten when the line is given back",
        dispensing,
        "let_go",
        lambda right: lambda line: right(replace(line, cancelling=None)),
    ),
    Fault(
        "a cancellation after a dispense is taken",
        lines,
        "GUARDS",
        lambda right: {**right, "nothing is handed out": lambda _: None},
    ),
    Fault("a line with a balance is closed", closing, "check", lambda _: lambda *_: None),
    Fault(
        "what is handed out whole stays active",
        ours,
        "status_of_order",
        lambda right: lambda states: "active" if "dispensed" in states else right(states),
    ),
)


@contextmanager
def planted(fault: Fault) -> Iterator[None]:
    """With the fault, and without our own table of steps, which would find some of them first."""
    right, table = getattr(fault.module, fault.name), lines.check_step
    setattr(fault.module, fault.name, fault.wrong(right))
    lines.check_step = lambda *_: None
    try:
        yield
    finally:
        setattr(fault.module, fault.name, right)
        lines.check_step = table


def found_after(fault: Fault) -> int | None:
    """In which sequence the comparison finds it."""
    told = Told()
    with planted(fault):
        for seed in range(MOST):
            play(seed, told)
            if told.findings:
                return seed + 1
    return None
