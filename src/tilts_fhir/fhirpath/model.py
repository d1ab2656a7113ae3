"""What FHIRPath needs to know of the types of R4: which elements they have, and what derives from what.

A type is named as in the table of definitions: `Patient`, `HumanName`, `code`, or a part of a resource such as
`Patient.contact`. The empty name stands for "not known".
"""

from functools import lru_cache
from typing import Final, NamedTuple

from tilts_fhir import definitions

UNKNOWN: Final = ""
ANY_RESOURCE: Final = "Resource"
# Names that constrain a data type and stand in no table, with the type that the elements have.
_CONSTRAINED: Final = {"SimpleQuantity": "Quantity", "MoneyQuantity": "Quantity"}
SYSTEM_TYPES: Final = frozenset(
    {"Any", "Boolean", "Integer", "Decimal", "String", "Date", "DateTime", "Time", "Quantity"}
)


class Slot(NamedTuple):
    """Where an element stands in JSON: `companion` is the key of what a primitive has beside its value."""

    key: str
    companion: str
    name: str
    type: str


class Part(NamedTuple):
    """The elements of one type, by FHIRPath name and by JSON key."""

    by_name: dict[str, tuple[Slot, ...]]
    by_key: dict[str, Slot]


@lru_cache(maxsize=2048)
def part(type_name: str) -> Part | None:
    """The elements of a type or part; None for a type that is not known."""
    if type_name in definitions.primitives():
        elements = definitions.elements("Element")
    else:
        try:
            elements = definitions.elements(type_name)
        except KeyError:
            return None
    by_name: dict[str, tuple[Slot, ...]] = {}
    for element in elements:
        by_name[element.name] = tuple(
            _slot(element.name, each.code, element.choice) for each in element.types
        )
    return Part(by_name, {slot.key: slot for slots in by_name.values() for slot in slots})


def _slot(name: str, code: str, choice: bool) -> Slot:
    key = name + code[0].upper() + code[1:] if choice else name
    return Slot(key, "_" + key, name, _CONSTRAINED.get(code, code))


@lru_cache(maxsize=2048)
def ancestry(type_name: str) -> frozenset[str]:
    """The type and everything it derives from; a part derives from BackboneElement or Element."""
    primitive = definitions.primitives().get(type_name)
    if primitive is not None:
        return frozenset({type_name}) | ancestry(primitive.base)
    if "." in type_name:
        found = part(type_name)
        backbone = found is not None and "modifierExtension" in found.by_name
        return frozenset({type_name}) | ancestry("BackboneElement" if backbone else "Element")
    try:
        base = definitions.type_definition(type_name).base
    except KeyError:
        return frozenset({type_name})
    return frozenset({type_name}) | (ancestry(base) if base else frozenset())


def is_primitive(type_name: str) -> bool:
    """Whether the type is a primitive of FHIR."""
    return type_name in definitions.primitives()


@lru_cache(maxsize=2048)
def is_type(type_name: str) -> bool:
    """Whether FHIR R4 has a type of this name; constrained names of quantities count, parts do not."""
    return (
        type_name in _CONSTRAINED
        or ("." not in type_name and len(ancestry(type_name)) > 1)
        or (type_name in (ANY_RESOURCE, "Element"))
    )


def plain_name(type_name: str) -> str:
    """The name that `type()` gives: a part of a resource is a BackboneElement or an Element."""
    if "." in type_name:
        return "BackboneElement" if "BackboneElement" in ancestry(type_name) else "Element"
    return type_name


def unconstrained(type_name: str) -> str:
    """The type that elements declared with this name have: `SimpleQuantity` is Quantity."""
    return _CONSTRAINED.get(type_name, type_name)


def type_of_resource(value: object) -> str:
    """The type of a resource by its `resourceType`: `Resource` if there is none, not known if R4 has no such type."""
    stated = value.get("resourceType") if type(value) is dict else None
    if stated is None:
        return ANY_RESOURCE
    return stated if type(stated) is str and stated in definitions.resource_types() else UNKNOWN
