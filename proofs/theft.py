"""A thief: a valid certificate, a valid practitioner, every way by which data of patients leave, and no shame.

The ways are held against the table of routes: a route of patients that no way takes is a finding.
"""

import asyncio
import random
import re
from collections import Counter as Tally
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias
from urllib.parse import urlencode

from proofs.driver.http import NoAnswer
from proofs.driver.parties import FHIR, FORM, JSON, Party, Patient, Request, TokenRefused
from tilts.access.routes import Route
from tilts.access.scopes import open_to
from tilts.transport.listeners import all_routes
from tilts.transport.search import PageLinks
from tilts.transport.validation import ValidationParts
from tilts_fhir.json_strict import encode

ID: Final = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
RULE: Final = re.compile(rb'"code":\s?"((?:CPY|ACC|WIRE|MAY|TOK)-[0-9]{3})"')
STILL: Final = 20  # refusals one after another, until a thief gives up
PATIENCE_SECONDS: Final = 60.0
OF_NO_PATIENT: Final = frozenset(
    {"", "Practitioner", "PractitionerRole", "Organization", "CodeSystem", "ValueSet", "ConceptMap"}
)
Make: TypeAlias = Callable[["Loot"], Request]


@dataclass
class Loot:
    """Whom the thief knows of, what he has got, and when he was told no."""

    people: list[dict[str, Any]]  # Patient resources: names, codes and ids are known to him
    chance: random.Random
    got: set[str] = field(default_factory=set)  # ids of patients whose record left the exchange
    after_hold: set[str] = field(default_factory=set)
    answers: Tally[str] = field(default_factory=Tally)
    sent: Tally[str] = field(default_factory=Tally)
    held_at: float = 0.0
    party: Party | None = None
    links: list[str] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.known = {one["id"].encode() for one in self.people}

    def somebody(self) -> dict[str, Any]:
        return self.chance.choice(self.people)

    def keep(self, body: bytes, held: bool) -> None:
        found = {each.decode() for each in set(ID.findall(body)) & self.known}
        self.after_hold |= (found - self.got) if held else set()
        self.got |= found
        self.documents += [each.decode() for each in ID.findall(body)[:2]]
        self.links += [link.decode() for link in re.findall(rb"_page=([\w-]+)", body)][:1]


def search(kind: str, **words: str) -> Request:
    return Request("POST", f"/{kind}/_search", FORM, urlencode(words).encode())


def by_name(loot: Loot) -> Request:
    name = loot.somebody()["name"][0]
    return search("Patient", family=name["family"], given=name["given"][0][0])


def by_identity(kind: str, loot: Loot) -> Request:
    given = loot.somebody()["identifier"][0]
    parameter = [{"name": name, "valueString": given[name]} for name in ("system", "value")]
    return Request(
        "POST", f"/{kind}/by-identity", JSON, encode({"resourceType": "Parameters", "parameter": parameter})
    )


def fifty(loot: Loot) -> str:
    return ",".join(one["id"] for one in loot.chance.sample(loot.people, min(50, len(loot.people))))


def next_page(loot: Loot) -> Request:
    return search("Patient", _page=loot.chance.choice(loot.links)) if loot.links else by_name(loot)


def one_document(kind: str, tail: str, loot: Loot) -> Request:
    """Ids of documents cannot be guessed; a patient's id in their place is tried all the same."""
    return Request(
        "GET", f"/{kind}/{loot.chance.choice(loot.documents or [loot.somebody()['id']])}{tail}", FHIR
    )


def order(loot: Loot) -> dict[str, Any]:
    return {
        "resourceType": "MedicationRequest",
        "identifier": [{"system": "urn:theft", "value": str(loot.chance.getrandbits(64))}],
        "subject": {"reference": f"Patient/{loot.somebody()['id']}"},
    }


def prescribed(loot: Loot) -> Request:
    """Who prescribes for a stranger has written a document of his, and may see him from then on."""
    one, number = loot.somebody(), loot.chance.getrandbits(64)
    assert loot.party is not None
    return loot.party.prescribe(Patient(one["id"], "", ""), f"theft-{number}")


# route -> how it is tried; several ways of one route stand side by side
WAYS: Final[dict[str, list[Make]]] = {
    "GET /Patient/{id}": [lambda loot: Request("GET", f"/Patient/{loot.somebody()['id']}", FHIR)],
    "GET /Patient/{id}/_history/{version}": [
        lambda loot: Request("GET", f"/Patient/{loot.somebody()['id']}/_history/1", FHIR)
    ],
    "GET /Patient": [lambda loot: Request("GET", f"/Patient?_id={loot.somebody()['id']}", FHIR)],
    "POST /Patient/_search": [
        by_name,
        next_page,
        lambda loot: search("Patient", _id=fifty(loot)),
        lambda loot: search("Patient", identifier=loot.somebody()["identifier"][0]["value"]),
    ],
    "POST /Patient/by-identity": [lambda loot: by_identity("Patient", loot)],
    "POST /MedicationRequest": [prescribed],
}


def ways_of(route: Route) -> list[Make]:
    """Of a type of documents: read by id, searched by patient and by whatever names no patient at all."""
    kind, name = route.resource_type, f"{route.method} {route.path}"
    if name in WAYS:
        return WAYS[name]
    if route.path.endswith("/by-identity"):
        return [lambda loot: by_identity(kind, loot)]
    if route.interaction == "search-type" and route.method == "GET":
        return [lambda loot: Request("GET", f"/{kind}?patient={loot.somebody()['id']}", FHIR)]
    if route.interaction == "search-type":
        return [lambda loot: search(kind, patient=fifty(loot)), lambda loot: search(kind, _count="50")]
    if route.method == "GET" and "{id}" in route.path:
        tail = route.path.partition("{id}")[2].format(version=1)
        return [lambda loot: one_document(kind, tail, loot)]
    path = route.path
    return [lambda loot: written(path, loot)]


def written(path: str, loot: Loot) -> Request:
    """What writes is tried with a body of a stranger's name: an answer or a refusal must not tell of him."""
    place = path.format(id=loot.somebody()["id"], version=1, type="Patient")
    return Request("POST", place, JSON, encode(order(loot)))


def routes_of_patients(kind: str) -> Iterator[Route]:
    """Every route that this kind of party may call and that is about patients."""
    links = PageLinks(bytes(32), minutes=1, pages=1)
    scopes = open_to(kind)
    for route in all_routes(links, checks=ValidationParts()):
        if route.scope in scopes and route.resource_type not in OF_NO_PATIENT and not route.feed:
            yield route


def every_way(kind: str) -> list[tuple[str, Make]]:
    return [(f"{r.method} {r.path}", way) for r in routes_of_patients(kind) for way in ways_of(r)]


def as_another(party: Party, practitioner: str, role: str) -> Party:
    """The same system, another person at it; connections and token of its own."""
    credentials = replace(party.credentials, practitioner_id=practitioner, role_id=role)
    line = type(party.line)(*party.line.address, party.line._context)
    return replace(party, credentials=credentials, line=line, _token=None, _one_at_a_time=asyncio.Lock())


async def steal(
    party: Party, loot: Loot, ways: list[tuple[str, Make]], seconds: float = PATIENCE_SECONDS
) -> None:
    """One connection: tries on until it was refused so often that nothing more will come."""
    refused, ends = 0, asyncio.get_running_loop().time() + seconds
    while refused < STILL and asyncio.get_running_loop().time() < ends:
        name, way = loot.chance.choice(ways)
        was_held = bool(loot.held_at)
        try:
            answer = await party.send(way(loot))
        except NoAnswer:
            loot.answers["no answer"] += 1
            await asyncio.sleep(0.2)
            continue
        except TokenRefused as no:
            # 400 and 403 say that somebody is held; 5xx that somebody was killed.
            loot.answers[f"token {no.args[0]}"] += 1
            refused += no.args[0] < 500
            await asyncio.sleep(0.05)
            continue
        loot.sent[name] += 1
        rule = RULE.search(answer.body) if answer.status >= 400 else None
        loot.answers[rule[1].decode() if rule else str(answer.status)] += 1
        if rule and rule[1].startswith(b"CPY"):
            refused += 1
            loot.held_at = loot.held_at or asyncio.get_running_loop().time()
        elif answer.status < 300:
            loot.keep(answer.body, was_held)
