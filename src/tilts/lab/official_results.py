"""What the exchange answers to HL7's own examples: each sent through the real door, each answer in a table.

A prescription is prescribed by the practice. For a dispense the practice prescribes, the pharmacy finds
and claims, and then the example is handed out. All of it over TLS with token and signature. Nothing is
asserted here: the answers are the result, and docs/reference/official-examples.md is made of them.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from tilts.lab.official_examples import (
    Place,
    Resource,
    adapt_dispense,
    adapt_request,
    moved_to,
    prescription_for,
)
from tilts_connector import Credentials, Exchange, Options, Pharmacy, Refused, Seen
from tilts_fhir.json_strict import decode_resource
from tilts_fhir.structure import check

KINDS: Final = ("MedicationRequest", "MedicationDispense")
PERSON: Final = "many-medicines"  # the test person for whom it is no surprise
BEGIN, END = "<!-- made by tools/official_examples.py -->", "<!-- end of what is made -->"


@dataclass(frozen=True, slots=True)
class Told:
    """An answer: its status, and the rule when it was no."""

    status: int
    rule_id: str | None = None

    def __str__(self) -> str:
        return f"{self.status} {self.rule_id}" if self.rule_id else str(self.status)


@dataclass(frozen=True, slots=True)
class Result:
    """One example: faults of its structure, and the answers with its own dates and with today's."""

    name: str
    published: tuple[str, ...]  # faults as HL7 published it
    sent: tuple[str, ...]  # faults of what was sent
    as_it_is: Told
    moved: Told


class Door:
    """A practice and a pharmacy of a running exchange, with one patient between them."""

    def __init__(self, facts: Mapping[str, Any], stack: ExitStack) -> None:
        self._facts = facts
        self._stack = stack
        self._statuses: list[int] = []
        self.person = next(person for person in facts["persons"] if person["label"] == PERSON)
        self.practice = self._connect("practice")
        self.pharmacy = self._connect("pharmacy")

    def _connect(self, client: str) -> Exchange:
        credentials = Credentials.from_ready_line(self._facts["clients"][client])
        options = Options(on_call=self._seen)
        return self._stack.enter_context(Exchange(self._facts["fhir"], credentials, options=options))

    def _seen(self, call: Seen) -> None:
        self._statuses.append(call.status or 0)

    def place(self, client: str) -> Place:
        found = self._facts["clients"][client]
        return Place(self.person["patient"], found["role"], found["org"])

    def told(self, exchange: Exchange, resource: Resource) -> Told:
        """What the door says to a create; no answer at all and our own faults are raised, never told."""
        try:
            exchange.create(resource)
        except Refused as no:
            return Told(no.status, no.rule_id)
        return Told(self._statuses[-1])

    def claimed(self, prescription: Resource) -> str:
        """Prescribed, found by number and name, claimed: the id of the MedicationRequest."""
        created = self.practice.create(prescription)
        system = self.practice.options.vocabulary.prescription_number
        number = next(one["value"] for one in created["identifier"] if one["system"] == system)
        pharmacy = Pharmacy(self.pharmacy)
        (line,) = pharmacy.find(number, self.person["family"], " ".join(self.person["given"]))
        pharmacy.claim(line.task_id)
        return line.medication_request_id


def send_all(facts: Mapping[str, Any], folder: Path, today: date) -> list[Result]:
    """Every example in the folder to the exchange of this ready line."""
    run = str(uuid4())[:8]  # identifiers are unique in an organisation, and this may be done twice
    with ExitStack() as stack:
        door = Door(facts, stack)
        return [send(door, name, resource, today, run) for name, resource in examples(folder)]


def examples(folder: Path) -> Iterator[tuple[str, Resource]]:
    for kind in KINDS:
        for file in sorted(folder.glob(f"{kind}-*.json")):
            yield file.stem, decode_resource(file.read_bytes())


def send(door: Door, name: str, resource: Resource, today: date, run: str) -> Result:
    one = send_request if resource["resourceType"] == "MedicationRequest" else send_dispense
    sent, as_it_is = one(door, resource, f"{run}-{name}")
    _, moved = one(door, moved_to(resource, today), f"{run}-{name}-moved")
    return Result(name, faults_of(resource), faults_of(sent), as_it_is, moved)


def send_request(door: Door, resource: Resource, key: str) -> tuple[Resource, Told]:
    adapted = adapt_request(resource, door.place("practice"), key=key)
    return adapted, door.told(door.practice, adapted)


def send_dispense(door: Door, resource: Resource, key: str) -> tuple[Resource, Told]:
    first = prescription_for(resource, door.place("practice"), key=key)
    prescription_id = door.claimed(first)
    place = door.place("pharmacy")
    adapted = adapt_dispense(resource, place, key=key, prescription_id=prescription_id)
    return adapted, door.told(door.pharmacy, adapted)


def faults_of(resource: Resource) -> tuple[str, ...]:
    return tuple(f"{issue.expression}: {issue.text_en}" for issue in check(resource))


def page(written: str, results: list[Result], texts: Callable[[str], str]) -> str:
    """The page with what is made between its two marks; the prose around it is written by hand."""
    before, begin, rest = written.partition(BEGIN)
    _, end, after = rest.partition(END)
    assert begin and end, "the page has lost its marks"
    made = [BEGIN, *(summary(results, kind, texts) for kind in KINDS), table(results), END]
    return before + "\n\n".join(made) + after


def summary(results: list[Result], kind: str, texts: Callable[[str], str]) -> str:
    """How many of a kind were taken, and how many each rule refused, in both columns."""
    chosen = [result for result in results if result.name.startswith(f"{kind}-")]
    first, second = (Counter(tolds) for tolds in zip(*((r.as_it_is, r.moved) for r in chosen), strict=True))
    rows = [
        [f"{told}", first[told], second[told], texts(told.rule_id) if told.rule_id else "taken"]
        for told in sorted(first | second, key=str)
    ]
    clean = sum(not result.published for result in chosen)
    head = f"### {kind}: {len(chosen)} examples, {clean} without a fault in structure as published"
    return f"{head}\n\n{rows_of(['answer', 'as they are', 'dates moved to today', 'why'], rows)}"


def table(results: list[Result]) -> str:
    rows = [[r.name, verdict(r), r.as_it_is, r.moved] for r in results]
    return "### Each example\n\n" + rows_of(
        ["example", "structure, as published", "as it is", "dates moved to today"], rows
    )


def verdict(result: Result) -> str:
    if not result.published:
        return "accepted"
    after = "; after the rewriting: " + ("; ".join(result.sent) or "accepted")
    return "; ".join(result.published) + after


def rows_of(head: list[str], rows: Iterable[Iterable[Any]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
