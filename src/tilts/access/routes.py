"""What a route must say before it exists: who may, what is written down, what it reads and answers.

`scope` and `audit_event` have no default, so a route that says nothing about rights and audit does
not import. CapabilityStatement, docs and tests are made from the routes declared here.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import parse_qsl
from uuid import UUID

from tilts.access.breadth.limits import Limits, limits_from
from tilts.access.sheets import SheetSeal
from tilts.access.tokens.keys import KeyRing
from tilts.clock import Clock
from tilts.exchange.documents import Signed
from tilts.exchange.terms import Terms
from tilts.functionality import Functionality
from tilts.onboarding.mail.room import MailRoom
from tilts.party import Party
from tilts.rules import Language, Refusal
from tilts.store.records import AuditSubject
from tilts.store.tx import Tx
from tilts_fhir.definitions import resource_types

BodyKind: TypeAlias = Literal["none", "resource", "parameters", "form"]
KeyKind: TypeAlias = Literal["none", "identifier", "header"]

WORDS: Final = frozenset(
    {
        "by-identity",
        "classifiers",
        "clients",
        "introspect",
        "jwks.json",
        "metadata",
        "oauth",
        "token",
        "_history",
        "_search",
    }
)
# An operation, a version, or one of our own ids. Any other word may be somebody's name.
HARMLESS: Final = re.compile(r"(?:\$[a-z-]{1,40}|[0-9]{1,5}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\Z")


def is_harmless(part: str) -> bool:
    """Whether a part of an address may be written down: a word of the API, never what a caller made up."""
    return part in WORDS or part in resource_types() or HARMLESS.match(part) is not None


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request as a value, whatever server and port it came through."""

    method: str
    path: tuple[str, ...]  # segments below /fhir/r4
    query: list[tuple[str, str]]
    headers: dict[str, str]  # lower case
    body: bytes
    certificate: bytes | None  # DER of the peer
    plain: bool
    request_id: str
    language: Language
    peer: str = ""  # address that the connection comes from; empty where a proxy is in front

    def form_value(self, name: str) -> str:
        """One value of a form; empty when the body is none, or has no such name."""
        if not self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return ""
        try:
            return dict(parse_qsl(self.body.decode("utf-8"), max_num_fields=100)).get(name, "")
        except ValueError:  # UnicodeDecodeError is one
            return ""

    @property
    def address(self) -> str:
        """For audit and logs: no query, and nothing that is not ours, since it may be a person code."""
        return "/" + "/".join(part if is_harmless(part) else "*" for part in self.path)


@dataclass(slots=True)
class Call:
    """An admitted call: who acts, within which transaction, on what."""

    tx: Tx
    party: Party
    now: datetime
    incoming: Incoming
    ids: dict[str, str]  # what stood in the places of the path
    terms: Terms
    canonical_base: str
    public_base: str
    knows_test_persons: bool = True  # codes of the reserved block belong to somebody here
    resource: dict[str, Any] = field(default_factory=dict)  # the decoded and checked body
    form: list[tuple[str, str]] = field(default_factory=list)
    signed: Signed | None = None
    if_match: int | None = None
    acting_as: str = ""  # at the portal: self, guardian, delegate
    warnings: list[str] = field(default_factory=list)  # ids of rules that the plain port lets pass
    subjects: list[AuditSubject] = field(default_factory=list)
    room: MailRoom | None = None  # whose letters tell of an emergency
    seal: Callable[[bytes], str] | None = None  # the exchange's own signature: detached, over these bytes
    sheets: SheetSeal | None = None  # with what printed prescriptions are signed
    noticed: list[str] = field(default_factory=list)  # what is counted beside patients: misses, pages:6

    def concerns(
        self, patient_id: UUID | None, resource_type: str, resource_id: UUID | None, basis: str = ""
    ) -> None:
        """Write down that this call touches that patient, and what opened the patient to it."""
        if patient_id is not None:
            self.subjects.append(AuditSubject(patient_id, resource_type, resource_id, basis=basis))


@dataclass(frozen=True, slots=True)
class Reply:
    """What a route answers: a resource to encode, or bytes as they are stored."""

    resource: dict[str, Any] | None = None
    raw: bytes | None = None
    content_type: str = ""  # of `raw`, when it is not FHIR JSON
    version: int | None = None
    last_modified: datetime | None = None
    location: str | None = None
    existing: bool = False  # a create that found it already there (If-None-Exist)
    replayed: bool = False
    status: int | None = None  # of a replay: as the first time
    headers: dict[str, str] = field(default_factory=dict)
    later: "Callable[[], Awaitable[Reply]] | None" = None  # long work without effect, done after the commit
    no: Refusal | None = None  # it is told as a "no", and what the work wrote down stands all the same


Work: TypeAlias = Callable[[Call], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: str  # below /fhir/r4, with {id} and {version} for places
    scope: str
    audit_event: str
    work: Work
    success_status: int = 200
    body: BodyKind = "none"
    key: KeyKind = "none"
    signed: bool = False
    person: bool = False  # needs a practitioner in a role
    resource_type: str = ""
    functionality: Functionality | Literal[""] = ""  # what the connection must be open for; none: anything
    interaction: str = ""  # FHIR code for the CapabilityStatement, or the operation's name
    profile: str = ""  # name of our profile that the body must meet, beside what rules say of it
    open_in_sandbox: bool = False  # there it needs neither token nor certificate (Design 4)
    feed: bool = False  # at the root of the listener; answers with files, not with FHIR
    # Replies may have `no`: the audit entry is added after the work, in its transaction.
    may_keep_a_no: bool = False
    # What of the request stands in the audit entry too.
    noted: Callable[[Incoming], dict[str, Any]] | None = None

    @property
    def segments(self) -> tuple[str, ...]:
        return tuple(part for part in self.path.split("/") if part)


ROUTES: Final[list[Route]] = []


def route(method: str, path: str, *, scope: str, audit_event: str, **rest: Any) -> Callable[[Work], Work]:
    """Declares a route. `rest` are the fields of `Route` that have a default."""

    def declare(work: Work) -> Work:
        ROUTES.append(Route(method, path, scope, audit_event, work, **rest))
        return work

    return declare


@dataclass(frozen=True, slots=True)
class Ground:
    """What every call stands on, put together in house.py."""

    clock: Clock
    terms: Callable[[date], Terms]  # of a day in Riga
    canonical_base: str
    public_base: str
    plain_base: str
    knows_test_persons: bool = True
    sandbox: bool = False
    environment: str = "test"
    person_proof: str = ""  # who must prove themselves at an identity provider: nobody, `writes`, `all`
    limits: Limits = field(default_factory=limits_from)  # against mass copying
    room: MailRoom | None = None  # letters to patients and institutions
    receipt_keys: KeyRing | None = None
    sheets: SheetSeal | None = None
