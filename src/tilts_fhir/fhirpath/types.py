"""Which items are of a type that an expression names: the namespaces FHIR and System.

https://hl7.org/fhir/R4/fhirpath.html#types.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from tilts_fhir.fhirpath import model
from tilts_fhir.fhirpath.errors import UNKNOWN_TYPE, FhirPathError
from tilts_fhir.fhirpath.nodes import Node
from tilts_fhir.fhirpath.quantities import Quantity
from tilts_fhir.fhirpath.temporal import Temporal
from tilts_fhir.fhirpath.values import NamedType

FHIR: Final = "FHIR"
SYSTEM: Final = "System"


@dataclass(frozen=True, slots=True)
class TypeName:
    """
    A type as an expression names it.

    Attributes:
        namespace: `FHIR`, `System`, or None if none was written.
        fhir: The FHIR types that match; empty if only a System type does.
        system: The System type that matches; empty if only a FHIR type does.
    """

    fhir: frozenset[str]
    system: str


def named(name: str, position: int, strict: bool) -> TypeName:
    """
    Find the type that a name means.

    Args:
        name: `Patient`, `FHIR.Patient`, `System.String`.
        position: Where it stands, for the error.
        strict: Without it an unqualified System name means the FHIR primitive as well, as the texts of R4 have it
            (que-7: `answer is Boolean`).

    Raises:
        FhirPathError: `unknown-type`.
    """
    namespace, dot, rest = name.rpartition(".")
    of_system = rest if rest in model.SYSTEM_TYPES and namespace in ("", SYSTEM) else ""
    fhir: frozenset[str] = frozenset()
    if namespace in ("", FHIR) and model.is_type(rest):
        fhir = frozenset({model.unconstrained(rest)})
    elif of_system and not dot and not strict:
        fhir = frozenset({rest[0].lower() + rest[1:]})
    if not fhir and not of_system:
        raise FhirPathError(f"There is no type {name[:60]!r}.", position, UNKNOWN_TYPE)
    return TypeName(fhir, of_system)


def is_of(item: Any, wanted: TypeName) -> bool:
    """Whether the item is of the type or of one derived from it."""
    if type(item) is Node:
        return not wanted.fhir.isdisjoint(model.ancestry(item.type)) if item.type else False
    return wanted.system == "Any" or wanted.system == system_type(item)


def can_be_taken_as(item: Any, wanted: TypeName) -> bool:
    """
    Whether `as` and `ofType` let the item through.

    A primitive must be of the very type: dom-3 asks for `uri`, `url` and `canonical` one after the other.
    """
    if type(item) is Node and model.is_primitive(item.type):
        return item.type in wanted.fhir
    return is_of(item, wanted)


def named_type(item: Any) -> NamedType:
    """Namespace and name of an item's type."""
    if type(item) is Node:
        return NamedType(FHIR, model.plain_name(item.type) or "Element")
    return NamedType(SYSTEM, system_type(item))


def system_type(value: Any) -> str:
    """The name of a System value's type."""
    if type(value) is bool:
        return "Boolean"
    if type(value) is int:
        return "Integer"
    if type(value) is str:
        return "String"
    if isinstance(value, Decimal):
        return "Decimal"
    if isinstance(value, Temporal):
        return value.kind
    return "Quantity" if isinstance(value, Quantity) else "Any"
