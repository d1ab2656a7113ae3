"""Lets a right value pass quickly: for every element a function that says "surely nothing to report" or "look closer".

Nearly all of a resource is right. What is accepted here is not looked at again; anything else goes the long way
(structure, then rules), which finds the same and says where and why. The functions are put together from the same
plans, the same invariants and the same rules as the long way, or from tests that let less through: there is no second
opinion on what is right.
"""

import re
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
from tilts_fhir.validation.references.resolving import contained_type, is_outside
from tilts_fhir.validation.scenes import scene_of
from tilts_fhir.validation.walk import Json, Path, Scene, Walk

Accept: TypeAlias = Callable[[Any, Walk], bool]
Check: TypeAlias = Callable[[Any], Any]
Trial: TypeAlias = Callable[[Json, Walk], list[str]]

# Below this depth the long way is taken at once, so that no input is looked at again and again.
MAX_LEVELS_TRIED: Final = 8
# Their rules look beyond the value, at a resource whose shape is not known to be right yet: they are tried afterwards.
LOOKING_AROUND: Final = frozenset({"Reference"})
REMEMBERED: Final = frozenset({"Coding", "CodeableConcept"})
MAX_REMEMBERED: Final = 50_000
MAX_CODINGS_REMEMBERED: Final = 8
MAX_CHARACTERS_REMEMBERED: Final = 250
WHOLE: Final = "*"
PRIMITIVE_KINDS: Final = frozenset({"text", "number", "boolean", "texts", "numbers", "booleans"})
_LITERAL: Final = re.compile(r"([A-Z][A-Za-z]+)/[A-Za-z0-9.-]{1,64}").fullmatch
# Rules report to this place while a value is tried; what they report there is taken back.
NOWHERE: Final[Path] = (None, "", None)


class Postponed(NamedTuple):
    """An accepted reference; `is_plain`: of the form `Type/id`, with a type that may stand here."""

    scene: Scene
    slot: Slot
    value: Json
    is_plain: bool


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
                if not check(item):
                    return False
            else:
                part = parts.get(key)
                if part is None:
                    if key not in makers:
                        return False
                    part = parts[key] = makers[key]()
                if not part(item, walk):
                    return False
        return rest(value, walk)

    return _remembering(slot, accept) if slot.type in REMEMBERED else accept


@cache
def trial(slot: Slot) -> Trial:
    """
    The function that says where to look closer: the keys whose values were not accepted.

    `WHOLE` stands for what does not belong to one key; it is only asked when all keys are accepted.
    """
    checks, makers = _keys_of(slot.type)
    parts: dict[str, Accept] = {}
    rest = _rest(slot)

    def tried(value: Json, walk: Walk) -> list[str]:
        left: list[str] = []
        accepted: list[int] = []
        for key, item in value.items():
            try:
                check = checks.get(key)
                if check is not None:
                    if check(item):
                        continue
                elif key in makers:
                    part = parts.get(key)
                    if part is None:
                        part = parts[key] = makers[key]()
                    if part(item, walk):
                        accepted.append(id(item))
                        continue
                elif key == "contained" and _contained_are_accepted(item, walk):
                    continue
            except (TypeError, AttributeError):
                pass
            left.append(key)
        if not left:
            if rest(value, walk):
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


def postponed_with_news(walk: Walk) -> list[Postponed]:
    """Those values about which the rules that look around have something to say; to be asked once the shape is right."""
    scene = walk.scene
    found: list[Postponed] = []
    for each in walk.postponed:
        text = each.value.get("reference", "")
        if each.is_plain and is_outside(walk, each.scene, text):
            continue
        if text[:1] == "#" and contained_type(walk, each.scene, text[1:]) in each.slot.targets:
            continue
        walk.scene = each.scene
        if not _is_silent(walk, rules.TYPE_RULES.get(each.slot.type, ()), each.slot, each.value):
            found.append(each)
    walk.scene = scene
    walk.postponed.clear()
    return found


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


def _rest(slot: Slot) -> Accept:
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
        return _reference(slot)
    if not found or slot.part == "CodeableConcept":  # which is looked at as a whole
        return None
    if slot.type != "Quantity":
        return lambda value, walk: _is_silent(walk, found, slot, value)

    def units(value: Any, walk: Walk) -> bool:
        mark = (slot, value.get("system"), value.get("code"), value.get("unit"))
        if any(part is not None and len(part) > MAX_CHARACTERS_REMEMBERED for part in mark[1:]):
            return _is_silent(walk, found, slot, value)
        return mark in walk.library.in_order or (
            _is_silent(walk, found, slot, value) and _remember(walk, mark)
        )

    return units


def _reference(slot: Slot) -> Accept:
    """References: to a type that may stand here, from a resource by itself; what else is looked at afterwards."""
    any_type = not slot.targets or "Resource" in slot.targets
    types = definitions.resource_types() if any_type else frozenset(slot.targets)

    def reference(value: Any, walk: Walk) -> bool:
        text = value.get("reference", "")
        found = _LITERAL(text)
        is_plain = found is not None and found[1] in types and "type" not in value
        scene = walk.scene
        if not is_plain or scene.container.outer is not None or walk.options.resolve is not None:
            walk.postponed.append(Postponed(scene, slot, value, is_plain))
            if text[:1] == "#":
                walk.fragments.add((id(scene.container.resource), text[1:]))
        return True

    return reference


def _remembering(slot: Slot, accept: Accept) -> Accept:
    """Codes come again and again: what was accepted with the same definitions is accepted at once."""
    if slot.type == "Coding":

        def coding(value: Any, walk: Walk) -> bool:
            if not _is_kept([value]):
                return accept(value, walk)
            mark = (slot, *value.items())
            return mark in walk.library.in_order or (accept(value, walk) and _remember(walk, mark))

        return coding

    def concept(value: Any, walk: Walk) -> bool:
        if "coding" not in value or len(value) != 1 or not _is_kept(value["coding"]):
            return accept(value, walk)
        mark = (slot, *[tuple(each.items()) for each in value["coding"]])
        return mark in walk.library.in_order or (accept(value, walk) and _remember(walk, mark))

    return concept


def _is_kept(codings: list[Json]) -> bool:
    """Whether it may be remembered: `True` and `1` would be the same mark, and long texts would fill the memory."""
    if len(codings) > MAX_CODINGS_REMEMBERED:
        return False
    for each in codings:
        for item in each.values():
            if type(item) is not str or len(item) > MAX_CHARACTERS_REMEMBERED:
                return False
    return True


def _remember(walk: Walk, mark: object) -> bool:
    known = walk.library.in_order
    if len(known) >= MAX_REMEMBERED:
        known.clear()
    known.add(mark)
    return True


def _is_silent(walk: Walk, found: tuple[rules.TypeRule, ...], slot: Slot, value: Any) -> bool:
    """Whether none of the rules has anything to say."""
    before = len(walk.issues)
    if before >= walk.max_issues:
        return False
    for rule in found:
        rule(walk, slot, value, NOWHERE)
        if len(walk.issues) > before:
            del walk.issues[before:]
            return False
    return True


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
