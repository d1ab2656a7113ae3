"""Whether an item is what a slice describes, judged by one discriminator.

A discriminator names a place by a simple path. On the side of the resource the path gives items; on the side of the
profile it gives the elements that describe them, through type profiles and reference targets where the path leads there.
Source: https://hl7.org/fhir/R4/profiling.html#discriminator.
"""

from dataclasses import replace
from typing import Final, NamedTuple

from tilts_fhir.structures import Discriminator
from tilts_fhir.validation.profiles import targets
from tilts_fhir.validation.profiles.ground import Ground, count_fixed
from tilts_fhir.validation.profiles.items import Item, children
from tilts_fhir.validation.profiles.links import resolved, type_by_text
from tilts_fhir.validation.profiles.paths import EXTENSION, OF_TYPE, RESOLVE, THIS, Step, steps
from tilts_fhir.validation.profiles.terminology import is_member
from tilts_fhir.validation.profiles.tree import Node, Tree, tree_of
from tilts_fhir.validation.profiles.values import contains, effort, is_equal
from tilts_fhir.validation.walk import Scene

MAX_PLACES: Final = 64
# To be asked for a whole profile costs more than to be compared.
PROFILE_WEIGHT: Final = 4
MAX_LEVELS_TOLD: Final = 3


class Described(NamedTuple):
    """An element that describes the discriminated place, and the profile that it belongs to."""

    tree: Tree
    node: Node


class Seen(NamedTuple):
    """An item, and the resource in which it stands."""

    item: Item
    scene: Scene


def meets(ground: Ground, node: Node, discriminator: Discriminator, item: Item) -> bool | None:
    """Whether the item is what the slice `node` says; None if the profile does not say what this discriminator asks."""
    path = steps(discriminator.path)
    if path is None:
        return None
    places = _described(ground, node, path)
    seen = _look(ground, Seen(item, ground.walk.scene), path)
    weight = PROFILE_WEIGHT if discriminator.kind == "profile" else 1
    ground.walk.count(len(places) * len(seen) * weight, item.path)
    if discriminator.kind == "type":
        return _meets_type(ground, places, seen, item, path)
    if discriminator.kind == "profile":
        return _meets_profile(ground, places, seen)
    if discriminator.kind == "exists":
        return _meets_existence(places, seen)
    decided = _meets_value(ground, places, seen)
    if decided is None:
        decided = _by_url_of_profile(node, path, seen)
    return decided


# The side of the profile


def _described(ground: Ground, node: Node, path: tuple[Step, ...]) -> list[Described]:
    """As `_describe` from a slice, asked once for each walk."""
    key = ("described", id(node), path)
    known = ground.walk.memo.get(key)
    if known is None:
        # The tree is kept with the answer, so that no other node can have the identity of this one.
        known = ground.walk.memo[key] = ground.tree, _describe(ground, Described(ground.tree, node), path)
    places: list[Described] = known[1]
    return places


def _describe(ground: Ground, start: Described, path: tuple[Step, ...]) -> list[Described]:
    places = [start]
    for step in path:
        places = [found for place in places for found in _next(ground, place, step)][:MAX_PLACES]
    return places


def _next(ground: Ground, place: Described, step: Step) -> list[Described]:
    if step.kind == THIS:
        return [place]
    if step.kind == OF_TYPE:
        same = [each for each in (place.node, *place.node.slices) if step.name in _codes(each)]
        return [Described(place.tree, each) for each in same[-1:]]
    if step.kind == RESOLVE:
        canonicals = [target for kind in place.node.row.types for target in kind.targets]
        return _roots(ground, canonicals)
    roots = [place, *_profiled(ground, place.node)]
    return [found for root in roots for found in _child(root, step)]


def _profiled(ground: Ground, node: Node) -> list[Described]:
    """The elements that the type profiles of an element name: their roots, or parts of them."""
    found: list[Described] = []
    for kind in node.row.types:
        for index, canonical in enumerate(kind.profiles):
            part = kind.parts[index] if index < len(kind.parts) else None
            for root in _roots(ground, [canonical]):
                meant = root.node if part is None else root.tree.by_id.get(part)
                found += [Described(root.tree, meant)] if meant is not None else []
    return found


def _child(place: Described, step: Step) -> list[Described]:
    tree, node = place
    if node.row.content_reference in tree.by_id and not node.children:
        node = tree.by_id[node.row.content_reference or ""]
    if step.kind == EXTENSION:
        found = node.children.get("extension")
        slices = found.slices if found is not None else []
        return [Described(tree, each) for each in slices if _url_of(each) == step.name]
    found = node.children.get(step.name)
    # Slices below say more than the element that they divide, and so may a value of the whole.
    told = [] if found is None else [found, *(each for each in found.slices if each.row.min)]
    return [*(Described(tree, each) for each in told), *_inside(tree, node, step.name)]


def _inside(tree: Tree, node: Node, name: str) -> list[Described]:
    """What a fixed value or a pattern of the whole says of one of its elements."""
    whole = node.row.fixed if node.row.fixed is not None else node.row.pattern
    if not isinstance(whole, dict) or name not in whole:
        return []
    entries = whole[name] if isinstance(whole[name], list) else [whole[name]]
    rows = [replace(node.row, id=f"{node.row.id}.{name}", fixed=None, pattern=each) for each in entries]
    return [Described(tree, Node(row, name, None)) for row in rows]


def _roots(ground: Ground, canonicals: list[str]) -> list[Described]:
    found = (ground.walk.library.structure(each) for each in canonicals)
    trees = [tree_of(each) for each in found if each is not None]
    return [Described(each, each.root) for each in trees]


def _url_of(node: Node) -> str | None:
    url = node.children.get("url")
    if url is not None and isinstance(url.row.fixed, str):
        return url.row.fixed
    profiles = [each for kind in node.row.types for each in kind.profiles]
    return profiles[0].partition("|")[0] if profiles else None


def _codes(node: Node) -> set[str]:
    return {node.only} if node.only is not None else {each.code for each in node.row.types}


# The side of the resource


def _look(ground: Ground, start: Seen, path: tuple[Step, ...]) -> list[Seen]:
    seen = [start]
    for step in path:
        seen = [found for each in seen for found in _go(ground, each, step)][: 16 * MAX_PLACES]
        ground.walk.count(len(seen), start.item.path)
    return seen


def _go(ground: Ground, seen: Seen, step: Step) -> list[Seen]:
    item, scene = seen
    if step.kind == THIS:
        return [seen]
    if step.kind == OF_TYPE:
        return [seen] if item.type == step.name else []
    if step.kind == RESOLVE:
        found = resolved(ground.walk, scene, item)
        if found is None:
            return []
        kind = str(found.resource.get("resourceType"))
        return [Seen(Item(found.resource, None, kind, found.path), found.scene)]
    if step.kind == EXTENSION:
        return [Seen(each, scene) for each in children(item, "extension") if _has_url(each, step.name)]
    return [Seen(each, scene) for each in children(item, step.name)]


def _has_url(item: Item, url: str) -> bool:
    return isinstance(item.value, dict) and item.value.get("url") == url


# The verdicts


def _meets_type(
    ground: Ground, places: list[Described], seen: list[Seen], item: Item, path: tuple[Step, ...]
) -> bool:
    own = [place for place in places if place.tree is ground.tree]
    codes = {code for place in own or places for code in _codes(place.node)}
    if path and path[-1].kind == RESOLVE:
        # The structures that describe the targets are roots: their type is what counts.
        codes = {place.tree.structure.type for place in places}
        if not seen:
            holders = _look(ground, Seen(item, ground.walk.scene), path[:-1])
            stated = {type_by_text(each.item) for each in holders} - {None}
            return bool(stated) and (bool(codes & stated) or "Resource" in codes)
    return any(each.item.type in codes or _is_backbone(each.item.type, codes) for each in seen)


def _is_backbone(part: str, codes: set[str]) -> bool:
    return ("." in part and "BackboneElement" in codes) or (part[:1].isupper() and "Resource" in codes)


def _meets_profile(ground: Ground, places: list[Described], seen: list[Seen]) -> bool | None:
    canonicals: list[str] = []
    for place in places:
        stated = [profile for kind in place.node.row.types for profile in kind.profiles]
        canonicals += [place.tree.structure.url] if place.node is place.tree.root else stated
    if not canonicals:
        return None
    return any(
        targets.is_met(ground.walk, each.scene, each.item, canonical)
        for each in seen
        for canonical in canonicals
    )


def _meets_existence(places: list[Described], seen: list[Seen]) -> bool | None:
    if any(place.node.row.max == 0 for place in places):
        return not seen
    return bool(seen) if any(place.node.row.min for place in places) else None


def _meets_value(ground: Ground, places: list[Described], seen: list[Seen]) -> bool | None:
    """None if no place says which value it should be; that one must be there at all counts only if nothing else is said."""
    for judge in (_of_place, _of_number):
        found = [judge(ground, place.node, seen) for place in places]
        decided = [each for each in found if each is not None]
        if decided:
            return any(decided)
    return None


def _of_number(ground: Ground, node: Node, seen: list[Seen]) -> bool | None:
    if node.row.max == 0:
        return not seen
    return bool(seen) if node.row.min > 0 and node.name != "url" else None


def _of_place(ground: Ground, node: Node, seen: list[Seen]) -> bool | None:
    row = node.row
    if row.fixed is not None:
        count_fixed(ground, row.fixed, (None, node.name, None))
        return any(is_equal(row.fixed, each.item.value) for each in seen)
    if row.pattern is not None:
        ground.walk.count(sum(effort(row.pattern, each.item.value) for each in seen), (None, node.name, None))
        return any(contains(row.pattern, each.item.value) for each in seen)
    below = _below(ground, node, seen)
    if below is not None:
        return below
    if row.binding is not None and row.binding.strength == "required" and row.binding.value_set:
        value_set = row.binding.value_set
        return any(is_member(ground.walk, value_set, each.item) for each in seen)
    return None


def _below(ground: Ground, node: Node, seen: list[Seen]) -> bool | None:
    """What the elements below say, where the place itself says nothing: one item must meet them all."""
    telling = _telling(node, 0)
    if not telling:
        return None
    ground.walk.count(len(telling) * len(seen), (None, node.name, None))
    return any(all(_agrees(ground, child, each) for child in telling) for each in seen)


def _telling(node: Node, level: int) -> list[Node]:
    if level > MAX_LEVELS_TOLD:
        return []
    return [
        each
        for child in node.children.values()
        for each in (child, *child.slices)
        if each.row.fixed is not None or each.row.pattern is not None or _telling(each, level + 1)
    ]


def _agrees(ground: Ground, node: Node, seen: Seen) -> bool:
    inner = [Seen(each, seen.scene) for each in children(seen.item, node.name)]
    if not inner and node.row.min == 0:
        return True
    return _of_place(ground, node, inner) is not False


def _by_url_of_profile(node: Node, path: tuple[Step, ...], seen: list[Seen]) -> bool | None:
    """An extension whose definition is not known is told by the canonical of that definition."""
    url = _url_of(node) if len(path) == 1 and path[0].name == "url" else None
    return None if url is None else any(each.item.value == url for each in seen)
