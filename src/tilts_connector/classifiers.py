"""Lists of codes as the exchange gives them out: which there are, which version holds, what a code means."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from tilts_connector._core import Answer, Resource
from tilts_connector.errors import Misused, Unreachable, reading


@dataclass(frozen=True, slots=True)
class ClassifierVersion:
    """A published version; it never changes. Days are civil days in Riga, None is not known."""

    version: str
    valid_from: date | None
    valid_to: date | None
    sha256: str  # of the NDJSON file
    count: int


@dataclass(frozen=True, slots=True)
class Classifier:
    """
    A list of codes, and whether this system may have it.

    Attributes:
        url: The `system` of its codings.
        state: `granted`, or why not: `none`, `limited`, `expired` (of the operator agreement).
        in_force: The version that holds today; None if none does.
        how_to_get_access: A page; empty when access is granted.
    """

    name: str
    url: str
    title_lv: str
    title_en: str
    licence: str
    state: str
    clause: str | None
    in_force: str | None
    versions: tuple[ClassifierVersion, ...]
    how_to_get_access: str = ""


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A file that was brought, or found to be still good."""

    path: Path
    version: str
    sha256: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Code:
    """A code, as it stands in the version that holds on the day that was asked about."""

    code: str
    system: str
    version: str
    display: str  # in the language of the options
    names: Mapping[str, str] = field(default_factory=dict)  # by language
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Validity:
    """Whether a code may be used on a day; `message` says what is wrong or worth knowing."""

    valid: bool
    message: str
    display: str
    version: str
    inactive: bool


def classifiers_of(answer: Answer) -> list[Classifier]:
    with reading("list of classifiers"):
        return [_classifier(row) for row in answer.json()["classifiers"]]


def _classifier(row: Mapping[str, Any]) -> Classifier:
    return Classifier(
        name=row["name"],
        url=row["url"],
        title_lv=row["title"]["lv"],
        title_en=row["title"]["en"],
        licence=row["licence"],
        state=row["state"],
        clause=row["clause"],
        in_force=row["in_force"],
        versions=tuple(_version(version) for version in row["versions"]),
        how_to_get_access=row.get("how_to_get_access", ""),
    )


def _version(row: Mapping[str, Any]) -> ClassifierVersion:
    def day(name: str) -> date | None:
        return date.fromisoformat(row[name]) if row[name] else None

    return ClassifierVersion(
        row["version"], day("valid_from"), day("valid_to"), row["sha256"], int(row["count"])
    )


def code_of(parameters: Resource) -> Code:
    with reading("answer of $lookup"):
        told = _simple(parameters)
        names, properties = {}, {}
        for one in parameters["parameter"]:
            parts = _simple({"parameter": one.get("part", [])})
            if one["name"] == "designation":
                names[parts["language"]] = parts["value"]
            elif one["name"] == "property":
                properties[parts["code"]] = parts["value"]
        return Code(told["code"], told["system"], told["version"], told["display"], names, properties)


def validity_of(parameters: Resource) -> Validity:
    with reading("answer of $validate-code"):
        told = _simple(parameters)
        return Validity(
            valid=told["result"] is True,
            message=told.get("message", ""),
            display=told.get("display", ""),
            version=told.get("version", ""),
            inactive=told.get("inactive") is True,
        )


def _simple(parameters: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in parameters["parameter"]:
        values = [value for name, value in one.items() if name.startswith("value")]
        if values:
            found.setdefault(one["name"], values[0])
    return found


def file_name(name: str, version: str) -> str:
    """Where a version stands in a folder; what would lead out of it is refused."""
    if not all(part and part.replace("-", "").replace(".", "").isalnum() for part in (name, version)):
        raise Misused(f"{name} {version}: names of classifiers and versions are letters, digits, - and .")
    return f"{name}-{version}.ndjson"


def hash_of(path: Path) -> str | None:
    """The hash of the copy that is there; None if there is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Misused(f"{path} cannot be read: {error.strerror}") from error


def kept(path: Path, content: bytes, expected: str) -> None:
    """Beside first, then in place: whoever reads the file sees the old or the new one, whole."""
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise Unreachable(
            f"{path.name} came with the hash {found}, the list says {expected}; nothing was kept"
        )
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(content)
        os.replace(unfinished, path)
    except OSError as error:
        raise Misused(f"{path} cannot be written: {error.strerror}") from error
