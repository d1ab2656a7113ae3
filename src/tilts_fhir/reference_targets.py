"""Checks where a Reference may point, as far as its text says the type: `Practitioner/17`, not a URL.

Source: https://hl7.org/fhir/R4/references.html.
"""

import re
from typing import Any, Final

from tilts_fhir import definitions
from tilts_fhir.issues import quoted
from tilts_fhir.plans import Slot
from tilts_fhir.walk import Path, Walk, nearest

TYPE_ROOT: Final = "http://hl7.org/fhir/StructureDefinition/"
_LITERAL = re.compile(r"([A-Za-z]+)/[A-Za-z0-9.-]{1,64}(?:/_history/[A-Za-z0-9.-]{1,64})?")


def literal_type(reference: str) -> str | None:
    """The type of a relative literal reference (`Patient/1` -> `Patient`); None for any other reference."""
    found = _LITERAL.fullmatch(reference)
    return found[1] if found else None


def check_reference(walk: Walk, slot: Slot, value: dict[str, Any], path: Path) -> None:
    """The type in `reference` and in `type`: known, allowed by the element, and the same in both."""
    reference, stated = value.get("reference"), value.get("type")
    literal = literal_type(reference) if isinstance(reference, str) else None
    if literal is not None:
        _check_type(walk, slot, literal, (path, "reference", None))
    if not isinstance(stated, str):
        return
    stated = stated.removeprefix(TYPE_ROOT)
    if ":" in stated:  # a logical model somewhere else
        return
    if literal is None:
        _check_type(walk, slot, stated, (path, "type", None))
    elif literal != stated:
        walk.report("reference-differs", (path, "type", None), name=quoted(literal), type=quoted(stated))


def _check_type(walk: Walk, slot: Slot, name: str, path: Path) -> None:
    known = definitions.resource_types()
    if name not in known:
        walk.report("reference-type", path, name=quoted(name), **nearest(name, sorted(known)))
    elif slot.targets and name not in slot.targets:
        walk.report("reference-target", path, name=name, allowed=", ".join(slot.targets))
