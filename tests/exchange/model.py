"""The life of one prescribed line as a patient would expect it, in minutes and hundredths.

Written from the texts alone (Exchanges 3.2 as amended by Design 5), before and without the code it judges.
It knows no table, no database and no record; time passes event by event, so that what is first happens first.

Where the texts are silent it says what the code said first, so that both change together or not at all: while a
cancellation waits its holder may only give back (also a claim sent again is told so), a patient who asks for a
transfer is told who holds it, and of several true reasons which one is named. A reason is asked for before anything.
"""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

RIGA: Final = ZoneInfo("Europe/Riga")
LEASE, HAND_OVER, TRANSFER, AMENDMENT = 2 * 60, 72 * 60, 30, 72 * 60

# Who asks: "practice" wrote it, "other practice" did not; all others are tills, "pharmacy 1" one of "pharmacy".
PRACTICE, OTHER_PRACTICE, PATIENT, AUTHORITY = "practice", "other practice", "patient", "authority"

# What is answered: "" is yes, "same" is yes and nothing changes, all else is a no.
YES, SAME = "", "same"
NOT_YOU, HELD, UNHELD = "not for you", "somebody else holds it", "claim it first"
NOT_NOW, TOO_MUCH, BLOCKED = "not in this state", "more than is left", "the prescriber cancels it"
GIVEN, NOTHING, REASON = "something was handed out", "nothing was handed out", "no reason"
LATE, TAKEN_BACK = "too late to correct it", "it was taken back"

ACTIONS: Final = ("claim", "dispense", "release", "transfer-request", "close-remaining", "close", "cancel")
PHARMACY_ONLY: Final = ("claim", "dispense", "release", "close")
CORRECTIONS: Final = ("withdraw", "amend")
REPAIRS: Final = {  # the states that each is for
    "repair-release": ("claimed", "cancel-pending", "dispensed"),
    "repair-cancel": ("future", "ready", "claimed", "cancel-pending"),
    "repair-close": ("partly-dispensed", "claimed", "dispensed"),
}
WITH_REASON: Final = ("release", "cancel", "cancel-early", *CORRECTIONS)
ENDS: Final = {"dispensed": "completed", "completed": "completed", "cancel-pending": "cancelled"}
ENDS.update(cancelled="cancelled", expired="stopped")


@dataclass
class Given:
    """One thing handed out; of nothing, once it was withdrawn."""

    who: str
    amount: int
    at: int


@dataclass
class Issue:
    """One time it may be handed out."""

    number: int
    opens: int  # minutes since the beginning
    ends: int
    allowed: int  # hundredths
    out: list[Given] = field(default_factory=list)
    holder: str | None = None
    held_since: int = 0
    held_until: int = 0
    given_in_this_hold: bool = False
    transfer_wanted: bool = False
    cancelling: bool = False
    over: str | None = None  # completed, cancelled, expired

    @property
    def given(self) -> int:
        return sum(one.amount for one in self.out)

    def state(self, minute: int) -> str:
        if self.over or self.given == self.allowed:
            return self.over or "dispensed"
        if self.cancelling:
            return "cancel-pending"
        if self.holder:
            return "claimed"
        if minute < self.opens:
            return "future"
        return "partly-dispensed" if self.given else "ready"

    def finish(self, how: str) -> None:
        self.over = how
        self.holder, self.cancelling, self.transfer_wanted = None, False, False

    def give_back(self) -> None:
        """The end of a hold, by the holder's wish or by the clock."""
        if self.given == self.allowed:
            self.finish("completed")
        elif self.cancelling:
            self.finish("cancelled")
        else:
            self.holder, self.transfer_wanted, self.given_in_this_hold = None, False, False

    def validity_over(self) -> None:
        if self.given == self.allowed:
            return  # stays with its holder to the end of the hand-over
        self.finish("completed" if self.given else "cancelled" if self.cancelling else "expired")

    def take(self, who: str, minute: int) -> None:
        self.over, self.transfer_wanted, self.given_in_this_hold = None, False, False
        self.holder, self.held_since, self.held_until = who, minute, minute + LEASE

    def returned(self, who: str, minute: int, still_out: bool) -> None:
        """Something came back: to hand out again by who had handed it out, unless its days are over or it is held."""
        if minute >= self.ends:
            self.validity_over()
        elif self.holder is None or (self.holder == who and not still_out):
            self.take(who, minute)

    def live(self, minute: int) -> None:
        """All that the clock does until then, in its order."""
        while not self.over:
            events = [(self.ends, self.validity_over)] if self.given < self.allowed else []
            if self.holder:
                events.append((self.held_until, self.give_back))
            due = [event for event in events if event[0] <= minute]
            if not due:
                return
            min(due, key=lambda event: event[0])[1]()


@dataclass
class Model:
    """A line of one or several issues, and the clock."""

    issues: list[Issue]
    minute: int = 0
    written: str = "active"  # the order as it was when somebody last did something

    @classmethod
    def prescribed(
        cls,
        begin: datetime,
        days: tuple[int, int],
        allowed: int,
        issues: int,
        interval_days: int,
        early: bool,
    ) -> "Model":
        """`days`: first and last, counted from the day of writing in Riga; `early`: cancelled before it came."""
        first, last = days
        opens = [midnight(begin, first + n * interval_days) for n in range(issues)]
        end = midnight(begin, last + 1)
        model = cls([Issue(number, day, end, allowed) for number, day in enumerate(opens, start=1)])
        if early:
            model.cancel_early(PRACTICE)
        model.pass_time(0)
        return model

    def pass_time(self, minutes: int) -> None:
        self.minute += minutes
        for issue in self.issues:
            issue.live(self.minute)

    @property
    def order(self) -> str:
        """The line as a whole: while something of one issue may still be handed out it is active."""
        ends = [ENDS.get(issue.state(self.minute), "active") for issue in self.issues]
        return next(end for end in ("active", "completed", "cancelled", "stopped") if end in ends)

    def ask(self, number: int, action: str, who: str, amount: int = 0) -> str:
        """The answer, and nothing changes."""
        issue = self.issues[number - 1]
        state = issue.state(self.minute)
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
        if issue.holder != who:
            return HELD if issue.holder else UNHELD if state in ("ready", "partly-dispensed") else NOT_NOW
        if state == "cancel-pending" and action != "release":
            return BLOCKED
        if action == "dispense":
            return YES if issue.given + amount <= issue.allowed else TOO_MUCH
        return YES if (action == "close") == (state == "dispensed") else NOT_NOW  # or release

    def _claim(self, issue: Issue, state: str, who: str) -> str:
        if state in ("claimed", "cancel-pending"):
            return HELD if issue.holder != who else BLOCKED if issue.cancelling else SAME
        return YES if state in ("ready", "partly-dispensed") else NOT_NOW

    def _cancel(self, issue: Issue, state: str) -> str:
        if issue.given:
            return GIVEN if state == "claimed" else NOT_NOW
        return {"future": YES, "ready": YES, "claimed": YES, "cancel-pending": SAME}.get(state, NOT_NOW)

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

    def do(self, number: int, action: str, who: str, amount: int = 0, reason: str = "x", nth: int = 0) -> str:
        """The answer, and what follows from a yes; `nth`: which of the things handed out is corrected."""
        if action in WITH_REASON and not reason:
            return REASON
        if action in CORRECTIONS:
            return self.correct(self.issues[number - 1], who, nth, amount if action == "amend" else 0)
        if action in REPAIRS:
            return self.repair(self.issues[number - 1], action)
        if action == "cancel-early":
            return self.cancel_early(who)
        answer = self.ask(number, action, who, amount)
        if answer == YES:
            self.follow(self.issues[number - 1], action, who, amount)
            self.written = self.order
        return answer

    def follow(self, issue: Issue, action: str, who: str, amount: int) -> None:
        if action == "claim":
            issue.take(who, self.minute)
        elif action == "dispense":
            if not issue.given_in_this_hold:
                issue.given_in_this_hold, issue.held_until = True, self.minute + HAND_OVER
            issue.out.append(Given(who, amount, self.minute))
        elif action == "release":
            issue.give_back()
        elif action == "transfer-request":
            issue.transfer_wanted, issue.held_until = True, min(issue.held_until, self.minute + TRANSFER)
        elif action == "cancel" and issue.holder:
            issue.cancelling = True
        else:
            issue.finish("cancelled" if action == "cancel" else "completed")

    def correct(self, issue: Issue, who: str, nth: int, amount: int) -> str:
        """Another amount was handed out, or nothing: withdrawn."""
        one, whole = issue.out[nth], issue.state(self.minute) in ("dispensed", "completed")
        more = amount - one.amount
        if who.rpartition(" ")[0] != one.who.rpartition(" ")[0]:  # another pharmacy
            return NOT_YOU
        if not amount and not one.amount:
            return SAME
        if self.minute >= one.at + AMENDMENT or not one.amount:
            return LATE if self.minute >= one.at + AMENDMENT else TAKEN_BACK
        if more > issue.allowed - issue.given:
            return TOO_MUCH
        if more > 0 and issue.holder not in (None, who):
            return HELD
        one.amount = amount
        if not amount or (more < 0 and whole):
            others = any(it.amount and it.who == who and it.at >= issue.held_since for it in issue.out)
            issue.returned(who, self.minute, still_out=bool(amount) or others)
        elif not issue.holder and issue.given == issue.allowed:
            issue.finish("completed")
        self.written = self.order
        return YES if more else SAME

    def repair(self, issue: Issue, step: str) -> str:
        state = issue.state(self.minute)
        if state not in REPAIRS[step]:
            return NOT_NOW
        if step == "repair-release":
            issue.give_back()
        elif bool(issue.given) == (step == "repair-cancel"):
            return GIVEN if issue.given else NOTHING
        else:
            issue.finish("cancelled" if step == "repair-cancel" else "completed")
        self.written = self.order
        return YES

    def cancel_early(self, who: str) -> str:
        """By the prescriber's own identifier: every issue that can be; another practice means something of its own."""
        if who != PRACTICE:
            return SAME if who == OTHER_PRACTICE else NOT_YOU
        gone = [SAME if it.over == "cancelled" else self.do(it.number, "cancel", who) for it in self.issues]
        return next((answer for answer in (YES, SAME) if answer in gone), gone[0])


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
