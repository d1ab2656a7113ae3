"""Writes a resource as FHIR XML: the elements in the order of the specification, the narrative as it is.

`read_xml` of what is written gives the same tree again, decimals with their spelling. Nothing is left out: what XML
or the type cannot carry is refused. https://hl7.org/fhir/R4/xml.html.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from tilts_fhir import definitions
from tilts_fhir.issues import Issue, issue, quoted
from tilts_fhir.xml.narrative import standing_alone
from tilts_fhir.xml.shapes import FHIR, Kind, Shape, Slot, shape

__all__ = ["MAX_DEPTH", "XmlWriteError", "write_xml"]

MAX_DEPTH: Final = 64

# XML 1.0 section 2.2: characters that cannot stand in XML, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPED = re.compile('[&<>"\t\n\r]')
# Written as they are, blanks other than the space would be read as spaces.
_ESCAPES: Final = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "\t": "&#9;",
    "\n": "&#10;",
    "\r": "&#13;",
}


class XmlWriteError(Exception):
    """A tree that cannot be written as XML; `issue` says what and where, in English and Latvian."""

    def __init__(self, found: Issue) -> None:
        super().__init__(f"{found.expression}: {found.text_en}")
        self.issue = found


def write_xml(resource: dict[str, Any]) -> bytes:
    """
    Write a resource as compact UTF-8 with an XML declaration.

    Args:
        resource: As `json_strict.decode_resource` or `read_xml` gives it.

    Raises:
        XmlWriteError: It holds what R4 does not know, a value of another type, a character that XML cannot carry,
            a narrative that is not well-formed, or more than 64 levels.
    """
    writer = _Writer()
    name = writer.resource_type(resource, ())
    writer.out.append(f'<?xml version="1.0" encoding="UTF-8"?>\n<{name} xmlns="{FHIR}"')
    writer.content(resource, shape(name), name, (name,))
    return "".join(writer.out).encode("utf-8")


class _Writer:
    def __init__(self) -> None:
        self.out: list[str] = []

    def resource_type(self, resource: Any, path: tuple[str, ...]) -> str:
        name = resource.get("resourceType") if isinstance(resource, dict) else None
        if not isinstance(name, str) or name not in definitions.resource_types():
            key = "no-resource-type" if not isinstance(name, str) else "resource-type"
            raise _error(key, path or ("Resource",), name=quoted(name), hint_en="", hint_lv="")
        return name

    def content(self, holder: dict[str, Any], here: Shape, tag: str, path: tuple[str, ...]) -> None:
        """The rest of an element whose start tag is still open: attributes, children, end tag."""
        if len(path) > MAX_DEPTH:
            raise _error("xml-depth", path, max=MAX_DEPTH)
        slots: dict[str, Slot] = {}
        for key, value in holder.items():
            if key in here.attributes:
                self._attribute(key, value, path)
            elif key != "resourceType" or not here.is_resource:
                slot = _slot(here, key, path)
                slots[slot.key] = slot
        if not slots:
            self.out.append("/>")
            return
        self.out.append(">")
        for slot in sorted(slots.values(), key=_order):
            self._element(slot, holder, path)
        self.out.append(f"</{tag}>")

    def _element(self, slot: Slot, holder: dict[str, Any], path: tuple[str, ...]) -> None:
        values, companions = holder.get(slot.key), holder.get("_" + slot.key)
        if not slot.many:
            self._one(slot, values, companions, (*path, slot.name))
            return
        values = [] if values is None else values
        companions = [] if companions is None else companions
        if not isinstance(values, list) or not isinstance(companions, list):
            raise _error("xml-write-shape", (*path, slot.name), name=slot.key, type="array")
        for index in range(max(len(values), len(companions))):
            value = values[index] if index < len(values) else None
            companion = companions[index] if index < len(companions) else None
            self._one(slot, value, companion, (*path, f"{slot.name}[{index}]"))

    def _one(self, slot: Slot, value: Any, companion: Any, path: tuple[str, ...]) -> None:
        if slot.kind == "object":
            self._object(slot, value, path)
        elif slot.kind == "resource":
            name = self.resource_type(value, path)
            self.out.append(f"<{slot.key}><{name}")
            self.content(value, shape(name), name, path)
            self.out.append(f"</{slot.key}>")
        elif slot.kind == "xhtml":
            self.out.append(_narrative(slot, value, path))
        else:
            self._primitive(slot, value, companion, path)

    def _object(self, slot: Slot, value: Any, path: tuple[str, ...]) -> None:
        if not isinstance(value, dict):
            raise _error("xml-write-shape", path, name=slot.key, type=slot.type)
        self.out.append(f"<{slot.key}")
        self.content(value, shape(slot.type), slot.key, path)

    def _primitive(self, slot: Slot, value: Any, companion: Any, path: tuple[str, ...]) -> None:
        self.out.append(f"<{slot.key}")
        if value is not None:
            text = _TEXTS[slot.kind](value)
            if text is None:
                raise _error("xml-write-shape", path, name=slot.key, type=slot.type)
            self._attribute("value", text, path)
        if companion is None:
            self.out.append("/>")
        elif isinstance(companion, dict):
            self.content(companion, shape("Element"), slot.key, path)
        else:
            raise _error("xml-write-shape", path, name="_" + slot.key, type="Element")

    def _attribute(self, name: str, value: Any, path: tuple[str, ...]) -> None:
        if not isinstance(value, str):
            raise _error("xml-write-shape", (*path, name), name=name, type="string")
        if found := _FORBIDDEN.search(value):
            raise _error("xml-write-character", path, name=name, code=f"{ord(found[0]):04X}")
        self.out.append(f' {name}="{_ESCAPED.sub(_escape, value)}"')


def _slot(here: Shape, key: str, path: tuple[str, ...]) -> Slot:
    slot = here.slots.get(key)
    if slot is None and key.startswith("_"):
        slot = here.slots.get(key[1:])
        if slot is not None and slot.kind in ("object", "resource", "xhtml"):
            slot = None
    if slot is None:
        raise _error("xml-write-element", path, name=quoted(key), type=here.type)
    return slot


def _order(slot: Slot) -> int:
    return slot.order


def _narrative(slot: Slot, value: Any, path: tuple[str, ...]) -> str:
    if not isinstance(value, str):
        raise _error("xml-write-shape", path, name=slot.key, type=slot.type)
    div = standing_alone(value)
    if div is None:
        raise _error("xml-write-narrative", path)
    return div


def _escape(found: re.Match[str]) -> str:
    return _ESCAPES[found[0]]


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: object) -> str | None:
    if isinstance(value, Decimal):
        return str(value) if value.is_finite() else None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _truth(value: object) -> str | None:
    return ("true" if value else "false") if isinstance(value, bool) else None


_TEXTS: Final[dict[Kind, Callable[[object], str | None]]] = {
    "text": _text,
    "integer": _number,
    "decimal": _number,
    "boolean": _truth,
}


def _error(key: str, path: tuple[str, ...], **facts: object) -> XmlWriteError:
    return XmlWriteError(issue(key, ".".join(path), severity=None, source=None, **facts))
