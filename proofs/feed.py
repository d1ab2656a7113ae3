"""Security 4.4 R7: a hundred thousand events, two systems that are down, slow and killed; none is missing."""

import asyncio
import random
from collections import Counter as Tally
from typing import Any, Final
from uuid import UUID, uuid4

from proofs.keeping import Journal
from proofs.sandbox import sandbox
from proofs.stopping import Stop
from proofs.watching import Watcher, watching
from tests.exchange.counter import Counter
from tests.exchange.feeding import NOW, System, walk
from tilts.exchange.telling import MOST
from tilts.lab.environment import Environment
from tilts.store.tx import Database

NAME: Final = "feed"
TITLE: Final = "Every event, at least once"
WHAT: Final = (
    "Eight tills claim and release prescriptions of one practice, and its doctor asks for the holds; meanwhile two systems of "
    "the practice fetch its events and are down, get no answer or the same one twice, are killed with what they had in hand, "
    "or lose the answer to an acknowledgement, as the seed says. Each must hear of every event, under one number without "
    "gaps, and of each Task in the order in which it happened."
)
SIZE: Final = 100_000  # events of the practice
WRITERS: Final = 8
LINES: Final = 4  # prescriptions of one entry of the journal, one after the other by each writer
ROUNDS: Final = 10  # of three events each
BATCH: Final = WRITERS * LINES * ROUNDS * 3
READERS: Final = 2
STORY: Final = ["claimed", "transfer-requested", "released"] * ROUNDS


def prove(journal: Journal, size: int, seed: int, stop: Stop) -> dict[str, Any] | None:
    """The figures; None when it was stopped before its end."""
    journal.begin(seed=seed)
    folder = journal.folder / "sandbox"
    with watching(TITLE, size) as watcher, sandbox(folder, watcher, settling_seconds=0) as environment:
        asyncio.run(play(environment, journal, size, seed, stop, watcher))
        if stop.wanted:
            return None
        return judge(journal) | {"postgres": environment.cluster.version}


async def play(
    environment: Environment, journal: Journal, size: int, seed: int, stop: Stop, watcher: Watcher
) -> None:
    """Batch after batch; one that was cut off by a kill is behind what the next one drains."""
    database = Database(environment.settings.database_url, connections=WRITERS + READERS)
    await database.open()
    try:
        batches = journal.of("batch")
        done = sum(entry["events"] for entry in batches)
        for number in range(len(batches), -(-size // BATCH)):
            if stop.wanted:
                return
            done += await play_batch(Counter(environment), database, journal, number, seed)
            watcher.at(min(done, size))
    finally:
        await database.close()


async def play_batch(counter: Counter, database: Database, journal: Journal, number: int, seed: int) -> int:
    readers = [reader(counter, f"{seed}/{number}/{one}") for one in range(READERS)]
    async with database.transaction() as tx:
        lines = [[await counter.prescribed(tx, NOW) for _ in range(LINES)] for _ in range(WRITERS)]
        for one in readers:
            await one.catch_up(tx)

    async def write(writer: int) -> None:
        for line in lines[writer]:
            await walk(database, counter, line, counter.till(writer), ROUNDS)

    async with asyncio.TaskGroup() as group:
        for writer in range(WRITERS):
            group.create_task(write(writer))
        for one in readers:
            group.create_task(one.fetch_until(database, BATCH))
    tasks = [line.task_id for of_writer in lines for line in of_writer]
    journal.add(
        "batch",
        number=number,
        events=BATCH,
        deliveries=sum(one.deliveries for one in readers),
        faults=sum((Tally(one.faults) for one in readers), Tally[str]()),
        findings=[f"batch {number}: {text}" for one in readers for text in faults_of(one, tasks)],
    )
    return BATCH


def reader(counter: Counter, name: str) -> System:
    """A system that has never asked before."""
    chance = random.Random(name)
    return System(
        counter.party("practice", client_id=f"reader-{uuid4()}"), chance, most=chance.randint(20, MOST)
    )


def faults_of(one: System, tasks: list[UUID]) -> list[str]:
    """Pure: what a system heard, held against what was done."""
    numbers = sorted(one.kept)
    found = []
    if numbers != list(range(numbers[0], numbers[0] + BATCH)):
        found.append(f"{len(numbers)} numbers between {numbers[0]} and {numbers[-1]}, not {BATCH}")
    if one.order != numbers:
        found.append("events came first in another order than that of their numbers")
    found += [f"Task {task}: {one.kinds_of(task)}" for task in tasks if one.kinds_of(task) != STORY]
    return found


def judge(journal: Journal) -> dict[str, Any]:
    batches = journal.of("batch")
    faults = sum((Tally(entry["faults"]) for entry in batches), Tally[str]())
    return {
        "findings": [text for entry in batches for text in entry["findings"]],
        "figures": {
            "events": sum(entry["events"] for entry in batches),
            "systems that heard each of them": READERS,
            "deliveries, with those that came again": sum(entry["deliveries"] for entry in batches),
            **{f"fetches that ended with: {name}": count for name, count in sorted(faults.items())},
            "missing": sum(len(entry["findings"]) for entry in batches),
            "seconds": round(journal.seconds()),
            "sessions": len(journal.of("session")),
        },
    }
