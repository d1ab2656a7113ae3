"""One round of counter work with a kill in its middle, by clients that do not give up.

A client repeats what was not answered with the same bytes and the same key, as the connector does; it
learns from the answer whether that was the first time.
"""

import asyncio
import hashlib
import time
from collections import Counter as Tally
from dataclasses import dataclass, field
from typing import Final

from proofs.driver.http import Answer, NoAnswer
from proofs.driver.parties import Party, Request, TokenRefused
from proofs.keeping import Journal
from proofs.killing import TARGETS
from proofs.sandbox import Counter
from proofs.stopping import Stop
from proofs.watching import Watcher
from tilts.lab.environment import Environment

CLIENTS: Final = 12
FIRST_WAIT_SECONDS: Final = 0.05
LONGEST_WAIT_SECONDS: Final = 0.5
PATIENCE_SECONDS: Final = 180.0
AGAIN: Final = frozenset({401, 429, 500, 502, 503, 504})


@dataclass(slots=True)
class Round:
    number: int
    name: str
    size: int
    kill_after: int  # acknowledged dispenses
    target: str
    strict: bool = True  # an unexpected "no" is a finding
    killed_at: float = 0.0
    back_at: float = 0.0
    acknowledged: int = 0
    repeats: Tally[str] = field(default_factory=Tally)
    findings: list[str] = field(default_factory=list)


class GivenUp(Exception):
    """Not answered for so long that nobody would wait, or answered with a "no" that is none."""


async def work_round(
    environment: Environment, now: Round, journal: Journal, stop: Stop, watcher: Watcher | None, before: int
) -> None:
    """Written to the journal when it is whole."""
    counter = Counter.of(environment)
    todo = iter(range(now.size))

    async def work() -> None:
        for number in todo:
            if stop.wanted:
                return
            try:
                await serve(counter, now, number, journal, stop)
            except GivenUp as fault:
                if now.strict and not stop.wanted:
                    now.findings.append(f"patient {number}: {fault}")
            if not now.killed_at and now.acknowledged >= now.kill_after:
                now.killed_at = TARGETS[now.target](environment)
            if watcher:
                watcher.at(before + now.acknowledged)

    async with asyncio.TaskGroup() as group:
        for _ in range(CLIENTS):
            group.create_task(work())
    counter.close()
    if not stop.wanted:
        journal.add(
            "round",
            number=now.number,
            target=now.target,
            size=now.size,
            acknowledged=now.acknowledged,
            back_seconds=round(now.back_at - now.killed_at, 2),
            repeats=now.repeats,
            findings=now.findings,
        )


async def serve(counter: Counter, now: Round, number: int, journal: Journal, stop: Stop) -> None:
    """One patient: prescribed, found, claimed, handed out."""
    patient = counter.patients[number % len(counter.patients)]
    pharmacy = counter.pharmacies[number % 2]
    name = f"{now.name}-{number}"

    async def ask(party: Party, request: Request, status: int) -> Answer:
        answer = await persistent(party, request, now, stop)
        if answer.status != status:
            raise GivenUp(f"{request.method} {request.path}: {answer.status} {answer.body[:300]!r}")
        return answer

    prescribed = await ask(counter.practice, counter.practice.prescribe(patient, name), 201)
    document = prescribed.json()
    found = await ask(pharmacy, pharmacy.find(document["groupIdentifier"]["value"], patient), 200)
    entries = found.json().get("entry")
    if not entries:
        raise GivenUp("a prescription that was acknowledged is not found")
    await ask(pharmacy, pharmacy.claim(entries[0]["resource"]["id"], f"{name}-claim"), 200)
    handed = await ask(pharmacy, pharmacy.dispense(patient, document["id"], name), 201)
    journal.add(
        "dispense",
        dispense=handed.json()["id"],
        line=document["id"],
        identifier=name,
        sha256=hashlib.sha256(handed.body).hexdigest(),
        replayed=handed.replayed,
    )
    now.acknowledged += 1


async def persistent(party: Party, request: Request, now: Round, stop: Stop) -> Answer:
    """The first answer that is a yes or a no, however often it takes."""
    ends = time.monotonic() + PATIENCE_SECONDS
    wait = FIRST_WAIT_SECONDS
    while True:
        began = time.time()
        try:
            answer = await party.send(request)
            why = f"status {answer.status}"
            if answer.status not in AGAIN:
                if now.killed_at and not now.back_at and began > now.killed_at and answer.status == 201:
                    now.back_at = time.time()
                return answer
        except NoAnswer as fault:
            why = str(fault)
        except TokenRefused as fault:
            why = f"token: status {fault.args[0]}"
        now.repeats[why] += 1
        if stop.wanted or time.monotonic() > ends:
            raise GivenUp(
                f"{request.method} {request.path} was not answered in {PATIENCE_SECONDS:.0f} s: {why}"
            )
        await asyncio.sleep(wait)
        wait = min(2 * wait, LONGEST_WAIT_SECONDS)
