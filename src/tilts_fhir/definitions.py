"""The elements of every R4 type, as compiled from HL7's published definitions (ADR 0014).

The table is read at the first question and each type is decoded when it is first asked for.
"""

from functools import cache
from importlib.resources import files
from typing import Final
from zlib import decompress

import msgspec

from tilts_fhir.structures import Binding, Constraint

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
    """One element: `name` without `[x]`; `max` None means any number; `codes` names a list in `code_set`.

    `binding` says which value set its codes are taken from, `modifier` that it changes the meaning of the rest.
    """

    name: str
    types: tuple[ElementType, ...]
    min: int = 0
    max: int | None = 1
    choice: bool = False
    attribute: bool = False
    codes: str | None = None
    binding: Binding | None = None
    modifier: bool = False


class TypeDefinition(msgspec.Struct, frozen=True):
    """A complex type or resource; `parts` holds its own elements and those of its backbone parts, by path.

    `constraints` are its invariants by path of the element, not yet decoded: see `constraints()`.
    """

    kind: str
    base: str | None
    parts: dict[str, tuple[Element, ...]]
    abstract: bool = False
    constraints: msgspec.Raw = msgspec.Raw(b"{}")


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


def is_kind_of(name: str, ancestor: str) -> bool:
    """Whether a type is another one or is derived from it: `code` is a `string`, `Age` a `Quantity`."""
    step: str | None = name
    while step is not None and step != ancestor:
        if step in _table().primitives:
            step = _table().primitives[step].base
        else:
            step = type_definition(step).base if step in _table().types else None
    return step is not None


def is_type(name: str) -> bool:
    """Whether there is a primitive, complex or resource type of this name."""
    return name in _table().primitives or name in _table().types


def elements(part: str) -> tuple[Element, ...]:
    """The elements of a type (`Patient`) or of a backbone part (`Patient.contact`), in order.

    Raises:
        KeyError: There is no such type or part.
    """
    return type_definition(part.partition(".")[0]).parts[part]


def constraints(part: str) -> tuple[Constraint, ...]:
    """The invariants of a type or backbone part as a whole, those of its base types included, without ele-1.

    Raises:
        KeyError: There is no such type.
    """
    return _constraints(part.partition(".")[0]).get(part, ())


def element_constraints(part: str, name: str) -> tuple[Constraint, ...]:
    """The invariants that stand on one element of a part (`name` without `[x]`); none where a part begins.

    Raises:
        KeyError: There is no such type or part.
    """
    found = next((element for element in elements(part) if element.name == name), None)
    path = f"{part}.{name}"
    if found is None or path in type_definition(part.partition(".")[0]).parts:
        return ()
    return _constraints(part.partition(".")[0]).get(f"{path}[x]" if found.choice else path, ())


def code_set(url: str) -> frozenset[str]:
    """The codes of a required value set that an `Element.codes` names."""
    return _table().codes[url]


@cache
def _constraints(name: str) -> dict[str, tuple[Constraint, ...]]:
    return msgspec.json.decode(type_definition(name).constraints, type=dict[str, tuple[Constraint, ...]])


@cache
def _table() -> _Table:
    packed = files("tilts_fhir").joinpath("data/structure.json.gz").read_bytes()
    return msgspec.json.decode(decompress(packed, GZIP), type=_Table)
