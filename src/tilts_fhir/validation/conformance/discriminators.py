"""Whether the path of a discriminator leads somewhere from the element that is sliced.

Only what is certain is refused: where a type is not known here, every path is taken for right.
Source: https://hl7.org/fhir/R4/profiling.html#discriminator.
"""

import re
from typing import Final

from tilts_fhir import definitions
from tilts_fhir.structures import Row

INLINE: Final = frozenset(("BackboneElement", "Element"))
ANYTHING: Final = frozenset(("Resource", "DomainResource", "*"))
STEP: Final = re.compile(r"([A-Za-z$][A-Za-z0-9_\[\]]*)(\([^()]*\))?(?:\.|$)")
OF_PRIMITIVE: Final = ("id", "extension", "value")


def resolves(path: str, row: Row) -> bool:
    """Whether the path leads from the element to an element; also true where that cannot be told."""
    parts = _parts_of(row)
    at = 0
    while at < len(path) and parts is not None:
        step = STEP.match(path, at)
        if step is None:
            return False
        parts = _after(parts, step[1], step[2])
        at = step.end()
    return parts is None or bool(parts)


def _parts_of(row: Row) -> set[str] | None:
    if row.content_reference is not None or not row.types:
        return None
    parts = set()
    for kind in row.types:
        part = row.path if kind.code in INLINE else kind.code
        if kind.code in ANYTHING or not _is_known(part):
            return None
        parts.add(part)
    return parts


def start_of(row: Row) -> str | None:
    """The type or backbone part on which invariants of the element are evaluated; None if it is not certain."""
    if "." not in row.path:
        return row.path if _is_known(row.path) else None
    parts = _parts_of(row)
    return next(iter(parts)) if parts is not None and len(parts) == 1 else None


def _is_known(part: str) -> bool:
    name = part.partition(".")[0]
    if name in definitions.primitives():
        return part == name
    return definitions.is_type(name) and part in definitions.type_definition(name).parts


def _after(parts: set[str], name: str, arguments: str | None) -> set[str] | None:
    """The parts one step on; empty if there is no such step, None if they are not known."""
    if name == "$this":
        return parts
    if arguments is not None:
        if name in ("ofType", "as"):
            kind = arguments[1:-1].strip()
            return {kind} if _is_known(kind) else None
        return {"Extension"} if name == "extension" else None
    found: set[str] = set()
    for part in parts:
        if part in definitions.primitives():
            if name in OF_PRIMITIVE:
                return None
            continue
        element = next((each for each in definitions.elements(part) if _is_named(each, name)), None)
        codes = {kind.code for kind in element.types} if element is not None else set()
        if codes & ANYTHING or any(not _is_known(code) for code in codes):
            return None
        found |= codes
    return found


def _is_named(element: definitions.Element, name: str) -> bool:
    # `value[x]` and `valueCoding` are not FHIRPath, but what is meant is clear.
    return element.name == name or (element.choice and name.startswith(element.name))
