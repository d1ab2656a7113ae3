"""One hostile request drawn from everything that the others hold, for one route, with or without a good token."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from proofs.hostility import bodies, framing, words
from tilts.access.routes import Route
from tilts.transport.listeners import all_routes
from tilts.transport.search import PageLinks
from tilts.transport.validation import ValidationParts

HEAD_BYTES: Final = (17_000, 40_000, 300_000, 1_000_000)
NOBODY: Final = "01900000-0000-7000-8000-00000000dead"


@dataclass(frozen=True, slots=True)
class Case:
    """Bytes to send, with {host} and {token} to be filled in."""

    name: str
    kind: str
    content: bytes
    method: str = "GET"
    whole: bool = True
    broken: bool = False
    unsigned: bool = False

    def filled(self, host: str, token: str) -> bytes:
        return self.content.replace(b"{host}", host.encode()).replace(b"{token}", token.encode("latin-1"))


@dataclass(frozen=True, slots=True)
class Target:
    """A route as it is asked for."""

    method: str
    path: str
    kind: str  # of resource
    body: str

    def address(self, chance: random.Random) -> str:
        parts = (part for part in self.path.split("/") if part)
        return "/" + "/".join(place(chance) if part.startswith("{") else part for part in parts)


OUTSIDE: Final = (
    Target("POST", "/oauth/token", "", "form"),
    Target("GET", "/oauth/jwks.json", "", "none"),
    Target("GET", "/oauth/clients/{client_id}/jwks.json", "", "none"),
    Target("GET", "/.well-known/smart-configuration", "", "none"),
    Target("GET", "/fhir/r4/metadata", "", "none"),
    Target("GET", "/healthz", "", "none"),
    Target("GET", "/", "", "none"),
    Target("GET", "/{nowhere}", "", "none"),
)


def targets() -> list[Target]:
    """Every route of the registry, and those outside of it."""
    links = PageLinks(bytes(32), minutes=1, pages=1)
    declared = all_routes(links, checks=ValidationParts(takes_definitions=True))
    return [*OUTSIDE, *(target_of(route) for route in declared)]


def target_of(route: Route) -> Target:
    base = "" if route.feed else "/fhir/r4"
    return Target(route.method, f"{base}/{route.path.lstrip('/')}", route.resource_type, route.body)


def place(chance: random.Random) -> str:
    """What stands where an id is due."""
    return chance.choice(
        (NOBODY, NOBODY, "1", quote(chance.choice(words.INJECTIONS)[:400], safe=""), "%00", "a" * 300)
    )


def cases(seed: int, number: int, asked: Sequence[Target]) -> Iterator[Case]:
    """The same for the same seed."""
    chance = random.Random(f"hostile:{seed}")
    for _ in range(number):
        yield one(chance, chance.choice(asked))


def one(chance: random.Random, target: Target) -> Case:
    match chance.choices(("body", "search", "headers", "framing", "large", "method"), (30, 20, 15, 22, 5, 8))[
        0
    ]:
        case "body":
            return of_body(chance, target)
        case "search":
            return of_search(chance, target)
        case "headers":
            more = words.headers(chance)
            return made(
                "headers", target.method, target.address(chance), body_for(chance, target), more, chance
            )
        case "framing":
            frame = framing.drawn(chance)
            return Case(
                frame.name,
                "framing",
                frame.content,
                frame.content[:3].decode("latin-1"),
                frame.whole,
                frame.broken,
                frame.unsigned,
            )
        case "large":
            return large(chance, target)
        case _:
            method = chance.choice(words.METHODS)
            return made("method", method, target.address(chance), body_for(chance, target), [], chance)


def of_body(chance: random.Random, target: Target) -> Case:
    kind = target.kind or "Patient"
    sort = chance.choice(("json", "json", "json", "xml", "packed", "type", "form"))
    encoding, content_type = "", "application/fhir+json"
    if sort == "xml":
        body, content_type = (
            bodies.faulty_xml(chance, kind),
            chance.choice(("application/fhir+xml", content_type)),
        )
    elif sort == "packed":
        encoding, body = bodies.packed(chance, kind)
    elif sort == "form":
        body, content_type = bodies.form(chance, words.PARAMETERS), "application/x-www-form-urlencoded"
    else:
        body = bodies.faulty_json(chance, "Parameters" if target.body == "parameters" else kind)
    if sort == "type":
        content_type = chance.choice(bodies.CONTENT_TYPES)
    more = [("Content-Type", content_type), *([("Content-Encoding", encoding)] if encoding else [])]
    method = target.method if target.method in ("POST", "PUT") else "POST"
    return made(f"body: {sort}", method, target.address(chance), body, more, chance)


def of_search(chance: random.Random, target: Target) -> Case:
    if target.body == "form":
        more = [("Content-Type", "application/x-www-form-urlencoded")]
        body = bodies.form(chance, words.PARAMETERS)
        return made("search: form", target.method, target.address(chance), body, more, chance)
    pairs = [(chance.choice(words.PARAMETERS), words.word(chance)) for _ in range(chance.randrange(1, 4))]
    query = "&".join(f"{quote(name)}={quote(value[:1_500], errors='replace')}" for name, value in pairs)
    if chance.random() < 0.1:
        query = "&".join(
            chance.choice(("%", "%zz", "%00", "=", "&&", "a[]=1", "%u0041", ";")) for _ in range(9)
        )
    return made("search: query", target.method, f"{target.address(chance)}?{query}"[:7_500], b"", [], chance)


def large(chance: random.Random, target: Target) -> Case:
    size = chance.choice(HEAD_BYTES)
    match chance.randrange(6):
        case 0:
            return made(
                "large: a header", "GET", target.address(chance), b"", [("X-Long", "a" * size)], chance
            )
        case 1:
            many = [(f"X-{n}", "a") for n in range(chance.choice((101, 260, 10_000)))]
            return made("large: headers", "GET", target.address(chance), b"", many, chance)
        case 2:
            return made("large: an address", "GET", f"{target.address(chance)}?{'a' * size}", b"", [], chance)
        case 3:
            more = [("Content-Type", "application/fhir+json")]
            body = b" " * chance.choice((1_048_577, 11_000_000))
            return made("large: a body", "POST", target.address(chance), body, more, chance)
        case 4:
            chunk = b"10000\r\n" + b" " * 65_536 + b"\r\n"
            head = start("POST", target.address(chance), [("Transfer-Encoding", "chunked")], chance)
            return Case(
                "large: chunks", "large", head + chunk * chance.choice((17, 170)) + b"0\r\n\r\n", "POST"
            )
        case _:
            told = [
                ("Content-Length", str(2 ** chance.choice((30, 31, 40)))),
                ("Content-Type", "application/fhir+json"),
            ]
            return Case(
                "large: a length",
                "large",
                start("POST", target.address(chance), told, chance),
                "POST",
                whole=False,
            )


def body_for(chance: random.Random, target: Target) -> bytes:
    if target.body == "none":
        return b""
    return (
        bodies.form(chance, words.PARAMETERS)
        if target.body == "form"
        else bodies.faulty_json(chance, target.kind)
    )


def made(
    name: str, method: str, address: str, body: bytes, more: list[tuple[str, str]], chance: random.Random
) -> Case:
    sized = more if not body and method == "GET" else [*more, ("Content-Length", str(len(body)))]
    if body and not any(each[0] == "Content-Type" for each in more):
        sized = [*sized, ("Content-Type", "application/fhir+json")]
    head = start(method, address, sized, chance)
    return Case(f"{name} {method} {address[:60]}", name.partition(":")[0], head + body, method)


def start(method: str, address: str, more: list[tuple[str, str]], chance: random.Random) -> bytes:
    """Request line and headers; two of three with a good token."""
    lines = [("Host", "{host}")]
    if chance.random() < 0.67 and not any(name == "Authorization" for name, _ in more):
        lines.append(("Authorization", "{token}"))
    written = "".join(f"{name}: {value}\r\n" for name, value in [*lines, *more])
    return f"{method} {address} HTTP/1.1\r\n{written}\r\n".encode("utf-8", "replace")
