"""Contained resources: each has an id of its own and is used by the resource that contains it.

Source: https://hl7.org/fhir/R4/references.html#contained, dom-3 of https://hl7.org/fhir/R4/domainresource.html.
"""

from collections.abc import Iterator
from typing import Any

from tilts_fhir.issues import quoted
from tilts_fhir.validation.walk import Json, Path, Walk


def check_contained_use(walk: Walk, resource: Json, path: Path) -> None:
    """The ids of what a resource contains, and dom-3."""
    contained = resource.get("contained")
    if not isinstance(contained, list) or walk.scene.kind == "contained":
        return
    used = set(_fragments(resource))
    seen: set[str] = set()
    for index, inner in enumerate(contained):
        if not isinstance(inner, dict):
            continue
        here: Path = (path, "contained", index)
        name = inner.get("id")
        if not isinstance(name, str):
            walk.report("contained-no-id", here)
            continue
        if name in seen:
            walk.report("contained-same-id", here, name=quoted(name))
        seen.add(name)
        # One that points to its container ("#") belongs to it too.
        if "#" + name not in used and "#" not in _fragments(inner):
            walk.report("contained-unused", here, name=quoted(name), source="dom-3")


def _fragments(resource: Json) -> Iterator[str]:
    """All texts that begin with `#`, of whatever element: a Reference, a canonical, a uri."""
    waiting: list[Any] = [resource]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, str) and item.startswith("#"):
            yield item
