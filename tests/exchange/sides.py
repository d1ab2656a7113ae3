"""What the model is played against: the pure decisions alone (Paper), or the doors and the real database (Doors)."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Final, Protocol
from uuid import UUID

from tests.builders import OTHER_PHARMACY, TERMS, a_dispense_order, a_doctor, a_party, an_order, packs
from tests.exchange import model as words
from tests.exchange.counter import Counter
from tests.exchange.moves import ALLOWED, BEGIN, TILLS, Move, Order
from tilts.exchange import closing, dispensing, prescriptions, transferring
from tilts.exchange.lifecycle import status_of_order
from tilts.exchange.lines import check_step, current, state_of
from tilts.party import Party
from tilts.store.prescriptions import all_issues
from tilts.store.records import LineRecord
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
    people: dict[str, Party] = field(default_factory=lambda: dict(ON_PAPER))

    def __post_init__(self) -> None:
        order = an_order(quantity=packs(Decimal(ALLOWED) / 100), **self.order_.facts())
        [self.issues] = prescriptions.decide([order], a_doctor(), BEGIN, TERMS).issues

    async def lines(self) -> list[LineRecord]:
        return self.issues

    async def do(self, move: Move, now: datetime) -> None:
        line, party = current(self.issues[move.issue - 1], now), self.people[move.who]
        after = decided(line, move, party, now)
        check_step(line, move.action, after, now)
        self.issues[move.issue - 1] = after
        self.now = now

    async def order(self) -> str:
        return status_of_order([state_of(current(one, self.now), self.now) for one in self.issues])


def decided(line: LineRecord, move: Move, party: Party, now: datetime) -> LineRecord:
    match move.action:
        case "claim":
            return dispensing.decide_claim(line, party, now, TERMS)
        case "dispense":
            order = a_dispense_order(quantity=packs(Decimal(move.amount) / 100), patient_id=line.patient_id)
            return dispensing.decide_dispense(line, order, party, now, TERMS)[1]
        case "release":
            return dispensing.decide_release(line, move.reason, party, now)
        case "transfer-request":
            return transferring.decide_transfer(line, party, now, TERMS)
        case "close" | "close-remaining":
            return closing.decide_close(line, move.action, party, now)
        case "cancel":
            return prescriptions.decide_cancel(line, move.reason, party, now)
    raise ValueError(move.action)


OTHER: Final = a_party(organization_id=OTHER_PHARMACY, site="AP-00009", client_id="till-9")
ON_PAPER: Final = {
    "pharmacy 1": a_party(),
    "pharmacy 2": a_party(client_id="till-2"),
    "second-pharmacy 1": OTHER,
    words.PRACTICE: a_doctor(),
    words.OTHER_PRACTICE: a_doctor(organization_id=UUID(int=77), client_id="desk-9"),
    words.PATIENT: a_party(kind="portal", organization_id=UUID(int=78), client_id="portal", role_id=None),
}


@dataclass
class Doors:
    """The doors, each call a transaction of its own on the real database."""

    counter: Counter
    database: Database
    written: LineRecord
    people: dict[str, Party]

    @classmethod
    async def prescribed(cls, counter: Counter, database: Database, order: Order) -> "Doors":
        async with database.transaction() as tx:
            line = await counter.prescribed(tx, BEGIN, "3.30", **order.facts())
        people = {till: counter.till(int(till[-1]), till[:-2]) for till in TILLS}
        people[words.PRACTICE] = counter.doctor
        people[words.OTHER_PRACTICE] = counter.party("hospital")
        people[words.PATIENT] = counter.party("portal", patient_id=counter.patient_id)
        return cls(counter, database, line, people)

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
                await self.counter.hand_out(tx, line, party, now, str(Decimal(move.amount) / 100))
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

    async def order(self) -> str:
        async with self.database.transaction() as tx:
            row = await read(tx, "MedicationRequest", self.written.line_id, None)
        assert row is not None
        status: str = decode(row.body)["status"]
        return status
