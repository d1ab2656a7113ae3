"""The elements of a resource as FHIRPath sees them: value, what stands beside it, type, and where they are."""

from collections.abc import Iterator
from typing import Any, TypeAlias

from tilts_fhir.fhirpath import model
from tilts_fhir.fhirpath.model import UNKNOWN, Slot

Json: TypeAlias = dict[str, Any]


class Node:
    """
    One element.

    Attributes:
        value: As decoded from JSON; None for a primitive that has only an id or extensions.
        companion: The object beside a primitive (`_birthDate`), or None.
        type: FHIR type: `Patient`, `HumanName`, `code`, a part such as `Patient.contact`, empty if not known.
        parent: The element that holds it; None for the one the evaluation began with.
        key: JSON key in the parent (`valueQuantity`); None at the beginning.
        index: Place in the array, from 0; None if there is no array.
    """

    __slots__ = ("companion", "index", "key", "parent", "type", "value")

    def __init__(
        self,
        value: Any,
        companion: Json | None = None,
        type: str = UNKNOWN,
        parent: "Node | None" = None,
        key: str | None = None,
        index: int | None = None,
    ) -> None:
        self.value = value
        self.companion = companion
        self.type = type
        self.parent = parent
        self.key = key
        self.index = index

    def __repr__(self) -> str:
        return f"Node({self.path()}: {self.type or 'unknown'})"

    def path(self) -> str:
        """Where it stands, from the beginning: `Patient.name[0].given[1]`; choices by JSON key."""
        steps: list[str] = []
        node = self
        while node.parent is not None and node.key is not None:
            steps.append(node.key if node.index is None else f"{node.key}[{node.index}]")
            node = node.parent
        return ".".join([node.type or "$this", *reversed(steps)])


def root_node(value: Any, start: str | None) -> Node:
    """The node an evaluation begins with; without a start type a resource is known by its `resourceType`."""
    if start is None or start == model.ANY_RESOURCE:
        is_resource = type(value) is dict and "resourceType" in value
        return Node(value, None, model.type_of_resource(value) if is_resource else UNKNOWN)
    return Node(value, None, start)


def children_by_name(node: Node, name: str) -> list[Node]:
    """The child elements of that name; a choice by its name without type."""
    found: list[Node] = []
    part = model.part(node.type) if node.type else None
    if part is None:
        _untyped_by_name(node, name, found)
        return found
    holder = node.value if type(node.value) is dict else node.companion
    if type(holder) is not dict:
        return found
    slots = part.by_name.get(name, ())
    if len(slots) > 4:
        present = [part.by_key.get(key.removeprefix("_")) for key in holder]
        slots = tuple(dict.fromkeys(slot for slot in present if slot is not None and slot.name == name))
    for slot in slots:
        value, companion = holder.get(slot.key), holder.get(slot.companion)
        if value is not None or companion is not None:
            add(found, node, slot, value, companion)
    return found


def children(node: Node) -> list[Node]:
    """All child elements, in the order of the JSON."""
    found: list[Node] = []
    holder = node.value if type(node.value) is dict else node.companion
    if type(holder) is not dict:
        return found
    part = model.part(node.type) if node.type else None
    for key in _element_keys(holder):
        slot = part.by_key.get(key) if part is not None else Slot(key, "_" + key, key, UNKNOWN)
        if slot is not None:
            add(found, node, slot, holder.get(key), holder.get("_" + key))
    return found


def _element_keys(holder: Json) -> Iterator[str]:
    for key in holder:
        if key.startswith("_"):
            if key[1:] not in holder:
                yield key[1:]
        elif key != "resourceType":
            yield key


def _untyped_by_name(node: Node, name: str, found: list[Node]) -> None:
    """Without a type: the key itself, or the key with a type name behind it."""
    holder = node.value if type(node.value) is dict else node.companion
    if type(holder) is not dict:
        return
    for key in _element_keys(holder):
        if key == name and name != "resourceType":
            add(found, node, Slot(key, "_" + key, name, UNKNOWN), holder.get(key), holder.get("_" + key))
        elif key.startswith(name) and (kind := _type_behind(key[len(name) :])):
            add(found, node, Slot(key, "_" + key, name, kind), holder.get(key), holder.get("_" + key))


def _type_behind(ending: str) -> str:
    for kind in (ending, ending[:1].lower() + ending[1:]):
        if ending[:1].isupper() and model.is_type(kind):
            return kind
    return UNKNOWN


def add(found: list[Node], parent: Node, slot: Slot, value: Any, companion: Any) -> None:
    """Append what stands in one slot: one node, or one for each entry of an array."""
    if type(value) is not list and type(companion) is not list:
        if value is not None or type(companion) is dict:
            found.append(_node(parent, slot, value, companion, None))
        return
    values = value if type(value) is list else []
    companions = companion if type(companion) is list else []
    for index in range(max(len(values), len(companions))):
        each = values[index] if index < len(values) else None
        beside = companions[index] if index < len(companions) else None
        if each is not None or type(beside) is dict:
            found.append(_node(parent, slot, each, beside, index))


def _node(parent: Node, slot: Slot, value: Any, companion: Any, index: int | None) -> Node:
    kind = slot.type
    if kind == model.ANY_RESOURCE or (kind == UNKNOWN and type(value) is dict and "resourceType" in value):
        kind = model.type_of_resource(value)
    return Node(value, companion if type(companion) is dict else None, kind, parent, slot.key, index)
