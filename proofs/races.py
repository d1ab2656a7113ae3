"""One race: a practice prescribes one pack, two pharmacies want it, and exactly one may have it.

    prescribe -> both find it -> both claim it at once -> one holds it, the other is told who -> one hands it out

Each kind of race bends this story at one place. What is wrong is written into the race's own record, at
once; what may have gone wrong behind the answers is looked up afterwards (checks.py).
"""

import asyncio
import hashlib
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from proofs.driver.http import Answer
from proofs.driver.parties import Party, Patient, Request
from proofs.sandbox import Counter

HELD_BY_ANOTHER: Final = "DSP-001"


class Broken(Exception):
    """The race cannot go on as told; the text is a finding."""


@dataclass(slots=True)
class Race:
    """What happened, and what the pharmacies were told."""

    number: int
    kind: str
    line: str = ""
    acknowledged: list[dict[str, str]] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)  # by rule
    replayed: int = 0
    together: bool = False  # each claim was sent before any was answered
    cancelled: bool = False
    findings: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Table:
    """The counter during one race."""

    race: Race
    practice: Party
    pharmacies: tuple[Party, Party]
    patient: Patient
    name: str  # of the race; part of every identifier and key
    task: str = ""

    def dispense(self, party: Party, event: str) -> Request:
        """One counter event; the two pharmacies and two events have identifiers of their own."""
        return party.dispense(self.patient, self.race.line, f"{self.name}-{event}")

    def other(self, party: Party) -> Party:
        return self.pharmacies[party is self.pharmacies[0]]

    def expect(self, answer: Answer, *statuses: int) -> Answer:
        if answer.status not in statuses:
            rule = rule_of(answer) if answer.status >= 400 else ""
            raise Broken(f"status {answer.status} {rule}, expected {statuses}")
        return answer

    def refused(self, answer: Answer, rule: str, holder: Party | None = None) -> None:
        """A "no" must be 409 with this rule and, where somebody holds the line, with who, since and until."""
        self.race.findings += faults_of_refusal(answer, rule, holder.name if holder else None)
        told = rule_of(answer)
        self.race.refused[told] = self.race.refused.get(told, 0) + 1

    def handed_out(self, answer: Answer, event: str) -> None:
        self.expect(answer, 201)
        digest = hashlib.sha256(answer.body).hexdigest()
        self.race.acknowledged.append(
            {"dispense": answer.json()["id"], "identifier": f"{self.name}-{event}", "sha256": digest}
        )


def rule_of(answer: Answer) -> str:
    try:
        return str(answer.json()["issue"][0]["details"]["coding"][0]["code"])
    except (ValueError, KeyError, IndexError, TypeError):
        return f"no rule, status {answer.status}"


def facts_of(answer: Answer) -> dict[str, str]:
    """The facts of a refusal, by name (docs/reference/wire.md, Errors)."""
    facts = {}
    for extension in answer.json()["issue"][0].get("extension", ()):
        name, value = extension["extension"]
        facts[name["valueCode"]] = value["valueString"]
    return facts


def faults_of_refusal(answer: Answer, rule: str, holder: str | None) -> list[str]:
    """Pure: what is wrong with this "no"; nothing is the hope."""
    if answer.status != 409:
        return [f"the loser got {answer.status} instead of 409"]
    if rule_of(answer) != rule:
        return [f"the loser was told {rule_of(answer)} instead of {rule}"]
    if holder is None:
        return []
    facts = facts_of(answer)
    if facts.get("holder") != holder:
        return [f"the loser was told that {facts.get('holder')!r} holds it, not {holder!r}"]
    if not facts.get("since", "") or not facts["since"] < facts.get("lease-until", ""):
        return [f"since {facts.get('since')!r} and lease-until {facts.get('lease-until')!r} make no period"]
    return []


async def at_once(table: Table, calls: list[tuple[Party, Request]]) -> list[Answer]:
    """All calls at the same time; the answers in the order of the calls."""
    spans: list[tuple[float, float]] = []

    async def call(party: Party, request: Request) -> Answer:
        began = time.perf_counter()
        answer = await party.send(request)
        spans.append((began, time.perf_counter()))
        return answer

    answers = await asyncio.gather(*(call(party, request) for party, request in calls))
    table.race.together |= max(began for began, _ in spans) < min(ended for _, ended in spans)
    return list(answers)


async def claim_at_once(table: Table, round_name: str = "1") -> Party:
    """Both claim; gives the one who holds it now."""
    key = f"{table.name}-claim-{round_name}"
    answers = await at_once(table, [(party, party.claim(table.task, key)) for party in table.pharmacies])
    for answer in answers:
        table.expect(answer, 200, 409)
    winners = [p for p, answer in zip(table.pharmacies, answers, strict=True) if answer.status == 200]
    if len(winners) != 1:
        raise Broken(f"{len(winners)} pharmacies hold the line")
    for party, answer in zip(table.pharmacies, answers, strict=True):
        if party is not winners[0]:
            table.refused(answer, HELD_BY_ANOTHER, winners[0])
    return winners[0]


async def plain(table: Table) -> None:
    """Both claim; who holds it hands it out."""
    holder = await claim_at_once(table)
    table.handed_out(await holder.send(table.dispense(holder, "a")), "a")


async def given_back(table: Table) -> None:
    """The first holder gives it back, and both go again."""
    holder = await claim_at_once(table)
    table.expect(await holder.send(holder.release(table.task, f"{table.name}-release")), 200)
    holder = await claim_at_once(table, "2")
    table.handed_out(await holder.send(table.dispense(holder, "a")), "a")


async def both_hand_out(table: Table) -> None:
    """Both send a dispense at the same time; only one of them holds the line."""
    holder = await claim_at_once(table)
    pair = (holder, table.other(holder))
    own, foreign = await asyncio.gather(*(p.send(table.dispense(p, "a")) for p in pair))
    table.handed_out(own, "a")
    table.refused(foreign, HELD_BY_ANOTHER, holder)


async def three_times(table: Table) -> None:
    """One dispense sent three times in parallel with the same identifier: one effect, one answer."""
    holder = await claim_at_once(table)
    request = table.dispense(holder, "a")
    answers = await asyncio.gather(*(holder.send(request) for _ in range(3)))
    for answer in answers:
        table.handed_out(answer, "a")
    table.race.replayed += sum(answer.replayed for answer in answers)
    if len({answer.body for answer in answers}) != 1:
        table.race.findings.append("the same dispense sent three times had different answers")
    if table.race.replayed != 2:
        table.race.findings.append(f"{table.race.replayed} of 3 equal dispenses say they are repeats, not 2")


async def two_counters(table: Table) -> None:
    """The holder's two counters hand out the last pack at once, each with an identifier of its own."""
    holder = await claim_at_once(table)
    answers = await asyncio.gather(*(holder.send(table.dispense(holder, event)) for event in "ab"))
    if sorted(answer.status for answer in answers) != [201, 409]:
        raise Broken(f"two counters got {[answer.status for answer in answers]}")
    for event, answer in zip("ab", answers, strict=True):
        if answer.status == 201:
            table.handed_out(answer, event)
        else:
            table.refused(answer, "DSP-003")


async def taken_back(table: Table) -> None:
    """The doctor cancels at the moment at which both claim: whoever holds it hands nothing out any more."""
    cancel = table.practice.cancel(table.task, f"{table.name}-cancel")
    claims = [(p, p.claim(table.task, f"{table.name}-claim-1")) for p in table.pharmacies]
    said, *answers = await at_once(table, [(table.practice, cancel), *claims])
    table.expect(said, 200)
    table.race.cancelled = True
    holders = [p for p, answer in zip(table.pharmacies, answers, strict=True) if answer.status == 200]
    if len(holders) > 1:
        raise Broken(f"{len(holders)} pharmacies hold the line")
    for party, answer in zip(table.pharmacies, answers, strict=True):
        if party not in holders:
            table.refused(answer, HELD_BY_ANOTHER if holders else "DSP-002", holders[0] if holders else None)
    if holders:  # the cancellation waits for it
        table.refused(await holders[0].send(table.dispense(holders[0], "a")), "DSP-012")
        table.expect(await holders[0].send(holders[0].release(table.task, f"{table.name}-release")), 200)


Play: TypeAlias = Callable[[Table], Awaitable[None]]
# kind -> how it goes, and how many of a hundred
KINDS: Final[dict[str, tuple[Play, int]]] = {
    "both claim": (plain, 35),
    "given back, both claim again": (given_back, 15),
    "both dispense at once": (both_hand_out, 15),
    "one dispense sent three times": (three_times, 15),
    "two counters of the holder": (two_counters, 10),
    "the doctor cancels meanwhile": (taken_back, 10),
}


def kind_of(number: int, seed: int) -> str:
    """The same race for the same seed, whatever was done before."""
    chance = random.Random(f"{seed}:{number}")
    return chance.choices(list(KINDS), [share for _, share in KINDS.values()])[0]


async def run_race(number: int, seed: int, session: str, counter: Counter) -> Race:
    """Raises NoAnswer when the exchange does not answer at all; everything else is in the race."""
    chance = random.Random(f"{seed}:{number}:who")
    race = Race(number, kind_of(number, seed))
    pair = counter.pharmacies if chance.random() < 0.5 else counter.pharmacies[::-1]
    patient = chance.choice(counter.patients)
    table = Table(race, counter.practice, pair, patient, f"race-{seed}-{session}-{number}")
    try:
        await present(table)
        await KINDS[race.kind][0](table)
    except Broken as fault:
        race.findings.append(str(fault))
    return race


async def present(table: Table) -> None:
    """Prescribed, and found by both."""
    prescribe = table.practice.prescribe(table.patient, table.name)
    document: dict[str, Any] = table.expect(await table.practice.send(prescribe), 201).json()
    table.race.line = document["id"]
    number = document["groupIdentifier"]["value"]
    found = await asyncio.gather(*(p.send(p.find(number, table.patient)) for p in table.pharmacies))
    tasks = {table.expect(answer, 200).json()["entry"][0]["resource"]["id"] for answer in found}
    if len(tasks) != 1:
        raise Broken("the two pharmacies found different lines")
    table.task = tasks.pop()
