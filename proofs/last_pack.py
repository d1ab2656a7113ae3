"""Ten thousand races of two pharmacies for one last pack; in none may it be handed out twice."""

import asyncio
from collections import Counter as Tally
from dataclasses import asdict
from itertools import count
from typing import Any, Final
from uuid import UUID

from proofs.checks import OFFENDERS, Acknowledged, Finding, check_all, counts
from proofs.driver.http import NoAnswer
from proofs.driver.parties import TokenRefused
from proofs.keeping import Entry, Journal
from proofs.killing import drive
from proofs.races import KINDS, run_race
from proofs.sandbox import Counter, reading, sandbox
from proofs.stopping import Stop
from proofs.watching import Watcher, watching
from tilts.lab.environment import Environment

NAME: Final = "last-pack"
TITLE: Final = "Two pharmacies, one last pack"
WHAT: Final = (
    "A practice prescribes one pack; two pharmacies find it and claim it at the same instant, over mutual TLS with "
    "real tokens and signatures. In each race exactly one may hold it, the other must be told 409 with holder, since "
    "and end of the lease, and the pack may be handed out once. Kinds of races are drawn by the seed. At the end the "
    "database is searched for what must not be there."
)
SIZE: Final = 10_000
AT_ONCE: Final = 10  # races; with about two calls each under way
MOST_ATTEMPTS: Final = 5  # a race that was not answered, because somebody stopped the server, is begun anew


def prove(journal: Journal, size: int, seed: int, stop: Stop) -> dict[str, Any] | None:
    """The figures; None when it was stopped before its end."""
    with watching(TITLE, size) as watcher, sandbox(journal.folder / "sandbox", watcher) as environment:
        drive(environment, stop, lambda: race_all(environment, journal, size, seed, stop, watcher))
        if stop.wanted:
            return None
        watcher.say("searching the database for what must not be there")
        return judge(environment, journal) | {"postgres": environment.cluster.version}


async def race_all(
    environment: Environment, journal: Journal, size: int, seed: int, stop: Stop, watcher: Watcher
) -> None:
    """Every race that is not in the journal yet."""
    session = journal.begin(seed=seed)
    ended = {entry["number"] for entry in journal.of("race")}
    todo = iter([number for number in range(size) if number not in ended])
    counter = Counter.of(environment)

    async def work() -> None:
        for number in todo:
            for attempt in count():
                if stop.wanted:
                    return
                try:
                    race = await run_race(number, seed, f"{session}-{attempt}", counter)
                    break
                except (NoAnswer, TokenRefused) as fault:
                    journal.add("abandoned", number=number, why=repr(fault))
                    if attempt >= MOST_ATTEMPTS:
                        raise
                    await asyncio.sleep(1)
            journal.add("race", **asdict(race))
            ended.add(number)
            watcher.at(len(ended))

    before = counter.requests
    watcher.at(len(ended))
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(work())
    finally:
        journal.add("session-end", requests=counter.requests - before)
        counter.close()


def judge(environment: Environment, journal: Journal) -> dict[str, Any]:
    """What the races said, and what the database says."""
    races = journal.of("race")
    with reading(environment) as connection:
        found = check_all(connection, told(races))
        rows = counts(connection)
    findings = [
        f"race {race['number']} ({race['kind']}): {text}" for race in races for text in race["findings"]
    ]
    findings += [f"{f.count} x {f.check}: {', '.join(f.offenders)}" for f in found]
    findings += [f"race {race['number']}: {text}" for race in races if (text := fault_of_end(race))]
    return {
        "findings": findings,
        "figures": figures(journal, races, found),
        "kinds": kinds(races),
        "rows": rows,
    }


def figures(journal: Journal, races: list[Entry], found: list[Finding]) -> dict[str, Any]:
    refused = sum((Tally(race["refused"]) for race in races), Tally[str]())
    seconds = journal.seconds()
    abandoned = Tally(entry["why"] for entry in journal.of("abandoned"))
    requests = sum(entry["requests"] for entry in journal.of("session-end"))
    doubles = sum(f.count for f in found if f.check in DOUBLES)
    return {
        "races": len(races),
        "packs handed out twice": doubles + sum(len(dispensed(race)) > 1 for race in races),
        "packs handed out": sum(len(dispensed(race)) == 1 for race in races),
        "cancelled, nothing handed out": sum(race["cancelled"] for race in races),
        "both claims sent before either was answered": sum(race["together"] for race in races),
        **{f"refused with {rule}": number for rule, number in sorted(refused.items())},
        "repeats answered as the first time": sum(race["replayed"] for race in races),
        "checks in SQL": len(OFFENDERS),
        **{f"begun anew, not answered: {why}": number for why, number in sorted(abandoned.items())},
        "requests": requests,
        "seconds": round(seconds),
        "races a second": round(len(races) / seconds, 1) if seconds else 0,
        "sessions": len(journal.of("session")),
    }


DOUBLES: Final = frozenset(
    {"more handed out than allowed", "one identifier of a pharmacy, several dispenses"}
)


def kinds(races: list[Entry]) -> dict[str, int]:
    tally = Tally(race["kind"] for race in races)
    return {kind: tally[kind] for kind in KINDS}


def dispensed(race: Entry) -> set[str]:
    return {one["dispense"] for one in race["acknowledged"]}


def fault_of_end(race: Entry) -> str | None:
    """Each race ends with the pack handed out once, or cancelled."""
    wanted = 0 if race["cancelled"] else 1
    got = len(dispensed(race))
    if race["findings"] or got == wanted:
        return None
    return f"{got} dispenses were acknowledged, not {wanted}"


def told(races: list[Entry]) -> list[Acknowledged]:
    return [
        Acknowledged(
            UUID(one["dispense"]), UUID(race["line"]), one["identifier"], bytes.fromhex(one["sha256"])
        )
        for race in races
        for one in race["acknowledged"]
    ]
