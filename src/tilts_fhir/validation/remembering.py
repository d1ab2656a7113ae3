"""Codes and units come again and again: what was in order with the same definitions is accepted at once.

What is remembered hangs on the library, so that it goes with it, and is bounded.
"""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from tilts_fhir.validation.plans import Slot
from tilts_fhir.validation.walk import Walk

Accept: TypeAlias = Callable[[Any, Walk], bool]

MAX_REMEMBERED: Final = 50_000
MAX_TEXTS_REMEMBERED: Final = 32
MAX_CHARACTERS_REMEMBERED: Final = 250


def remembering_codes(slot: Slot, accept: Accept) -> Accept:
    """Accepts a Coding or CodeableConcept at once if the same was accepted before."""
    if slot.type == "Coding":

        def coding(value: Any, walk: Walk) -> bool:
            mark = (slot, *value.items())
            return mark in walk.library.in_order or (
                accept(value, walk) and _remember(walk, mark, [*value.values()])
            )

        return coding

    def concept(value: Any, walk: Walk) -> bool:
        codings = value.get("coding")
        if codings is None or len(value) != 1:
            return accept(value, walk)
        mark = (slot, *[tuple(each.items()) for each in codings])
        return mark in walk.library.in_order or (
            accept(value, walk)
            and _remember(walk, mark, [item for each in codings for item in each.values()])
        )

    return concept


def _remember(walk: Walk, mark: object, texts: list[Any]) -> bool:
    # Texts only: `True` and `1` would be the same mark. And few short ones: long ones would fill the memory.
    if len(texts) <= MAX_TEXTS_REMEMBERED and all(
        type(item) is str and len(item) <= MAX_CHARACTERS_REMEMBERED for item in texts
    ):
        known = walk.library.in_order
        if len(known) >= MAX_REMEMBERED:
            known.clear()
        known.add(mark)
    return True


def remembering_units(slot: Slot, accept: Accept) -> Accept:
    """Accepts the unit of a Quantity at once if the same was accepted before."""

    def units(value: Any, walk: Walk) -> bool:
        parts = (value.get("system"), value.get("code"), value.get("unit"))
        mark = (slot, *parts)
        return mark in walk.library.in_order or (
            accept(value, walk) and _remember(walk, mark, [each for each in parts if each])
        )

    return units
