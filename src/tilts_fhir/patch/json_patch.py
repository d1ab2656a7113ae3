"""JSON Patch (RFC 6902) with JSON Pointer (RFC 6901), on a decoded resource."""

import re
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from tilts_fhir.issues import quoted
from tilts_fhir.patch.errors import MAX_OPERATIONS, PatchError
from tilts_fhir.patch.trees import MAX_LEVELS, MAX_WEIGHT, TooLarge, copied, equal, weight

Json: TypeAlias = dict[str, Any]

_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")
_WRONG_ESCAPE = re.compile(r"~(?![01])")


def apply_json_patch(resource: Json, operations: Any) -> Json:
    """
    The resource after all operations; the one given is not changed.

    All or nothing: the first operation that cannot be applied refuses the patch. The result is not checked against
    the definitions; that is the validator's work.

    Args:
        resource: As `json_strict.decode_resource` gives it.
        operations: The decoded patch: a list of at most 1,000 operations.

    Raises:
        PatchError: The patch is malformed, does not fit the resource, would make it too large, or leaves no resource
            of the same type.
    """
    if not isinstance(operations, list) or not all(isinstance(each, dict) for each in operations):
        raise PatchError("patch-form", None)
    if len(operations) > MAX_OPERATIONS:
        raise PatchError("patch-too-many", None, max=MAX_OPERATIONS)
    try:
        patched = _Document(resource)
    except TooLarge:
        raise PatchError("patch-too-large", None, max=MAX_LEVELS) from None
    for index, operation in enumerate(operations):
        patched.apply(operation, index)
    result = patched.root
    if not isinstance(result, dict) or result.get("resourceType") != resource.get("resourceType"):
        raise PatchError("patch-result", None)
    return result


class _Document:
    """The tree that is being changed: `root`, and how much was put into it so far."""

    def __init__(self, resource: Json) -> None:
        self.root: Any = copied(resource)
        self._weight = weight(resource)
        self._operation = 0

    def apply(self, operation: Json, index: int) -> None:
        self._operation = index
        name = operation.get("op")
        act = _ACTS.get(name) if isinstance(name, str) else None
        if act is None:
            raise self._error("patch-operation", op=quoted(name), allowed=", ".join(_ACTS))
        act(self, operation)

    def add(self, operation: Json) -> None:
        self._insert(self._pointer(operation, "path"), self._value(operation))

    def remove(self, operation: Json) -> None:
        self._remove(self._pointer(operation, "path"))

    def replace(self, operation: Json) -> None:
        path = self._pointer(operation, "path")
        value = self._value(operation)
        self._get(path)
        if path and isinstance(holder := self._get(path[:-1]), list):
            holder[int(path[-1])] = self._weighed(value, path)
        else:
            self._insert(path, value)

    def move(self, operation: Json) -> None:
        source, path = self._pointer(operation, "from"), self._pointer(operation, "path")
        value = self._get(source)
        if source == path:
            return
        if source == path[: len(source)]:
            raise self._error("patch-into-itself")
        self._remove(source)
        self._insert(path, value, is_new=False)

    def copy(self, operation: Json) -> None:
        value = self._get(self._pointer(operation, "from"))
        self._insert(self._pointer(operation, "path"), value)

    def test(self, operation: Json) -> None:
        path = self._pointer(operation, "path")
        if not equal(self._get(path), self._value(operation)):
            raise self._error("patch-test", pointer=_written(path))

    def _error(self, key: str, **facts: object) -> PatchError:
        return PatchError(key, self._operation, **facts)

    def _member(self, operation: Json, name: str) -> Any:
        if name not in operation:
            raise self._error("patch-member", op=operation["op"], name=name)
        return operation[name]

    def _value(self, operation: Json) -> Any:
        value = self._member(operation, "value")
        try:
            return copied(value)
        except TooLarge:
            raise self._error("patch-too-large", max=MAX_LEVELS) from None

    def _pointer(self, operation: Json, name: str) -> list[str]:
        pointer = self._member(operation, name)
        if not isinstance(pointer, str) or (pointer and pointer[0] != "/") or _WRONG_ESCAPE.search(pointer):
            raise self._error("patch-pointer", pointer=quoted(pointer))
        return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]

    def _get(self, path: list[str]) -> Any:
        here = self.root
        for position, token in enumerate(path):
            if isinstance(here, dict) and token in here:
                here = here[token]
            elif isinstance(here, list):
                here = here[self._index(token, len(here), len(here) - 1)]
            else:
                raise self._error("patch-no-target", pointer=_written(path[: position + 1]))
        return here

    def _index(self, token: str, count: int, last: int) -> int:
        if not _INDEX.fullmatch(token) or int(token) > last:
            raise self._error("patch-index", index=quoted(token), count=count)
        return int(token)

    def _insert(self, path: list[str], value: Any, is_new: bool = True) -> None:
        value = self._weighed(value, path, is_new)
        if not path:
            self.root = value
            return
        holder, token = self._get(path[:-1]), path[-1]
        if isinstance(holder, dict):
            holder[token] = value
        elif isinstance(holder, list):
            place = len(holder) if token == "-" else self._index(token, len(holder), len(holder))
            holder.insert(place, value)
        else:
            raise self._error("patch-no-target", pointer=_written(path))

    def _weighed(self, value: Any, path: list[str], is_new: bool = True) -> Any:
        """The value, of its own objects, once it is sure that the tree stays within its bounds."""
        try:
            added = weight(value, len(path) + 1)
            self._weight += added if is_new else 0
            if self._weight > MAX_WEIGHT:
                raise TooLarge
            return copied(value) if is_new else value
        except TooLarge:
            raise self._error("patch-too-large", max=MAX_LEVELS) from None

    def _remove(self, path: list[str]) -> None:
        self._get(path)
        if not path:
            raise self._error("patch-result")
        holder = self._get(path[:-1])
        if isinstance(holder, list):
            del holder[int(path[-1])]
        else:
            del holder[path[-1]]


_ACTS: Final[dict[str, Callable[[_Document, Json], None]]] = {
    "add": _Document.add,
    "remove": _Document.remove,
    "replace": _Document.replace,
    "move": _Document.move,
    "copy": _Document.copy,
    "test": _Document.test,
}


def _written(path: list[str]) -> str:
    return quoted("".join("/" + token.replace("~", "~0").replace("/", "~1") for token in path))
