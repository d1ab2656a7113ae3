"""Contained resources: each has an id of its own and is used by the resource that contains it.

Source: https://hl7.org/fhir/R4/references.html#contained, dom-3 of https://hl7.org/fhir/R4/domainresource.html.
"""

from typing import Any

from tilts_fhir.issues import quoted
from tilts_fhir.validation.walk import Json, Path, Walk


def check_contained_use(walk: Walk, resource: Json, path: Path) -> None:
    """The ids of what a resource contains, and dom-3."""
    contained = resource.get("contained")
    if not isinstance(contained, list) or walk.scene.kind == "contained":
        return
    used: set[str] | None = None  # looked for only when no reference was met on the way
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
        if (id(resource), name) in walk.fragments:
            continue
        used = _fragments(resource) if used is None else used
        if "#" + name not in used and "#" not in _fragments(inner):
            walk.report("contained-unused", here, name=quoted(name), source="dom-3")


def _fragments(resource: Json) -> set[str]:
    """All texts that begin with `#`, of whatever element: a Reference, a canonical, a uri."""
    found: set[str] = set()
    waiting: list[Any] = [resource]
    for holder in waiting:  # grows as it is walked
        for item in holder.values() if type(holder) is dict else holder:
            kind = type(item)
            if kind is str and item[:1] == "#":
                found.add(item)
            elif kind is dict or kind is list:
                waiting.append(item)
    return found
