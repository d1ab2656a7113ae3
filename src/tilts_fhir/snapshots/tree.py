"""ElementDefinitions as a tree: elements have children, and slices beside them.

Source: https://hl7.org/fhir/R4/elementdefinition.html#id, https://hl7.org/fhir/R4/profiling.html#slicing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

Json: TypeAlias = dict[str, Any]

MAX_ELEMENTS: Final = 20_000
MAX_COPIES: Final = 200_000
MAX_SLICES: Final = 1_000
MAX_STEPS: Final = 24
PLACE: Final = ("id", "path", "sliceName")


class TooLarge(Exception):
    """Too many elements (`MAX_ELEMENTS`) or slices of one, too many copies on the way, or too deep a path."""


@dataclass(slots=True)
class Node:
    """
    One element, or one slice of an element.

    Attributes:
        name: Last step of its path, a choice with `[x]`.
        element: Its ElementDefinition, never changed in place; None for a gap that only holds the place of children.
        index: Where it stands in the list it was read from.
        children: By name, in order.
        slices: By slice name, in order; only below the element that is sliced, re-slices (`a/b`) among them.
        current: The slice that was opened last; what follows in a list without ids belongs to it.
        repeated: Indices of further elements of the same place.
    """

    name: str
    element: Json | None = None
    index: int | None = None
    children: "dict[str, Node]" = field(default_factory=dict)
    slices: "dict[str, Node]" = field(default_factory=dict)
    current: "Node | None" = None
    repeated: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Budget:
    """How many elements may still be made, those included that only serve to make others."""

    elements: int = MAX_COPIES

    def spend(self) -> None:
        """
        One more element is made.

        Raises:
            TooLarge: There are too many.
        """
        self.elements -= 1
        if self.elements < 0:
            raise TooLarge


def grow(elements: Iterable[tuple[int, Json]]) -> Node:
    """
    The tree of a snapshot or a differential, whose elements have a `path` and come with their places.

    Ids say to which slice an element belongs; where they do not fit the path, it is the slice opened last.

    Raises:
        TooLarge: An element stands too deep.
    """
    root = Node("")
    for index, element in elements:
        root.name = root.name or element["path"].partition(".")[0]
        node = _place(root, element)
        if node.element is None:
            node.element, node.index = element, index
        else:
            node.repeated.append(index)
    return root


def _place(root: Node, element: Json) -> Node:
    path = element["path"].split(".")
    if len(path) > MAX_STEPS:
        raise TooLarge
    slices = _slices_of_id(element, path)
    node = root
    for number, name in enumerate(path[1:], 1):
        plain = node.children.setdefault(name, Node(name))
        last = number == len(path) - 1
        if last and "sliceName" in element:
            chosen: str | None = element["sliceName"]
        elif slices is not None:
            chosen = slices[number]
        else:
            chosen = None
            node = plain if last or plain.current is None else plain.current
            continue
        node = plain if chosen is None else plain.slices.setdefault(chosen, Node(name))
        plain.current = node
    return node


def _slices_of_id(element: Json, path: list[str]) -> list[str | None] | None:
    """For every step its slice as the id tells it; None if the id is missing or is about another path."""
    identity = element.get("id")
    if not isinstance(identity, str) or ":" not in identity:
        return None
    steps = [step.partition(":") for step in identity.split(".")]
    if [name for name, _, _ in steps[1:]] != path[1:]:
        return None
    return [chosen or None for _, _, chosen in steps]


def clone(node: Node, budget: Budget, *, slices: bool = True) -> Node:
    """A copy that can be constrained by itself; without the slices of the node itself if so wished."""
    budget.spend()
    copy = Node(node.name, node.element, node.index)
    copy.children = {name: clone(child, budget) for name, child in node.children.items()}
    if slices:
        copy.slices = {name: clone(each, budget) for name, each in node.slices.items()}
    return copy


def flatten(root: Node) -> Iterator[Json]:
    """The elements in their order, with path, id and `sliceName` as their place says."""
    yield from _flat(root, root.name, root.name, None)


def _flat(node: Node, path: str, identity: str, slice_name: str | None) -> Iterator[Json]:
    if node.element is not None:
        placed = {"id": identity, "path": path}
        if slice_name is not None:
            placed["sliceName"] = slice_name
        yield placed | {name: value for name, value in node.element.items() if name not in PLACE}
    for name, child in node.children.items():
        yield from _flat(child, f"{path}.{name}", f"{identity}.{name}", None)
    for name, each in node.slices.items():
        yield from _flat(each, path, f"{identity}:{name}", name)
