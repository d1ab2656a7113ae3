"""The model played against what decides, move by move: any difference is an AssertionError."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from tests.exchange import model as words
from tests.exchange.model import ACTIONS
from tests.exchange.moves import ALLOWED, BEGIN, PEOPLE, Move, Order
from tests.exchange.sides import Side
from tilts.exchange.lifecycle import STEPS
from tilts.exchange.lines import allowed_actions, current, side_of, state_of
from tilts.rules import Refusal
from tilts.store.records import LineRecord

TOLD: Final = {
    words.HELD: "DSP-001",
    words.UNHELD: "DSP-004",
    words.TOO_MUCH: "DSP-003",
    words.BLOCKED: "DSP-012",
    words.NOTHING: "DSP-013",
    words.LATE: "DSP-032",
    words.TAKEN_BACK: "DSP-033",
}
TOLD_OF: Final = {
    (words.GIVEN, "transfer-request"): "DSP-015",
    (words.GIVEN, "cancel"): "PRE-013",
    (words.NOT_NOW, "cancel"): "PRE-009",
    (words.NOT_YOU, "cancel"): "PRE-014",
    (words.NOT_YOU, "transfer-request"): "DSP-014",
    (words.REASON, "cancel"): "PRE-010",
    (words.REASON, "release"): "DSP-008",
    (words.GIVEN, "cancel-early"): "PRE-013",
    (words.GIVEN, "repair-cancel"): "PRE-013",
    (words.NOT_NOW, "cancel-early"): "PRE-009",
    (words.NOT_YOU, "cancel-early"): "PRE-014",
    (words.REASON, "cancel-early"): "PRE-010",
    (words.NOT_YOU, "withdraw"): "DSP-031",
    (words.NOT_YOU, "amend"): "DSP-031",
    (words.REASON, "withdraw"): "DSP-034",
    (words.REASON, "amend"): "DSP-034",
}
ELSE: Final = {words.NOT_NOW: "DSP-002", words.NOT_YOU: "DSP-011"}


def rule_of(answer: str, action: str) -> str | None:
    """The rule that says in the code what the model says in words; None is yes."""
    if answer in (words.YES, words.SAME):
        return None
    return TOLD_OF.get((answer, action)) or TOLD.get(answer) or ELSE[answer]


@dataclass(frozen=True, slots=True)
class Seen:
    """One issue as it looks from outside."""

    state: str
    given: int
    holder: str | None
    until: int | None
    transfer_wanted: bool


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
        said = self.model.do(move.issue, move.action, move.who, move.amount, move.reason, move.nth)
        expected = rule_of(said, move.action)
        got = await self.answer(move)
        assert got == expected, f"{move}: {got}, and the model says {expected}"
        await self.compare()
        after = await self.seen()
        if got is None and (said == words.YES or move.action in ACTIONS) and move.action != "cancel-early":
            by = "dispenser" if move.action in words.CORRECTIONS else by
            was, becomes = before[move.issue - 1].state, after[move.issue - 1].state
            self.reached.add((move.action, was, becomes, by))
        return got

    async def answer(self, move: Move) -> str | None:
        try:
            await self.side.do(move, self.now)
        except Refusal as no:
            hidden = no.rule.id in ("WIRE-012", "DSP-007") and (
                move.who == words.OTHER_PRACTICE or move.action in words.CORRECTIONS
            )
            return rule_of(words.NOT_YOU, move.action) if hidden else no.rule.id
        return None

    async def seen(self) -> list[Seen]:
        clients = {(one.organization_id, one.client_id): who for who, one in self.side.people.items()}
        return [self._seen(current(line, self.now), clients) for line in await self.side.lines()]

    def _seen(self, line: LineRecord, clients: dict[tuple[UUID, str], str]) -> Seen:
        holder, until = None, None
        if line.hold is not None:
            holder = clients[line.hold.organization_id, line.hold.client_id]
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
