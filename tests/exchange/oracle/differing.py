"""What England's states are called here, and what is expected of us where the two are meant to differ; data.

A difference is a list of cases. A case fits what they say and the facts of that moment, and says what we must say
then; where none fits we must say what they say. So a difference that should be there and is not is found as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

Facts: TypeAlias = Mapping[str, str]

PENDING: Final = {("0002", "0008"), ("0003", "0008")}
# (status of their issue, status of their line, a cancellation is pending) -> our state
WORDS: Final = {
    **{
        (issue, "0007", waits): "future"
        for issue, waits in (("0000", False), ("9001", False), ("9000", False), ("9000", True))
    },
    ("0001", "0007", False): "ready",
    ("0001", "0007", True): "returned, to be cancelled",
    **{(issue, "0008", False): "claimed" for issue in ("0002", "0003")},
    **{(issue, line, True): "cancel-pending" for issue, line in PENDING},
    ("0003", "0003", False): "claimed with a balance",
    **{(issue, "0001", False): "dispensed" for issue in ("0003", "0006")},
    **{(issue, "0001", False): "completed" for issue in ("0008", "0009")},
    **{
        (issue, "0005", False): "cancelled"
        for issue in ("0000", "0001", "0002", "0003", "0004", "0005", "0006", "0008", "0009", "9000", "9001")
    },
    **{(issue, "0006", waits): "expired" for issue in ("0004", "0006") for waits in (False, True)},
}
# status of their issue -> what its lines come to here
PRESCRIPTIONS: Final = {
    **dict.fromkeys(("0000", "0001", "0002", "0003", "9000", "9001"), "active"),
    **dict.fromkeys(("0006", "0008", "0009"), "completed"),
    "0005": "cancelled",
    "0004": "stopped",
}
YES: Final = "yes"
NO: Final = "no"


@dataclass(frozen=True, slots=True, init=False)
class Case:
    """`of` a line, a prescription, or who asks for what: what they say, what is expected of us, and when."""

    of: str
    theirs: str
    ours: str
    when: Facts

    def __init__(self, of: str, theirs: str, ours: str, **when: str) -> None:
        for name, value in (("of", of), ("theirs", theirs), ("ours", ours), ("when", when)):
            object.__setattr__(self, name, value)

    def fits(self, of: str, theirs: str, facts: Facts) -> bool:
        return (of, theirs) == (self.of, self.theirs) and all(
            facts[name] in value.split("|") for name, value in self.when.items()
        )


@dataclass(frozen=True, slots=True)
class Difference:
    name: str
    cases: tuple[Case, ...]
    why: str
    source: str
    ends: bool = True  # from then on they tell of different things


DIFFERENCES: Final = (
    Difference(
        "a pending cancellation blocks the holder",
        (
            Case("claim", YES, NO, asker="holder", waits=YES),
            Case("dispense", YES, NO, asked_waits=YES),
            Case("prescription", "active", "cancelled", usable=NO, waits=YES, whole=NO, part=NO),
            Case(
                "prescription", "active", "completed", usable=NO, waits=YES, whole=YES, part=NO, day="within"
            ),
        ),
        "There the holder may dispense on; here it is told and can only give back: nothing more is handed out.",
        "Exchanges 3.2 row 13",
    ),
    Difference(
        "amounts are counted",
        (Case("dispense", YES, NO, asked_waits=NO, more=YES),),
        "There a line is partly or fully dispensed, and no amount stands in the record; here more than is left is refused.",
        "Exchanges 3.2 row 5",
    ),
    Difference(
        "the balance returns, and each line alone",
        (Case("release", NO, YES, asker="holder", anything_out=YES, left=YES),),
        "There only what nothing was dispensed of is returned, whole; here the balance of each line is open to all.",
        "Design 5",
    ),
    Difference(
        "a cancellation is refused once something is out",
        (Case("cancel", YES, NO, out="part", waits=NO),),
        "There it is kept as pending after a part.",
        "Exchanges 3.2 row 13",
    ),
    Difference(
        "a cancellation is answered alike when asked again",
        (Case("cancel", NO, YES, out="none", waits=YES),),
        "There a second one of the same line is refused.",
        "Exchanges 3.2 row 13",
    ),
    Difference(
        "each line is closed alone",
        (Case("close a line", NO, YES, asker="holder", out="all"),),
        "There the issue is claimed for as a whole, when nothing of it is active.",
        "Exchanges 3.2 row 10",
    ),
    Difference(
        "issues are independent",
        (
            Case("line", "future", "ready", turn="later", day="within", hold="none", waits=NO),
            Case("line", "future", "expired", turn="later", day="after", waits=NO),
            Case("line", "future", "cancelled", turn="later", waits=YES),
            Case("prescription", "active", "stopped", turn="later", day="after", waits=NO, cancelled=NO),
        ),
        "There the next issue opens when the one before it is over, and ends with it; here each has a window of its own.",
        "Exchanges 3.2 (f)",
        ends=False,
    ),
    Difference(
        "a hold ends by the clock",
        (
            Case("line", "claimed", "ready", hold="over", out="none", waits=NO, day="within"),
            Case("line", "claimed with a balance", "partly-dispensed", hold="over", out="part", day="within"),
            Case("line", "dispensed", "completed", hold="over", out="all"),
        ),
        "There a prescription stays with its dispenser until it is returned, and what is dispensed until claimed for.",
        "Exchanges 3.2 rows 7, 10",
    ),
    Difference(
        "the last day is the last for a part as well",
        (
            Case("line", "claimed with a balance", "completed", out="part", day="after"),
            Case("line", "claimed", "expired", out="none", waits=NO, day="after"),
            Case("prescription", "active", "completed", turn="first|now", out="some", day="after"),
        ),
        "There a part that is out has a period of its own, counted from its dispense.",
        "Exchanges 3.2 row 15",
    ),
    Difference(
        "a cancellation that waited takes effect by itself",
        (
            Case("line", "cancel-pending", "cancelled", hold="over", out="none", waits=YES),
            Case("line", "returned, to be cancelled", "cancelled", out="none", waits=YES),
            Case("line", "expired", "cancelled", out="none", waits=YES, day="after"),
            Case("prescription", "stopped", "cancelled", waits=YES, day="after"),
        ),
        "There the record keeps it as pending after the return; the library applies it when it is told to.",
        "Exchanges 3.2 row 13",
    ),
    Difference(
        "of cancelled and expired lines the cancellation gives the name",
        (
            Case("prescription", "stopped", "cancelled", waits=NO, cancelled=YES, day="after"),
            Case("prescription", "active", "cancelled", turn="later", day="after", waits=NO, cancelled=YES),
            Case("prescription", "active", "cancelled", turn="later", day="after", waits=YES, usable=YES),
        ),
        "There the issue expired, whatever was cancelled of it before; here it is what the prescriber did.",
        "ADR 0055",
    ),
)


def expected(of: str, theirs: str, facts: Facts) -> tuple[Difference, Case] | None:
    """The one case that fits; None: we must say what they say."""
    fitting = [(one, case) for one in DIFFERENCES for case in one.cases if case.fits(of, theirs, facts)]
    assert len(fitting) < 2, f"{of} {theirs} {dict(facts)} fits {[case for _, case in fitting]}"
    return fitting[0] if fitting else None


def label(difference: Difference, case: Case) -> str:
    """A case by its place in the list."""
    return f"{difference.name} ({difference.cases.index(case) + 1})"
