"""Checks that a resource is built as FHIR R4 says: names, numbers of entries, types, formats, references.

Everything that is wrong is found, each with its place. Not here: invariants, bindings beyond lists of codes,
profiles, the content of narratives. The walk follows the plans (`plans.py`) made from HL7's definitions.
Source: https://hl7.org/fhir/R4/json.html, https://hl7.org/fhir/R4/datatypes.html.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias

from tilts_fhir import definitions
from tilts_fhir.issues import quoted
from tilts_fhir.validation.accepting import MAX_LEVELS_TRIED, WHOLE, resource_slot, trial
from tilts_fhir.validation.plans import Kind, Plan, Slot, plan
from tilts_fhir.validation.primitive_faults import report_primitive
from tilts_fhir.validation.scenes import scene_of
from tilts_fhir.validation.walk import (
    MAX_LEVELS,
    Path,
    Walk,
    nearest,
)

Holder: TypeAlias = dict[str, Any]
Visit: TypeAlias = Callable[[Walk, Slot, Any, Holder, Path], None]


def root_path(resource: Holder) -> Path:
    """The path of a resource that stands by itself."""
    name = resource.get("resourceType")
    if isinstance(name, str) and name in definitions.resource_types():
        return (None, name, None)
    return (None, "Resource", None)


def check_structure(walk: Walk) -> None:
    """The structure of the resource of the walk's scene.

    Raises:
        Enough: A bound is reached.
    """
    _resource(walk, walk.scene.resource, walk.scene.path)


def _resource(walk: Walk, value: Any, path: Path) -> None:
    if not isinstance(value, dict):
        report_primitive(walk, "Resource", value, path)
        return
    name = value.get("resourceType")
    if not isinstance(name, str):
        walk.report("no-resource-type", path)
    elif name not in definitions.resource_types():
        hint = nearest(name, sorted(definitions.resource_types()))
        walk.report("resource-type", path, name=quoted(name), **hint)
    else:
        _unless_accepted(walk, resource_slot(name), value, path)


def _unless_accepted(walk: Walk, slot: Slot, value: Holder, path: Path) -> None:
    """One object: where it is not surely right, the long way."""
    if id(value) in walk.accepted:
        return
    walk.count(len(value) + 1, path)
    if slot.type == "Extension" or walk.levels > MAX_LEVELS_TRIED or not value:
        _parts(walk, value, plan(slot.type), path, value)
        return
    left = trial(slot)(value, walk)
    if left:
        walk.left[id(value)] = left
        _parts(walk, value, plan(slot.type), path, left)
    else:
        walk.accepted.add(id(value))


def _parts(walk: Walk, value: Holder, here: Plan, path: Path, keys: Iterable[str]) -> None:
    """The elements under these keys, and the object as a whole, against the plan of its type."""
    if not value or (len(value) == 1 and "id" in value and not here.is_resource):
        walk.report("empty-object", path)
        return
    if walk.levels >= MAX_LEVELS:
        walk.report("too-deep", path, max=MAX_LEVELS)
        return
    walk.levels += 1
    chosen: dict[str, str] = {}
    slots = here.slots
    for key in keys:
        slot = slots.get(key)
        if slot is not None:
            _VISITS[slot.kind](walk, slot, value[key], value, path)
        elif key != WHOLE:
            _report_unknown(walk, key, here, path)
    if here.choices:
        for key in value:
            slot = slots.get(key)
            if slot is None or slot.choice is None:
                continue
            if chosen.setdefault(slot.choice, slot.key) != slot.key:
                names = f"{chosen[slot.choice]}, {slot.key}"
                walk.report("choice-twice", (path, slot.choice, None), names=names)
    for name, key, keys in here.required:
        if key not in value and value.keys().isdisjoint(keys):
            walk.report("missing", (path, name, None), name=name)
    if here.type == "Extension":
        _extension(walk, value, chosen, path)
    walk.levels -= 1


def _extension(walk: Walk, value: Holder, chosen: dict[str, str], path: Path) -> None:
    if chosen and "extension" in value:
        walk.report("extension-both", path)
    elif not chosen and "extension" not in value:
        walk.report("extension-nothing", path)


def _report_unknown(walk: Walk, key: str, here: Plan, path: Path) -> None:
    bare = key.removeprefix("_")
    for group, codes in here.choices.items():
        rest = bare.removeprefix(group)
        if rest == bare or (rest and not (rest[0].isupper() or rest == "[x]")):
            continue
        allowed = ", ".join(group + code[:1].upper() + code[1:] for code in codes)
        walk.report("choice-type", (path, group, None), group=group, name=quoted(key), allowed=allowed)
        return
    hint = nearest(key, list(here.slots))
    walk.report("unknown-element", path, name=quoted(key), type=here.type, **hint)


def _one_primitive(walk: Walk, slot: Slot, item: Any, holder: Holder, path: Path) -> None:
    here = (path, slot.name, None)
    if type(item) is list:
        walk.report("array", here)
    elif not _right(slot, item):
        report_primitive(walk, slot, item, here)


def _right(slot: Slot, item: Any) -> bool:
    if slot.text is not None:
        return type(item) is str and bool(slot.text(item))
    if slot.number is not None:
        return slot.number(item)
    return type(item) is bool


def _many_primitives(walk: Walk, slot: Slot, item: Any, holder: Holder, path: Path) -> None:
    if not _is_filled_array(walk, slot, item, path):
        return
    companions = holder.get("_" + slot.key)
    for index, entry in enumerate(item):
        if entry is None and _has_entry(companions, index):
            continue
        if not _right(slot, entry):
            report_primitive(walk, slot, entry, (path, slot.name, index))


def _has_entry(array: Any, index: int) -> bool:
    return type(array) is list and index < len(array) and array[index] is not None


def _one_object(walk: Walk, slot: Slot, item: Any, holder: Holder, path: Path) -> None:
    here = (path, slot.name, None)
    if type(item) is list:
        walk.report("array", here)
    else:
        _object(walk, slot, item, here)


def _many_objects(walk: Walk, slot: Slot, item: Any, holder: Holder, path: Path) -> None:
    if _is_filled_array(walk, slot, item, path):
        for index, entry in enumerate(item):
            _object(walk, slot, entry, (path, slot.name, index))


def _object(walk: Walk, slot: Slot, item: Any, path: Path) -> None:
    if type(item) is not dict:
        report_primitive(walk, slot, item, path)
    elif id(item) not in walk.accepted:
        _unless_accepted(walk, slot, item, path)


def _one_resource(walk: Walk, slot: Slot, item: Any, holder: Holder, path: Path) -> None:
    if type(item) is list:
        walk.report("array", (path, slot.name, None))
    else:
        _resource_in(walk, item, holder, (path, slot.name, None))


def _many_resources(walk: Walk, slot: Slot, item: Any, holder: Holder, path: Path) -> None:
    if _is_filled_array(walk, slot, item, path):
        for index, entry in enumerate(item):
            _resource_in(walk, entry, holder, (path, slot.name, index))


def _resource_in(walk: Walk, value: Any, holder: Holder, path: Path) -> None:
    outer = walk.scene
    if type(value) is dict:
        walk.scene = scene_of(walk, value, holder, path)
    _resource(walk, value, path)
    walk.scene = outer


def _many_companions(walk: Walk, slot: Slot, item: Any, holder: Holder, path: Path) -> None:
    if not _is_filled_array(walk, slot, item, path):
        return
    values = holder.get(slot.key)
    if type(values) is list and len(values) != len(item):
        walk.report("companion-length", (path, slot.name, None), name=slot.key)
    for index, entry in enumerate(item):
        here = (path, slot.name, index)
        if entry is not None:
            _object(walk, slot, entry, here)
        elif values is None or (type(values) is list and index >= len(values)):
            walk.report("null", here)


def _is_filled_array(walk: Walk, slot: Slot, item: Any, path: Path) -> bool:
    here = (path, slot.name, None)
    if type(item) is not list:
        walk.report("null" if item is None else "not-an-array", here)
        return False
    if not item:
        walk.report("empty-array", here)
        return False
    walk.count(len(item), here)
    if slot.max is not None and len(item) > slot.max:
        walk.report("too-many", here, max=slot.max, count=len(item))
    return True


_VISITS: Final[dict[Kind, Visit]] = {
    "text": _one_primitive,
    "number": _one_primitive,
    "boolean": _one_primitive,
    "object": _one_object,
    "resource": _one_resource,
    "companion": _one_object,
    "texts": _many_primitives,
    "numbers": _many_primitives,
    "booleans": _many_primitives,
    "objects": _many_objects,
    "resources": _many_resources,
    "companions": _many_companions,
}
