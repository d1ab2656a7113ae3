"""A hundred thousand sequences of calls against a model written from the texts: on paper, and through the doors."""

import asyncio
import random
from collections import Counter as Tally
from collections.abc import Iterable
from itertools import count
from typing import Any, Final

from proofs.checks import check_all, counts
from proofs.keeping import Journal
from proofs.sandbox import reading, sandbox
from proofs.stopping import Stop
from proofs.watching import Watcher, watching
from tests.exchange.counter import Counter
from tests.exchange.moves import ONE_DAY, PEOPLE, SELDOM, Move, moves, orders
from tests.exchange.playing import Play
from tests.exchange.sides import Doors, Paper, Side
from tilts.exchange.lifecycle import STEPS
from tilts.lab.environment import Environment
from tilts.store.tx import Database

NAME: Final = "sequences"
TITLE: Final = "Any order of calls"
WHAT: Final = (
    "Prescriptions of one to three issues, six parties, calls drawn by the seed: claims, partial dispenses, releases, "
    "transfers, closes, cancellations also before the prescription, corrections and withdrawals of what was handed out, "
    "repairs by two of the authority, right and wrong ones, with jumps of the clock to the minute before and after "
    "each end. Each answer, each state, holder, lease and balance, the status of the order and what a party is told it "
    "may do must be what a model says that was written from the texts alone: once against the pure decisions, each "
    "held against the table, and once through the doors on the real database, several at once."
)
SIZE: Final = 100_000  # sequences on paper; operations through the doors
MOVES: Final = 15
BATCH: Final = 250  # sequences on paper for an entry of the journal
WORKERS: Final = 4
SAME_ROWS: Final = (
    frozenset(  # what the doors alone leave behind; audit, keys and signatures are the pipeline's
        {
            "more handed out than allowed",
            "the balance is not the sum of the dispenses",
            "a dispense without its document",
            "a document without its dispense",
            "handed out whole, but the prescription's document is not completed",
        }
    )
)


def prove(journal: Journal, size: int, seed: int, stop: Stop) -> dict[str, Any] | None:
    """The figures; None when it was stopped before its end."""
    journal.begin(seed=seed)
    folder = journal.folder / "sandbox"
    # On the clock of the sequences; that of the exchange would settle their lines at once.
    with watching(TITLE, 2 * size) as watcher, sandbox(folder, watcher, settling_seconds=0) as environment:
        asyncio.run(play_on_paper(journal, size, seed, stop, watcher))
        asyncio.run(play_through_doors(environment, journal, size, seed, stop, watcher))
        if stop.wanted:
            return None
        watcher.say("searching the database for what must not be there")
        return judge(environment, journal) | {"postgres": environment.cluster.version}


async def play_on_paper(journal: Journal, size: int, seed: int, stop: Stop, watcher: Watcher) -> None:
    ended = {entry["first"] for entry in journal.of("paper")}
    for first in range(0, size, BATCH):
        if stop.wanted:
            return
        if first not in ended:
            batch = Batch()
            for number in range(first, min(first + BATCH, size)):
                chance, seldom = random.Random(f"paper/{seed}/{number}"), number < len(SELDOM)
                order = ONE_DAY if seldom else orders(chance)
                play = Play(order, Paper(order), batch.reached)
                told = SELDOM[number] if seldom else moves(chance, play.model, MOVES)
                await batch.play(play, chance, f"paper {number}: {order}", told)
            journal.add("paper", first=first, sequences=min(BATCH, size - first), **batch.told())
        watcher.at(min(first + BATCH, size))


async def play_through_doors(
    environment: Environment, journal: Journal, size: int, seed: int, stop: Stop, watcher: Watcher
) -> None:
    """Until there were as many operations; each sequence has a prescription of its own."""
    ended = {entry["number"] for entry in journal.of("doors")}
    done = sum(entry["operations"] for entry in journal.of("doors"))
    numbers = (number for number in count() if number not in ended)
    database = Database(environment.settings.database_url, connections=WORKERS)
    await database.open()

    async def work() -> None:
        nonlocal done
        while done < size and not stop.wanted:
            number, batch = next(numbers), Batch()
            chance = random.Random(f"doors/{seed}/{number}")
            order = orders(chance)
            side: Side = await Doors.prescribed(Counter(environment), database, order)
            play = Play(order, side, batch.reached)
            await batch.play(play, chance, f"doors {number}: {order}", moves(chance, play.model, MOVES))
            journal.add("doors", number=number, **batch.told())
            done += batch.operations
            watcher.at(size + min(done, size))

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(WORKERS):
                group.create_task(work())
    finally:
        await database.close()


class Batch:
    """What was asked and answered, and what differed."""

    def __init__(self) -> None:
        self.reached: set[tuple[str, str, str, str]] = set()
        self.operations, self.answers = 0, Tally[str]()
        self.findings: list[str] = []

    async def play(self, play: Play, chance: random.Random, name: str, told: Iterable[Move]) -> None:
        asked: list[str] = []
        try:
            for move in told:
                asked.append(f"{move.action or 'time'} {move.who} {move.amount} of {move.issue}")
                answer = await play.move(move)
                if move.action:
                    self.operations += 1
                    self.answers[answer or "done"] += 1
                await play.compare_offers((chance.choice(PEOPLE),))
        except AssertionError as difference:
            self.findings.append(f"{name}: {'; '.join(asked)}: {difference}")

    def told(self) -> dict[str, Any]:
        return {
            "operations": self.operations,
            "answers": self.answers,
            "reached": sorted(self.reached),
            "findings": self.findings,
        }


def judge(environment: Environment, journal: Journal) -> dict[str, Any]:
    """What the sequences said, what the database says, and which rows of the table were walked."""
    entries = [*journal.of("paper"), *journal.of("doors")]
    with reading(environment) as connection:
        found = [one for one in check_all(connection, ()) if one.check in SAME_ROWS]
        rows = counts(connection)
    findings = [text for entry in entries for text in entry["findings"]]
    findings += [f"{one.count} x {one.check}: {', '.join(one.offenders)}" for one in found]
    known = {(s.action, state, s.to, s.by) for s in STEPS for state in s.of}
    walked = {sort: reached_in(journal, sort) & known for sort in ("paper", "doors")}
    findings += [
        f"on paper nothing walked the row {' '.join(row)}" for row in sorted(known - walked["paper"])
    ]
    answers = sum((Tally(entry["answers"]) for entry in entries), Tally[str]())
    return {
        "findings": findings,
        "figures": {
            "sequences on paper": sum(entry["sequences"] for entry in journal.of("paper")),
            "operations on paper": sum(entry["operations"] for entry in journal.of("paper")),
            "sequences through the doors": len(journal.of("doors")),
            "operations through the doors": sum(entry["operations"] for entry in journal.of("doors")),
            "rows of the table": len(known),
            "of these walked on paper": len(walked["paper"]),
            "of these walked through the doors": len(walked["doors"]),
            "differences from the model": sum(len(entry["findings"]) for entry in entries),
            "answered yes": answers["done"],
            **{f"refused with {rule}": n for rule, n in sorted(answers.items()) if rule != "done"},
            "seconds": round(journal.seconds()),
            "sessions": len(journal.of("session")),
        },
        "rows": rows,
    }


def reached_in(journal: Journal, sort: str) -> set[tuple[str, ...]]:
    return {tuple(row) for entry in journal.of(sort) for row in entry["reached"]}
