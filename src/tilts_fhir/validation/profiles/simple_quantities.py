"""SimpleQuantity: the one profile on which the base types themselves rest.

Source: https://hl7.org/fhir/R4/datatypes.html#SimpleQuantity (sqty-1).
"""

from typing import Any

from tilts_fhir.validation.plans import Slot
from tilts_fhir.validation.profiles.items import element_of
from tilts_fhir.validation.walk import Path, Walk


def check_simple_quantity(walk: Walk, slot: Slot, value: Any, path: Path) -> None:
    """A Quantity without comparator, where the definition of its element asks for that."""
    if "comparator" not in value:
        return
    element = element_of(slot.part, slot.name)
    kinds = element.types if element is not None else ()
    if any(kind.code == slot.type and "SimpleQuantity" in kind.profile for kind in kinds):
        walk.report("profile-simple-quantity", (path, "comparator", None), source="sqty-1")
