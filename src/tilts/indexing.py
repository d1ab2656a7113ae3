"""By what a resource is found: tokens, identifiers and folded texts, from one table of paths.

A first piece: the parameters that part 1 offers, with paths written by hand. Part 3 compiles the
same from all SearchParameters of FHIR R4; nothing outside this module knows where a value stands.
"""

import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeAlias

Kind: TypeAlias = Literal["token", "reference", "text", "identifier", "id", "date", "uri"]


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    kind: Kind
    path: str = ""  # dotted; arrays are walked through
    target: str = ""  # of a reference that may be given as a bare id
    patient: bool = False  # a reference whose target is the patient compartment
    personal: bool = False  # may not stand in a URL


_NAMES: Final = (
    Parameter("family", "text", "name.family", personal=True),
    Parameter("given", "text", "name.given", personal=True),
    Parameter("name", "text", "name", personal=True),
)
_ID: Final = Parameter("_id", "id")
_IDENTIFIER: Final = Parameter("identifier", "identifier", "identifier")

PARAMETERS: Final[dict[str, tuple[Parameter, ...]]] = {
    "Patient": (
        _ID,
        Parameter("identifier", "identifier", "identifier", personal=True),
        *_NAMES,
        Parameter("birthdate", "date", "birthDate", personal=True),
    ),
    "Practitioner": (
        _ID,
        _IDENTIFIER,
        *(replace(name, personal=False) for name in _NAMES),  # a public register
        Parameter("active", "token", "active"),
    ),
    "Organization": (
        _ID,
        _IDENTIFIER,
        Parameter("name", "text", "name"),
        Parameter("active", "token", "active"),
    ),
    "PractitionerRole": (
        _ID,
        _IDENTIFIER,
        Parameter("practitioner", "reference", "practitioner", "Practitioner"),
        Parameter("organization", "reference", "organization", "Organization"),
        Parameter("role", "token", "code"),
        Parameter("active", "token", "active"),
    ),
    "MedicationRequest": (
        _ID,
        _IDENTIFIER,
        Parameter("patient", "reference", "subject", "Patient", patient=True),
        Parameter("subject", "reference", "subject", "Patient", patient=True),
        Parameter("status", "token", "status"),
        Parameter("intent", "token", "intent"),
        Parameter("requester", "reference", "requester"),
        Parameter("group-identifier", "identifier", "groupIdentifier"),
    ),
    "MedicationDispense": (
        _ID,
        _IDENTIFIER,
        Parameter("patient", "reference", "subject", "Patient", patient=True),
        Parameter("subject", "reference", "subject", "Patient", patient=True),
        Parameter("status", "token", "status"),
        Parameter("prescription", "reference", "authorizingPrescription", "MedicationRequest"),
    ),
    "Provenance": (_ID, Parameter("target", "reference", "target")),
    "Consent": (
        _ID,
        _IDENTIFIER,
        Parameter("patient", "reference", "patient", "Patient", patient=True),
        Parameter("status", "token", "status"),
        Parameter("category", "token", "category"),
    ),
    # Drawn from rows of their own, not from `resource`: only the names are read from here.
    "Task": (
        _ID,
        Parameter("patient", "reference", target="Patient", patient=True),
        Parameter("focus", "reference", target="MedicationRequest"),
        Parameter("group-identifier", "identifier"),
        Parameter("status", "token"),
        Parameter("business-status", "token"),
        Parameter("owner", "reference", target="Organization"),
        Parameter("requester", "reference", target="Organization"),
    ),
    "CodeSystem": (
        _ID,
        Parameter("url", "uri"),
        Parameter("system", "uri"),
        Parameter("version", "token"),
        Parameter("name", "text"),
        Parameter("title", "text"),
        Parameter("status", "token"),
    ),
    # Drawn from the trail: only the names are read from here.
    "AuditEvent": (
        _ID,
        Parameter("patient", "reference", target="Patient", patient=True),
        Parameter("date", "date"),
        Parameter("agent", "reference", target="Organization"),
        Parameter("subtype", "token"),
        Parameter("outcome", "token"),
    ),
}


@dataclass(frozen=True, slots=True)
class Index:
    tokens: list[int]
    identifiers: list[tuple[str, str]]
    texts: list[tuple[str, str]]


def index_of(resource: dict[str, Any]) -> Index:
    tokens: set[int] = set()
    identifiers: set[tuple[str, str]] = set()
    texts: set[tuple[str, str]] = set()
    resource_type: str = resource["resourceType"]
    for parameter in PARAMETERS.get(resource_type, ()):
        for value in _values(resource, parameter.path.split(".")) if parameter.path else ():
            if parameter.kind == "identifier" and parameter.name == "identifier":
                identifiers.update(_identifiers(value))
            elif parameter.kind == "text":
                texts.update((parameter.name, fold(text)) for text in _texts(value))
            else:
                tokens.update(token_hash(resource_type, parameter.name, form) for form in _forms(value))
    return Index(sorted(tokens), sorted(identifiers), sorted(texts))


def token_hash(resource_type: str, parameter: str, form: str) -> int:
    """Type, parameter and value hashed together; never a bare type (Storage 6, rule 2)."""
    digest = hashlib.blake2b(f"{resource_type}\x00{parameter}\x00{form}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def fold(text: str) -> str:
    """For finding names: without case, accents and double spaces (Bērziņš -> berzins)."""
    # Decomposed on both sides of the case: a letter taken out of a sign may be a capital (№ -> No -> no).
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(plain.split())


def _values(node: Any, path: list[str]) -> Iterator[Any]:
    if isinstance(node, list):
        for item in node:
            yield from _values(item, path)
    elif not path:
        yield node
    elif isinstance(node, dict) and path[0] in node:
        yield from _values(node[path[0]], path[1:])


def _identifiers(value: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if value.get("value"):
        yield value.get("system", ""), value["value"]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):  # HumanName: each part can be looked for
        for part in (value.get("family"), value.get("text"), *value.get("given", ())):
            if part:
                yield part


def _forms(value: Any) -> Iterator[str]:
    """The forms under which a value is looked for: code, system|code, Type/id."""
    if isinstance(value, bool):
        yield "true" if value else "false"
    elif isinstance(value, str):
        yield value
    elif isinstance(value, dict) and "reference" in value:
        yield value["reference"]
    elif isinstance(value, dict) and "coding" in value:
        for coding in value["coding"]:
            yield from _forms(coding)
    elif isinstance(value, dict):  # Coding or Identifier
        code = value.get("code") or value.get("value")
        if code:
            yield code
            yield f"{value.get('system', '')}|{code}"
