"""Where a value goes: which element of a type it may be, under which key, and how arrays stay in step."""

from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final, TypeAlias

from tilts_fhir import definitions
from tilts_fhir.definitions import Element
from tilts_fhir.fhirpath import model
from tilts_fhir.issues import quoted
from tilts_fhir.patch.errors import PatchError
from tilts_fhir.patch.operations import Given
from tilts_fhir.patch.trees import copied
from tilts_fhir.primitives import NUMBER_CHECKS, TEXT_CHECKS

Json: TypeAlias = dict[str, Any]
Entry: TypeAlias = tuple[Any, Json | None]
"""A value and its companion."""

RESOURCE: Final = "Resource"


@dataclass(frozen=True, slots=True)
class Place:
    """A key for a value, and whether it is an array."""

    key: str
    many: bool
    type: str


def element_of(type_name: str, name: str, operation: int) -> Element:
    """
    The element of a type by name; the types of a choice may be part of the name or not.

    Raises:
        PatchError: The type has none of that name.
    """
    part = "Element" if type_name in definitions.primitives() else type_name
    try:
        elements = definitions.elements(part)
    except KeyError:
        elements = ()
    for element in elements:
        if element.name == name or (element.choice and name in keys_of(element)):
            return element
    raise PatchError("patch-element", operation, type=type_name, name=quoted(name))


def keys_of(element: Element) -> list[str]:
    """The JSON keys, without companions, that the element may stand under."""
    if not element.choice:
        return [element.name]
    return [element.name + kind.code[:1].upper() + kind.code[1:] for kind in element.types]


def place_for(element: Element, given: Given, operation: int) -> Place:
    """
    Where a value of its type goes.

    Raises:
        PatchError: The element does not take that type.
    """
    many = element.max != 1
    kinds = [kind.code for kind in element.types]
    keys = keys_of(element) if element.choice else [element.name] * len(kinds)
    # The very type first: a string is no code as long as the element takes strings.
    for takes in (_is_of, _takes):
        for key, code in zip(keys, kinds, strict=True):
            if takes(model.unconstrained(code), given, element.choice):
                return Place(key, many, code)
    allowed = ", ".join(kinds)
    raise PatchError("patch-type", operation, name=element.name, allowed=allowed, type=given.type or "parts")


def _is_of(code: str, given: Given, is_choice: bool) -> bool:
    return code == given.type


def _takes(code: str, given: Given, is_choice: bool) -> bool:
    if given.type is None:
        is_resource = given.value is not None
        return is_resource == (code == RESOURCE) and not is_choice and not model.is_primitive(code)
    if code == "xhtml":
        return given.type == "string"
    # `string` for a code, `Quantity` for an Age: the patch need not know the narrowest name.
    return code in model.ancestry(given.type) or given.type in model.ancestry(code)


def built(place: Place, given: Given, operation: int) -> Entry:
    """
    The value as JSON, with its companion.

    Raises:
        PatchError: A part does not fit the type, or a primitive is not written as its type says.
    """
    if given.parts:
        return _from_parts(place.type, given, operation), None
    if model.is_primitive(place.type):
        if not _is_right(place.type, given):
            facts = {"value": quoted(given.value), "type": place.type, "name": place.key}
            raise PatchError("patch-value", operation, **facts)
        return given.value, copied(given.companion)
    if not isinstance(given.value, dict) or not given.value:
        raise PatchError("patch-value", operation, value=quoted(given.value), type=place.type, name=place.key)
    return copied(given.value), None


def _is_right(code: str, given: Given) -> bool:
    value = given.value
    if value is None:
        return given.companion is not None
    if code in TEXT_CHECKS:
        return isinstance(value, str) and bool(TEXT_CHECKS[code](value))
    if code in NUMBER_CHECKS:
        return NUMBER_CHECKS[code](value)
    return isinstance(value, bool)


def _from_parts(type_name: str, given: Given, operation: int) -> Json:
    holder: Json = {}
    for name, inner in given.parts:
        element = element_of(type_name, name, operation)
        put(holder, element, inner, operation)
    return holder


def put(holder: Json, element: Element, given: Given, operation: int) -> None:
    """
    Put a value into an object: at the end of the array, or as the one value.

    Raises:
        PatchError: It has one already, or does not take such a value.
    """
    place = place_for(element, given, operation)
    value, companion = built(place, given, operation)
    if place.many:
        append(holder, place.key, (value, companion), operation)
        return
    for key in keys_of(element):
        if key in holder or "_" + key in holder:
            raise PatchError("patch-exists", operation, name=element.name)
    store(holder, place.key, (value, companion))


def store(holder: Json, key: str, entry: Entry) -> None:
    """Set the one value of a key; what is None is taken away."""
    for name, item in ((key, entry[0]), ("_" + key, entry[1])):
        if item is None:
            holder.pop(name, None)
        else:
            holder[name] = item


def append(holder: Json, key: str, entry: Entry, operation: int) -> None:
    """
    Add an entry to the array of a key; both arrays get as long as they need to be.

    Raises:
        PatchError: What stands there is no array.
    """
    values, companions = _array(holder, key, operation), _array(holder, "_" + key, operation)
    length = max(len(values), len(companions))
    for name, array, item in ((key, values, entry[0]), ("_" + key, companions, entry[1])):
        if array or item is not None:
            array.extend([None] * (length - len(array)))
            array.append(item)
            holder[name] = array


def entries(holder: Json, key: str, operation: int) -> list[Entry]:
    """
    The entries of an array, each with its companion.

    Raises:
        PatchError: What stands there is no array.
    """
    values, companions = _array(holder, key, operation), _array(holder, "_" + key, operation)
    return list(zip_longest(values, companions))


def store_entries(holder: Json, key: str, given: list[Entry]) -> None:
    """Set the array of a key; arrays with nothing in them are taken away."""
    for name, array in ((key, [entry[0] for entry in given]), ("_" + key, [entry[1] for entry in given])):
        if any(item is not None for item in array):
            holder[name] = array
        else:
            holder.pop(name, None)


def _array(holder: Json, name: str, operation: int) -> list[Any]:
    array = holder.get(name)
    if array is None:
        return []
    if not isinstance(array, list):
        raise PatchError("patch-not-a-list", operation)
    return array
