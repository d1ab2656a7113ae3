"""Our side: the pure decisions, each held against the table of steps and of shapes."""

from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from tests.builders import OTHER_PHARMACY, TERMS, a_dispense_order, a_doctor, a_party, an_order, packs
from tests.exchange.oracle.steps import BEGIN, WHOLE, Step, Written
from tilts.exchange import closing, dispensing, lines, prescriptions
from tilts.exchange.lifecycle import status_of_order
from tilts.exchange.terms import Interval
from tilts.rules import Refusal
from tilts.store.records import LineRecord

PHARMACIES: Final = {
    "one": a_party(),
    "other": a_party(organization_id=OTHER_PHARMACY, site="AP-00009", client_id="till-9"),
}
DOCTOR: Final = a_doctor()


@dataclass
class Ours:
    written: Written
    now: datetime = BEGIN
    lines: list[list[LineRecord]] = field(init=False)  # of each line its issues

    def __post_init__(self) -> None:
        w, today = self.written, BEGIN.date()
        order = an_order(
            quantity=packs(WHOLE),
            repeats=w.issues - 1,
            interval=Interval(days=w.apart) if w.issues > 1 else None,
            valid_from=today + timedelta(w.first),
            valid_to=today + timedelta(w.first + w.days - 1),
        )
        self.lines = prescriptions.decide([order] * w.lines, DOCTOR, BEGIN, TERMS).issues

    def words(self) -> list[list[str]]:
        """Of each issue its lines."""
        return [[word_of(line, self.now) for line in of_issue] for of_issue in self.issues()]

    def prescriptions(self) -> list[str]:
        """Of each issue what its lines come to: the rule by which the status of a document follows."""
        states = [[lines.state_of(line, self.now) for line in of_issue] for of_issue in self.issues()]
        return [status_of_order(of_issue) for of_issue in states]

    def given(self) -> list[list[Decimal]]:
        return [[line.dispensed for line in of_issue] for of_issue in self.issues()]

    def issues(self) -> list[list[LineRecord]]:
        count = range(self.written.issues)
        return [[lines.current(line[issue], self.now) for line in self.lines] for issue in count]

    def ask(self, step: Step, issue: int) -> "Ours | None":
        """After the step, which leaves this as it is; None: refused."""
        after, done = copy(self), 0
        after.lines = [list(issues) for issues in self.lines]
        for number, issues in enumerate(after.lines):
            targets = range(issue, len(issues)) if step.action == "cancel" else (issue,)
            for at in targets:
                line = lines.current(issues[at], self.now)
                if (at > issue and line.state == "cancelled") or not concerns(step, number, line, self.now):
                    continue
                try:
                    issues[at] = decided(step, number, line, self.now)
                except Refusal:
                    return None
                lines.check_step(line, step.action, issues[at], self.now)
                done += 1
        return after if done else None


def word_of(line: LineRecord, now: datetime) -> str:
    state = lines.state_of(line, now)
    return "claimed with a balance" if state == "claimed" and line.dispensed else state


def concerns(step: Step, number: int, line: LineRecord, now: datetime) -> bool:
    state = lines.state_of(line, now)
    match step.action:
        case "claim":
            return state not in ("cancelled", "expired", "completed", "dispensed")
        case "dispense":
            return state not in ("cancelled", "expired", "completed") and step.amounts[number] > 0
        case "release":
            return state not in ("cancelled", "expired", "completed", "dispensed")
        case "close":
            return state not in ("cancelled", "expired")
    return number == step.line


def decided(step: Step, number: int, line: LineRecord, now: datetime) -> LineRecord:
    party = PHARMACIES[step.who]
    match step.action:
        case "claim":
            return dispensing.decide_claim(line, party, now, TERMS)
        case "dispense":
            order = a_dispense_order(
                quantity=packs(Decimal(step.amounts[number])), patient_id=line.patient_id
            )
            return dispensing.decide_dispense(line, order, party, now, TERMS)[1]
        case "release":
            return dispensing.decide_release(line, "other", party, now)
        case "close":
            return closing.decide_close(line, "close", party, now)
    return prescriptions.decide_cancel(line, "other", DOCTOR, now)
