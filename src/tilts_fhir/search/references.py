"""Reads references and canonicals: which resource they point to, as far as the text tells."""

import re
from typing import Any, Final

from tilts_fhir import definitions
from tilts_fhir.search.values import ReferenceValue, TokenValue

_LITERAL: Final = re.compile(
    r"(?:.*/)?([A-Z][A-Za-z]{1,60})/([A-Za-z0-9.-]{1,64})(?:/_history/([A-Za-z0-9.-]{1,64}))?"
)


def literal(reference: str) -> tuple[str, str, str | None] | None:
    """Type, id and version of `Patient/23`, or of an absolute url that ends so; None for anything else."""
    match = _LITERAL.fullmatch(reference)
    if match is None or match[1] not in definitions.resource_types():
        return None
    return match[1], match[2], match[3]


def stub(reference: str) -> dict[str, Any] | None:
    """What `resolve()` gives while indexing: as much of the resource as the reference tells."""
    found = literal(reference)
    return None if found is None else {"resourceType": found[0], "id": found[1]}


def of_reference(value: dict[str, Any]) -> list[ReferenceValue]:
    """A Reference; one to a contained resource is nothing that could be searched for."""
    text, kind = value.get("reference"), value.get("type")
    identifier = _identifier(value.get("identifier"))
    stated = kind if isinstance(kind, str) else None
    if not isinstance(text, str) or text.startswith("#"):
        return [ReferenceValue(stated, None, None, None, identifier)] if identifier else []
    found = literal(text)
    if found is None:
        return [ReferenceValue(stated, None, text, None, identifier)]
    return [ReferenceValue(found[0], found[1], text.partition("/_history/")[0], found[2], identifier)]


def of_uri(text: str) -> list[ReferenceValue]:
    """A canonical or uri; `|version` is kept apart."""
    url, _, version = text.partition("|")
    found = literal(url)
    kind, id_ = (found[0], found[1]) if found else (None, None)
    return [ReferenceValue(kind, id_, url, version or None)] if url and not url.startswith("#") else []


def of_resource(value: dict[str, Any]) -> list[ReferenceValue]:
    """A resource that stands where a reference could: the first entry of a document."""
    kind, id_ = value.get("resourceType"), value.get("id")
    if not isinstance(kind, str) or not isinstance(id_, str):
        return []
    return [ReferenceValue(kind, id_, f"{kind}/{id_}")]


def _identifier(value: Any) -> TokenValue | None:
    if not isinstance(value, dict) or not isinstance(value.get("value"), str):
        return None
    system = value.get("system")
    return TokenValue(system if isinstance(system, str) else None, value["value"])
