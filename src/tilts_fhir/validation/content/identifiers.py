"""Systems of identifiers and codes are absolute; an identifier that is said to be a URI is one.

Source: https://hl7.org/fhir/R4/datatypes.html#Identifier, https://hl7.org/fhir/R4/datatypes.html#Coding.
"""

from typing import Any, Final

from tilts_fhir.issues import quoted
from tilts_fhir.validation.content.urls import check_url
from tilts_fhir.validation.plans import Slot
from tilts_fhir.validation.references.forms import is_absolute
from tilts_fhir.validation.walk import Path, Walk

URI_SYSTEM: Final = "urn:ietf:rfc:3986"


def check_identifier(walk: Walk, slot: Slot, value: dict[str, Any], path: Path) -> None:
    """The value of one Identifier, if its system says that it is a URI."""
    if slot.part == "ElementDefinition.example":
        return  # a piece of a resource, to be read by people
    text = value.get("value")
    if value.get("system") == URI_SYSTEM and isinstance(text, str) and not is_absolute(text):
        walk.report("identifier-not-uri", (path, "value", None), value=quoted(text))


def check_system(walk: Walk, slot: Slot, system: str, path: Path) -> None:
    """The system of one Identifier or Coding."""
    if not is_absolute(system):
        walk.report("system-relative", path, type=slot.part, value=quoted(system))
    else:
        check_url(walk, slot, system, path)
