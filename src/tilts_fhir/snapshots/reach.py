"""Trees of the definitions that a snapshot is made from: base types, profiled types, extensions."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from tilts_fhir.snapshots.tree import Budget, Node, grow
from tilts_fhir.structures import TYPE_ROOT

Json: TypeAlias = dict[str, Any]
Find: TypeAlias = Callable[[str], Json | None]

# So deep definitions rest on each other at most; what unfolds is nested in the walk, so that it has less.
MAX_CHAIN: Final = 16
MAX_UNFOLDINGS: Final = 4


@dataclass(slots=True)
class Reach:
    """
    Attributes:
        find: Gives a StructureDefinition by canonical.
        make: Gives the snapshot of one that has only a differential.
        chain: Canonicals of those that are being made, to see circles.
        unfoldings: How many of the definitions being made were asked for to unfold an element.
        budget: Shared by all that are made in one call.
    """

    find: Find
    make: "Callable[[Json, Reach], list[Json] | None]"
    chain: tuple[str, ...] = ()
    unfoldings: int = 0
    budget: Budget = field(default_factory=Budget)
    trees: dict[str, Node | None] = field(default_factory=dict)

    def tree(self, canonical: str, *, unfolding: bool = False) -> Node | None:
        """
        The tree of a definition; None if there is none, or it cannot be made.

        Args:
            canonical: Which definition.
            unfolding: Whether it is wanted for the children of an element, not as the base of a definition.
        """
        if canonical not in self.trees:
            elements = self._elements(canonical, unfolding)
            self.trees[canonical] = grow(enumerate(elements)) if elements else None
        return self.trees[canonical]

    def type_tree(self, code: str) -> Node | None:
        """The tree of a base type by its name or url."""
        return self.tree(code if ":" in code else TYPE_ROOT + code, unfolding=True)

    def _elements(self, canonical: str, unfolding: bool) -> list[Json] | None:
        definition = self.find(canonical)
        if definition is None:
            return None
        if "snapshot" in definition:
            return snapshot_elements(definition)
        url = str(definition.get("url"))
        unfoldings = self.unfoldings + unfolding
        if url in self.chain or len(self.chain) >= MAX_CHAIN or unfoldings > MAX_UNFOLDINGS:
            return None
        inner = Reach(self.find, self.make, (*self.chain, url), unfoldings, self.budget, self.trees)
        return self.make(definition, inner)


def snapshot_elements(definition: Json) -> list[Json] | None:
    """The elements of the snapshot that can be read; None if there is not one."""
    return [element for _, element in _elements_of(definition.get("snapshot"))] or None


def differential_elements(definition: Json) -> list[tuple[int, Json]]:
    """The elements of the differential that can be read, with their places."""
    return _elements_of(definition.get("differential"))


def _elements_of(view: object) -> list[tuple[int, Json]]:
    elements = view.get("element") if isinstance(view, dict) else None
    if not isinstance(elements, list):
        return []
    return [
        (index, each)
        for index, each in enumerate(elements)
        if isinstance(each, dict) and isinstance(each.get("path"), str)
    ]
