"""Twenty thousand prescriptions beside England's published state logic; whatever differs is meant, or found."""

from collections import Counter as Tally
from typing import Any, Final

from proofs.keeping import Entry, Journal
from proofs.stopping import Stop
from proofs.watching import watching
from tests.exchange.oracle.comparing import Told, play
from tests.exchange.oracle.differing import DIFFERENCES, label
from tests.exchange.oracle.faults import FAULTS, MOST, found_after

NAME: Final = "oracle"
TITLE: Final = "Beside England's state logic"
WHAT: Final = (
    "Prescriptions of one or two lines and issues, steps drawn by the seed: claims, dispenses of any amount, returns, "
    "cancellations, closes, jumps of the clock, by two pharmacies, right and wrong ones; asked of our pure decisions and of "
    "the record of eps-spine-shared, in the same order. After each the answers, the state of each line and of each issue "
    "and the amounts must be what the page [Beside England's state logic](../reference/oracle.md) expects; that page also "
    "says what this does not show. Then faults are planted into our decisions one by one: each must be found."
)
SIZE: Final = 20_000  # sequences
BATCH: Final = 500  # sequences of one entry of the journal
BY_HAND: Final = {"each line is closed alone"}  # the steps close all lines that are held: a test of its own


def prove(journal: Journal, size: int, seed: int, stop: Stop) -> dict[str, Any] | None:
    """The figures; None when it was stopped before its end."""
    journal.begin(seed=seed)
    ended = {entry["first"] for entry in journal.of("batch")}
    with watching(TITLE, size) as watcher:
        for first in range(0, size, BATCH):
            if stop.wanted:
                return None
            if first not in ended:
                told = Told()
                for number in range(first, min(first + BATCH, size)):
                    play(f"{seed}/{number}", told)
                journal.add(
                    "batch", first=first, meant=told.meant, compared=told.compared, findings=told.findings
                )
            watcher.at(min(first + BATCH, size))
    known = {entry["what"] for entry in journal.of("fault")}
    for fault in FAULTS:
        if fault.what not in known:
            journal.add("fault", what=fault.what, after=found_after(fault))
    return judge(journal.of("batch"), journal.of("fault"))


def judge(batches: list[Entry], faults: list[Entry]) -> dict[str, Any]:
    meant = sum((Tally(entry["meant"]) for entry in batches), Tally[str]())
    compared = sum((Tally(entry["compared"]) for entry in batches), Tally[str]())
    unmeant = [text for entry in batches for text in entry["findings"]]
    missed = [entry["what"] for entry in faults if entry["after"] is None]
    found = [entry["after"] for entry in faults if entry["after"] is not None]
    findings = [
        *unmeant,
        *(f"listed as a difference and never seen: {name}" for name in never_seen(meant)),
        *(f"not found in {MOST} sequences: {what}" for what in missed),
    ]
    figures = {
        "sequences": compared.pop("sequences"),
        **{f"compared: {sort}": number for sort, number in sorted(compared.items())},
        "differences that are not meant": len(unmeant),
        **{
            f"meant: {one.name}": sum(meant[label(one, case)] for case in one.cases)
            for one in DIFFERENCES
            if one.name not in BY_HAND
        },
        "faults planted": len(faults),
        "faults found": len(found),
        "sequences until the slowest was found": max(found, default=0),
    }
    return {"findings": findings, "figures": figures, "postgres": "not used"}


def never_seen(meant: Tally[str]) -> list[str]:
    """Cases of differences that did not occur."""
    listed = [label(one, case) for one in DIFFERENCES if one.name not in BY_HAND for case in one.cases]
    return [case for case in listed if case not in meant]
