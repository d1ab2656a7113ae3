"""The elements of every R4 type, as compiled from HL7's published definitions (ADR 0014).

The table is read at the first question and each type is decoded when it is first asked for.
"""

from functools import cache
from importlib.resources import files
from typing import Final
from zlib import decompress

import msgspec

GZIP: Final = 31


class ElementType(msgspec.Struct, frozen=True):
    """One allowed type of an element.

    `code` is a primitive or complex type, a backbone part (`Patient.contact`) or `Resource` for any resource.
    `targets` are the resource types a Reference may point to; empty means any.
    """

    code: str
    targets: tuple[str, ...] = ()
    profile: tuple[str, ...] = ()


class Element(msgspec.Struct, frozen=True):
    """One element: `name` without `[x]`; `max` None means any number; `codes` names a list in `code_set`."""

    name: str
    types: tuple[ElementType, ...]
    min: int = 0
    max: int | None = 1
    choice: bool = False
    attribute: bool = False
    codes: str | None = None


class TypeDefinition(msgspec.Struct, frozen=True):
    """A complex type or resource; `parts` holds its own elements and those of its backbone parts, by path."""

    kind: str
    base: str | None
    parts: dict[str, tuple[Element, ...]]
    abstract: bool = False


class Primitive(msgspec.Struct, frozen=True):
    """A primitive type; `regex` is the published one (XML Schema dialect)."""

    base: str
    regex: str | None


class _Table(msgspec.Struct, frozen=True):
    release: str
    primitives: dict[str, Primitive]
    types: dict[str, msgspec.Raw]
    codes: dict[str, frozenset[str]]


class _Kind(msgspec.Struct, frozen=True):
    kind: str
    abstract: bool = False


def release() -> str:
    """The FHIR release of the table: `4.0.1`."""
    return _table().release


def primitives() -> dict[str, Primitive]:
    """All primitive types by name."""
    return _table().primitives


@cache
def resource_types() -> frozenset[str]:
    """Names of all resource types that can stand in `resourceType`."""
    kinds = {name: msgspec.json.decode(raw, type=_Kind) for name, raw in _table().types.items()}
    return frozenset(name for name, found in kinds.items() if found.kind == "resource" and not found.abstract)


@cache
def type_definition(name: str) -> TypeDefinition:
    """A complex type or resource by name.

    Raises:
        KeyError: There is no such type; primitives stand in `primitives`.
    """
    return msgspec.json.decode(_table().types[name], type=TypeDefinition)


def elements(part: str) -> tuple[Element, ...]:
    """The elements of a type (`Patient`) or of a backbone part (`Patient.contact`), in order.

    Raises:
        KeyError: There is no such type or part.
    """
    return type_definition(part.partition(".")[0]).parts[part]


def code_set(url: str) -> frozenset[str]:
    """The codes of a required value set that an `Element.codes` names."""
    return _table().codes[url]


@cache
def _table() -> _Table:
    packed = files("tilts_fhir").joinpath("data/structure.json.gz").read_bytes()
    return msgspec.json.decode(decompress(packed, GZIP), type=_Table)
