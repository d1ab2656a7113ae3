"""Codes in profiles: the bindings that a profile adds, and whether a value is in the value set of a slice."""

from typing import Any

from tilts_fhir.structures import Binding
from tilts_fhir.validation import bindings
from tilts_fhir.validation.profiles.items import Item
from tilts_fhir.validation.walk import Json, Walk

CODED: frozenset[str] = frozenset({"code", "Coding", "CodeableConcept", "Quantity", "string", "uri"})


def check_binding(walk: Walk, binding: Binding, item: Item, source: str) -> None:
    """One value against the binding that a profile gives to its element."""
    value = _bound(item)
    if value is None:
        return
    for each in (binding, *binding.additional):
        bindings.check_binding(walk, each, value, item.path, source)


def is_member(walk: Walk, value_set: str, item: Item) -> bool:
    """Whether one code of the value is in the value set; no if that cannot be decided."""
    checker = bindings.checker_of(walk)
    value = _bound(item)
    if isinstance(value, str):
        return checker.check(value_set, None, value).kind == "in"
    return any(
        checker.check(value_set, each.get("system"), each["code"]).kind == "in" for each in codings_of(value)
    )


def _bound(item: Item) -> str | Json | None:
    if item.type not in CODED or not isinstance(item.value, (str, dict)):
        return None
    if item.type == "Quantity" and isinstance(item.value, dict):
        return {key: item.value[key] for key in ("system", "code") if key in item.value}
    return item.value


def codings_of(value: Any) -> list[dict[str, Any]]:
    """The codings with a code in a Coding, Quantity or CodeableConcept."""
    entries = value.get("coding", [value]) if isinstance(value, dict) else []
    return [each for each in entries if isinstance(each, dict) and isinstance(each.get("code"), str)]
