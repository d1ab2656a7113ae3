"""Search results: what a page of matches must hold.

Source: https://hl7.org/fhir/R4/bundle.html#searchset, https://hl7.org/fhir/R4/search.html#return.
"""

from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from tilts_fhir import definitions
from tilts_fhir.validation.walk import Json, Path, Walk

OUTCOME: Final = "OperationOutcome"


def check_search(walk: Walk, bundle: Json, path: Path) -> None:
    """The self link, and for every entry its resource, mode, id and type."""
    own = [each.get("url") for each in bundle.get("link", ()) if each.get("relation") == "self"]
    types = searched_types(own[0]) if own and isinstance(own[0], str) else frozenset()
    if not own:
        walk.report("search-no-self", path)
    elif not types:
        walk.report("search-self-unclear", path)
    entries = bundle.get("entry", ())
    moded = any("mode" in each.get("search", {}) for each in entries)
    for index, entry in enumerate(entries):
        here: Path = (path, "entry", index)
        resource = entry.get("resource")
        if not isinstance(resource, dict):
            walk.report("search-no-resource", here)
            continue
        place: Path = (here, "resource", None)
        mode = entry.get("search", {}).get("mode")
        if mode is not None:
            _check_mode(walk, mode, resource, types, place)
        else:
            _check_unmoded(walk, resource, types, moded, place)


def searched_types(url: str) -> frozenset[str]:
    """The resource types that the url of a search asks for; empty if it cannot be told."""
    known = definitions.resource_types()
    try:
        parts = urlsplit(url)
    except ValueError:
        return frozenset()
    steps = [each for each in parts.path.split("/") if each]
    if steps and steps[-1] == "_search":
        steps.pop()
    if steps and steps[-1] in known:
        return frozenset({steps[-1]})
    try:
        stated = parse_qs(parts.query, max_num_fields=100).get("_type", [])
    except ValueError:
        return frozenset()
    return frozenset(each for group in stated for each in group.split(",") if each in known)


def _check_mode(walk: Walk, mode: Any, resource: Json, types: frozenset[str], path: Path) -> None:
    kind = str(resource.get("resourceType"))
    if mode == "outcome":
        if kind != OUTCOME:
            walk.report("search-not-outcome", path, type=kind)
        return
    if "id" not in resource:
        walk.report("search-no-id", path)
    if mode == "match" and types and kind not in types:
        walk.report("search-type", path, type=kind, expected=", ".join(sorted(types)))


def _check_unmoded(walk: Walk, resource: Json, types: frozenset[str], moded: bool, path: Path) -> None:
    kind = str(resource.get("resourceType"))
    if moded:
        walk.report("search-no-mode", path)
    if kind == OUTCOME:
        return
    if "id" not in resource:
        walk.report("search-no-id", path, severity="warning")
    if types and kind not in types:
        expected = ", ".join(sorted(types))
        walk.report("search-type", path, severity="warning", type=kind, expected=expected)
