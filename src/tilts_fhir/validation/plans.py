"""How to walk each type: for every JSON key the check of its value, made from the definitions at first use."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, Literal, TypeAlias

from tilts_fhir import definitions, primitives
from tilts_fhir.definitions import Element, ElementType
from tilts_fhir.structures import Binding

RESOURCE: Final = "Resource"


Kind: TypeAlias = Literal[
    "text",
    "number",
    "boolean",
    "object",
    "resource",
    "companion",  # id and extensions of a primitive, under its name with `_`
    "texts",
    "numbers",
    "booleans",
    "objects",
    "resources",
    "companions",
]
"""What stands under a JSON key; the plurals are arrays."""


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """
    What may stand under one JSON key.

    Attributes:
        part: The type or backbone part whose element it is.
        name: FHIRPath name: without `_` and without the type of a choice.
        key: The JSON key without `_`.
        kind: One value or many, and of which shape.
        type: Name of the type or backbone part.
        max: Largest number of entries; None for any.
        choice: Name of the choice it belongs to, without `[x]`; None if it is none.
        text: For a text primitive, the check of the text; None for everything else.
        single_text: The same where the element does not repeat: the short way of the walk.
        number: For a number, the check of the value.
        value_set: Canonical of the required value set that `text` checks.
        targets: For a Reference, the resource types it may point to; empty for any.
        binding: Value set that codes are taken from, and how strictly.
    """

    part: str
    name: str
    key: str
    kind: Kind
    type: str
    max: int | None = 1
    choice: str | None = None
    text: Callable[[str], Any] | None = None
    single_text: Callable[[str], Any] | None = None
    number: Callable[[object], bool] | None = None
    value_set: str | None = None
    targets: tuple[str, ...] = ()
    binding: Binding | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """
    How to walk one type or backbone part.

    Attributes:
        type: `Patient`, or `Patient.contact` for a part.
        slots: By JSON key.
        required: For each required element its name, the first key and all keys that satisfy it.
        choices: Type codes by name of the choice.
        is_resource: Whether objects of it carry `resourceType`.
    """

    type: str
    slots: dict[str, Slot]
    required: tuple[tuple[str, str, tuple[str, ...]], ...]
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)
    is_resource: bool = False


@cache
def plan(part: str) -> Plan:
    """
    The plan of a type or backbone part.

    Raises:
        KeyError: There is no such type or part.
    """
    slots: dict[str, Slot] = {}
    required: list[tuple[str, str, tuple[str, ...]]] = []
    choices: dict[str, tuple[str, ...]] = {}
    for element in definitions.elements(part):
        own = _slots(element, part)
        slots.update(own)
        if element.min:
            required.append((element.name, next(iter(own)), tuple(own)))
        if element.choice:
            choices[element.name] = tuple(kind.code for kind in element.types)
    is_resource = part in definitions.resource_types()
    if is_resource:
        slots["resourceType"] = Slot(
            part, "resourceType", "resourceType", "text", "code", text=part.__eq__, single_text=part.__eq__
        )
    return Plan(part, slots, tuple(required), choices, is_resource)


def _slots(element: Element, part: str) -> dict[str, Slot]:
    slots: dict[str, Slot] = {}
    for kind in element.types:
        key = element.name + kind.code[:1].upper() + kind.code[1:] if element.choice else element.name
        slot = _slot(element, kind, key, part)
        slots[key] = slot
        if kind.code in definitions.primitives() and not element.attribute and kind.code != "xhtml":
            slots["_" + key] = _companion(slot)
    return slots


def _slot(element: Element, kind: ElementType, key: str, part: str) -> Slot:
    many = element.max != 1
    text = primitives.TEXT_CHECKS.get(kind.code)
    if element.codes is not None and kind.code == "code":
        text = definitions.code_set(element.codes).__contains__
    return Slot(
        part=part,
        name=element.name,
        key=key,
        kind=_kind(kind.code, many),
        type=kind.code,
        max=element.max,
        choice=element.name if element.choice else None,
        text=text,
        single_text=None if many else text,
        number=primitives.NUMBER_CHECKS.get(kind.code),
        value_set=element.codes,
        targets=kind.targets,
        binding=element.binding,
    )


def _kind(code: str, many: bool) -> Kind:
    if code in primitives.TEXT_CHECKS:
        return "texts" if many else "text"
    if code in primitives.NUMBER_CHECKS:
        return "numbers" if many else "number"
    if code == "boolean":
        return "booleans" if many else "boolean"
    if code == RESOURCE:
        return "resources" if many else "resource"
    return "objects" if many else "object"


def _companion(slot: Slot) -> Slot:
    kind: Kind = "companion" if slot.max == 1 else "companions"
    return Slot(slot.part, slot.name, slot.key, kind, "Element", slot.max, slot.choice)
