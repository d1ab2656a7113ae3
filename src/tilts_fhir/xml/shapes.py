"""How each type stands in XML: which elements, in which order, what is an attribute. Made from the definitions."""

from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, TypeAlias

from tilts_fhir import definitions
from tilts_fhir.definitions import Element, ElementType

FHIR: Final = "http://hl7.org/fhir"
XHTML: Final = "http://www.w3.org/1999/xhtml"

Kind: TypeAlias = Literal["text", "integer", "decimal", "boolean", "object", "resource", "xhtml"]

_INTEGERS: Final = frozenset({"integer", "positiveInt", "unsignedInt"})


@dataclass(frozen=True, slots=True)
class Slot:
    """
    What may stand in one XML element.

    Attributes:
        name: FHIRPath name: without the type of a choice.
        key: Name of the XML element, which is also the JSON key.
        kind: How its value is written.
        type: Name of the type or backbone part.
        many: Whether it may repeat; then it is an array in JSON.
        order: Its place among the elements of its parent; the types of one choice share it.
    """

    name: str
    key: str
    kind: Kind
    type: str
    many: bool
    order: int


@dataclass(frozen=True, slots=True)
class Shape:
    """
    One type or backbone part in XML.

    Attributes:
        type: `Patient`, or `Patient.contact` for a part.
        slots: By key.
        by_qualified_name: By namespace and name, as expat gives them: `http://hl7.org/fhir name`.
        attributes: Keys that are XML attributes: `id`, for an Extension `url`.
        choices: Names of choices, without `[x]`, with the codes of their types.
        is_resource: Whether its objects carry `resourceType`.
    """

    type: str
    slots: dict[str, Slot]
    by_qualified_name: dict[str, Slot]
    attributes: frozenset[str]
    choices: dict[str, tuple[str, ...]]
    is_resource: bool


@cache
def shape(part: str) -> Shape:
    """
    The shape of a type or backbone part.

    Raises:
        KeyError: There is no such type or part.
    """
    slots: dict[str, Slot] = {}
    attributes: set[str] = set()
    choices: dict[str, tuple[str, ...]] = {}
    for order, element in enumerate(definitions.elements(part)):
        if element.attribute:
            attributes.add(element.name)
            continue
        if element.choice:
            choices[element.name] = tuple(kind.code for kind in element.types)
        for kind in element.types:
            slot = _slot(element, kind, order)
            slots[slot.key] = slot
    qualified = {f"{XHTML if slot.kind == 'xhtml' else FHIR} {key}": slot for key, slot in slots.items()}
    is_resource = part in definitions.resource_types()
    return Shape(part, slots, qualified, frozenset(attributes), choices, is_resource)


def _slot(element: Element, kind: ElementType, order: int) -> Slot:
    code = kind.code
    key = element.name + code[:1].upper() + code[1:] if element.choice else element.name
    return Slot(element.name, key, _kind(code), code, element.max != 1, order)


def _kind(code: str) -> Kind:
    if code in _INTEGERS:
        return "integer"
    if code == "boolean":
        return "boolean"
    if code == "decimal":
        return "decimal"
    if code == "xhtml":
        return "xhtml"
    if code in definitions.primitives():
        return "text"
    return "resource" if code == "Resource" else "object"
