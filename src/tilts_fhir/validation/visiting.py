"""The second look at a resource, after its structure: rules and invariants at every place that was not accepted before."""

from collections.abc import Callable, Container, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from tilts_fhir.validation import rules
from tilts_fhir.validation.invariants import (
    check_contained,
    check_invariants,
    invariants_of,
    invariants_on,
)
from tilts_fhir.validation.plans import Kind, Slot, plan
from tilts_fhir.validation.postponing import Postponed
from tilts_fhir.validation.profiles import check_profiles
from tilts_fhir.validation.scenes import scene_of
from tilts_fhir.validation.walk import Json, Path, Scene, Walk


def visit_resource(walk: Walk, resource: Json, path: Path) -> None:
    """All rules for the resource of the walk's scene, and for all that stands in it.

    Raises:
        Enough: A bound is reached.
    """
    kind: str = resource["resourceType"]
    if id(resource) not in walk.accepted:
        _parts(walk, resource, kind, path)
        check_invariants(walk, invariants_of(kind), resource, path)
    for index, inner in enumerate(resource.get("contained", ())):
        _resource_in(walk, inner, resource, (path, "contained", index))
    check_contained(walk, resource, path)
    for rule in (*rules.ANY_RESOURCE_RULES, *rules.RESOURCE_RULES.get(kind, ())):
        rule(walk, resource, path)
    check_profiles(walk, resource, path)


def visit_postponed(walk: Walk, found: Sequence[Postponed]) -> None:
    """The rules for accepted values that look at what stands around them; only now their places are looked for.

    Raises:
        Enough: A bound is reached.
    """
    outer = walk.scene
    wanted = {id(each.value) for each in found}
    known: dict[object, dict[int, Path]] = {}
    for each in found:
        walk.scene = each.scene
        by_slot, anywhere = (id(each.scene.resource), each.slot), id(each.scene.resource)
        if by_slot not in known:
            known[by_slot] = _places_of(each)
        path = known[by_slot].get(id(each.value))
        if path is None:
            if anywhere not in known:
                known[anywhere] = _places_anywhere(each.scene, wanted)
            path = known[anywhere][id(each.value)]
        for rule in rules.TYPE_RULES.get(each.slot.type, ()):
            rule(walk, each.slot, each.value, path)
    walk.scene = outer


def _places_of(wanted: Postponed) -> dict[int, Path]:
    """All values of that element by identity, if it is one of the resource or of its backbone parts."""
    scene, slot = wanted.scene, wanted.slot
    kind, *steps = slot.part.split(".")
    if kind != scene.resource["resourceType"]:
        return {}
    holders: list[tuple[Json, Path]] = [(scene.resource, scene.path)]
    for step in steps:
        holders = [inner for holder, path in holders for inner in _under(holder, step, step, path)]
    found = [inner for holder, path in holders for inner in _under(holder, slot.key, slot.name, path)]
    return {id(value): path for value, path in found}


def _under(holder: Json, key: str, name: str, path: Path) -> list[tuple[Json, Path]]:
    item = holder.get(key)
    if type(item) is list:
        return [(each, (path, name, index)) for index, each in enumerate(item)]
    return [] if item is None else [(item, (path, name, None))]


def _places_anywhere(scene: Scene, wanted: Container[int]) -> dict[int, Path]:
    """The wanted objects of a resource by identity, without those of the resources in it."""
    found: dict[int, Path] = {}
    waiting: list[tuple[Json, str, Path]] = [(scene.resource, scene.resource["resourceType"], scene.path)]
    for value, part, path in waiting:  # grows as it is walked
        slots = plan(part).slots
        for key, item in value.items():
            kind = type(item)
            slot = slots.get(key) if kind is dict or kind is list else None
            if slot is None or slot.kind not in ("object", "objects"):
                continue
            entries = [(None, item)] if kind is dict else list(enumerate(item))
            inside = [(each, slot.type, (path, slot.name, index)) for index, each in entries]
            waiting += inside
            found |= {id(each): place for each, _, place in inside if id(each) in wanted}
    return found


class Place(NamedTuple):
    """The object whose element is looked at, and where it stands."""

    holder: Json
    path: Path


def _parts(walk: Walk, value: Json, part: str, path: Path) -> None:
    slots = looked_at(part)
    here = Place(value, path)
    for key in walk.left.get(id(value), value):
        slot = slots.get(key)
        if slot is not None:
            _VISITS[slot.kind](walk, slot, value[key], here)


@cache
def looked_at(part: str) -> dict[str, Slot]:
    """The elements of a part by JSON key, without the primitives of which no rule says anything."""
    return {key: slot for key, slot in plan(part).slots.items() if _is_ruled(slot)}


def _is_ruled(slot: Slot) -> bool:
    if slot.kind == "resources" and slot.name == "contained":
        return False  # visited by `visit_resource`
    if slot.text is None and slot.number is None and slot.kind not in ("boolean", "booleans"):
        return True
    return bool(rules.primitive_rules(slot) or invariants_on(slot.part, slot.name, slot.type))


def _object(walk: Walk, slot: Slot, item: Any, here: Place) -> None:
    if id(item) not in walk.accepted:
        _look(walk, slot, item, (here.path, slot.name, None))


def _objects(walk: Walk, slot: Slot, items: Any, here: Place) -> None:
    for index, item in enumerate(items):
        if item is not None and id(item) not in walk.accepted:
            _look(walk, slot, item, (here.path, slot.name, index))


def _look(walk: Walk, slot: Slot, item: Json, path: Path) -> None:
    walk.count(len(item), path)
    _parts(walk, item, slot.type, path)
    check_invariants(walk, invariants_of(slot.type), item, path)
    if slot.key[0] != "_":
        check_invariants(walk, invariants_on(slot.part, slot.name, slot.type), item, path)
    for rule in rules.TYPE_RULES.get(slot.type, ()):
        rule(walk, slot, item, path)


def _inner(walk: Walk, slot: Slot, item: Any, here: Place) -> None:
    _resource_in(walk, item, here.holder, (here.path, slot.name, None))


def _inners(walk: Walk, slot: Slot, items: Any, here: Place) -> None:
    for index, item in enumerate(items):
        _resource_in(walk, item, here.holder, (here.path, slot.name, index))


def _resource_in(walk: Walk, item: Json, holder: Json, path: Path) -> None:
    outer = walk.scene
    walk.scene = scene_of(walk, item, holder, path)
    visit_resource(walk, item, path)
    walk.scene = outer


def _primitive(walk: Walk, slot: Slot, item: Any, here: Place) -> None:
    _one(walk, slot, item, (here.path, slot.name, None))


def _primitives(walk: Walk, slot: Slot, items: Any, here: Place) -> None:
    for index, item in enumerate(items):
        if item is not None:
            _one(walk, slot, item, (here.path, slot.name, index))


def _one(walk: Walk, slot: Slot, item: Any, path: Path) -> None:
    for rule in rules.primitive_rules(slot):
        rule(walk, slot, item, path)
    check_invariants(walk, invariants_on(slot.part, slot.name, slot.type), item, path)


_VISITS: Final[dict[Kind, Callable[[Walk, Slot, Any, Place], None]]] = {
    "text": _primitive,
    "number": _primitive,
    "boolean": _primitive,
    "object": _object,
    "resource": _inner,
    "companion": _object,
    "texts": _primitives,
    "numbers": _primitives,
    "booleans": _primitives,
    "objects": _objects,
    "resources": _inners,
    "companions": _objects,
}
