"""The four at one prescription, all at the same time: two tills of a pharmacy, one of another, and the practice.

Nobody waits for anybody. Each answer must be a yes, or a "no" that this action may get and that says who holds the
line and until when. At the end the prescriber asks for the Tasks: what they say must be what was told.
"""

import asyncio
import hashlib
from collections import Counter as Tally
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

from proofs.driver.http import Answer
from proofs.driver.parties import FORM, Party, Patient, Request
from proofs.races import Broken, facts_of, faults_of_refusal, rule_of
from proofs.rivals.asking import Asking
from proofs.rivals.drawing import Story, Try
from proofs.rivals.looking import BusinessClock
from proofs.sandbox import Counter

HELD: Final = frozenset({"DSP-001", "DSP-015", "PRE-013"})  # a "no" that names the holder
MAY_GET: Final = {
    "claim": {"DSP-001", "DSP-002", "DSP-012"},
    "dispense": {"DSP-001", "DSP-002", "DSP-003", "DSP-004", "DSP-012"},
    "release": {"DSP-001", "DSP-002", "DSP-004"},
    "close": {"DSP-001", "DSP-002", "DSP-004", "DSP-012"},
    "close-remaining": {"DSP-001", "DSP-002", "DSP-004", "DSP-012", "DSP-013"},
    "withdraw": {"DSP-001", "DSP-002"},
    "amend": {"DSP-001", "DSP-002", "DSP-003", "DSP-033"},
    "cancel": {"PRE-009", "PRE-013"},
    "cancel-by-identifier": {"PRE-009", "PRE-013"},
    "transfer-request": {"DSP-001", "DSP-002", "DSP-015"},
}
# Task.status of each business state, and whether somebody holds it: Design 5.
STANDS: Final = {
    "future": ("requested", False),
    "ready": ("ready", False),
    "claimed": ("in-progress", True),
    "cancel-pending": ("in-progress", True),
    "partly-dispensed": ("ready", False),
    "dispensed": ("in-progress", True),
    "completed": ("completed", False),
    "cancelled": ("cancelled", False),
    "expired": ("failed", False),
}


@dataclass(slots=True)
class Given:
    """A dispense that a till was told is recorded; what it is after its corrections."""

    dispense_id: str
    task_id: str
    first: Request
    packs: int


@dataclass(slots=True)
class Table:
    story: Story
    name: str
    counter: Counter
    clock: BusinessClock
    asking: Asking
    line: str = ""
    tasks: list[str] = field(default_factory=list)
    given: list[Given] = field(default_factory=list)
    acknowledged: list[dict[str, str]] = field(default_factory=list)
    yes: Tally[str] = field(default_factory=Tally)
    refused: Tally[str] = field(default_factory=Tally)
    balances: dict[str, str] = field(default_factory=dict)  # of each Task, as it was told at the end

    @property
    def patient(self) -> Patient:
        return self.counter.patients[self.story.patient % len(self.counter.patients)]

    async def play(self) -> None:
        await self.prescribe()
        if not self.story.early:
            mine, other = self.counter.pharmacies
            async with asyncio.TaskGroup() as group:
                for place, tries in enumerate(self.story.tills):
                    group.create_task(self.till((mine, mine, other)[place], f"{self.name}-{place}", tries))
                group.create_task(self.practice())
        await self.compare()

    async def prescribe(self) -> None:
        practice, story = self.counter.practice, self.story
        early = practice.cancel_by_identifier(self.name, f"{self.name}-early")
        wanted = practice.prescribe(self.patient, self.name, story.packs, story.issues - 1)
        if story.early == "before":
            self.expect(await self.asking.ask(practice, early), 200)
        calls = [wanted, early] if story.early == "at once" else [wanted]
        answers = await asyncio.gather(*(self.asking.ask(practice, call) for call in calls))
        document = self.expect(answers[0], 201).json()
        if story.early == "before" and document["status"] != "cancelled":
            raise Broken("cancelled before it came, and it is not born cancelled")
        for answer in answers[1:]:
            self.expect(answer, 200)
        self.line = document["id"]
        self.tasks = [task["id"] for task in await self.told()]
        if story.early:
            return
        number = document["groupIdentifier"]["value"]
        for party in self.counter.pharmacies:
            found = await self.asking.ask(party, party.find(number, self.patient))
            if {one["resource"]["id"] for one in entries(self.expect(found, 200))} < set(self.tasks):
                raise Broken("a prescription that was acknowledged is not found whole")

    async def told(self) -> list[dict[str, Any]]:
        """The Tasks as the prescriber sees them now, in the order of the issues."""
        practice = self.counter.practice
        words = urlencode({"focus": f"MedicationRequest/{self.line}"}).encode()
        answer = await self.asking.ask(practice, Request("POST", "/Task/_search", FORM, words))
        tasks = [one["resource"] for one in entries(self.expect(answer, 200))]
        return sorted(tasks, key=lambda task: int(value_in(task["input"], "issue")))

    async def till(self, party: Party, name: str, tries: tuple[Try, ...]) -> None:
        mine: list[Given] = []
        for place, tried in enumerate(tries):
            await self.at_till(party, f"{name}-{place}", tried, mine)
        self.given += mine

    async def at_till(self, party: Party, key: str, tried: Try, mine: list[Given]) -> None:
        task_id, action = self.tasks[tried.issue], tried.action
        if action == "dispense":
            call = party.dispense(self.patient, self.line, key, tried.packs, task_id)
            if answer := await self.done(party, call, tried):
                mine.append(Given(answer.json()["id"], task_id, call, tried.packs))
                digest = hashlib.sha256(answer.body).hexdigest()
                told = {"dispense": mine[-1].dispense_id, "identifier": key, "sha256": digest}
                self.acknowledged.append(told)
        elif action in ("withdraw", "amend"):
            if mine:
                await self.correct(party, key, tried, mine[-1])
        else:
            calls = {"claim": party.claim, "release": party.release}
            call = calls[action](task_id, key) if action in calls else party.step(task_id, action, key)
            await self.done(party, call, tried)

    async def correct(self, party: Party, key: str, tried: Try, one: Given) -> None:
        if tried.action == "withdraw":
            if await self.done(party, party.withdraw(one.dispense_id, key), tried):
                one.packs = 0
        elif await self.done(party, party.amend(one.dispense_id, one.first, tried.packs, key), tried):
            one.packs = tried.packs

    async def practice(self) -> None:
        practice = self.counter.practice
        for place, tried in enumerate(self.story.practice):
            task_id, key, action = self.tasks[tried.issue], f"{self.name}-p{place}", tried.action
            if action == "lease-end":
                self.yes[action] += await self.clock.end_lease(task_id)
            elif action == "cancel":
                await self.done(practice, practice.cancel(task_id, key), tried)
            elif action == "cancel-by-identifier":
                await self.done(practice, practice.cancel_by_identifier(self.name, key), tried)
            elif action != "nothing":
                await self.done(practice, practice.step(task_id, action, key), tried)

    async def done(self, party: Party, call: Request, tried: Try) -> Answer | None:
        """The answer if it is a yes; a "no" is looked at."""
        answer = await self.asking.ask(party, call, tried)
        if answer.status < 300:
            self.yes[tried.action] += 1
            return answer
        rule = rule_of(answer)
        self.refused[rule] += 1
        others = {one.name for one in self.counter.pharmacies} - {party.name}
        self.asking.findings += [
            f"{tried.action}: {text}" for text in faults_of_no(answer, tried.action, others)
        ]
        return None

    async def compare(self) -> None:
        """The Tasks against what the tills were told, and against Design 5."""
        summed: Tally[str] = Tally()
        for one in self.given:
            summed[one.task_id] += one.packs
        for task in await self.told():
            self.asking.findings += faults_of_task(task, summed[task["id"]], self.story.packs)
            self.balances[task["id"]] = str(value_in(task["output"], "dispensed"))
            if self.story.early and state_in(task) != "cancelled":
                self.asking.findings.append(f"cancelled early, and it is {state_in(task)}")

    def expect(self, answer: Answer, status: int) -> Answer:
        if answer.status != status:
            raise Broken(f"status {answer.status} {rule_of(answer)}, expected {status}")
        return answer


def faults_of_no(answer: Answer, action: str, others: set[str]) -> list[str]:
    """Pure: what is wrong with this "no"; who is told of a holder is told of another one, who holds it still."""
    rule = rule_of(answer)
    if rule not in MAY_GET[action]:
        return [f"refused with {answer.status} {rule}"]
    if rule not in HELD:
        return [] if answer.status == 409 else [f"{rule} with {answer.status} instead of 409"]
    holder = facts_of(answer).get("holder", "nobody") if rule == "DSP-001" or is_named(answer) else None
    if holder is not None and holder not in others:
        return [f"told that {holder!r} holds it"]
    found = faults_of_refusal(answer, rule, holder if rule == "DSP-001" else None)
    until = facts_of(answer).get("lease-until")
    if not found and until and datetime.fromisoformat(until).timestamp() < now_less_two_minutes():
        found.append(f"told that it is held until {until}, which is over")
    return found


def is_named(answer: Answer) -> bool:
    return "holder" in facts_of(answer)


def now_less_two_minutes() -> float:
    return datetime.now().timestamp() - 120  # it is told to the minute


def faults_of_task(task: dict[str, Any], told: int, allowed: int) -> list[str]:
    """Pure: what of this Task is not as it must be, when the tills were told of so many packs."""
    state = state_in(task)
    dispensed, left = (Decimal(value_in(task["output"], name)) for name in ("dispensed", "remaining"))
    shape = STANDS.get(state)
    found = []
    if shape != (task["status"], "owner" in task):
        found.append(f"business status {state}, status {task['status']}, owner {task.get('owner')}")
    if dispensed != told:
        found.append(f"{dispensed} dispensed, the tills were told of {told}")
    if not 0 <= dispensed <= allowed or dispensed + left != allowed:
        found.append(f"{dispensed} dispensed and {left} left of {allowed}")
    if dispensed and state in ("ready", "cancelled", "expired", "future", "cancel-pending"):
        found.append(f"{state}, and {dispensed} are dispensed")
    if not dispensed and state in ("partly-dispensed", "dispensed", "completed"):
        found.append(f"{state}, and nothing is dispensed")
    return found


def state_in(task: dict[str, Any]) -> str:
    return str(task["businessStatus"]["coding"][0]["code"])


def entries(answer: Answer) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answer.json().get("entry", [])
    return [one for one in found if one["resource"]["resourceType"] == "Task"]


def value_in(values: list[dict[str, Any]], name: str) -> Any:
    [found] = [one for one in values if one["type"]["coding"][0]["code"] == name]
    return found["valueQuantity"]["value"] if "valueQuantity" in found else found["valuePositiveInt"]
