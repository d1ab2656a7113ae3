"""What the exchange answers to HL7's own examples: each sent through the real door, each answer kept.

A prescription is prescribed by the practice. For a dispense the practice prescribes, the pharmacy finds
and claims, and then the example is handed out. All of it over TLS with token and signature, and what
was taken is read back. Nothing is asserted here: the answers are the result.
"""

from collections.abc import Iterator, Mapping
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
    wanted_now,
)
from tilts_connector import Credentials, Exchange, Options, Pharmacy, Refused, Seen
from tilts_fhir.json_strict import decode_resource, encode
from tilts_fhir.validation import validate

KINDS: Final = ("MedicationRequest", "MedicationDispense")
PERSON: Final = "many-medicines"  # the test person for whom this is no surprise
OURS: Final = frozenset({"id", "meta", "identifier", "groupIdentifier"})  # what the exchange may write


@dataclass(frozen=True, slots=True)
class Told:
    """An answer: its status; the rule when it was no; whether what is read back is what was sent."""

    status: int
    rule_id: str | None = None
    unchanged: bool = True

    def __str__(self) -> str:
        return " ".join([str(self.status), self.rule_id or ("" if self.unchanged else "changed")]).strip()


@dataclass(frozen=True, slots=True)
class Result:
    """One example: faults of its structure, and the three answers."""

    name: str
    published: tuple[str, ...]  # faults as HL7 published it
    sent: tuple[str, ...]  # faults of what was sent
    as_it_is: Told
    moved: Told  # with its dates moved to today
    wanted: Told  # and in force, with a quantity


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
            created = exchange.create(resource)
        except Refused as no:
            return Told(no.status, no.rule_id)
        status = self._statuses[-1]
        found = exchange.read(created["resourceType"], created["id"])
        return Told(status, unchanged=is_unchanged(resource, found))

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
    moved = moved_to(resource, today)
    sent, as_it_is = one(door, resource, f"{run}-{name}-as-it-is")
    _, told_moved = one(door, moved, f"{run}-{name}-moved")
    _, told_wanted = one(door, wanted_now(moved), f"{run}-{name}-wanted")
    return Result(name, faults_of(resource), faults_of(sent), as_it_is, told_moved, told_wanted)


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
    return tuple(
        f"{issue.expression}: {issue.text_en}" for issue in validate(resource) if issue.severity == "error"
    )


def is_unchanged(sent: Resource, found: Resource) -> bool:
    """Every element to the last digit, the sender's identifiers before ours, and nothing added but ours."""
    own = [name for name in sent if name not in OURS]
    added = set(found) - set(sent)
    return (
        encode([sent[name] for name in own]) == encode([found.get(name) for name in own])
        and found["identifier"][: len(sent["identifier"])] == sent["identifier"]
        and added <= OURS
    )
