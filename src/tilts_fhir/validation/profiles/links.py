"""Where references lead, for profiles: the scene of the target, and what a reference says of its type."""

from typing import Any

from tilts_fhir import definitions
from tilts_fhir.validation.profiles.items import Item
from tilts_fhir.validation.references import Resolved, resolve
from tilts_fhir.validation.scenes import scene_of
from tilts_fhir.validation.walk import Json, Scene, Walk


def inner_scene(walk: Walk, item: Item) -> Scene:
    """The scene for a check inside an item: its own if it is a resource, otherwise that of the walk."""
    value = item.value
    if not isinstance(value, dict) or "resourceType" not in value or value is walk.scene.resource:
        return walk.scene
    return scene_of(walk, value, _entry_of(walk, value), item.path)


def _entry_of(walk: Walk, resource: Json) -> Json:
    entries = walk.memo.get(("entries", id(walk.scene)))
    if entries is None:
        entries = {id(each.get("resource")): each for each in walk.scene.resource.get("entry", ())}
        walk.memo["entries", id(walk.scene)] = entries
    found: Json = entries.get(id(resource), {})
    return found


def resolved(walk: Walk, scene: Scene, item: Item) -> Resolved | None:
    """What a Reference or canonical points to; None if it cannot be had."""
    text = text_of(item.value)
    return resolve(walk, text, scene) if text else None


def text_of(value: Any) -> str | None:
    """The text of a Reference or canonical."""
    text = value.get("reference") if isinstance(value, dict) else value
    return text if isinstance(text, str) else None


def type_by_text(item: Item) -> str | None:
    """The resource type that a Reference states by its `type` or its text; None if it states none."""
    if not isinstance(item.value, dict):
        return None
    stated = item.value.get("type")
    if isinstance(stated, str) and stated in definitions.resource_types():
        return stated
    steps = (text_of(item.value) or "").partition("/_history/")[0].split("/")
    name = steps[-2] if len(steps) >= 2 else ""
    return name if name in definitions.resource_types() else None
