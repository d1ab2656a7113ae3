"""`Observation.valueQuantity` in a differential: a slice of `Observation.value[x]` for one type.

Source: https://hl7.org/fhir/R4/profiling.html#slicing, https://hl7.org/fhir/R4/formats.html#choice.
"""

from typing import Any, Final, TypeAlias

from tilts_fhir.snapshots.tree import Node

Json: TypeAlias = dict[str, Any]

CHOICE: Final = "[x]"
CLOSED: Final = {"discriminator": [{"type": "type", "path": "$this"}], "ordered": False, "rules": "closed"}


def expand_shorthands(base: Node, change: Node) -> dict[str, Node]:
    """The children of the change; those that name a type of a choice of the base as slices of the choice."""
    children: dict[str, Node] = {}
    for name, child in change.children.items():
        choice = None if name in base.children else _choice_of(base, name)
        if choice is None:
            children[name] = _joined(children.get(name), child)
            continue
        held = children.setdefault(choice, Node(choice))
        # The slice is named as the path was; slices of a shorthand (rare) keep their names.
        own = Node(choice, child.element, child.index, child.children, repeated=child.repeated)
        if child.element is not None or child.children:
            held.slices[name] = own
        for slice_name, each in child.slices.items():
            held.slices[slice_name] = Node(choice, each.element, each.index, each.children)
    return children


def _joined(held: Node | None, child: Node) -> Node:
    if held is None:
        return child
    return Node(child.name, child.element, child.index, child.children, child.slices | held.slices)


def _choice_of(base: Node, name: str) -> str | None:
    for candidate, node in base.children.items():
        stem = candidate.removesuffix(CHOICE)
        if stem != candidate and name.startswith(stem) and _kind(node, name) is not None:
            return candidate
    return None


def type_of_slice(base: Node, name: str, change: Node) -> Json | None:
    """For a slice of a choice the one type that its name tells; None if the name tells none or the change does."""
    if not base.name.endswith(CHOICE) or (change.element or {}).get("type"):
        return None
    return _kind(base, name)


def _kind(choice: Node, name: str) -> Json | None:
    stem = choice.name.removesuffix(CHOICE)
    for kind in (choice.element or {}).get("type", ()):
        code = str(kind.get("code"))
        if name == stem + code[:1].upper() + code[1:]:
            found: Json = kind
            return found
    return None


def narrow_to_slices(base: Node, change: Node) -> None:
    """A choice that the differential names only by types (`valueQuantity`) allows no other types."""
    if (
        change.element is not None
        or not change.slices
        or not base.name.endswith(CHOICE)
        or base.element is None
    ):
        return
    kinds = [_kind(base, name) for name in change.slices]
    named = [each for each in change.slices.values() if (each.element or {}).get("path", "").endswith(CHOICE)]
    if named or any(kind is None for kind in kinds):
        return
    base.element = {**base.element, "slicing": CLOSED, "type": kinds}
