"""FHIRPath Patch: add, insert, delete, replace and move at the places that FHIRPath expressions name.

https://hl7.org/fhir/R4/fhirpatch.html. A patch that came as XML is read by `read_xml` first: both forms are one tree.
"""

import re
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from tilts_fhir.fhirpath import Context, FhirPathError, Node, compile_expression
from tilts_fhir.issues import quoted
from tilts_fhir.patch import slots
from tilts_fhir.patch.errors import PatchError
from tilts_fhir.patch.operations import Given, Operation, read_operations
from tilts_fhir.patch.trees import MAX_LEVELS, MAX_WEIGHT, TooLarge, copied, weight

Json: TypeAlias = dict[str, Any]

# What all expressions of one patch may cost together.
MAX_STEPS: Final = 4_000_000
MIN_STEPS: Final = 4_000

_LAST_STEP = re.compile(r"(.+)\.([A-Za-z_][A-Za-z0-9_]*)", re.DOTALL)


def apply_fhirpath_patch(resource: Json, parameters: Any) -> Json:
    """
    The resource after all operations; the one given is not changed.

    All or nothing: the first operation that cannot be applied refuses the patch. Values must have the type that their
    element takes; whether the result is a valid resource is the validator's work. Objects that a deletion leaves
    empty are deleted too, since FHIR has no empty objects.

    Args:
        resource: As `json_strict.decode_resource` or `read_xml` gives it.
        parameters: A decoded Parameters resource with at most 1,000 operations.

    Raises:
        PatchError: The patch is malformed, does not fit the resource, or would make it too large.
    """
    operations = read_operations(parameters)
    try:
        patched: Json = copied(resource)
        _check_weight(weight(resource) + weight(parameters))
    except TooLarge:
        raise PatchError("patch-too-large", None, max=MAX_LEVELS) from None
    steps = max(MIN_STEPS, MAX_STEPS // max(1, len(operations)))
    for index, operation in enumerate(operations):
        _ACTS[operation.type](_Site(patched, index, steps), operation)
    return patched


class _Site:
    """One operation at work on the tree, which is its own to change."""

    def __init__(self, root: Json, operation: int, steps: int) -> None:
        self._root = root
        self._operation = operation
        self._steps = steps

    def add(self, operation: Operation) -> None:
        node = self._one(self._nodes(operation.path))
        element = slots.element_of(node.type, operation.name, self._operation)
        slots.put(self._content(node), element, self._checked(operation.value, node), self._operation)

    def insert(self, operation: Operation) -> None:
        nodes = self._nodes(operation.path)
        last = _LAST_STEP.fullmatch(operation.path)
        if not nodes and last and operation.index == 0:
            # There is no list yet: the first entry makes it.
            self.add(Operation("add", last[1], name=last[2], value=operation.value))
            return
        holder, key, entries = self._list(nodes)
        if operation.index > len(entries):
            raise self._error("patch-index", index=operation.index, count=len(entries))
        parent = nodes[0].parent
        assert parent is not None, "entries of a list have one"
        given = self._checked(operation.value, parent)
        place = slots.place_for(slots.element_of(parent.type, key, self._operation), given, self._operation)
        entries.insert(operation.index, slots.built(place, given, self._operation))
        slots.store_entries(holder, key, entries)

    def delete(self, operation: Operation) -> None:
        nodes = self._nodes(operation.path)
        if nodes:
            self._take_away(self._one(nodes))

    def replace(self, operation: Operation) -> None:
        node = self._one(self._nodes(operation.path))
        holder, key = self._holder(node)
        assert node.parent is not None, "it has a holder"
        given = self._checked(operation.value, node.parent)
        place = slots.place_for(
            slots.element_of(node.parent.type, key, self._operation), given, self._operation
        )
        entry = slots.built(place, given, self._operation)
        if node.index is None:
            slots.store(holder, key, (None, None))
            slots.store(holder, place.key, entry)
            return
        entries = slots.entries(holder, key, self._operation)
        entries[node.index] = entry
        slots.store_entries(holder, key, entries)

    def move(self, operation: Operation) -> None:
        holder, key, entries = self._list(self._nodes(operation.path))
        for index in (operation.source, operation.destination):
            if index >= len(entries):
                raise self._error("patch-index", index=index, count=len(entries))
        entries.insert(operation.destination, entries.pop(operation.source))
        slots.store_entries(holder, key, entries)

    def _error(self, key: str, **facts: object) -> PatchError:
        return PatchError(key, self._operation, **facts)

    def _nodes(self, path: str) -> list[Node]:
        """The elements of the tree that the path leads to."""
        kind = self._root.get("resourceType")
        try:
            compiled = compile_expression(path, kind if isinstance(kind, str) else None)
            found = compiled.evaluate(self._root, Context(resource=self._root, steps=self._steps))
        except FhirPathError as error:
            raise self._error("patch-expression", reason=quoted(error.message)) from None
        for node in found:
            if not isinstance(node, Node) or not self._is_of_tree(node):
                raise self._error("patch-not-an-element")
        return list(found)

    def _is_of_tree(self, node: Node) -> bool:
        while node.parent is not None:
            node = node.parent
        return node.value is self._root

    def _one(self, nodes: list[Node]) -> Node:
        if len(nodes) != 1:
            raise self._error("patch-not-one", count=len(nodes))
        return nodes[0]

    def _list(self, nodes: list[Node]) -> tuple[Json, str, list[slots.Entry]]:
        """Holder, key and entries of the one array that all nodes make up."""
        if not nodes:
            raise self._error("patch-not-one", count=0)
        holder, key = self._holder(nodes[0])
        entries = slots.entries(holder, key, self._operation) if nodes[0].index is not None else []
        same = all(self._holder(node)[0] is holder and node.key == key for node in nodes)
        if not same or [node.index for node in nodes] != list(range(len(entries))):
            raise self._error("patch-not-a-list")
        return holder, key, entries

    def _holder(self, node: Node) -> tuple[Json, str]:
        """The object that an element stands in, and its key there."""
        parent = node.parent
        holder = (
            None if parent is None else (parent.value if isinstance(parent.value, dict) else parent.companion)
        )
        if not isinstance(holder, dict) or node.key is None:
            raise self._error("patch-not-an-element")
        return holder, node.key

    def _content(self, node: Node) -> Json:
        """The object that holds what is beneath an element; for a primitive its companion, made if there is none."""
        content: Json | None = node.value if isinstance(node.value, dict) else node.companion
        if content is not None:
            return content
        made: Json = {}
        self._set_companion(node, made)
        return made

    def _set_companion(self, node: Node, companion: Json | None) -> None:
        holder, key = self._holder(node)
        if node.index is None:
            slots.store(holder, key, (node.value, companion))
            return
        entries = slots.entries(holder, key, self._operation)
        entries[node.index] = (node.value, companion)
        slots.store_entries(holder, key, entries)

    def _checked(self, given: Given | None, node: Node) -> Given:
        """The value that goes beneath an element, once it is sure that it is not nested too deep there."""
        assert given is not None, "the operation was read with its value"
        level = 2
        above: Node | None = node
        while above is not None:
            level += 1 if above.index is None else 2
            above = above.parent
        try:
            _check_levels(given, level)
        except TooLarge:
            raise self._error("patch-too-large", max=MAX_LEVELS) from None
        return given

    def _take_away(self, node: Node) -> None:
        holder, key = self._holder(node)
        if node.index is None:
            slots.store(holder, key, (None, None))
        else:
            entries = slots.entries(holder, key, self._operation)
            del entries[node.index]
            slots.store_entries(holder, key, entries)
        parent = node.parent
        if holder or parent is None or parent.parent is None:
            return
        if parent.value is holder or parent.value is None:
            self._take_away(parent)
        else:
            self._set_companion(parent, None)


def _check_levels(given: Given, level: int) -> None:
    for _, inner in given.parts:
        _check_levels(inner, level + 2)
    # What is made of parts is an object too.
    weight({} if given.parts else given.value, level)
    weight(given.companion, level)


def _check_weight(sum_of_all: int) -> None:
    if sum_of_all > MAX_WEIGHT:
        raise TooLarge


_ACTS: Final[dict[str, Callable[[_Site, Operation], None]]] = {
    "add": _Site.add,
    "insert": _Site.insert,
    "delete": _Site.delete,
    "replace": _Site.replace,
    "move": _Site.move,
}
