"""Documents and messages: the first entry leads to all others.

Source: https://hl7.org/fhir/R4/documents.html#content, https://hl7.org/fhir/R4/messaging.html.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from tilts_fhir.issues import quoted
from tilts_fhir.validation.bundle_rules.links import stylesheet_entry
from tilts_fhir.validation.references.forms import read_reference, target_url
from tilts_fhir.validation.references.indexes import Entry, Index
from tilts_fhir.validation.references.resolving import index_of
from tilts_fhir.validation.walk import Json, Path, Walk

# "The document bundle SHALL include ... all resources directly referenced in the Composition."
IN_COMPOSITION: Final = (
    ("subject",),
    ("encounter",),
    ("author",),
    ("attester", "party"),
    ("custodian",),
    ("event", "detail"),
)
IN_SECTION: Final = (("author",), ("focus",), ("entry",))
MAX_SECTIONS_DEEP: Final = 64
MAX_REFERENCE_CHARACTERS: Final = 2_048
# More entries than these with one fullUrl are not told apart.
MAX_SAME: Final = 8

_IN_NARRATIVE = re.compile(r"(?:href|src)\s*=\s*[\"']([^\"'#]{1,2048})")


def check_document(walk: Walk, bundle: Json, path: Path) -> None:
    """What the Composition names is in the Bundle, and nothing is there that it does not lead to."""
    first = _first(walk, "Composition")
    if first is None:
        return
    for reference, here in _composition_references(first.resource, first.path):
        _check_present(walk, first, reference, here)
    forward, backward = reached(walk, bundle)
    for entry in index_of(walk, walk.scene).entries:
        if entry.index in backward:
            walk.report("document-backward", (path, "entry", entry.index), name=_name(entry))
        elif entry.index not in forward:
            walk.report("document-unreached", (path, "entry", entry.index), name=_name(entry))


def check_message(walk: Walk, bundle: Json, path: Path) -> None:
    """What the MessageHeader is about is in the Bundle; what nothing leads to is worth a second look."""
    first = _first(walk, "MessageHeader")
    if first is None:
        return
    for reference, here in _references(first.resource, ("focus",), first.path):
        _check_present(walk, first, reference, here)
    forward, backward = reached(walk, bundle)
    for entry in index_of(walk, walk.scene).entries:
        if entry.index not in forward and entry.index not in backward:
            walk.report("message-unreached", (path, "entry", entry.index), name=_name(entry))


def reached(walk: Walk, bundle: Json) -> tuple[set[int], set[int]]:
    """The entries to which links lead from the first one; and those that only lead to such a one themselves."""
    index = index_of(walk, walk.scene)
    targets = {each.index: _targets(index, each) for each in index.entries}
    sources: dict[int, list[int]] = {}
    for source, ends in targets.items():
        for end in ends:
            sources.setdefault(end, []).append(source)
    start = {index.entries[0].index} if index.entries else set()
    sheets = (_stylesheet(walk, link) for link in bundle.get("link", ()))
    start.update(each for each in sheets if each is not None)
    forward = set(start)
    _spread(forward, targets, {})
    whole = set(forward)
    _spread(whole, targets, sources)
    return forward, whole - forward


def _spread(found: set[int], targets: dict[int, set[int]], sources: dict[int, list[int]]) -> None:
    waiting = list(found)
    while waiting:
        place = waiting.pop()
        for other in (*targets.get(place, ()), *sources.get(place, ())):
            if other not in found:
                found.add(other)
                waiting.append(other)


def _stylesheet(walk: Walk, link: Json) -> int | None:
    url = link.get("url")
    return (
        stylesheet_entry(walk, url) if link.get("relation") == "stylesheet" and isinstance(url, str) else None
    )


def _targets(index: Index, entry: Entry) -> set[int]:
    """The other entries that a text of the resource names; of whatever element, to be on the safe side."""
    found: set[int] = set()
    for text in _texts(entry.resource):
        form = read_reference(text)
        url = target_url(form, entry.full_url)
        if url is not None:
            found.update(each.index for each in index.named(url, form.version)[:MAX_SAME])
    found.discard(entry.index)
    return found


def _texts(resource: Json) -> Iterator[str]:
    waiting: list[Any] = [resource]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, str):
            if item.startswith("<"):
                yield from _IN_NARRATIVE.findall(item)
            elif (":" in item or "/" in item) and len(item) <= MAX_REFERENCE_CHARACTERS:
                yield item


def _first(walk: Walk, kind: str) -> Entry | None:
    """The first entry, if it holds what it must; if not, that is told by bdl-11 and bdl-12."""
    entries = index_of(walk, walk.scene).entries
    return entries[0] if entries and entries[0].index == 0 and entries[0].type == kind else None


def _composition_references(composition: Json, path: Path) -> Iterator[tuple[str, Path]]:
    for steps in IN_COMPOSITION:
        yield from _references(composition, steps, path)
    sections = _objects(composition, "section", path)
    for _ in range(MAX_SECTIONS_DEEP):
        for section, here in sections:
            for steps in IN_SECTION:
                yield from _references(section, steps, here)
        sections = [each for section, here in sections for each in _objects(section, "section", here)]


def _references(holder: Json, steps: tuple[str, ...], path: Path) -> Iterator[tuple[str, Path]]:
    places = [(holder, path)]
    for step in steps:
        places = [each for inner, here in places for each in _objects(inner, step, here)]
    for inner, here in places:
        text = inner.get("reference")
        if isinstance(text, str) and not text.startswith("#"):
            yield text, (here, "reference", None)


def _objects(holder: Json, key: str, path: Path) -> list[tuple[Json, Path]]:
    value = holder.get(key)
    if isinstance(value, list):
        return [(each, (path, key, place)) for place, each in enumerate(value) if isinstance(each, dict)]
    return [(value, (path, key, None))] if isinstance(value, dict) else []


def _check_present(walk: Walk, first: Entry, reference: str, path: Path) -> None:
    form = read_reference(reference)
    url = target_url(form, first.full_url)
    if url is None:
        return  # malformed, or the entry has no name: told elsewhere
    index = index_of(walk, walk.scene)
    if index.named(url, form.version):
        return
    others = index.by_id.get((form.type, form.id), ()) if form.type and form.id else ()
    key = "bundle-not-found-near" if others else "bundle-not-found"
    near = quoted(others[0].full_url or "") if others else ""
    walk.report(key, path, name=quoted(reference), near=near)


def _name(entry: Entry) -> str:
    return quoted(entry.full_url or entry.type)
