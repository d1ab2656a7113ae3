"""Turns an element into the values it has in an index, by the type of the parameter.

Which parts of a data type count: https://hl7.org/fhir/R4/search.html#token and the sections beside it.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from tilts_fhir.fhirpath import Node
from tilts_fhir.primitives import parse_datetime
from tilts_fhir.search import numbers, references
from tilts_fhir.search.values import (
    DateValue,
    IndexValue,
    StringValue,
    TokenValue,
    UriValue,
    folded,
)

Json: TypeAlias = dict[str, Any]
Convert: TypeAlias = Callable[[Any], list[IndexValue]]

# The parts of a data type that a search for text looks through.
_PARTS: Final = {
    "HumanName": ("text", "family", "given", "prefix", "suffix"),
    "Address": ("text", "line", "city", "district", "state", "postalCode", "country"),
}


def _texts(value: Any) -> Iterator[str]:
    """The texts of a primitive or an array of them; anything else has none."""
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, str) and each:
            yield each


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _entries(value: Any) -> Iterator[Json]:
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, dict):
            yield each


def _unwrapped(convert: Callable[[Any, str], Iterator[IndexValue]]) -> Convert:
    """Value and type of a node; of an extension those of its value, of what was made its own."""

    def converted(item: Any) -> list[IndexValue]:
        if type(item) is not Node:
            return list(convert(item, ""))
        if item.type != "Extension" or not isinstance(item.value, dict):
            return list(convert(item.value, item.type))
        inside = [
            (value, key[5:])
            for key, value in item.value.items()
            if key.startswith("value") and key != "value"
        ]
        return [found for value, kind in inside for found in convert(value, kind)]

    return converted


def _tokens(value: Any, kind: str) -> Iterator[IndexValue]:
    if isinstance(value, bool):
        yield TokenValue(None, "true" if value else "false")
    elif isinstance(value, str):
        yield TokenValue(None, value)
    elif isinstance(value, dict):
        yield from _tokens_of_object(value, kind)


def _tokens_of_object(value: Json, kind: str) -> Iterator[IndexValue]:
    if kind == "CodeableConcept" or "coding" in value:
        for coding in _entries(value.get("coding")):
            yield from _coding(coding, "code", _text(coding.get("display")) or _text(value.get("text")))
        if _text(value.get("text")):
            yield TokenValue(None, None, _text(value["text"]))
    elif kind == "Identifier":
        concept = next(_entries(value.get("type")), {})
        yield from _coding(value, "value", _text(concept.get("text")))
    elif kind == "ContactPoint":
        # The system of a contact says phone or email; it is no namespace.
        yield from _coding({"value": value.get("value")}, "value", None)
    else:
        yield from _coding(value, "code", _text(value.get("display")))


def _coding(value: Json, key: str, text: str | None) -> Iterator[IndexValue]:
    code = _text(value.get(key))
    if code is not None or text is not None:
        yield TokenValue(_text(value.get("system")), code, text)


def _references(value: Any, kind: str) -> Iterator[IndexValue]:
    if isinstance(value, str):
        yield from references.of_uri(value)
    elif isinstance(value, dict):
        of = references.of_resource if "resourceType" in value else references.of_reference
        yield from of(value)


def _strings(value: Any, kind: str) -> Iterator[IndexValue]:
    parts = _PARTS.get(kind)
    holders = (
        [value] if parts is None else [value.get(part) for part in parts] if isinstance(value, dict) else []
    )
    for each in holders:
        for text in _texts(each):
            yield StringValue(text, folded(text))


def _uris(value: Any, kind: str) -> Iterator[IndexValue]:
    for text in _texts(value):
        yield UriValue(text)


def _dates(value: Any, kind: str) -> Iterator[IndexValue]:
    if isinstance(value, str):
        if span := _span(value):
            yield DateValue(*span)
    elif isinstance(value, dict) and (kind == "Timing" or "event" in value or "repeat" in value):
        yield from _timing(value)
    elif isinstance(value, dict) and (period := _period(value)):
        yield period


def _period(value: Json) -> DateValue | None:
    low, high = _span(value.get("start")), _span(value.get("end"))
    return DateValue(low and low[0], high and high[1]) if low or high else None


def _timing(value: Json) -> Iterator[IndexValue]:
    """From the first to the last of its events, or the bounds of what is repeated."""
    spans = [span for text in _texts(value.get("event")) if (span := _span(text))]
    if spans:
        yield DateValue(min(low for low, _ in spans), max(high for _, high in spans))
    for repeat in _entries(value.get("repeat")):
        for bounds in _entries(repeat.get("boundsPeriod")):
            if period := _period(bounds):
                yield period


def _span(value: Any) -> tuple[datetime, datetime] | None:
    try:
        low, high = parse_datetime(value)
        return low.astimezone(UTC), high.astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


CONVERTERS: Final[dict[str, Convert]] = {
    "token": _unwrapped(_tokens),
    "reference": _unwrapped(_references),
    "string": _unwrapped(_strings),
    "date": _unwrapped(_dates),
    "number": _unwrapped(numbers.numbers),
    "quantity": _unwrapped(numbers.quantities),
    "uri": _unwrapped(_uris),
}
"""For each type of parameter, what it makes of one item of its expression."""
