"""Lays the tree of a differential over the tree of the definition it is derived from."""

from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from tilts_fhir.snapshots.merging import check_change, merged
from tilts_fhir.snapshots.problems import Problem
from tilts_fhir.snapshots.reach import Reach
from tilts_fhir.snapshots.shorthand import expand_shorthands, narrow_to_slices, type_of_slice
from tilts_fhir.snapshots.tree import MAX_SLICES, Node, TooLarge, clone
from tilts_fhir.snapshots.unfolding import adopt, unfold

Json: TypeAlias = dict[str, Any]

BY_URL: Final = {"discriminator": [{"type": "value", "path": "url"}], "ordered": False, "rules": "open"}
BY_TYPE: Final = {"discriminator": [{"type": "type", "path": "$this"}], "ordered": False, "rules": "open"}


@dataclass(slots=True)
class Application:
    """
    One differential on its way into a snapshot.

    Attributes:
        source: Canonical of the definition that is made.
        adds: Whether it may have elements that the base has not: true for a specialization.
    """

    reach: Reach
    source: str
    adds: bool
    problems: list[Problem] = field(default_factory=list)

    def report(self, key: str, change: Node, severity: str = "error", **facts: str) -> None:
        element = change.element or {}
        facts.setdefault("element", str(element.get("id") or element.get("path") or change.name))
        self.problems.append(Problem(key, change.index, facts, severity))

    def apply(self, base: Node, change: Node, *, is_slice: bool = False) -> None:
        """Change the element `base`, its children and its slices."""
        original = clone(base, self.reach.budget, slices=False) if change.slices else base
        if change.element is not None:
            self._merge(base, change, is_slice=is_slice)
        for index in change.repeated:
            repeat = Node(change.name, change.element, index)
            self.report("sd-element-twice", repeat)
        if change.children:
            self._children(base, change)
        for name, each in change.slices.items():
            self._slice(base, original, name, each)
        narrow_to_slices(base, change)

    def _merge(self, base: Node, change: Node, *, is_slice: bool) -> None:
        if base.element is None or change.element is None:
            base.element = base.element or change.element
            return

        def report(key: str, **facts: str) -> None:
            self.report(key, change, **facts)

        check_change(base.element, change.element, report, is_slice=is_slice)
        base.element = merged(base.element, change.element, self.source)
        if "type" in change.element:
            adopt(base, self.reach)

    def _children(self, base: Node, change: Node) -> None:
        if not base.children:
            unfold(base, self.reach)
        order = {name: number for number, name in enumerate(base.children)}
        reached = -1
        for name, child in expand_shorthands(base, change).items():
            target = base.children.get(name)
            if target is None:
                self._new_child(base, child)
                continue
            if order[name] < reached:
                self.report("sd-out-of-order", _first(child))
            reached = max(reached, order[name])
            self.apply(target, child)

    def _new_child(self, base: Node, child: Node) -> None:
        if not self.adds:
            self.report("sd-element-unknown", _first(child), name=child.name)
            return
        element = child.element or {}
        added = base.children[child.name] = Node(child.name, {"min": 0, "max": "1", **element}, child.index)
        self.reach.budget.spend()
        self.apply(added, Node(child.name, None, child.index, child.children, child.slices))

    def _slice(self, base: Node, original: Node, name: str, change: Node) -> None:
        existing = base.slices.get(name)
        if existing is not None:
            self.apply(existing, change)
            return
        parent = base.slices.get(name.rpartition("/")[0], original)
        self._check_slicing(base, parent, name, change)
        made = clone(parent, self.reach.budget, slices=False)
        made.element = {key: value for key, value in (made.element or {}).items() if key != "slicing"}
        if (kind := type_of_slice(base, name, change)) is not None:
            made.element["type"] = [kind]
        if parent is original:
            made.element["min"] = 0 if "min" not in (change.element or {}) else made.element.get("min", 0)
        _insert_after(base.slices, name, made)
        self.apply(made, change, is_slice=True)

    def _check_slicing(self, base: Node, sliced: Node, name: str, change: Node) -> None:
        """`sliced` is what the new slice is cut from, as it was before: the element, or a slice to be re-sliced."""
        before = (sliced.element or {}).get("slicing")
        if isinstance(before, dict) and before.get("rules") == "closed":
            self.report("sd-slice-in-closed", _first(change), name=name)
        element = base.element or {}
        if sliced in base.slices.values() or "slicing" in element:
            return
        if base.name.endswith("[x]"):
            base.element = {**element, "slicing": BY_TYPE}
        elif base.name in ("extension", "modifierExtension"):
            base.element = {**element, "slicing": BY_URL}
        else:
            single = "warning" if element.get("max") == "1" else "error"
            self.report("sd-slicing-missing", _first(change), single, name=name)


def _first(node: Node) -> Node:
    """The node itself, or the first below it that really stands in the differential."""
    while node.element is None:
        below = [*node.children.values(), *node.slices.values()]
        if not below:
            break
        node = below[0]
    return node


def _insert_after(slices: dict[str, Node], name: str, made: Node) -> None:
    """At the end; a re-slice `a/b` after the last of `a`."""
    if len(slices) >= MAX_SLICES:
        raise TooLarge
    slices[name] = made
    owner = name.rpartition("/")[0]
    names = list(slices)[:-1]
    family = [number for number, each in enumerate(names) if each == owner or each.startswith(owner + "/")]
    if not owner or not family:
        return
    for each in names[family[-1] + 1 :]:
        slices[each] = slices.pop(each)
