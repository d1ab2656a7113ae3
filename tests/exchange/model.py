"""The life of one prescribed line as a patient would expect it, in minutes and hundredths.

Written from the texts alone (Exchanges 3.2 as amended by Design 5), before and without the code it judges.
It knows no table, no database and no record: an issue remembers who holds it until when, what was given,
and how it ended. Time passes event by event, so that what happens first happens first.

Where the texts are silent it says what the code said first, so that both change together or not at all: while a
cancellation waits its holder may only give back (also a claim sent again is told so), a patient who asks for a
transfer is told who holds it, and of several true reasons which one is named. A reason is asked for before anything.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

RIGA: Final = ZoneInfo("Europe/Riga")
LEASE: Final = 2 * 60
HAND_OVER: Final = 72 * 60
TRANSFER: Final = 30

# Who asks: "practice" wrote it, "other practice" did not, "patient" is the patient; all others are tills.
PRACTICE: Final = "practice"
OTHER_PRACTICE: Final = "other practice"
PATIENT: Final = "patient"

# What is answered: "" is yes, "same" is yes and nothing changes, all else is a no.
YES: Final = ""
SAME: Final = "same"
NOT_YOU: Final = "not for you"  # this side never does this
HELD: Final = "somebody else holds it"
UNHELD: Final = "claim it first"
NOT_NOW: Final = "not in this state"
TOO_MUCH: Final = "more than is left"
BLOCKED: Final = "the prescriber cancels it"
GIVEN: Final = "something was handed out"
NOTHING: Final = "nothing was handed out"
REASON: Final = "no reason"

ACTIONS: Final = ("claim", "dispense", "release", "transfer-request", "close-remaining", "close", "cancel")
PHARMACY_ONLY: Final = ("claim", "dispense", "release", "close")
WITH_REASON: Final = ("release", "cancel")
ENDS: Final = {
    "dispensed": "completed",
    "completed": "completed",
    "cancel-pending": "cancelled",
    "cancelled": "cancelled",
    "expired": "stopped",
}


@dataclass
class Issue:
    """One time it may be handed out."""

    number: int
    opens: int  # minutes since the beginning
    ends: int
    allowed: int  # hundredths
    given: int = 0
    holder: str | None = None
    held_until: int = 0
    given_in_this_hold: bool = False
    transfer_wanted: bool = False
    cancelling: bool = False
    over: str | None = None  # completed, cancelled, expired
    ended: str | None = None  # short, handed-out
    leases_ended: int = 0

    def state(self, minute: int) -> str:
        if self.over:
            return self.over
        if self.given == self.allowed:
            return "dispensed"
        if self.cancelling:
            return "cancel-pending"
        if self.holder:
            return "claimed"
        if minute < self.opens:
            return "future"
        return "partly-dispensed" if self.given else "ready"

    def finish(self, how: str, ended: str | None = None) -> None:
        self.over, self.ended = how, ended
        self.holder, self.cancelling, self.transfer_wanted = None, False, False

    def give_back(self) -> None:
        """The end of a hold, by the holder's wish or by the clock."""
        if self.given == self.allowed:
            self.finish("completed", "handed-out")
        elif self.cancelling:
            self.finish("cancelled")
        else:
            self.holder, self.transfer_wanted, self.given_in_this_hold = None, False, False

    def validity_over(self) -> None:
        if self.given == self.allowed:
            return  # stays with its holder to the end of the hand-over
        if self.given:
            self.finish("completed", "short")
        else:
            self.finish("cancelled" if self.cancelling else "expired")

    def live(self, minute: int) -> None:
        """All that the clock does until then, in its order."""
        while not self.over:
            events = [(self.ends, self.validity_over)] if self.given < self.allowed else []
            if self.holder:
                events.append((self.held_until, self.lease_over))
            due = [event for event in events if event[0] <= minute]
            if not due:
                return
            min(due, key=lambda event: event[0])[1]()

    def lease_over(self) -> None:
        self.leases_ended += not self.given_in_this_hold
        self.give_back()


@dataclass
class Model:
    """A line of one or several issues, and the clock."""

    issues: list[Issue]
    minute: int = 0
    closed: list[int] = field(default_factory=list)  # issues whose holder got a receipt
    written: str = "active"  # the order as it was when somebody last did something

    @classmethod
    def prescribed(
        cls,
        begin: datetime,
        days: tuple[int, int],  # first and last day, counted from the day of writing in Riga
        allowed: int,
        issues: int = 1,
        interval_days: int | None = None,
    ) -> "Model":
        first, last = days
        made = [
            Issue(
                number,
                opens=midnight(begin, first + (number - 1) * (interval_days or 0)),
                ends=midnight(begin, last + 1),
                allowed=allowed,
            )
            for number in range(1, issues + 1)
        ]
        model = cls(made)
        model.pass_time(0)
        return model

    def pass_time(self, minutes: int) -> None:
        self.minute += minutes
        for issue in self.issues:
            issue.live(self.minute)

    def state(self, number: int) -> str:
        return self.issues[number - 1].state(self.minute)

    @property
    def order(self) -> str:
        """The line as a whole: while something of one issue may still be handed out it is active."""
        ends = [ENDS.get(issue.state(self.minute), "active") for issue in self.issues]
        return next(end for end in ("active", "completed", "cancelled", "stopped") if end in ends)

    # What is asked

    def ask(self, number: int, action: str, who: str, amount: int = 0, reason: str = "other") -> str:
        """The answer, and nothing changes."""
        issue, state = self.issues[number - 1], self.state(number)
        if action in WITH_REASON and not reason:
            return REASON
        if not allowed_side(action, who):
            return NOT_YOU
        if action == "claim":
            return self._claim(issue, state, who)
        if action == "transfer-request":
            if state != "claimed":
                return HELD if state == "cancel-pending" else NOT_NOW
            return GIVEN if issue.given_in_this_hold else YES
        if action == "cancel":
            return self._cancel(issue, state)
        if action == "close-remaining":
            return self._close_remaining(issue, state, who)
        return self._as_holder(issue, state, who) or self._with_hold(issue, state, action, amount)

    def _claim(self, issue: Issue, state: str, who: str) -> str:
        if state in ("claimed", "cancel-pending"):
            if issue.holder != who:
                return HELD
            return BLOCKED if issue.cancelling else SAME
        return YES if state in ("ready", "partly-dispensed") else NOT_NOW

    def _cancel(self, issue: Issue, state: str) -> str:
        if state == "cancel-pending":
            return SAME
        if issue.given:
            return GIVEN if state == "claimed" else NOT_NOW
        return YES if state in ("future", "ready", "claimed") else NOT_NOW

    def _close_remaining(self, issue: Issue, state: str, who: str) -> str:
        if issue.holder and issue.holder != who and (who != PRACTICE or state != "dispensed"):
            return HELD
        if issue.cancelling:
            return BLOCKED
        if state in ("ready", "future") and who == PRACTICE:
            return NOTHING
        if state in ("ready", "partly-dispensed") and who != PRACTICE:
            return UNHELD
        if state not in ("claimed", "partly-dispensed"):
            return NOT_NOW
        return YES if issue.given else NOTHING

    def _as_holder(self, issue: Issue, state: str, who: str) -> str:
        if issue.holder and issue.holder != who:
            return HELD
        if state in ("ready", "partly-dispensed"):
            return UNHELD
        return YES if issue.holder else NOT_NOW

    def _with_hold(self, issue: Issue, state: str, action: str, amount: int) -> str:
        if state == "cancel-pending" and action != "release":
            return BLOCKED
        if action == "dispense":
            return YES if issue.given + amount <= issue.allowed else TOO_MUCH
        if action == "close":
            return YES if state == "dispensed" else NOT_NOW
        return NOT_NOW if state == "dispensed" else YES  # release

    # What is done

    def do(self, number: int, action: str, who: str, amount: int = 0, reason: str = "other") -> str:
        """The answer, and what follows from a yes."""
        answer = self.ask(number, action, who, amount, reason)
        if answer == YES:
            issue = self.issues[number - 1]
            getattr(self, "_do_" + action.replace("-", "_"))(issue, who, amount)
            self.written = self.order
        return answer

    def _do_claim(self, issue: Issue, who: str, _: int) -> None:
        issue.holder, issue.held_until, issue.given_in_this_hold = who, self.minute + LEASE, False

    def _do_dispense(self, issue: Issue, _: str, amount: int) -> None:
        if not issue.given_in_this_hold:
            issue.given_in_this_hold, issue.held_until = True, self.minute + HAND_OVER
        issue.given += amount

    def _do_release(self, issue: Issue, _who: str, _: int) -> None:
        issue.give_back()

    def _do_transfer_request(self, issue: Issue, _who: str, _: int) -> None:
        issue.transfer_wanted, issue.held_until = True, min(issue.held_until, self.minute + TRANSFER)

    def _do_close_remaining(self, issue: Issue, _who: str, _: int) -> None:
        issue.finish("completed", "short")

    def _do_close(self, issue: Issue, _who: str, _: int) -> None:
        issue.finish("completed", "handed-out")
        self.closed.append(issue.number)

    def _do_cancel(self, issue: Issue, _who: str, _: int) -> None:
        if issue.holder:
            issue.cancelling = True
        else:
            issue.finish("cancelled")

    def copy(self) -> "Model":
        return replace(self, issues=[replace(issue) for issue in self.issues], closed=list(self.closed))


def allowed_side(action: str, who: str) -> bool:
    """May this kind of party ask for it at all?"""
    if who in (PRACTICE, OTHER_PRACTICE, PATIENT):
        own = {"cancel": (PRACTICE,), "close-remaining": (PRACTICE,), "transfer-request": (PRACTICE, PATIENT)}
        return who in own.get(action, ())
    return action in PHARMACY_ONLY or action == "close-remaining"


def midnight(begin: datetime, day: int) -> int:
    """The minute in which that day begins in Riga."""
    civil = begin.astimezone(RIGA).date() + timedelta(days=day)
    return int((datetime.combine(civil, time(), RIGA).timestamp() - begin.timestamp()) // 60)
