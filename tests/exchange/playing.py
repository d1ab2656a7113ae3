"""The model played against what decides: the pure decisions alone (Paper), or the doors and the real database (Doors)."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final, Protocol
from uuid import UUID

from tests.builders import OTHER_PHARMACY, TERMS, a_dispense_order, a_doctor, a_party, an_order, packs
from tests.exchange import model as words
from tests.exchange.counter import Counter
from tests.exchange.model import ACTIONS, Model
from tilts.clock import day_in_riga
from tilts.exchange import closing, dispensing, prescriptions, transferring
from tilts.exchange.lifecycle import STEPS, status_of_order
from tilts.exchange.lines import allowed_actions, check_step, current, side_of, state_of
from tilts.exchange.terms import Interval
from tilts.party import Party
from tilts.rules import Refusal
from tilts.store.prescriptions import all_issues
from tilts.store.records import LineRecord
from tilts.store.resources import read
from tilts.store.tx import Database, Tx
from tilts_fhir.json_strict import decode

BEGIN: Final = datetime(
    2026, 3, 27, 21, 30, tzinfo=UTC
)  # half an hour to midnight; the clocks change on the 29th
TILLS: Final = ("pharmacy 1", "pharmacy 2", "second-pharmacy 1")
PEOPLE: Final = (*TILLS, words.PRACTICE, words.OTHER_PRACTICE, words.PATIENT)
JUMPS: Final = (1, 29, 30, 119, 120, 1440, 4319, 4320)
AMOUNTS: Final = (5, 110, 220, 330)
ALLOWED: Final = 330  # hundredths

TOLD: Final = {
    words.HELD: "DSP-001",
    words.UNHELD: "DSP-004",
    words.TOO_MUCH: "DSP-003",
    words.BLOCKED: "DSP-012",
    words.NOTHING: "DSP-013",
}
TOLD_OF: Final = {
    (words.GIVEN, "transfer-request"): "DSP-015",
    (words.GIVEN, "cancel"): "PRE-013",
    (words.NOT_NOW, "cancel"): "PRE-009",
    (words.NOT_YOU, "cancel"): "PRE-014",
    (words.NOT_YOU, "transfer-request"): "DSP-014",
    (words.REASON, "cancel"): "PRE-010",
    (words.REASON, "release"): "DSP-008",
}
ELSE: Final = {words.NOT_NOW: "DSP-002", words.NOT_YOU: "DSP-011"}


def rule_of(answer: str, action: str) -> str | None:
    """The rule that says in the code what the model says in words; None is yes."""
    if answer in (words.YES, words.SAME):
        return None
    return TOLD_OF.get((answer, action)) or TOLD.get(answer) or ELSE[answer]


@dataclass(frozen=True, slots=True)
class Order:
    """What is prescribed, in days from the day of writing."""

    first: int = 0
    last: int = 3
    issues: int = 1
    interval: int | None = None

    def model(self) -> Model:
        return Model.prescribed(BEGIN, (self.first, self.last), ALLOWED, self.issues, self.interval)

    def facts(self) -> dict[str, object]:
        today = day_in_riga(BEGIN)
        return {
            "repeats": self.issues - 1,
            "interval": self.interval and Interval(days=self.interval),
            "valid_from": today + timedelta(self.first),
            "valid_to": today + timedelta(self.last),
        }


@dataclass(frozen=True, slots=True)
class Move:
    """Somebody asks for something; an action of "" is time that passes, `amount` minutes of it."""

    action: str
    who: str = ""
    amount: int = 0
    issue: int = 1
    reason: str = "other"


@dataclass(frozen=True, slots=True)
class Seen:
    """One issue as it looks from outside."""

    state: str
    given: int
    holder: str | None
    until: int | None
    transfer_wanted: bool


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


class Play:
    """Move by move the same with the model and the other side; any difference is an AssertionError."""

    def __init__(
        self, order: Order, side: Side, reached: set[tuple[str, str, str, str]] | None = None
    ) -> None:
        self.model, self.side = order.model(), side
        self.reached = set() if reached is None else reached

    @property
    def now(self) -> datetime:
        return BEGIN + timedelta(minutes=self.model.minute)

    async def move(self, move: Move) -> str | None:
        before = await self.seen()
        if not move.action:
            self.model.pass_time(move.amount)
            await self.compare()
            self.by_the_clock(before, await self.seen())
            return None
        line = current((await self.side.lines())[move.issue - 1], self.now)
        by = side_of(line, self.side.people[move.who])
        expected = rule_of(
            self.model.do(move.issue, move.action, move.who, move.amount, move.reason), move.action
        )
        got = await self.answer(move)
        assert got == expected, f"{move}: {got}, and the model says {expected}"
        await self.compare()
        after = await self.seen()
        if got is None:
            was, becomes = before[move.issue - 1].state, after[move.issue - 1].state
            self.reached.add((move.action, was, becomes, by))
        return got

    async def answer(self, move: Move) -> str | None:
        try:
            await self.side.do(move, self.now)
        except Refusal as no:
            hidden = no.rule.id in ("WIRE-012", "DSP-007") and move.who in (words.OTHER_PRACTICE,)
            return rule_of(words.NOT_YOU, move.action) if hidden else no.rule.id
        return None

    async def seen(self) -> list[Seen]:
        clients = {party.client_id: who for who, party in self.side.people.items()}
        return [self._seen(current(line, self.now), clients) for line in await self.side.lines()]

    def _seen(self, line: LineRecord, clients: dict[str, str]) -> Seen:
        holder, until = None, None
        if line.hold is not None:
            holder = clients[line.hold.client_id]
            until = int((line.hold.lease_until - BEGIN) / timedelta(minutes=1))
        given = int(line.dispensed * 100)
        wanted = line.transfer_wanted_at is not None
        return Seen(state_of(line, self.now), given, holder, until, wanted)

    async def compare(self) -> None:
        expected = [
            Seen(
                issue.state(self.model.minute),
                issue.given,
                issue.holder,
                issue.held_until if issue.holder else None,
                issue.transfer_wanted,
            )
            for issue in self.model.issues
        ]
        seen = await self.seen()
        assert seen == expected, f"minute {self.model.minute}: {seen}, and the model says {expected}"
        assert all(one.given <= ALLOWED for one in seen)
        assert await self.side.order() in (self.model.written, self.model.order)

    def by_the_clock(self, before: list[Seen], after: list[Seen]) -> None:
        """Time changes states only as rows of the clock say, one or several after each other."""
        for was, becomes in zip(before, after, strict=True):
            assert becomes.state in by_clock(was.state), f"the clock: {was.state} to {becomes.state}"
            self.reached.add(("clock", was.state, becomes.state, "clock"))

    async def compare_offers(self, whos: tuple[str, ...] = PEOPLE) -> None:
        """What each is told beforehand is what trying would bring."""
        for line in await self.side.lines():
            for who in whos:
                offers = allowed_actions(line, self.side.people[who], self.now)
                told = {offer.action: offer.refusal and offer.refusal.rule.id for offer in offers}
                expected = {
                    action: rule_of(self.model.ask(line.issue, action, who, amount=1), action)
                    for action in ACTIONS
                }
                assert told == expected, (
                    f"{who}, issue {line.issue}: {set(told.items()) ^ set(expected.items())}"
                )


def by_clock(state: str) -> set[str]:
    found, new = {state}, {state}
    while new:
        new = {s.to for s in STEPS if s.action == "clock" and set(s.of) & new} - found
        found |= new
    return found


def orders(chance: random.Random) -> Order:
    first, issues = chance.choice((0, 0, 0, 1, 2)), chance.choice((1, 1, 2, 3))
    interval = chance.choice((None, 1, 2)) if issues > 1 else None
    return Order(first, first + (interval or 0) * (issues - 1) + chance.randrange(6), issues, interval)


def moves(chance: random.Random, model: Model, count: int) -> Iterator[Move]:
    """Mostly what somebody at a counter would do next, now and then anything; looks at the model as it goes."""
    for _ in range(count):
        number = chance.randint(1, len(model.issues))
        issue = model.issues[number - 1]
        if chance.random() < 0.25:
            ahead = [at - model.minute for at in (issue.held_until, issue.ends, issue.opens)]
            near = [minutes + by for minutes in ahead for by in (-1, 0) if minutes + by > 0]
            yield Move(
                "", amount=chance.choice(near or JUMPS) if chance.random() < 0.4 else chance.choice(JUMPS)
            )
            continue
        sensible = issue.holder if issue.holder and chance.random() < 0.6 else chance.choice(PEOPLE)
        left = issue.allowed - issue.given
        amount = left if left and chance.random() < 0.25 else chance.choice(AMOUNTS)
        likely = [action for action in ACTIONS if not model.ask(number, action, sensible, amount)]
        action = chance.choice(likely if likely and chance.random() < 0.7 else ACTIONS)
        yield Move(action, sensible, amount, number)
