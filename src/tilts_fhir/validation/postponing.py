"""References are accepted by their form; what their rules say of the resources around is asked when the shape is known.

Until then a rule that looks at the Bundle or the container could meet anything.
"""

import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeAlias

from tilts_fhir import definitions
from tilts_fhir.validation import rules
from tilts_fhir.validation.plans import Slot
from tilts_fhir.validation.references.resolving import contained_type, is_outside
from tilts_fhir.validation.walk import Json, Path, Scene, Walk

Accept: TypeAlias = Callable[[Any, Walk], bool]

_LITERAL: Final = re.compile(r"([A-Z][A-Za-z]+)/[A-Za-z0-9.-]{1,64}").fullmatch
# Rules report to this place while a value is tried; what they report there is taken back.
NOWHERE: Final[Path] = (None, "", None)


class Postponed(NamedTuple):
    """An accepted reference; `is_plain`: of the form `Type/id`, with a type that may stand here."""

    scene: Scene
    slot: Slot
    value: Json
    is_plain: bool


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
        if not is_silent(walk, rules.TYPE_RULES.get(each.slot.type, ()), each.slot, each.value):
            found.append(each)
    walk.scene = scene
    walk.postponed.clear()
    return found


def reference_accepter(slot: Slot) -> Accept:
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


def is_silent(walk: Walk, found: tuple[rules.TypeRule, ...], slot: Slot, value: Any) -> bool:
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
