"""Finds what a reference points to: contained, beside it in the Bundle, or by the caller's own means."""

from typing import Any

from tilts_fhir.fhirpath.context import Run
from tilts_fhir.fhirpath.nodes import Json, Node, root_node


def resolve(run: Run, item: Any) -> Node | None:
    """The resource that a Reference, uri or canonical points to; None if it is not found."""
    target = _target(item)
    if target is None:
        return None
    run.spend(1)
    if target.startswith("#"):
        found = _contained(run, item, target[1:])
    else:
        found = _entry(run, item, target)
        if found is None and run.context.resolve is not None:
            found = run.context.resolve(target)
    return root_node(found, None) if type(found) is dict else None


def _target(item: Any) -> str | None:
    value = item.value if type(item) is Node else item
    if type(value) is dict:
        value = value.get("reference")
    return value if type(value) is str and value else None


def _holders(run: Run, item: Any) -> list[Json]:
    """The resources around the item, from the inside, then those of the context."""
    found: list[Json] = []
    node = item if type(item) is Node else None
    while node is not None:
        if type(node.value) is dict and "resourceType" in node.value:
            found.append(node.value)
        node = node.parent
    return found + [each for each in (run.resource, run.root) if each is not None]


def _contained(run: Run, item: Any, wanted: str) -> Json | None:
    for holder in _holders(run, item):
        inside = holder.get("contained")
        entries = inside if type(inside) is list else []
        if not wanted and entries:
            return holder
        run.spend(len(entries))
        for each in entries:
            if type(each) is dict and each.get("id") == wanted:
                return each
    return None


def _entry(run: Run, item: Any, target: str) -> Json | None:
    for holder in _holders(run, item):
        entries = holder.get("entry") if holder.get("resourceType") == "Bundle" else None
        if type(entries) is not list:
            continue
        run.spend(len(entries))
        for entry in entries:
            if type(entry) is dict and _is_meant(entry, target):
                resource = entry.get("resource")
                return resource if type(resource) is dict else None
    return None


def _is_meant(entry: Json, target: str) -> bool:
    full_url = entry.get("fullUrl")
    if full_url == target:
        return True
    plain = target.partition("/_history/")[0]
    return type(full_url) is str and ":" not in plain and full_url.endswith(f"/{plain}")
