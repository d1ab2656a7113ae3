"""What the model is played against: the pure decisions alone (Paper), or the doors and the real database (Doors)."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Protocol
from uuid import UUID, uuid4

from tests.builders import OTHER_PHARMACY, TERMS, a_dispense_order, a_doctor, a_party, an_order, packs
from tests.exchange import model as words
from tests.exchange.counter import Counter, a_request_document
from tests.exchange.moves import ALLOWED, BEGIN, TILLS, Move, Order
from tilts.exchange import (
    cancelling_early,
    closing,
    correcting,
    dispensing,
    prescriptions,
    repairing,
    transferring,
)
from tilts.exchange.cancelling_early import CancelOrder
from tilts.exchange.correcting import Correction
from tilts.exchange.lifecycle import status_of_order
from tilts.exchange.lines import check_step, current, state_of
from tilts.exchange.prescriptions import CANCEL_REASONS, born_cancelled
from tilts.party import PRESCRIBING_KINDS, Party
from tilts.rules import Refusal
from tilts.rules.catalogue import BY_ID
from tilts.rules.dispensing import DSP_NOT_THE_DISPENSER, DSP_WITHDRAWN
from tilts.rules.prescriptions import PRE_CANCEL_REASON, PRE_PRESCRIBER_ONLY
from tilts.store.prescriptions import all_issues
from tilts.store.records import DispenseRecord, LineRecord
from tilts.store.resources import read
from tilts.store.tx import Database, Tx
from tilts_fhir.json_strict import decode


class Side(Protocol):
    people: dict[str, Party]

    async def lines(self) -> list[LineRecord]: ...
    async def do(self, move: Move, now: datetime) -> None: ...
    async def order(self) -> str: ...


@dataclass
class Paper:
    """The decisions alone, each held against the table."""

    order_: Order
    issues: list[LineRecord] = field(init=False)
    now: datetime = BEGIN
    out: dict[int, list[list[DispenseRecord]]] = field(
        default_factory=lambda: defaultdict(list)
    )  # of each issue
    people: dict[str, Party] = field(default_factory=lambda: dict(ON_PAPER))

    def __post_init__(self) -> None:
        order = an_order(quantity=packs(Decimal(ALLOWED) / 100), **self.order_.facts())
        decided = prescriptions.decide([order], a_doctor(), BEGIN, TERMS)
        [self.issues] = born_cancelled(decided, ["other" if self.order_.early else None]).issues

    async def lines(self) -> list[LineRecord]:
        return self.issues

    async def do(self, move: Move, now: datetime) -> None:
        if move.action == "cancel-early":
            return self.cancel_early(move, now)
        line, party = current(self.issues[move.issue - 1], now), self.people[move.who]
        if move.action in words.CORRECTIONS:
            after = self.corrected(line, move, party, now)
        else:
            after = decided(line, move, party, now)
        if move.action == "dispense":
            self.out[move.issue].append([decided_dispense(line, move, party, now)[0]])
        if after != line or move.action not in words.CORRECTIONS:
            check_step(line, move.action, after, now)
        self.issues[move.issue - 1] = after
        self.now = now

    def cancel_early(self, move: Move, now: datetime) -> None:
        """Each issue by the same decision as the door's; nothing of a list of them is pure there."""
        party = self.people[move.who]
        if move.reason not in CANCEL_REASONS:
            raise Refusal(PRE_CANCEL_REASON)
        if party.kind not in PRESCRIBING_KINDS:
            raise Refusal(PRE_PRESCRIBER_ONLY)
        if move.who != words.PRACTICE:
            return
        self.now, noes = now, []
        for place, line in enumerate(current(one, now) for one in self.issues):
            try:
                if line.state != "cancelled":
                    self.issues[place] = prescriptions.decide_cancel(line, move.reason, party, now)
            except Refusal as no:
                noes.append(no)
        if len(noes) == len(self.issues):
            raise noes[0]

    def corrected(self, line: LineRecord, move: Move, party: Party, now: datetime) -> LineRecord:
        history = self.out[move.issue][move.nth]
        newest = history[-1]
        reasons = correcting.WITHDRAW_REASONS if move.action == "withdraw" else correcting.AMEND_REASONS
        correcting.check_reason(move.reason, reasons)
        if (party.kind, party.organization_id) != ("pharmacy", history[0].organization_id):
            raise Refusal(DSP_NOT_THE_DISPENSER)
        if newest.state == "withdrawn" and move.action == "withdraw":
            return line
        correcting.check_correction(history, party, now, TERMS, None)
        if newest.state == "withdrawn":
            raise Refusal(DSP_WITHDRAWN)
        quantity, state = newest.quantity, "withdrawn"
        if move.action == "withdraw":
            others_out = any(it is not history and out_in_hold(line, it) for it in self.out[move.issue])
            after = correcting.decide_withdraw(line, quantity, party, now, TERMS, others_out=others_out)
        else:
            quantity, state = Decimal(move.amount) / 100, "amended"
            after = correcting.decide_amend(line, newest.quantity, quantity, party, now, TERMS)
        history.append(
            correcting.correction(replace(newest, quantity=quantity), state, move.reason, party, now)
        )
        return after

    async def order(self) -> str:
        return status_of_order([state_of(current(one, self.now), self.now) for one in self.issues])


def out_in_hold(line: LineRecord, history: list[DispenseRecord]) -> bool:
    """As the statement of the store says it."""
    first, hold = history[0], line.hold
    return (
        hold is not None
        and history[-1].state != "withdrawn"
        and (first.organization_id, first.site, first.client_id)
        == (hold.organization_id, hold.site, hold.client_id)
        and first.recorded_at >= hold.claimed_at
    )


def decided_dispense(
    line: LineRecord, move: Move, party: Party, now: datetime
) -> tuple[DispenseRecord, LineRecord]:
    order = a_dispense_order(quantity=packs(Decimal(move.amount) / 100), patient_id=line.patient_id)
    return dispensing.decide_dispense(line, order, party, now, TERMS)


def decided(line: LineRecord, move: Move, party: Party, now: datetime) -> LineRecord:
    match move.action:
        case "claim":
            return dispensing.decide_claim(line, party, now, TERMS)
        case "dispense":
            return decided_dispense(line, move, party, now)[1]
        case "release":
            return dispensing.decide_release(line, move.reason, party, now)
        case "transfer-request":
            return transferring.decide_transfer(line, party, now, TERMS)
        case "close" | "close-remaining":
            return closing.decide_close(line, move.action, party, now)
        case "cancel":
            return prescriptions.decide_cancel(line, move.reason, party, now)
        case "repair-release" | "repair-cancel" | "repair-close":
            return repairing.decide_repair(line, move.action.removeprefix("repair-"), now)
    raise ValueError(move.action)


OTHER: Final = a_party(organization_id=OTHER_PHARMACY, site="AP-00009", client_id="till-9")
ON_PAPER: Final = {
    "pharmacy 1": a_party(),
    "pharmacy 2": a_party(client_id="till-2"),
    "second-pharmacy 1": OTHER,
    words.PRACTICE: a_doctor(),
    words.OTHER_PRACTICE: a_doctor(organization_id=UUID(int=77), client_id="desk-9"),
    words.PATIENT: a_party(kind="portal", organization_id=UUID(int=78), client_id="portal", role_id=None),
    words.AUTHORITY: a_party(kind="authority", organization_id=UUID(int=79), client_id="desk", role_id=None),
}


async def officers_of(tx: Tx) -> list[UUID]:
    found = await tx.execute(
        "SELECT a.account_id FROM onboarding.account a JOIN onboarding.account_role r USING (account_id)"
        " WHERE r.role = 'authority' AND r.state = 'held' AND a.active ORDER BY a.account_id LIMIT 2"
    )
    return [row[0] for row in await found.fetchall()]


@dataclass
class Doors:
    """The doors, each call a transaction of its own on the real database."""

    counter: Counter
    database: Database
    written: LineRecord
    people: dict[str, Party]
    identifier: tuple[str, str]
    officers: list[UUID]
    out: dict[int, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))  # as it was kept

    @classmethod
    async def prescribed(cls, counter: Counter, database: Database, order: Order) -> "Doors":
        async with database.transaction() as tx:
            identifier = ("urn:test:sequences", str(uuid4()))
            if order.early:
                wish = CancelOrder(identifier, "other", None)
                await cancelling_early.cancel_by_identifier(tx, wish, counter.doctor, BEGIN, TERMS)
            named = [{"system": identifier[0], "value": identifier[1]}]
            document = {**a_request_document(counter.patient_id), "identifier": named}
            line = await counter.prescribed(tx, BEGIN, "3.30", document=document, **order.facts())
            officers = await officers_of(tx)
        people = {till: counter.till(int(till[-1]), till[:-2]) for till in TILLS}
        people[words.PRACTICE] = counter.doctor
        people[words.OTHER_PRACTICE] = counter.party("hospital")
        people[words.PATIENT] = counter.party("portal", patient_id=counter.patient_id)
        people[words.AUTHORITY] = counter.party("authority")
        return cls(counter, database, line, people, identifier, officers)

    async def lines(self) -> list[LineRecord]:
        async with self.database.transaction() as tx:
            found = await all_issues(tx, self.written.line_id)
        return sorted(found, key=lambda one: one.issue)

    async def do(self, move: Move, now: datetime) -> None:
        task_id = (await self.lines())[move.issue - 1].task_id
        async with self.database.transaction() as tx:
            await self._through(tx, move, task_id, now)

    async def _through(self, tx: Tx, move: Move, task_id: UUID, now: datetime) -> None:
        party = self.people[move.who]
        match move.action:
            case "claim":
                await dispensing.claim(tx, task_id, party, now, TERMS, None)
            case "dispense":
                line = replace(self.written, task_id=task_id)
                amount = str(Decimal(move.amount) / 100)
                document, _ = await self.counter.hand_over(tx, line, party, now, amount)
                self.out[move.issue].append(document)
            case "release":
                await dispensing.release(tx, task_id, move.reason, party, now, None)
            case "transfer-request":
                await transferring.request_transfer(tx, task_id, party, now, TERMS, None)
            case "close":
                await closing.close(tx, task_id, party, now, None)
            case "close-remaining":
                await closing.close_remaining(tx, task_id, party, now, None)
            case "cancel":
                await prescriptions.cancel(tx, task_id, move.reason, party, now, None)
            case "cancel-early":
                wish = CancelOrder(self.identifier, move.reason, None)
                await cancelling_early.cancel_by_identifier(tx, wish, party, now, TERMS)
            case "withdraw" | "amend":
                await self.correct(tx, move, party, now)
            case _:
                await self.repair(tx, move.action.removeprefix("repair-"), task_id, now)

    async def correct(self, tx: Tx, move: Move, party: Party, now: datetime) -> None:
        kept = self.out[move.issue][move.nth]
        dispense_id = UUID(kept["id"])
        if move.action == "withdraw":
            await correcting.withdraw(tx, Correction(dispense_id, move.reason), party, now, TERMS)
            return
        order = a_dispense_order(
            document={name: value for name, value in kept.items() if name not in ("id", "meta")},
            line_id=self.written.line_id,
            patient_id=self.written.patient_id,
            quantity=packs(Decimal(move.amount) / 100),
        )
        await correcting.amend(tx, Correction(dispense_id, move.reason, order), party, now, TERMS)

    async def repair(self, tx: Tx, step: str, task_id: UUID, now: datetime) -> None:
        """By two persons, one after the other; what could not be repaired is named, not raised."""
        clerk, colleague = self.officers
        wish = await repairing.order(tx, step, [task_id], "Pārbaudīts pa tālruni ar aptieku.", clerk, now)
        [told] = (await repairing.confirm(tx, wish.repair_id, colleague, now)).order.outcome or ()
        if "rule" in told:
            raise Refusal(BY_ID[told["rule"]])

    async def order(self) -> str:
        async with self.database.transaction() as tx:
            row = await read(tx, "MedicationRequest", self.written.line_id, None)
        assert row is not None
        status: str = decode(row.body)["status"]
        return status
