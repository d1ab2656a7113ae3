"""Lets a right value pass quickly: for every element a function that says "surely nothing to report" or "look closer".

Nearly all of a resource is right. What is accepted here is not looked at again; anything else goes the long way
(structure, then rules), which finds the same and says where and why. The functions are put together from the same
plans, the same invariants and the same rules as the long way, or from tests that let less through: there is no second
opinion on what is right.
"""

from collections.abc import Callable
from functools import cache, partial
from typing import Any, Final, NamedTuple, TypeAlias

from tilts_fhir import definitions
from tilts_fhir.validation import rules
from tilts_fhir.validation.extensions.plain import (
    accepter_of_extensions,
    names_of_element,
    names_of_part,
)
from tilts_fhir.validation.invariants import all_hold, invariants_of, invariants_on
from tilts_fhir.validation.plans import Slot, plan
from tilts_fhir.validation.postponing import is_silent, plain_reference_accepter, reference_accepter
from tilts_fhir.validation.remembering import remembering_codes, remembering_units
from tilts_fhir.validation.scenes import scene_of
from tilts_fhir.validation.walk import Json, Walk

Accept: TypeAlias = Callable[[Any, Walk], bool]
Check: TypeAlias = Callable[[Any], Any]
Trial: TypeAlias = Callable[[Json, Walk], list[str]]

# Below this depth the long way is taken at once, so that no input is looked at again and again.
MAX_LEVELS_TRIED: Final = 8
# Their rules look beyond the value, at a resource whose shape is not known to be right yet: they are tried afterwards.
LOOKING_AROUND: Final = frozenset({"Reference"})
REMEMBERED: Final = frozenset({"Coding", "CodeableConcept"})
WHOLE: Final = "*"
PRIMITIVE_KINDS: Final = frozenset({"text", "number", "boolean", "texts", "numbers", "booleans"})


class _Keys(NamedTuple):
    """The tests of a part by JSON key: of primitives, and of objects (made when first met: types stand in one another)."""

    checks: dict[str, Check]
    makers: dict[str, Callable[[], Accept]]


@cache
def accepter(slot: Slot) -> Accept:
    """The function for the values of one element: whether there is surely nothing to report.

    Raises (the function):
        TypeError, AttributeError: Something has another JSON type than expected: look closer.
    """
    checks, makers = _keys_of(slot.type)
    parts: dict[str, Accept] = {}
    rest = _rest(slot)

    def accept(value: Any, walk: Walk) -> bool:
        if type(value) is not dict or not value:
            return False
        for key, item in value.items():
            check = checks.get(key)
            if check is not None:
                if check(item):
                    continue
                return False
            part = parts.get(key)
            if part is None:
                if key not in makers:
                    return False
                part = parts[key] = makers[key]()
            if not part(item, walk):
                return False
        return rest is None or rest(value, walk)

    if slot.type in REMEMBERED:
        return remembering_codes(slot, accept)
    return plain_reference_accepter(slot, accept) if slot.type in LOOKING_AROUND else accept


@cache
def trial(slot: Slot) -> Trial:
    """
    The function that says where to look closer: the keys whose values were not accepted.

    `WHOLE` stands for what does not belong to one key; it is only asked when all keys are accepted.
    """
    checks, makers = _keys_of(slot.type)
    parts: dict[str, Accept] = {}
    rest = _rest(slot)

    def made(key: str) -> Accept | None:
        if key in makers:
            parts[key] = makers[key]()
        return parts.get(key)

    def tried(value: Json, walk: Walk) -> list[str]:
        left: list[str] = []
        accepted: list[int] = []
        for key, item in value.items():
            check = checks.get(key)
            part = None if check is not None else parts.get(key) or made(key)
            try:
                if check is not None and check(item):
                    continue
                if part is not None and part(item, walk):
                    accepted.append(id(item))
                    continue
                if key == "contained" and _contained_are_accepted(item, walk):
                    continue
            except (TypeError, AttributeError):
                pass
            left.append(key)
        if not left:
            if rest is None or rest(value, walk):
                return left
            left.append(WHOLE)
        walk.accepted.update(accepted)
        return left

    return tried


def _contained_are_accepted(items: Any, walk: Walk) -> bool:
    outer = walk.scene
    left: list[str] = []
    for index, item in enumerate(items):
        name = item.get("resourceType")
        if type(items) is not list or name not in definitions.resource_types():
            return False
        walk.scene = scene_of(walk, item, outer.resource, (outer.path, "contained", index))
        try:
            found = trial(resource_slot(name))(item, walk)
        finally:
            walk.scene = outer
        if found:
            left += found
        else:
            walk.accepted.add(id(item))
    return not left and bool(items)


@cache
def resource_slot(name: str) -> Slot:
    """The slot of a resource of one type that stands by itself."""
    return Slot(part="", name="", key="", kind="resource", type=name)


@cache
def _keys_of(part: str) -> _Keys:
    checks: dict[str, Check] = {}
    makers: dict[str, Callable[[], Accept]] = {}
    for key, slot in plan(part).slots.items():
        if slot.kind in PRIMITIVE_KINDS:
            check = _check(slot)
            if check is not None:
                checks[key] = check if slot.kind in ("text", "number", "boolean") else _all(check, slot.max)
        elif slot.kind == "companion":
            makers[key] = partial(_of_companion, plan(part).slots[slot.key])
        elif slot.type != "Extension" and slot.kind in ("object", "objects"):
            makers[key] = partial(_of_objects, slot)
        elif slot.name == "extension" and part != "Extension":
            makers[key] = partial(accepter_of_extensions, names_of_part(part), _extension_value)
    return _Keys(checks, makers)


def _of_companion(slot: Slot) -> Accept:
    """What stands beside a primitive that does not repeat: extensions and nothing else."""
    names = names_of_element(slot.part, slot.name, slot.type)
    extensions = accepter_of_extensions(names, _extension_value)
    return lambda value, walk: len(value) == 1 and extensions(value.get("extension"), walk)


@cache
def _extension_value(key: str) -> Accept | None:
    """The test of the value under a key of Extension (`valueString`); None if only the long way knows."""
    checks, makers = _keys_of("Extension")
    check = checks.get(key)
    if check is not None:
        return lambda value, walk: bool(check(value))
    return makers[key]() if key in makers else None


def _check(slot: Slot) -> Check | None:
    """The test of one primitive; None where only the long way knows."""
    if invariants_on(slot.part, slot.name, slot.type):
        return None
    if rules.primitive_rules(slot):
        return rules.plain_text(slot)
    return slot.text or slot.number or _is_boolean


def _of_objects(slot: Slot) -> Accept:
    return accepter(slot) if slot.kind == "object" else _each(accepter(slot), slot.max)


def _rest(slot: Slot) -> Accept | None:
    """What does not belong to one key: required elements, choices, invariants, rules."""
    here = plan(slot.type)
    single = frozenset(keys[0] for _, _, keys in here.required if len(keys) == 1)
    required = tuple(frozenset(keys) for _, _, keys in here.required if len(keys) > 1)
    groups = tuple(
        frozenset(key for key, each in here.slots.items() if each.choice == name and key[0] != "_")
        for name in here.choices
    )
    found = (*invariants_of(slot.type), *invariants_on(slot.part, slot.name, slot.type))
    says = _says(slot)
    if not (single or required or groups or found):
        return says

    def rest(value: Any, walk: Walk) -> bool:
        keys = value.keys()
        if not single <= keys:
            return False
        for some in required:
            if some.isdisjoint(keys):
                return False
        for group in groups:
            if len(group & keys) > 1:
                return False
        if found and not all_hold(walk, found, value):
            return False
        return says is None or says(value, walk)

    return rest


def _says(slot: Slot) -> Accept | None:
    """Whether the rules for the type have nothing to say."""
    found = rules.TYPE_RULES.get(slot.type, ())
    if slot.type in LOOKING_AROUND:
        return reference_accepter(slot)
    if not found or slot.part == "CodeableConcept":  # which is looked at as a whole
        return None
    if slot.type != "Quantity":
        return lambda value, walk: is_silent(walk, found, slot, value)

    return remembering_units(slot, lambda value, walk: is_silent(walk, found, slot, value))


def _is_boolean(item: Any) -> bool:
    return item is True or item is False


def _all(check: Check, most: int | None) -> Check:
    def every(items: Any) -> bool:
        return (
            type(items) is list
            and bool(items)
            and (most is None or len(items) <= most)
            and all(map(check, items))
        )

    return every


def _each(accept: Accept, most: int | None) -> Accept:
    def every(items: Any, walk: Walk) -> bool:
        if type(items) is not list or not items or (most is not None and len(items) > most):
            return False
        for item in items:  # noqa: SIM110  # a generator costs more than what it runs
            if not accept(item, walk):
                return False
        return True

    return every
