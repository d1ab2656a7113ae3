"""Another country's prescription beside ours: the state logic that England publishes, asked the same in the same order.

`eps-spine-shared` holds what happens to a record and which states go together. Who may ask when (the workers that
receive messages) is not published: those few questions stand in `Theirs` as Exchanges 3.1 tells them.
"""

import sys
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from types import ModuleType, SimpleNamespace
from typing import Any, Final

from tests.builders import OTHER_PHARMACY, TERMS, a_dispense_order, a_doctor, a_party, an_order, packs
from tests.exchange.differing import WORDS
from tilts.clock import RIGA
from tilts.exchange import closing, dispensing, prescriptions
from tilts.exchange.lines import check_step, current, state_of
from tilts.exchange.terms import Interval
from tilts.rules import Refusal
from tilts.store.records import LineRecord

if (
    "botocore" not in sys.modules
):  # 30 MB for the name of one exception of a store that is not used here; ADR 0055
    stand_in = ModuleType("botocore.exceptions")
    stand_in.NoCredentialsError = type("NoCredentialsError", (Exception,), {})  # type: ignore[attr-defined]
    sys.modules["botocore"] = ModuleType("botocore")
    sys.modules["botocore.exceptions"] = stand_in

from eps_spine_shared.common.prescription.repeat_dispense import RepeatDispenseRecord
from eps_spine_shared.common.prescription.single_prescribe import SinglePrescribeRecord
from eps_spine_shared.common.prescription.statuses import LineItemStatus, PrescriptionStatus

BEGIN: Final = datetime(2026, 3, 27, 12, tzinfo=RIGA)  # the clocks change on the 29th
WHOLE: Final = 3
PHARMACIES: Final = {
    "one": a_party(),
    "other": a_party(organization_id=OTHER_PHARMACY, site="AP-00009", client_id="till-9"),
}
DOCTOR: Final = a_doctor()
DISPENSES: Final = [
    ["0008", "0001"],
    ["0008", "0003"],
    ["0008", "0008"],
    ["0003", "0001"],
    ["0003", "0003"],
    ["0001", "0001"],
    ["0005", "0005"],
]


class Silent:
    def writeLog(self, *_: object) -> None:  # the name is theirs
        pass


@dataclass(frozen=True, slots=True)
class Written:
    """What is prescribed: lines of three packs, issues, days."""

    lines: int = 1
    issues: int = 1
    first: int = 0  # days from today
    days: int = 10
    apart: int = 3  # days from issue to issue


@dataclass(frozen=True, slots=True)
class Step:
    """Somebody asks: claim, dispense, release, close, cancel; or the clock goes on by `hours`."""

    action: str
    who: str = "one"
    amounts: tuple[int, ...] = ()  # packs of each line
    line: int = 0  # cancel
    hours: int = 0


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
        found = []
        for issue in range(self.written.issues):
            of_issue = [current(line[issue], self.now) for line in self.lines]
            found.append([word_of(line, self.now) for line in of_issue])
        return found

    def ask(self, step: Step, issue: int) -> "Ours | None":
        """After the step, which leaves this as it is; None: refused."""
        after, done = deepcopy(self), 0
        for number, issues in enumerate(after.lines):
            targets = range(issue, len(issues)) if step.action == "cancel" else (issue,)
            for at in targets:
                line = current(issues[at], self.now)
                if not concerns(step, number, line, self.now):
                    continue
                try:
                    issues[at] = decided(step, number, line, self.now)
                except Refusal:
                    return None
                check_step(line, step.action, issues[at], self.now)
                done += 1
        return after if done else None


def word_of(line: LineRecord, now: datetime) -> str:
    state = state_of(line, now)
    return "claimed with a balance" if state == "claimed" and line.dispensed else state


def concerns(step: Step, number: int, line: LineRecord, now: datetime) -> bool:
    state = state_of(line, now)
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


class Theirs:
    """The record, the operations of its library, and a clock that does what is due on each day."""

    def __init__(self, written: Written) -> None:
        self.written, self.now = written, BEGIN
        kind = RepeatDispenseRecord if written.issues > 1 else SinglePrescribeRecord
        self.record = kind(Silent(), "oracle")
        begin = (BEGIN + timedelta(written.first)).replace(hour=0, tzinfo=None)
        context = SimpleNamespace(
            agentOrganization="PRACTICE",
            prescriptionID="ABCDEF-Z12345-12345X",
            prescriptionTime=begin,
            prescriptionTreatmentType="0003" if written.issues > 1 else "0001",
            birthTime="19800101",
            nhsNumber="9999999999",
            maxRepeats=str(written.issues),
            daysSupply=written.apart,
            lineItems=[
                {"ID": str(n), "status": "0007", "order": n, "maxRepeats": str(written.issues)}
                for n in range(written.lines)
            ],
        )
        self.record.create_initial_record(context)
        self.record.set_initial_prescription_status(BEGIN.replace(tzinfo=None))
        period = timedelta(written.days)
        self.periods = {
            "prescriptionExpiryPeriod": period,
            "repeatDispenseExpiryPeriod": period,
            "withDispenserActiveExpiryPeriod": timedelta(180),  # theirs, as the two below
            "notificationDelayPeriod": timedelta(180),
            "expiredDeletePeriod": timedelta(90),
            "cancelledDeletePeriod": timedelta(180),
            "claimedDeletePeriod": timedelta(36),
            "notDispensedDeletePeriod": timedelta(30),
        }
        self.due(BEGIN)

    @property
    def issue(self) -> int:
        number: int = self.record.current_issue_number
        return number - 1

    @property
    def status(self) -> str:
        found: str = self.record.current_issue.status
        return found

    def context(self, **facts: Any) -> SimpleNamespace:
        handled = self.now.replace(tzinfo=None)
        known = {
            "handleTime": handled,
            "epsRecord": self.record,
            "prescriptionID": "X",
            "targetInstance": "Available",
            "agentOrganization": None,
            "instancesToUpdate": None,
        }
        return SimpleNamespace(**{**known, **facts})

    def pass_to(self, moment: datetime) -> None:
        while self.now.date() < moment.date():
            self.now = min(moment, (self.now + timedelta(1)).replace(hour=0))
            self.due(self.now)
        self.now = moment

    def due(self, moment: datetime) -> None:
        """What their batch would do on that day."""
        for _ in range(self.written.issues + 2):
            context = self.context()
            activity, day = self.record.return_next_activity_index([], self.periods, context)
            if activity == "delete" or day > moment.strftime("%Y%m%d"):
                return
            context.action = "nominated-download" if activity == "ready" else activity
            self.record.find_instances_to_action_update(context, context.action)
            here = str(self.record.current_issue_number)
            context.instancesToUpdate = [n for n in context.instancesToUpdate or [] if n == here]
            self.record.update_by_action(context)

    def ask(self, step: Step) -> "Theirs | None":
        after = deepcopy(self)
        return after if getattr(after, f"_{step.action}")(step) else None

    def _claim(self, step: Step) -> bool:
        if (
            self.status in PrescriptionStatus.WITH_DISPENSER_STATES
        ):  # released again to the same: Exchanges 3.1
            return self.holder == step.who
        if self.status != PrescriptionStatus.TO_BE_DISPENSED:
            return False
        self.record.update_for_release(self.context(agentOrganization=step.who))
        return True

    @property
    def holder(self) -> str | None:
        found: str | None = self.record.current_issue.dispensing_organization
        return found

    def _dispense(self, step: Step) -> bool:
        if self.status not in PrescriptionStatus.WITH_DISPENSER_STATES or self.holder != step.who:
            return False
        items = self.record.current_issue.line_items
        live = [one.status in ("0008", "0003", "0001") for one in items]
        if not any(amount for amount, may in zip(step.amounts, live, strict=True) if may):
            return False  # a notification of nothing
        lines = [
            {"ID": one.id, "status": line, "maxRepeats": str(self.written.issues)}
            for one, line in zip(self.record.current_issue.line_items, self.told(step), strict=True)
        ]
        try:
            self.record.compare_line_items_for_dispense(lines, DISPENSES, str(self.issue + 1))
        except Exception as no:
            if type(no).__name__ != "EpsBusinessError":
                raise
            return False
        over = not any(line["status"] in LineItemStatus.ACTIVE_STATES for line in lines)
        status = PrescriptionStatus.DISPENSED if over else PrescriptionStatus.WITH_DISPENSER_ACTIVE
        assert all(self.record.validate_line_prescription_status(status, one["status"]) for one in lines)
        context = self.context(
            isAmendment=False,
            dispenseDate=self.now.strftime("%Y%m%d"),
            dispenseTime=None,
            prescriptionStatus=status,
            lineItems=lines,
            agentOrganization=step.who,
            prescriptionRepeatLow=str(self.issue + 1),
        )
        self.record.pending_instance_change = None
        self.record.add_dispense_document_ref("notification")
        self.record.update_for_dispense(context, self.written.apart, 0, True)
        self.record.roll_forward_instance()
        self.due(self.now)
        return True

    def told(self, step: Step) -> list[str]:
        """What a notification says of each line: the amounts are counted by us, for they count none."""
        found = []
        for number, one in enumerate(self.record.current_issue.line_items):
            given = self.given.get((self.issue, number), 0) + step.amounts[number]
            fixed = one.status not in ("0008", "0003") or not step.amounts[number]
            if not fixed:
                self.given[self.issue, number] = given
            found.append(one.status if fixed else "0001" if given >= WHOLE else "0003")
        return found

    @property
    def given(self) -> dict[tuple[int, int], int]:
        found: dict[tuple[int, int], int] = self.__dict__.setdefault("counted", {})
        return found

    def _release(self, step: Step) -> bool:
        """A return: of what is with the dispenser and not active."""
        if self.status != PrescriptionStatus.WITH_DISPENSER or self.holder != step.who:
            return False
        self.record.update_for_return(None)
        return True

    def _close(self, step: Step) -> bool:
        """Their claim: for payment, when all is dispensed."""
        if self.status != PrescriptionStatus.DISPENSED or self.holder != step.who:
            return False
        context = self.context(claimDate=self.now.strftime("%Y%m%d"), dispenseClaimID="claim")
        self.record.update_for_claim(context, str(self.issue + 1))
        return True

    def _cancel(self, step: Step) -> bool:
        context = self.context(
            agentOrganization="PRACTICE",
            cancellationTarget="LineItem",
            cancellationID="c",
            cancellationTime=self.now.strftime("%Y%m%d%H%M%S"),
            cancelLineItemRef=str(step.line),
        )
        wanted = self.record.return_cancellation_object(context, "", ["other"])
        if self.record.check_current_instance_to_cancel_by_li_id(str(step.line)):
            self.record.apply_cancellation(wanted)
            return True
        if not self.record.check_current_instance_w_dispenser_by_li_id(str(step.line)):
            return False
        if not self.record.check_pending_cancellation_unique_w_disp(wanted)[0]:
            return False
        self.record.set_pending_cancellation(wanted, True)
        return True

    def apply_pending(self) -> None:
        for wanted in self.record.return_pending_cancellations() or []:
            self.record.apply_cancellation(wanted)

    def words(self) -> list[list[str]]:
        pending = {one["cancelLineItemRef"] for one in self.record.return_pending_cancellations() or []}
        return [
            [
                WORDS.get((issue.status, one.status, one.id in pending), f"{issue.status}/{one.status}")
                for one in issue.line_items
            ]
            for issue in self.record.issues
        ]
