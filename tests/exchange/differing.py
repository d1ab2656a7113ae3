"""What England's states are called here, and the differences from it that are meant; read by the oracle alone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

PENDING: Final = {("0002", "0008"), ("0003", "0008")}
# (status of their issue, status of their line, a cancellation is pending) -> our state
WORDS: Final = {
    **{(issue, "0007", False): "future" for issue in ("0000", "9000", "9001")},
    ("0001", "0007", False): "ready",
    **{(issue, "0008", False): "claimed" for issue in ("0002", "0003")},
    **{(issue, line, True): "cancel-pending" for issue, line in PENDING},
    ("0003", "0003", False): "claimed with a balance",
    **{(issue, "0001", False): "dispensed" for issue in ("0003", "0006")},
    **{(issue, "0001", False): "completed" for issue in ("0008", "0009")},
    **{
        (issue, "0005", waits): "cancelled"
        for issue in ("0000", "0001", "0002", "0003", "0004", "0005", "0006", "0008", "0009", "9000", "9001")
        for waits in (False, True)
    },
    **{(issue, "0006", waits): "expired" for issue in ("0004", "0006") for waits in (False, True)},
}


@dataclass(frozen=True, slots=True)
class Seen:
    """One difference: our word and theirs for a line, or (at an answer) who said yes; what was asked."""

    action: str
    ours: str
    theirs: str
    later: bool = False  # an issue after their current one
    pending: bool = False  # a cancellation waits


@dataclass(frozen=True, slots=True)
class Difference:
    name: str
    fits: Callable[[Seen], bool]
    why: str
    source: str


YES: Final = "yes"
NO: Final = "no"
DIFFERENCES: Final = (
    Difference(
        "a pending cancellation blocks the holder",
        lambda s: s.pending and s.action in ("dispense", "claim") and (s.ours, s.theirs) == (NO, YES),
        "There the holder may dispense on; here it is told and can only give back.",
        "Exchanges 3.2 row 13",
    ),
    Difference(
        "amounts are counted",
        lambda s: not s.pending and (s.action, s.ours, s.theirs) == ("dispense", NO, YES),
        "There a line is partly or fully dispensed, and no amount stands in the record; here more than is left is refused.",
        "Exchanges 3.2 row 5",
    ),
    Difference(
        "the balance returns, and each line alone",
        lambda s: (s.action, s.ours, s.theirs) == ("release", YES, NO),
        "There only what nothing was dispensed of is returned, whole; here the balance of each line is open to all.",
        "Design 5",
    ),
    Difference(
        "a cancellation is refused once something is out, and answered alike when asked again",
        lambda s: s.action == "cancel" and {s.ours, s.theirs} == {YES, NO},
        "There it is kept as pending after a part, and a second one of the same line is refused.",
        "Exchanges 3.2 row 13",
    ),
    Difference(
        "each line is closed alone",
        lambda s: (s.action, s.ours, s.theirs) == ("close", YES, NO),
        "There the issue is claimed for as a whole, when nothing of it is active.",
        "Exchanges 3.2 row 10",
    ),
    Difference(
        "issues are independent",
        lambda s: s.later,
        "There the next issue opens when the one before it is over, and ends with it; here each has a window of its own.",
        "Exchanges 3.2 (f)",
    ),
    Difference(
        "a hold ends by the clock",
        lambda s: (
            s.action == "time"
            and s.theirs in ("claimed", "claimed with a balance", "cancel-pending", "dispensed")
            and s.ours in ("ready", "partly-dispensed", "cancelled", "completed", "expired")
        ),
        "There a prescription stays with its dispenser until returned or expired, and a part has a period of its own.",
        "Exchanges 3.2 rows 7, 10, 15",
    ),
    Difference(
        "a cancellation that waited takes effect by itself",
        lambda s: s.action in ("release", "time") and s.ours == "cancelled",
        "There the record keeps it as pending after the return; the library applies it when it is told to.",
        "Exchanges 3.2 row 13",
    ),
)


def meant(seen: Seen) -> str | None:
    return next((one.name for one in DIFFERENCES if one.fits(seen)), None)
