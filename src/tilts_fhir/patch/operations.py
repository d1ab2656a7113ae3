"""Reads the operations of a FHIRPath Patch out of its Parameters. https://hl7.org/fhir/R4/fhirpatch.html."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeAlias

from tilts_fhir import definitions
from tilts_fhir.issues import quoted
from tilts_fhir.patch.errors import MAX_OPERATIONS, PatchError

Json: TypeAlias = dict[str, Any]

MAX_LEVELS: Final = 64

# For each type of operation the parts that it needs, with their own types.
_NEEDS: Final[dict[str, tuple[str, ...]]] = {
    "add": ("path", "name", "value"),
    "insert": ("path", "index", "value"),
    "delete": ("path",),
    "replace": ("path", "value"),
    "move": ("path", "source", "destination"),
}
_TEXTS: Final = ("type", "path", "name")
_NUMBERS: Final = ("index", "source", "destination")


@dataclass(frozen=True, slots=True)
class Given:
    """
    A value as the patch gives it.

    Attributes:
        type: FHIR type of the value; None where it is made of parts or a resource.
        value: The value, the resource, or None.
        companion: Id and extensions of a primitive, or None.
        parts: For a part of a resource that has no type of its own: its elements by name; else empty.
    """

    type: str | None
    value: Any
    companion: Json | None = None
    parts: tuple[tuple[str, "Given"], ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation; which attributes it has depends on its type. Indices are from 0."""

    type: str
    path: str
    name: str = ""
    value: Given | None = None
    index: int = 0
    source: int = 0
    destination: int = 0


def read_operations(parameters: Any) -> list[Operation]:
    """
    All operations in their order.

    Args:
        parameters: A decoded Parameters resource.

    Raises:
        PatchError: It is no patch.
    """
    if not isinstance(parameters, dict) or parameters.get("resourceType") != "Parameters":
        raise PatchError("patch-parameters", None)
    entries = parameters.get("parameter", [])
    if not isinstance(entries, list):
        raise PatchError("patch-parameters", None)
    if len(entries) > MAX_OPERATIONS:
        raise PatchError("patch-too-many", None, max=MAX_OPERATIONS)
    return [_operation(entry, index) for index, entry in enumerate(entries)]


def _operation(entry: Any, index: int) -> Operation:
    if not isinstance(entry, dict) or entry.get("name") != "operation":
        raise PatchError("patch-parameters", index)
    facts: dict[str, Any] = {}
    for part in _parts(entry, index):
        name = part.get("name")
        given = _given(part, index, 1)
        if not isinstance(name, str) or name in facts or not _fits(name, given):
            raise PatchError("patch-part", index, name=quoted(name))
        facts[name] = given if name == "value" else given.value
    kind = facts.get("type")
    if kind not in _NEEDS:
        raise PatchError("patch-operation", index, op=quoted(kind), allowed=", ".join(_NEEDS))
    for name in _NEEDS[kind]:
        if name not in facts:
            raise PatchError("patch-member", index, op=kind, name=name)
    return Operation(**facts)


def _fits(name: str, given: Given) -> bool:
    if name in _TEXTS:
        return isinstance(given.value, str) and given.value != ""
    if name in _NUMBERS:
        return type(given.value) is int and given.value >= 0
    return name == "value"


def _parts(entry: Json, index: int) -> list[Json]:
    parts = entry.get("part")
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        raise PatchError("patch-parameters", index)
    return parts


def _given(part: Json, index: int, level: int) -> Given:
    """The value of one part: `value[x]`, a resource, or parts of its own."""
    keys = [
        key for key in part if key.removeprefix("_") not in ("id", "extension", "modifierExtension", "name")
    ]
    key = next((each.removeprefix("_") for each in keys), None)
    if key is None or level > MAX_LEVELS or any(each.removeprefix("_") != key for each in keys):
        raise PatchError("patch-part", index, name=quoted(part.get("name")))
    if key == "part":
        inner = [(each.get("name"), _given(each, index, level + 1)) for each in _parts(part, index)]
        if not all(isinstance(name, str) for name, _ in inner):
            raise PatchError("patch-part", index, name=quoted(part.get("name")))
        return Given(None, None, None, tuple((str(name), given) for name, given in inner))
    if key == "resource":
        return Given(None, part.get("resource"))
    kind = _value_types().get(key)
    companion = part.get("_" + key)
    if kind is None or not (companion is None or isinstance(companion, dict)):
        raise PatchError("patch-part", index, name=quoted(part.get("name")))
    return Given(kind, part.get(key), companion)


@cache
def _value_types() -> dict[str, str]:
    """`valueString` -> `string`, for all types that a parameter can carry."""
    value = next(each for each in definitions.elements("Parameters.parameter") if each.choice)
    return {f"{value.name}{kind.code[:1].upper()}{kind.code[1:]}": kind.code for kind in value.types}
