"""Sixty-four clients, ten thousand prescriptions, everything at once; then the same while everybody is killed."""

import asyncio
from collections import Counter as Tally
from contextlib import suppress
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import uvloop

from proofs.checks import OFFENDERS, Acknowledged, check_all, counts
from proofs.counterwork import GivenUp, Round
from proofs.keeping import Entry, Journal
from proofs.killing import TARGETS, drive
from proofs.races import Broken
from proofs.rivals.asking import Asking
from proofs.rivals.drawing import story_of
from proofs.rivals.looking import AT_REST, BusinessClock, Supervisor, at_rest, balances
from proofs.rivals.table import Table
from proofs.sandbox import Counter, reading, sandbox
from proofs.stopping import Stop
from proofs.watching import Watcher, watching
from tilts.clock import WallClock
from tilts.exchange.settling import settle_all
from tilts.lab.environment import Environment
from tilts.store.tx import Database

NAME: Final = "dispense-races"
TITLE: Final = "Everything at once, at every prescription"
WHAT: Final = (
    "Sixteen prescriptions at a time, at each of them four clients that do not wait for each other: two tills of one "
    "pharmacy, one of another, the practice. Drawn by the seed they claim, hand out parts, give back, close, withdraw "
    "and amend dispenses, cancel (also before the prescription has come), ask for a transfer, close what remains, hang "
    "up before the answer and send the same again; leases end in between (the hold in the row is set back until its "
    "end is past). Of one to three issues each. Every no must be 409, by a rule that the action may get, with the holder and an "
    "end that is not over. At the end of each prescription its Tasks must say what the tills were told; a supervisor "
    "looks at the whole database meanwhile, each time in one snapshot, and all rows are searched at the end. Then the "
    "same again, with as many other prescriptions, while the server and PostgreSQL get SIGKILL in turn."
)
SIZE: Final = 10_000  # prescriptions without kills
TABLES: Final = 16  # at once, with four clients each
KILLS: Final = 10
WITH_KILLS: Final = 1  # one for so many without
DOUBLES: Final = frozenset(
    {"more handed out than allowed", "one identifier of a pharmacy, several dispenses"}
)


def prove(journal: Journal, size: int, seed: int, stop: Stop, kills: int = KILLS) -> dict[str, Any] | None:
    """The figures; None when it was stopped before its end."""
    with watching(TITLE, whole(size)) as watcher, sandbox(journal.folder / "sandbox", watcher) as environment:
        drive(environment, stop, lambda: race_all(environment, journal, (size, seed, kills), stop, watcher))
        if stop.wanted:
            return None
        watcher.say("searching the database for what must not be there")
        return judge(environment, journal) | {"postgres": environment.cluster.version}


async def race_all(
    environment: Environment, journal: Journal, plan: tuple[int, int, int], stop: Stop, watcher: Watcher
) -> None:
    """Every prescription that is not in the journal yet; the last ones are with kills."""
    size, seed, kills = plan
    session = Session(environment, journal, stop, seed, kills_at(size, kills))
    ended = {entry["number"] for entry in journal.of("prescription")}
    todo = iter([number for number in range(whole(size)) if number not in ended])
    watcher.at(len(ended))

    async def work() -> None:
        for number in todo:
            if stop.wanted:
                return
            await session.one(number)
            ended.add(number)
            watcher.at(len(ended))

    looking = asyncio.create_task(session.supervisor.watch())
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(TABLES):
                group.create_task(work())
    finally:
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking
        await session.end()


def whole(size: int) -> int:
    return size + max(1, size // WITH_KILLS)


def kills_at(size: int, kills: int) -> dict[int, str]:
    """At which number behind the first `size` who is killed, in turn."""
    more = whole(size) - size
    return {size + (place + 1) * more // (kills + 1): list(TARGETS)[place % 2] for place in range(kills)}


class Session:
    """What all tables of one start share."""

    def __init__(
        self, environment: Environment, journal: Journal, stop: Stop, seed: int, kills: dict[int, str]
    ) -> None:
        self.environment, self.journal, self.stop, self.seed, self.kills = (
            environment,
            journal,
            stop,
            seed,
            kills,
        )
        self.name = journal.begin(seed=seed)
        self.counter = Counter.of(environment)
        self.clock = BusinessClock(environment.settings.database_url)
        self.supervisor = Supervisor(environment)
        self.calm = Round(0, "", 0, 0, "")  # every client asks by it; repeats are counted in it
        self.killed: list[dict[str, Any]] = []

    async def one(self, number: int) -> None:
        if number in self.kills:
            self.kill(self.kills[number])
        story = story_of(number, self.seed)
        pharmacies = self.counter.pharmacies[:: 1 if number % 2 else -1]
        counter = Counter(self.counter.practice, (pharmacies[0], pharmacies[1]), self.counter.patients)
        table = Table(
            story,
            f"rivals-{self.seed}-{self.name}-{number}",
            counter,
            self.clock,
            Asking(self.calm, self.stop),
        )
        findings = table.asking.findings
        try:
            await table.play()
        except* (Broken, GivenUp) as faults:
            findings += [str(fault) for fault in faults.exceptions]
        if findings and self.stop.wanted:  # it may be the stop; done again
            return
        self.journal.add(
            "prescription",
            number=number,
            line=table.line,
            early=story.early,
            acknowledged=table.acknowledged,
            balances=table.balances,
            yes=table.yes,
            refused=table.refused,
            findings=findings,
            **{name: getattr(table.asking, name) for name in ("lost", "sent_again", "replayed")},
        )

    def kill(self, target: str) -> None:
        self.note_return()
        self.calm.killed_at, self.calm.back_at, self.calm.target = (
            TARGETS[target](self.environment),
            0.0,
            target,
        )

    def note_return(self) -> None:
        """What the last kill cost, once somebody was answered again."""
        if self.calm.killed_at:
            seconds = round(self.calm.back_at - self.calm.killed_at, 2) if self.calm.back_at else None
            self.journal.add("kill", target=self.calm.target, back_seconds=seconds)
            self.calm.killed_at = 0.0

    async def end(self) -> None:
        self.note_return()
        self.journal.add(
            "session-end",
            requests=self.counter.requests,
            looks=self.supervisor.looks,
            findings=self.supervisor.findings,
            repeats=self.calm.repeats,
        )
        self.counter.close()
        await self.clock.close()


async def settled(environment: Environment) -> None:
    """What the clock has done is written down everywhere, so that each row can be held against its state."""
    database = Database(environment.settings.database_url, connections=1)
    await database.open()
    try:
        await settle_all(database, WallClock())
    finally:
        await database.close()


def judge(environment: Environment, journal: Journal) -> dict[str, Any]:
    """What the tables said, what the supervisor saw, and what the database says at the end."""
    ended, sessions = journal.of("prescription"), journal.of("session-end")
    uvloop.run(settled(environment))
    with reading(environment) as connection:
        found = check_all(connection, told(ended))
        findings = [f"{f.count} x {f.check}: {', '.join(f.offenders)}" for f in found] + at_rest(connection)
        findings += faults_of_balances(ended, balances(connection))
        rows = counts(connection)
    for entry, name in [*((one, "prescription") for one in ended), *((one, "session") for one in sessions)]:
        findings += [f"{name} {entry.get('number', '')}: {text}" for text in entry["findings"]]
    repeats = sum((Tally(one["repeats"]) for one in sessions), Tally[str]())
    findings += [f"{n} answers were {why}" for why, n in repeats.items() if why == "status 500"]
    doubles = sum(one.count for one in found if one.check in DOUBLES)
    return {
        "findings": findings,
        "figures": figures(journal, ended, sessions, repeats) | {"doubles": doubles},
        "rows": rows,
    }


def figures(
    journal: Journal, ended: list[Entry], sessions: list[Entry], repeats: Tally[str]
) -> dict[str, Any]:
    yes = sum((Tally(one["yes"]) for one in ended), Tally[str]())
    refused = sum((Tally(one["refused"]) for one in ended), Tally[str]())
    kills, seconds = journal.of("kill"), journal.seconds()
    requests = sum(one["requests"] for one in sessions)
    back = {
        f"seconds until a write was acknowledged again, {target} killed": [
            one["back_seconds"] for one in kills if one["target"] == target
        ]
        for target in TARGETS
    }
    return {
        "prescriptions": len(ended),
        "clients at once": 4 * TABLES,
        "dispenses acknowledged": sum(len(one["acknowledged"]) for one in ended),
        **{f"done: {action}": n for action, n in sorted(yes.items())},
        "cancelled before they came, or at that moment": sum(bool(one["early"]) for one in ended),
        **{f"refused with {rule}": n for rule, n in sorted(refused.items())},
        "clients that hung up and asked again": sum(one["lost"] for one in ended),
        "sent again though answered, same answer": sum(one["sent_again"] for one in ended),
        "answers that say they are repeats": sum(one["replayed"] for one in ended),
        "looks at the whole database meanwhile": sum(one["looks"] for one in sessions),
        "kills": len(kills),
        **back,
        "calls repeated, by why": ", ".join(f"{why}: {n}" for why, n in sorted(repeats.items())) or "none",
        "checks in SQL": len(OFFENDERS) + len(AT_REST),
        "requests": requests,
        "seconds": round(seconds),
        "requests a second": round(requests / seconds) if seconds else 0,
        "sessions": len(journal.of("session")),
    }


def faults_of_balances(ended: list[Entry], stands: dict[str, str]) -> list[str]:
    """What each Task said at the end of its prescription stands in the database, and nothing was added since."""
    return [
        f"Task {task_id}: told {said}, stands {stands.get(task_id)}"
        for entry in ended
        for task_id, said in entry["balances"].items()
        if Decimal(said) != Decimal(stands.get(task_id, "-1"))
    ]


def told(ended: list[Entry]) -> list[Acknowledged]:
    return [
        Acknowledged(
            UUID(one["dispense"]), UUID(entry["line"]), one["identifier"], bytes.fromhex(one["sha256"])
        )
        for entry in ended
        for one in entry["acknowledged"]
    ]
