"""What stands in a resource, seen as typed items: a value, the extensions of a primitive, its type and its place."""

from collections.abc import Iterator
from functools import cache
from typing import Any, Final, NamedTuple

from tilts_fhir import definitions
from tilts_fhir.definitions import Element
from tilts_fhir.validation.walk import Json, Path

RESOURCE: Final = "Resource"
NO_ELEMENTS: Final[dict[str, Element]] = {}


class Item(NamedTuple):
    """
    One value of a resource.

    `value` is None for a primitive that has only extensions; `companion` is the object under `_name`; `type` the
    type or backbone part (`HumanName`, `Patient.contact`, `code`), of a resource its own type.
    """

    value: Any
    companion: Json | None
    type: str
    path: Path


def children(item: Item, name: str) -> list[Item]:
    """The items of one element, in order; `name` is the FHIRPath name, for a choice without its type."""
    if isinstance(item.value, dict):
        element = element_of(item.type, name)
        return [] if element is None else list(_of_element(item, item.value, element))
    if name == "value":
        return [item] if item.value is not None else []
    if item.companion is None:
        return []
    return children(Item(item.companion, None, "Element", item.path), name)


def child_at(item: Item, name: str, index: int | None) -> Item | None:
    """One item of an element, without looking at the others; None if nothing stands there."""
    holder = item.value if isinstance(item.value, dict) else item.companion
    element = element_of(item.type if holder is item.value else "Element", name)
    if holder is None or element is None:
        return None
    if index is None or element.choice:
        return next(iter(children(item, name)), None)
    value, companion = (_entry(holder.get(key), index) for key in (name, "_" + name))
    if value is None and companion is None:
        return None
    return Item(value, companion, _type(element.types[0].code, value), (item.path, name, index))


def _entry(array: Any, index: int) -> Any:
    return array[index] if isinstance(array, list) and index < len(array) else None


def element_of(part: str, name: str) -> Element | None:
    """The definition of an element of a type or backbone part; None if there is none of that name."""
    return by_name(part).get(name)


def by_name(part: str) -> dict[str, Element]:
    """The elements of a type or backbone part by name; none for a primitive or an unknown type."""
    try:
        return _by_name(part)
    except KeyError:
        return NO_ELEMENTS


@cache
def _by_name(part: str) -> dict[str, Element]:
    """Only what there is is kept: definitions that come with a request can name any number of other types."""
    return {element.name: element for element in definitions.elements(part)}


def _of_element(item: Item, holder: Json, element: Element) -> Iterator[Item]:
    name = element.name
    if not element.choice:
        yield from _under(item, element, name, element.types[0].code)
        return
    # A choice has up to fifty types, its holder few keys.
    for key in holder:
        bare = key.removeprefix("_")
        if bare.startswith(name) and (key is bare or bare not in holder):
            code = codes_by_key(element).get(bare)
            if code is not None:
                yield from _under(item, element, bare, code)


def _under(item: Item, element: Element, key: str, code: str) -> Iterator[Item]:
    value, companion = item.value.get(key), item.value.get("_" + key)
    if isinstance(value, list) or isinstance(companion, list):
        yield from _of_arrays(item, element, code, value, companion)
    elif value is not None or companion is not None:
        yield Item(value, companion, _type(code, value), (item.path, element.name, None))


@cache
def codes_by_key(element: Element) -> dict[str, str]:
    """The type that each JSON key of a choice stands for."""
    return {element.name + kind.code[:1].upper() + kind.code[1:]: kind.code for kind in element.types}


def _of_arrays(item: Item, element: Element, code: str, value: Any, companion: Any) -> Iterator[Item]:
    values = value if isinstance(value, list) else []
    companions = companion if isinstance(companion, list) else []
    for index in range(max(len(values), len(companions))):
        one = values[index] if index < len(values) else None
        other = companions[index] if index < len(companions) else None
        if one is not None or other is not None:
            yield Item(one, other, _type(code, one), (item.path, element.name, index))


def _type(code: str, value: Any) -> str:
    if code == RESOURCE and isinstance(value, dict):
        return str(value.get("resourceType", RESOURCE))
    return code
