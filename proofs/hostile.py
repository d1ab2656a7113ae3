"""Thousands of requests that no well-behaved client sends, through HAProxy and on the exchange's own ports."""

import asyncio
from collections import Counter as Tally
from collections.abc import Iterator
from concurrent.futures import Executor
from typing import Any, Final

from proofs.driver.http import NoAnswer
from proofs.driver.parties import FHIR, Request
from proofs.hostility.cases import Case, cases, targets
from proofs.hostility.crowd import CALLS_BEFORE, KINDS, allow_files, apart, crowded
from proofs.hostility.place import PATIENCE_SECONDS, Door, Place, one_object_a_line, opened
from proofs.hostility.sending import Seen, faults, has_outcome, send
from proofs.keeping import Entry, Journal
from proofs.killing import drive
from proofs.sandbox import sandbox
from proofs.stopping import Stop
from proofs.watching import Watcher, watching
from tilts.lab.environment import Environment

NAME: Final = "hostile"
TITLE: Final = "Hostile input"
WHAT: Final = (
    "A seeded generator sends malformed JSON and XML, broken framing and pairs that smuggle, bodies, headers and "
    "addresses beyond every limit, packed bombs, search strings that mean harm, odd methods and halves of requests, on "
    "every route of the registry and those outside of it, two of three with a good token: each seed once through HAProxy "
    "with the configuration of `tilts front`, once on the TLS port and once on the plain port, in that order below. "
    "Beside them somebody else works, and after each framing case a probe on the same line looks whose answer comes. "
    "The servers wait two seconds for heads and bodies then, so that slow ones do not take the whole time. HAProxy ends "
    "what it cannot read as HTTP without a word: that is counted apart. Before that comes a crowd of 2,000 slow clients "
    "on each port, of six kinds, with the patience that is shipped (10 seconds for a head, 30 for a body or a reader) "
    "and without the limit of connections that would keep most of them out; they come within eight seconds. Memory is "
    "what is resident, from the end of the first seed."
)
SIZE: Final = 2_000  # of each seed, on each of three ports
SEEDS: Final = 12
AT_ONCE: Final = 12
ONE_OF: Final = 25  # so often somebody else works
MOST_GROWTH_MB: Final = 64  # after the first seed (Security 4.4, A2)
FRONT: Final = "HAProxy"  # the other ports stand on loopback only, and do their handshakes in Python
MOST_TIMES_AS_LONG: Final = 2  # p99 of who only works (Security 4.4, A1)
CROWDS: Final = 3  # tries for that: what else runs on the machine can only make it worse
MARGIN_SECONDS: Final = 5  # two cores, shared with the crowd
LEAST_EXPLAINED: Final = 0.99


def prove(journal: Journal, size: int, seed: int, stop: Stop, seeds: int = SEEDS) -> dict[str, Any] | None:
    """The figures; None when it was stopped before its end."""
    total = size * seeds * 3
    with watching(TITLE, total) as watcher, sandbox(journal.folder / "sandbox", watcher) as environment:
        plan = range(seed, seed + seeds)
        drive(environment, stop, lambda: try_all(environment, journal, size, plan, stop, watcher))
        if stop.wanted:
            return None
        return judge(journal) | {"postgres": environment.cluster.version}


async def try_all(
    environment: Environment, journal: Journal, size: int, seeds: range, stop: Stop, watcher: Watcher
) -> None:
    """Every seed on every port that is not in the journal yet."""
    session = journal.begin(seed=seeds[0])
    allow_files()
    await all_crowds(environment, journal, size, stop)
    patience = {"head_seconds": PATIENCE_SECONDS, "body_seconds": PATIENCE_SECONDS}
    with opened(environment, **patience) as place:
        for seed in seeds:
            for door in place.doors:
                done = {(entry["seed"], entry["port"]) for entry in journal.of("round")}
                if stop.wanted:
                    return
                if (seed, door.port.name) not in done:
                    journal.add("round", **await one_round(door, seed, size))
                    watcher.at(size * len(journal.of("round")))
                    await door.leave()
                    journal.add("memory", session=session, seed=seed, resident=place.resident_mb())
        look_into_logs(place, journal)


async def all_crowds(environment: Environment, journal: Journal, size: int, stop: Stop) -> None:
    """With the patience that is shipped, and no limit of connections: so many clients have as many certificates."""
    done = {entry["port"] for entry in journal.of("crowd")}
    with opened(environment, connections_per_client=0) as place, apart() as pool:
        for door in place.doors:
            for left in reversed(range(CROWDS)):
                if door.port.name in done or stop.wanted:
                    break
                entry = await one_crowd(place, door, size, pool)
                await door.leave()
                if left and is_slowed(entry) and not entry["findings"]:
                    journal.add("crowd again", **entry)
                    continue
                journal.add("crowd", **entry)
                break
        look_into_logs(place, journal)


def is_slowed(entry: Entry) -> bool:
    return bool(entry["port"] == FRONT and entry["p99"] > MOST_TIMES_AS_LONG * entry["p99 before"])


async def one_crowd(
    place: Place, door: Door, number: int, pool: Executor | None = None, calls_before: int = CALLS_BEFORE
) -> Entry:
    """Slow clients, each of which has its time and then is closed."""
    settings, name = place.settings, door.port.name
    let = {True: float(settings.body_seconds), False: float(settings.head_seconds)}
    before = place.resident_mb()
    crowd = await crowded(door, number, let[True], pool, calls_before)
    longest = crowd.longest()
    found = [
        f"{name}: a {kind.name} was let for {longest[kind.name]:.1f} seconds"
        for kind in KINDS
        if longest[kind.name] > let[kind.has_head] + MARGIN_SECONDS
    ]
    unserved = crowd.before.unserved + crowd.beside.unserved
    if unserved:
        found.append(f"{name}: {unserved} healthy calls were not served beside slow ones")
    return {
        "port": name,
        "slow": number,
        "at once": crowd.most_at_once,
        "longest": {kind: round(seconds, 1) for kind, seconds in longest.items()},
        "calls": len(crowd.beside.seconds),
        "p99 before": crowd.before.p99_ms,
        "p99": crowd.beside.p99_ms,
        "grown": {process: round(mb - before[process], 1) for process, mb in place.resident_mb().items()},
        "findings": found,
    }


def look_into_logs(place: Place, journal: Journal) -> None:
    lines = [line for log in place.logs for line in one_object_a_line(log)]
    journal.add("logs", lines=lines[:20])


async def one_round(door: Door, seed: int, size: int) -> Entry:
    """All cases of a seed on one port."""
    todo: Iterator[tuple[int, Case]] = iter(enumerate(cases(seed, size, targets())))
    tally: Tally[str] = Tally()
    found: list[str] = []
    bare: list[str] = []
    slowest = [0.0, 0.0]

    async def work() -> None:
        for number, case in todo:
            seen = await send(door.port, case, f"Bearer {await door.hostile.token()}")
            wrong = faults(case, seen, mended=door.port.name == FRONT)
            found.extend(
                f"{door.port.name}, seed {seed}, case {number} ({case.name[:100]}): {text}" for text in wrong
            )
            count(tally, case, seen)
            if unexplained(case, seen):
                bare.append(f"{seen.status} {case.name[:100]}")
            if case.whole:
                slowest[0] = max(slowest[0], seen.seconds)
            if number % ONE_OF == 0:
                slowest[1] = max(slowest[1], await healthy(door, found))

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(work())
    return {
        "seed": seed,
        "port": door.port.name,
        "cases": size,
        "tally": dict(tally),
        "findings": found,
        "bare": bare[:20],
        "slowest": round(slowest[0], 2),
        "slowest healthy": round(slowest[1], 2),
    }


async def healthy(door: Door, found: list[str]) -> float:
    """Somebody who only works is served; in how many seconds."""
    began = asyncio.get_running_loop().time()
    own = door.healthy.credentials.organization_id
    request = Request("GET", f"/Organization/{own}", dict(FHIR))
    try:
        answer = await door.healthy.send(request)
    except NoAnswer:  # a connection that nothing came over for long may be closed just then (RFC 9112 9.3.1)
        answer = await door.healthy.send(request)
    if answer.status != 200:
        found.append(f"{door.port.name}: somebody who only works got {answer.status}")
    return asyncio.get_running_loop().time() - began


def count(tally: Tally[str], case: Case, seen: Seen) -> None:
    tally[f"kind {case.kind}"] += 1
    if not seen.answers:
        tally["ended without a word" if not seen.hangs else "no end"] += 1
        return
    tally[f"status {seen.status}"] += 1
    if is_refusal(case, seen):
        tally["refused"] += 1
        tally["refused with an OperationOutcome"] += not unexplained(case, seen)


def is_refusal(case: Case, seen: Seen) -> bool:
    return 400 <= seen.status < 500 and case.method != "HEAD"


def unexplained(case: Case, seen: Seen) -> bool:
    return is_refusal(case, seen) and not has_outcome(seen.answers[0][1])


def judge(journal: Journal) -> dict[str, Any]:
    rounds = journal.of("round")
    tally = sum((Tally(entry["tally"]) for entry in rounds), Tally[str]())
    findings = [text for entry in [*rounds, *journal.of("crowd")] for text in entry["findings"]]
    findings += [
        f"{entry['port']}: healthy calls took {entry['p99']} ms beside slow ones, {entry['p99 before']} before"
        for entry in journal.of("crowd")
        if is_slowed(entry)
    ]
    findings += [f"a line of a log: {line}" for entry in journal.of("logs") for line in entry["lines"]]
    for name, mb in growth(journal).items():
        findings += [f"{name} grew by {mb} MB"] if mb > MOST_GROWTH_MB else []
    explained = tally["refused with an OperationOutcome"] / max(1, tally["refused"])
    if explained < LEAST_EXPLAINED:
        bare = sorted({text for entry in rounds for text in entry["bare"]})
        findings.append(f"{explained:.2%} of the refusals have an OperationOutcome; not these: {bare[:20]}")
    return {"findings": findings, "figures": figures(journal, tally)}


def growth(journal: Journal) -> dict[str, float]:
    """Of each process in the session in which it grew most, from the end of that session's first seed to the highest after it."""
    most: dict[str, float] = {}
    for session in {entry["session"] for entry in journal.of("memory")}:
        seen = [entry for entry in journal.of("memory") if entry["session"] == session]
        warm = [entry for entry in seen if entry["seed"] == seen[0]["seed"]][-1]["resident"]
        later = [entry["resident"] for entry in seen if entry["seed"] != seen[0]["seed"]]
        for name, mb in warm.items():
            grown = max((resident[name] for resident in later), default=mb) - mb
            most[name] = round(max(most.get(name, 0.0), grown), 1)
    return most


def figures(journal: Journal, tally: Tally[str]) -> dict[str, Any]:
    rounds, crowds, memory = journal.of("round"), journal.of("crowd"), journal.of("memory")
    statuses = {name: number for name, number in sorted(tally.items()) if name.startswith("status")}
    kinds = {
        f"cases of {name[5:]}": number for name, number in sorted(tally.items()) if name.startswith("kind")
    }
    return {
        "cases": sum(entry["cases"] for entry in rounds),
        "seeds": len({entry["seed"] for entry in rounds}),
        **kinds,
        "answers of 5xx": sum(number for name, number in statuses.items() if name.startswith("status 5")),
        "without end": tally["no end"],
        "hidden requests answered": sum("hidden" in text for entry in rounds for text in entry["findings"]),
        "ended without a word": tally["ended without a word"],
        "refused": tally["refused"],
        "refused with an OperationOutcome": tally["refused with an OperationOutcome"],
        **{f"answered with {name[7:]}": number for name, number in statuses.items()},
        "seconds of the slowest whole request": max((entry["slowest"] for entry in rounds), default=0),
        "seconds of the slowest healthy call": max((entry["slowest healthy"] for entry in rounds), default=0),
        **{f"MB at the end, {name}": mb for entry in memory[-1:] for name, mb in entry["resident"].items()},
        **{f"MB grown after the first seed, {name}": mb for name, mb in growth(journal).items()},
        "slow connections": [entry["slow"] for entry in crowds],
        "slow connections open at once": [entry["at once"] for entry in crowds],
        **{
            f"seconds until the last was closed, {kind.name}": [e["longest"][kind.name] for e in crowds]
            for kind in KINDS
        },
        "healthy calls beside slow ones": [entry["calls"] for entry in crowds],
        "ms of healthy calls before, p99": [entry["p99 before"] for entry in crowds],
        "ms of healthy calls beside slow ones, p99": [entry["p99"] for entry in crowds],
        "crowds again because of that": len(journal.of("crowd again")),
        "times as long": [round(entry["p99"] / entry["p99 before"], 1) for entry in crowds],
        **{
            f"MB grown by slow ones, {name}": [entry["grown"][name] for entry in crowds]
            for name in (crowds[0]["grown"] if crowds else {})
        },
        "seconds": round(journal.seconds()),
    }
