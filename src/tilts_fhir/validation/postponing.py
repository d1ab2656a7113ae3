"""References are accepted by their form; what their rules say of the resources around is asked when the shape is known.

Until then a rule that looks at the Bundle or the container could meet anything.
"""

import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeAlias

from tilts_fhir import definitions
from tilts_fhir.validation import rules
from tilts_fhir.validation.plans import Slot, plan
from tilts_fhir.validation.references.resolving import contained_type, names_in_bundle
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
    names: set[str] | None = None
    for each in walk.postponed:
        if each.scene is not walk.scene or each is walk.postponed[0]:
            walk.scene, names = each.scene, names_in_bundle(walk, each.scene)
        text = each.value.get("reference", "")
        if each.is_plain and names is not None and text not in names:
            continue
        if text[:1] == "#" and contained_type(walk, each.scene, text[1:]) in each.slot.targets:
            continue
        if not is_silent(walk, rules.TYPE_RULES.get(each.slot.type, ()), each.slot, each.value):
            found.append(each)
    walk.scene = scene
    walk.postponed.clear()
    return found


def reference_accepter(slot: Slot) -> Accept:
    """References: to a type that may stand here, from a resource by itself; what else is looked at afterwards."""
    types = _types(slot)

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


def plain_reference_accepter(slot: Slot, accept: Accept) -> Accept:
    """Accepts at once what nearly all references are: `Type/id`, and a name for people; `accept` knows the others."""
    types = _types(slot)
    plain = rules.plain_text(plan(slot.type).slots["display"])

    def reference(value: Any, walk: Walk) -> bool:
        found = _LITERAL(value.get("reference", ""))
        if found is None or found[1] not in types:
            return accept(value, walk)
        size = len(value)
        if size != 1 and not (
            size == 2 and "display" in value and plain is not None and plain(value["display"])
        ):
            return accept(value, walk)
        scene = walk.scene
        if scene.container.outer is not None or walk.options.resolve is not None:
            walk.postponed.append(Postponed(scene, slot, value, True))
        return True

    return reference


def _types(slot: Slot) -> frozenset[str]:
    """The types that a reference of this element may point to."""
    any_type = not slot.targets or "Resource" in slot.targets
    return definitions.resource_types() if any_type else frozenset(slot.targets)


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
