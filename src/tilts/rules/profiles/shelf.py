"""Reads the profiles and what belongs to them; everything is read once and must not be changed by who gets it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import msgspec

from tilts.rules.profiles.made import made_code_systems
from tilts.rules.profiles.verbs import operation_definitions
from tilts_fhir.json_strict import decode, encode
from tilts_fhir.library import Library

Json: TypeAlias = dict[str, Any]

VERSION: Final = "1.1.0"
CANONICAL: Final = "https://tilts.example/fhir"  # as in Settings.canonical_base
ARC: Final = "urn:oid:2.999.1.3"  # as in Settings.identifier_arc
FOLDER: Final = "profiles"

# Which profile a resource of that type must meet at the door, and meets when it is given out.
PROFILE_OF: Final = MappingProxyType(
    {
        "AuditEvent": "tilts-access",
        "Consent": "tilts-consent",
        "Bundle": "tilts-prescription-bundle",  # the transaction that prescribes; other Bundles have none
        "MedicationDispense": "tilts-dispense",
        "MedicationRequest": "tilts-prescription-line",
        "OperationOutcome": "tilts-outcome",
        "Organization": "tilts-organization",
        "Patient": "tilts-patient",
        "Practitioner": "tilts-practitioner",
        "PractitionerRole": "tilts-practitioner-role",
        "Provenance": "tilts-signature",
        "Task": "tilts-prescription-task",
    }
)


@dataclass(frozen=True, slots=True)
class Expected:
    """One issue of a wrong example: its key and place; `constraint` is the invariant that is not met, if it is one."""

    key: str
    expression: str
    constraint: str | None = None


@dataclass(frozen=True, slots=True)
class Wrong:
    """A resource that does not meet its profile, what is wrong with it in words, and the errors that must be found."""

    name: str
    en: str
    lv: str
    resource: Json
    expected: tuple[Expected, ...]


def canonical(name: str, base: str = CANONICAL) -> str:
    """The url of a profile or extension of ours."""
    return f"{base}/StructureDefinition/{name}"


@cache
def resources(base: str = CANONICAL, arc: str = ARC) -> tuple[Json, ...]:
    """
    Every conformance resource of the present version, by type and id.

    Args:
        base: Canonical base, as set for the installation.
        arc: Arc of the identifier systems, as set for the installation.
    """
    read = [_read(file, base, arc) for file in _files(_root() / "definitions")]
    structures = {one["id"]: one for one in read if one["resourceType"] == "StructureDefinition"}
    found = [
        *read,
        *made_code_systems(base, VERSION),
        *operation_definitions(structures, base, VERSION),
    ]
    return tuple(sorted(found, key=lambda one: (one["resourceType"], one["id"])))


@cache
def library(base: str = CANONICAL, arc: str = ARC) -> Library:
    """The same for a validation: `Options(library=library())`."""
    return Library(resources(base, arc))


def profiles(base: str = CANONICAL, arc: str = ARC) -> tuple[Json, ...]:
    """The StructureDefinitions alone, profiles before extensions, by name."""
    found = [one for one in resources(base, arc) if one["resourceType"] == "StructureDefinition"]
    return tuple(sorted(found, key=lambda one: (one["type"] == "Extension", one["id"])))


@cache
def right(name: str) -> Json:
    """The resource that meets the profile of this name.

    Raises:
        FileNotFoundError: There is no such profile, or it is an extension.
    """
    return _read(_root() / "examples" / "right" / f"{name}.json")


@cache
def wrong(name: str) -> tuple[Wrong, ...]:
    """The resources that do not meet the profile of this name, in the order of their list."""
    folder = _root() / "examples" / "wrong" / name
    told = _read(folder / "expected.json")
    return tuple(
        Wrong(
            name=fault,
            en=one["en"],
            lv=one["lv"],
            resource=_read(folder / f"{fault}.json"),
            expected=tuple(Expected(**issue) for issue in one["issues"]),
        )
        for fault, one in told.items()
    )


@cache
def versions() -> tuple[Json, ...]:
    """Each published version, the newest first: `version`, `date`, `en` and `lv` (what it brought)."""
    told: tuple[Json, ...] = tuple(_read(_root() / "versions.json")["versions"])
    return told


@cache
def mapping() -> Json:
    """The comparison with the guides of others: `guides` and `tables` (see docs/reference/mapping-eu.md)."""
    return _read(_root() / "mapping.json")


def published(version: str) -> tuple[Json, ...]:
    """The StructureDefinitions of one version; earlier ones are kept in `earlier/{version}`."""
    if version == VERSION:
        return profiles()
    return tuple(_read(file) for file in _files(_root() / "earlier" / version))


def readable(resource: Json) -> bytes:
    """As JSON with line breaks; decimals as they were written."""
    return msgspec.json.format(encode(resource), indent=1) + b"\n"


def _root() -> Traversable:
    return files("tilts.rules") / FOLDER


def _files(folder: Traversable) -> Iterator[Traversable]:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.is_dir():
            yield from _files(entry)
        elif entry.name.endswith(".json"):
            yield entry


def _read(file: Traversable, base: str = CANONICAL, arc: str = ARC) -> Json:
    text = file.read_text("utf-8")
    if (base, arc) != (CANONICAL, ARC):
        text = text.replace(CANONICAL, base).replace(ARC, arc)
    read: Json = decode(text.encode())
    return read
