"""The elements that are open while XML is read, and how their values come into the tree that JSON would give."""

from typing import Any, TypeAlias

from tilts_fhir.xml.shapes import Shape, Slot
from tilts_fhir.xml.values import Value

Json: TypeAlias = dict[str, Any]


class Frame:
    """
    One open element.

    Attributes:
        parent: The element around it; None for the root.
        name, index: Its step in the expression; the index is None where it does not repeat.
        shape: Its type; None for an element that holds a resource (`contained`, `resource`).
        holder: Its object in the tree; of a primitive the companion with id and extensions.
        slot: What it is in its parent; None for a resource.
        offset: Byte at which it starts.
        depth: Levels of objects and arrays, as JSON would nest them.
        last: The last child that stood in its right place.
        value: Of a primitive; None where it has none.
        is_primitive: Whether it is one.
        is_extra: Whether it repeats what cannot repeat, and is not kept.
        is_told: Whether text between its children was reported.
    """

    __slots__ = (
        "depth",
        "holder",
        "index",
        "is_extra",
        "is_primitive",
        "is_told",
        "last",
        "name",
        "offset",
        "parent",
        "shape",
        "slot",
        "value",
    )

    def __init__(self, parent: "Frame | None", slot: Slot | None, shape: Shape | None, offset: int) -> None:
        self.parent = parent
        self.slot = slot
        self.shape = shape
        self.offset = offset
        self.name = shape.type if shape is not None else ""
        self.index: int | None = None
        self.depth = 1
        self.holder: Json = {}
        self.last: Slot | None = None
        self.value: Value | None = None
        self.is_primitive = False
        self.is_extra = False
        self.is_told = False
        if parent is not None and slot is not None:
            self.name = slot.name
            self.depth = parent.depth + 1 + slot.many
            if slot.many:
                self.index = _length(parent.holder, slot.key)

    def expression(self, *steps: str) -> str:
        """The element, or something beneath it, as simple FHIRPath."""
        parts: list[str] = list(reversed(steps))
        frame: Frame | None = self
        while frame is not None:
            if frame.name:
                parts.append(frame.name if frame.index is None else f"{frame.name}[{frame.index}]")
            frame = frame.parent
        return ".".join(reversed(parts))

    def place_object(self, parent: "Frame", slot: Slot) -> None:
        """Put the object of this element into its parent."""
        if slot.many:
            parent.holder.setdefault(slot.key, []).append(self.holder)
        else:
            self.is_extra = slot.key in parent.holder
            parent.holder.setdefault(slot.key, self.holder)

    def place_primitive(self, parent: "Frame", slot: Slot) -> None:
        """Put value and companion of this element into its parent; arrays are kept in step with null."""
        companion = self.holder or None
        if slot.many:
            length = _length(parent.holder, slot.key)
            _append(parent.holder, slot.key, self.value, length)
            _append(parent.holder, "_" + slot.key, companion, length)
            return
        if self.value is not None:
            parent.holder[slot.key] = self.value
        if companion is not None:
            parent.holder["_" + slot.key] = companion


def _length(holder: Json, key: str) -> int:
    values = holder.get(key)
    if values is None:
        values = holder.get("_" + key, ())
    return len(values)


def _append(holder: Json, key: str, entry: Value | Json | None, length: int) -> None:
    values = holder.get(key)
    if values is not None:
        values.append(entry)
    elif entry is not None:
        holder[key] = [*([None] * length), entry]
