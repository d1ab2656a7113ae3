"""The place of an extension in the words of definitions: paths and types of the element in which it stands."""

from dataclasses import dataclass, field
from typing import Any, Final

from tilts_fhir import definitions
from tilts_fhir.validation.profiles.items import Item, child_at, element_of
from tilts_fhir.validation.walk import Path, Scene

# Paths in definitions of extensions are shorter than this.
MAX_STEPS: Final = 8
EXTENSIONS: Final = ("extension", "modifierExtension")


@dataclass(slots=True)
class Place:
    """
    The element that has the extension.

    Attributes:
        item: The element itself.
        names: All that it may be called: `Patient.name`, `HumanName`, `HumanName.given`, `Element`.
        urls: If it is an extension: its own url, and the urls down to it (`outer#inner`).
    """

    item: Item
    names: set[str] = field(default_factory=set)
    urls: set[str] = field(default_factory=set)


def place_of(scene: Scene, path: Path) -> Place | None:
    """The element in which the extension at `path` stands; None if it cannot be told."""
    steps = _steps(scene, path)
    if steps is None:
        return None
    resource = scene.resource
    kind = str(resource.get("resourceType"))
    place = Place(Item(resource, None, kind, scene.path), {kind, *_ancestors(kind)})
    trails, trail = {kind}, ""
    for name, index in steps:
        inner = child_at(place.item, name, index)
        if inner is None:
            return None
        holder = place.item.type
        starts = {*trails, holder, *_ancestors(holder)}
        trails = {f"{each}.{name}" for each in starts if each.count(".") < MAX_STEPS}
        place = Place(inner, {*_with_types(trails, holder, name, inner), *types_of(inner.type)})
        url = inner.value.get("url") if name in EXTENSIONS and isinstance(inner.value, dict) else None
        if isinstance(url, str):
            place.urls = {url, f"{trail}#{url}"} if trail else {url}
            trail = f"{trail}#{url}" if trail and ":" not in url else url
        elif name == "value" and place.urls == set() and trail:
            place.urls = {trail, trail.rpartition("#")[2]}
        else:
            trail = ""
    return place


def _steps(scene: Scene, path: Path) -> list[tuple[str, int | None]] | None:
    """Names and indexes from the resource to the element that holds the extension."""
    steps: list[tuple[str, int | None]] = []
    here: Any = path[0]
    while here is not None and here != scene.path:
        steps.append((here[1], here[2]))
        here = here[0]
    return None if here is None else steps[::-1]


def _with_types(trails: set[str], holder: str, name: str, item: Item) -> set[str]:
    """The paths to an item, for a choice in all forms in which it may be written."""
    element = element_of(holder, name)
    if element is None or not element.choice:
        return trails
    ends = ("", "[x]", item.type[:1].upper() + item.type[1:], f".ofType({item.type})")
    return {trail + end for trail in trails for end in ends}


def types_of(kind: str) -> set[str]:
    found = {kind, *_ancestors(kind)}
    if "." in kind:
        found |= {"BackboneElement", "Element"}
    return found


def _ancestors(kind: str) -> set[str]:
    """The types from which a type is derived."""
    primitive = definitions.primitives().get(kind)
    if primitive is not None:
        base: str | None = primitive.base if primitive.base in definitions.primitives() else "Element"
        return {base, "Element"} if base else {"Element"}
    found: set[str] = set()
    current: str | None = kind.partition(".")[0] if "." not in kind else None
    while current is not None:
        try:
            current = definitions.type_definition(current).base
        except KeyError:
            break
        if current is not None:
            found.add(current)
    return found
