"""Extensions about which there is surely nothing to say: one value of an allowed type, and a place that is named outright.

Most extensions in messages are of this kind. What is not goes the long way (`rules.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from tilts_fhir.library import MAX_URL_KEPT, Library
from tilts_fhir.structures import TYPE_ROOT, Row, Structure
from tilts_fhir.validation.extensions.places import types_of
from tilts_fhir.validation.walk import Walk

Accept: TypeAlias = Callable[[Any, Walk], bool]

MAX_KNOWN: Final = 5_000
# Always the same in an Extension; what a definition says of them is said of every extension.
COMMON: Final = frozenset({"Extension", "Extension.id", "Extension.url"})


@dataclass(frozen=True, slots=True)
class Plain:
    """An extension with one value: the JSON keys that it may have, and where it may stand (paths and types)."""

    keys: frozenset[str]
    places: frozenset[str]


def names_of_element(part: str, name: str, kind: str) -> frozenset[str]:
    """What the place of an extension on an element `name` of a part is called, wherever that part stands."""
    return frozenset({f"{part}.{name}", *types_of(kind)})


def names_of_part(kind: str) -> frozenset[str]:
    """What the place of an extension in an object of a type or backbone part is called."""
    return frozenset(types_of(kind))


def accepter_of_extensions(names: frozenset[str], value: Callable[[str], Accept | None]) -> Accept:
    """
    The function for an array of extensions at a place.

    Args:
        names: What the place is called.
        value: Gives the test for the value under a JSON key of Extension; None if there is none.
    """

    def accept(items: Any, walk: Walk) -> bool:
        if type(items) is not list or not items:
            return False
        for item in items:
            if len(item) != 2:
                return False
            (name, url), (key, content) = item.items()
            if name != "url":
                name, url, key, content = key, content, name, url
            known = plain_extension(walk.library, url) if name == "url" else None
            if known is None or key not in known.keys or names.isdisjoint(known.places):
                return False
            test = value(key)
            if test is None or not test(content, walk):
                return False
        return True

    return accept


def plain_extension(library: Library, url: str) -> Plain | None:
    """The extension of this url if it is plain; None for any other."""
    known = library.plain_extensions  # replaced, not cleared, when it is full: another thread may be reading
    if url in known:
        kept: Plain | None = known[url]
        return kept
    structure = library.structure(url) if ":" in url and "|" not in url else None
    found = _plain(structure) if structure is not None else None
    if len(url) <= MAX_URL_KEPT:
        if len(library.plain_extensions) >= MAX_KNOWN:
            library.plain_extensions = {}
        library.plain_extensions[url] = found
    return found


def _plain(structure: Structure) -> Plain | None:
    if structure.type != "Extension" or structure.rows[0].is_modifier or structure.context_invariants:
        return None
    if any(context.kind != "element" for context in structure.contexts):
        return None
    rows = {row.id: row for row in structure.rows if row.id not in COMMON}
    inner, value = rows.pop("Extension.extension", None), rows.pop("Extension.value[x]", None)
    if rows or value is None or (inner is not None and inner.max != 0) or not _is_plain(value):
        return None
    if any(each.key not in ("ele-1", "ext-1") for each in structure.rows[0].constraints):
        return None
    keys = frozenset(f"value{each.code[:1].upper()}{each.code[1:]}" for each in value.types)
    places = {context.expression.removeprefix(TYPE_ROOT) for context in structure.contexts}
    return Plain(keys, frozenset(places))


def _is_plain(row: Row) -> bool:
    """Whether a value row says nothing but which types there may be."""
    bounds = (row.fixed, row.pattern, row.min_value, row.max_value, row.max_length, row.slicing, row.binding)
    return (
        row.max == 1
        and all(each is None for each in bounds)
        and all(not each.profiles and not each.targets for each in row.types)
        and all(each.key in ("ele-1", "ext-1") for each in row.constraints)
    )
