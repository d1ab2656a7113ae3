"""What a bystander writes down: how much was handed out, and until when each hold lasts. No state of ours is read."""

from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.exchange.oracle.differing import NO, YES, Facts
from tests.exchange.oracle.steps import WHOLE, Step, Written
from tests.exchange.oracle.theirs import Theirs

LEASE = timedelta(hours=2)  # Design 5
HANDOVER = timedelta(hours=72)
HELD = ("claimed", "cancel-pending", "claimed with a balance")


@dataclass
class Ledger:
    written: Written
    given: dict[tuple[int, int], int] = field(default_factory=dict)  # (issue, line) -> packs
    until: dict[tuple[int, int], datetime] = field(default_factory=dict)

    def after(self, step: Step, before: Theirs) -> "Ledger":
        """Once it was done; `before` is what they held then."""
        found, now, issue = copy(self), before.now, before.issue
        found.given, found.until = dict(self.given), dict(self.until)
        for number, word in enumerate(before.words()[issue]):
            here = issue, number
            match step.action:
                case "claim" if word == "ready":
                    found.until[here] = now + LEASE
                case "dispense" if word in HELD and step.amounts[number]:
                    found.given[here] = self.given.get(here, 0) + step.amounts[number]
                    if (
                        here not in self.given
                    ):  # the first of this hold: a hold with a balance never returns here
                        found.until[here] = now + HANDOVER
                case "release" if word in HELD:
                    found.until[here] = now
        return found

    def out(self, issue: int, line: int) -> str:
        given = self.given.get((issue, line), 0)
        return "none" if not given else "part" if given < WHOLE else "all"

    def of_line(self, issue: int, line: int, theirs: Theirs) -> Facts:
        out, day = self.out(issue, line), self.written.place(issue, theirs.now)
        until = self.until.get((issue, line))
        over = until is not None and (until <= theirs.now or (day == "after" and out != "all"))
        return {
            "turn": turn(issue, theirs),
            "day": day,
            "out": out,
            "hold": "none" if until is None else "over" if over else "stands",
            "waits": YES if line in theirs.waiting(issue) else NO,
        }

    def of_prescription(self, issue: int, theirs: Theirs) -> Facts:
        words, waiting = theirs.words()[issue], theirs.waiting(issue)
        outs = [self.out(issue, line) for line in range(self.written.lines)]
        ended = ("cancelled", "expired", "completed", "dispensed")
        usable = [word for line, word in enumerate(words) if word not in ended and line not in waiting]
        return {
            "turn": turn(issue, theirs),
            "day": self.written.place(issue, theirs.now),
            "out": "none" if set(outs) == {"none"} else "some",
            "whole": yes("all" in outs),
            "part": yes("part" in outs),
            "usable": yes(bool(usable)),
            "waits": yes(bool(waiting)),
            "cancelled": yes("cancelled" in words),
        }

    def of_step(self, step: Step, theirs: Theirs) -> Facts:
        """What is known when somebody asks, before it is answered."""
        issue = theirs.issue
        words, waiting = theirs.words()[issue], theirs.waiting(issue)
        outs = [self.out(issue, line) for line in range(self.written.lines)]
        asked = [line for line, amount in enumerate(step.amounts) if amount and words[line] != "cancelled"]
        return {
            "asker": "holder" if theirs.holder == step.who else "another",
            "waits": yes(step.line in waiting if step.action == "cancel" else bool(waiting)),
            "asked_waits": yes(any(line in waiting for line in asked)),
            "more": yes(any(step.amounts[n] > WHOLE - self.given.get((issue, n), 0) for n in asked)),
            "out": outs[step.line],
            "anything_out": yes(set(outs) != {"none"}),
            "left": yes(any(word in HELD for word in words)),
        }


def turn(issue: int, theirs: Theirs) -> str:
    if issue == 0:
        return "first"
    return "now" if issue == theirs.issue else "later" if issue > theirs.issue else "earlier"


def yes(fact: bool) -> str:
    return YES if fact else NO
