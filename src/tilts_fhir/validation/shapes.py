"""Takes out of a resource what has not the shape that JSON has for it, so that rules need not ask at every step.

What is taken out was reported before by the structure check. An array with one misshapen entry goes as a whole, so
that the places of the others stay true.
"""

from collections.abc import Callable
from typing import Any, Final

from tilts_fhir import definitions
from tilts_fhir.validation.plans import Kind, Plan, Slot, plan
from tilts_fhir.validation.walk import MAX_LEVELS, Json


def shaped(resource: Json) -> Json | None:
    """A copy without the misshapen values and without unknown elements; None if it is no resource at all."""
    return _resource(resource, 1)


def _resource(value: Any, level: int) -> Json | None:
    name = value.get("resourceType") if type(value) is dict else None
    if not isinstance(name, str) or name not in definitions.resource_types():
        return None
    return _parts(value, plan(name), level)


def _parts(value: Any, here: Plan, level: int) -> Json | None:
    if type(value) is not dict or level > MAX_LEVELS:
        return None
    kept: Json = {}
    for key, item in value.items():
        slot = here.slots.get(key)
        if slot is not None:
            right = _SHAPES[slot.kind](slot, item, level)
            if right is not None:
                kept[key] = right
    return kept


def _part(slot: Slot, item: Any, level: int) -> Any:
    return _parts(item, plan(slot.type), level + 1)


def _inner(slot: Slot, item: Any, level: int) -> Any:
    return _resource(item, level + 1)


def _text(slot: Slot, item: Any, level: int) -> Any:
    return item if type(item) is str else None


def _number(slot: Slot, item: Any, level: int) -> Any:
    return None if isinstance(item, bool | str | dict | list) else item


def _boolean(slot: Slot, item: Any, level: int) -> Any:
    return item if type(item) is bool else None


def _every(one: Callable[[Slot, Any, int], Any], *, gaps: bool = False) -> Callable[[Slot, Any, int], Any]:
    def every(slot: Slot, items: Any, level: int) -> Any:
        if type(items) is not list or not items:
            return None
        kept = [None if item is None else one(slot, item, level) for item in items]
        lost = any(new is None and not (gaps and item is None) for new, item in zip(kept, items, strict=True))
        return None if lost else kept

    return every


_SHAPES: Final[dict[Kind, Callable[[Slot, Any, int], Any]]] = {
    "text": _text,
    "number": _number,
    "boolean": _boolean,
    "object": _part,
    "resource": _inner,
    "companion": _part,
    "texts": _every(_text, gaps=True),
    "numbers": _every(_number, gaps=True),
    "booleans": _every(_boolean, gaps=True),
    "objects": _every(_part),
    "resources": _every(_inner),
    "companions": _every(_part, gaps=True),
}
