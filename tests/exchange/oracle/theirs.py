"""England's side: the state logic that `eps-spine-shared` publishes, asked the same in the same order.

The library holds what happens to a record and which states go together. Who may ask when (the workers that receive
messages) is not published: those few questions stand in `Theirs` as Exchanges 3.1 tells them.
"""

import sys
from copy import deepcopy
from datetime import datetime, timedelta
from types import ModuleType, SimpleNamespace
from typing import Any, Final

from tests.exchange.oracle.differing import PRESCRIPTIONS, WORDS
from tests.exchange.oracle.steps import BEGIN, WHOLE, Step, Written

if "botocore" not in sys.modules:  # 30 MB for the name of one exception of a store that is not used; ADR 0055
    stand_in = ModuleType("botocore.exceptions")
    stand_in.NoCredentialsError = type("NoCredentialsError", (Exception,), {})  # type: ignore[attr-defined]
    sys.modules["botocore"] = ModuleType("botocore")
    sys.modules["botocore.exceptions"] = stand_in

from eps_spine_shared.common.prescription.repeat_dispense import RepeatDispenseRecord
from eps_spine_shared.common.prescription.single_prescribe import SinglePrescribeRecord
from eps_spine_shared.common.prescription.statuses import LineItemStatus, PrescriptionStatus

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


class Theirs:
    """The record, the operations of its library, and a clock that does what is due on each day."""

    def __init__(self, written: Written) -> None:
        self.written, self.now = written, BEGIN
        self.given: dict[tuple[int, int], int] = {}  # (issue, line) -> packs
        self.asked_in: dict[int, int] = {}  # line -> the issue that was current when its cancellation came
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
        self.asked_in[step.line] = self.issue
        return True

    def waiting(self, issue: int) -> set[int]:
        """Lines whose cancellation is pending: it is of the issue that was current then, and of those after it."""
        found = self.record.return_pending_cancellations() or []
        lines = [int(one["cancelLineItemRef"]) for one in found]
        return {line for line in lines if issue >= self.asked_in[line]}

    def words(self) -> list[list[str]]:
        """Of each issue its lines; a pair that has no word is told as it is."""
        found = []
        for number, issue in enumerate(self.record.issues):
            waiting = self.waiting(number)
            pairs = [(issue.status, one.status, int(one.id) in waiting) for one in issue.line_items]
            found.append([WORDS.get(pair, "/".join(pair[:2])) for pair in pairs])
        return found

    def prescriptions(self) -> list[str]:
        return [PRESCRIPTIONS.get(issue.status, issue.status) for issue in self.record.issues]
