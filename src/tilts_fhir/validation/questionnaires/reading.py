"""Reads parts of a definition that came from outside and was not checked: what is not as R4 says counts as absent.

Two habits of simple XML converters are understood: a single entry without its array, and `"true"` for true.
"""

from collections.abc import Iterator
from typing import Any, Final

from tilts_fhir.validation.walk import Json

_WORDS: Final = {"true": True, "false": False}
_OBJECT_TYPES: Final = frozenset(
    {
        "Attachment",
        "CodeableConcept",
        "Coding",
        "Duration",
        "Expression",
        "Identifier",
        "Quantity",
        "Reference",
    }
)


def text(holder: Json, name: str) -> str | None:
    """A text; None if there is none."""
    value = holder.get(name)
    return value if isinstance(value, str) else None


def flag(holder: Json, name: str) -> bool:
    """Whether the element is there and true."""
    return holder.get(name) is True


def objects(holder: Json, name: str) -> list[tuple[int, Json]]:
    """The objects of a repeating element, each with its index."""
    values = holder.get(name)
    if values is None:
        return []
    if isinstance(values, dict):
        return [(0, values)]
    if not isinstance(values, list):
        return []
    return [(index, value) for index, value in enumerate(values) if isinstance(value, dict)]


def chosen(holder: Json, stem: str) -> tuple[str, Any] | None:
    """The type and the value of a choice: `("date", "2026-01-01")` for `valueDate`; None if there is no value."""
    for key, value in holder.items():
        kind = key[len(stem) :]
        if key.startswith(stem) and kind[:1].isupper() and value is not None:
            is_object = kind in _OBJECT_TYPES
            if is_object == isinstance(value, dict) and not isinstance(value, list):
                return (kind if is_object else kind[0].lower() + kind[1:]), _plain(kind, value)
    return None


def _plain(kind: str, value: Any) -> Any:
    return _WORDS.get(value, value) if kind == "Boolean" and isinstance(value, str) else value


def extension_values(holder: Json, url: str) -> Iterator[tuple[str, Any]]:
    """Type and value of each extension with this url."""
    for _, extension in objects(holder, "extension"):
        if extension.get("url") == url:
            value = chosen(extension, "value")
            if value is not None:
                yield value


def extension_value(holder: Json, *urls: str) -> tuple[str, Any] | None:
    """Type and value of the first extension with one of these urls; None if there is none."""
    return next((value for url in urls for value in extension_values(holder, url)), None)


def whole_number(holder: Json, url: str) -> int | None:
    """The value of an extension that holds a whole number; None if there is none."""
    value = extension_value(holder, url)
    return value[1] if value is not None and type(value[1]) is int else None
