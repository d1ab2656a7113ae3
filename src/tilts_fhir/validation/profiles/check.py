"""Checks a value against a profile: what the profile asks for beyond the base type."""

from typing import Any, Final

from tilts_fhir.fhirpath import Node as FhirPathNode
from tilts_fhir.issues import quoted
from tilts_fhir.structures import Structure
from tilts_fhir.validation.invariants import check_invariants, compiled, metered_context_of
from tilts_fhir.validation.profiles import slicing, targets
from tilts_fhir.validation.profiles.bounds import check_value
from tilts_fhir.validation.profiles.ground import Ground
from tilts_fhir.validation.profiles.items import Item, children
from tilts_fhir.validation.profiles.links import inner_scene
from tilts_fhir.validation.profiles.tree import Node, tree_of
from tilts_fhir.validation.walk import Path, Walk

# A resource is at most 64 levels deep; references followed on the way go deeper.
MAX_LEVELS_CHECKED: Final = 96
# What an expression costs beside the steps it takes.
CHARACTERS_COMPILED_AS_A_VALUE: Final = 4
CHARACTERS_EVALUATED_AS_A_VALUE: Final = 64


def check_profile(
    walk: Walk, structure: Structure, value: Any, path: Path, *, part: str | None = None
) -> None:
    """
    What a value lacks of a profile.

    Args:
        walk: Its scene is the resource in which the value stands.
        structure: The profile.
        value: A resource, a complex value or a primitive whose shape is right.
        path: Where it stands.
        part: Its type; that of the profile if none is given.

    Raises:
        Enough: A bound is reached.
    """
    check_item(walk, structure, Item(value, None, part or structure.type, path))


def check_item(walk: Walk, structure: Structure, item: Item) -> None:
    """As `check_profile`, for an item that may be a primitive with extensions."""
    tree = tree_of(structure)
    if tree.root.is_active:
        check_node(Ground(walk, tree, structure.url), tree.root, item)


def check_part(walk: Walk, structure: Structure, id: str, item: Item) -> None:
    """An item against one element of a profile, named by its id; nothing if it has no such element."""
    tree = tree_of(structure)
    if id in tree.by_id:
        check_node(Ground(walk, tree, structure.url), tree.by_id[id], item)


def check_node(ground: Ground, node: Node, item: Item) -> None:
    """One item against one element of the profile, with all below."""
    walk = ground.walk
    if walk.levels >= MAX_LEVELS_CHECKED:
        return
    walk.levels += 1
    walk.count(1 + len(node.active), item.path)
    check_value(ground, node, item)
    if node.constraints:
        _check_constraints(walk, node, item)
    if node.profiled:
        targets.check_types(ground, node, item)
    below = _below(ground, node)
    if below:
        outer = walk.scene
        walk.scene = inner_scene(walk, item)
        for child in below:
            check_element(ground, child, item)
        walk.scene = outer
    walk.levels -= 1


def _check_constraints(walk: Walk, node: Node, item: Item) -> None:
    """The invariants of the profile; each counts as so many values as its length says."""
    key = ("invariants", id(node), item.type)
    known = walk.memo.get(key)
    if known is None:
        length = sum(len(each.expression or "") for each in node.constraints)
        walk.count(length // CHARACTERS_COMPILED_AS_A_VALUE, item.path)
        ready = tuple(compiled(each, item.type) for each in node.constraints)
        cost = len(ready) + length // CHARACTERS_EVALUATED_AS_A_VALUE
        # The node is kept with the answer, so that no other can have its identity.
        known = walk.memo[key] = node, ready, cost
    walk.count(known[2], item.path)
    focus = FhirPathNode(item.value, item.companion, item.type)
    check_invariants(walk, known[1], focus, item.path, metered_context_of(walk))


def check_element(ground: Ground, node: Node, holder: Item) -> None:
    """All items of one element: how many they are, each of them, and the slices."""
    items = children(holder, node.name)
    ground.walk.count(len(items), holder.path)
    check_count(ground, node, items, holder)
    for item in items:
        check_node(ground, node, item)
    if node.slices or node.default is not None:
        slicing.check_slices(ground, node, items, holder)


def check_count(ground: Ground, node: Node, items: list[Item], holder: Item) -> None:
    """Whether there are as many as the profile asks for."""
    count = len(items)
    name = node.row.id
    place: Path = (holder.path, node.name, None)
    if node.least and count < node.least:
        ground.report("profile-minimum", place, name=quoted_name(name), min=node.least, count=count)
    if node.most is not None and count > node.most:
        place = items[0].path if count == 1 else place
        ground.report("profile-maximum", place, name=quoted_name(name), max=node.most, count=count)


def quoted_name(name: str) -> str:
    """The id of an element, for a text."""
    return quoted(name)


def _below(ground: Ground, node: Node) -> tuple[Node, ...]:
    reference = node.row.content_reference
    if reference is None or node.active:
        return node.active
    meant = ground.tree.by_id.get(reference)
    return meant.active if meant is not None else ()
