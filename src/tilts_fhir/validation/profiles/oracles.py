"""What FHIRPath asks of others: whether a value is in a value set, and whether it meets a profile."""

from collections.abc import Callable
from typing import Any, TypeAlias

from tilts_fhir.validation import bindings
from tilts_fhir.validation.profiles import targets
from tilts_fhir.validation.profiles.items import Item
from tilts_fhir.validation.profiles.terminology import codings_of
from tilts_fhir.validation.walk import Scene, Walk

Oracle: TypeAlias = Callable[[Any, str], bool | None]


def member_of(walk: Walk) -> Oracle:
    """For `memberOf()`: a code, Coding or CodeableConcept against a value set; None if it cannot be said."""

    def answer(value: Any, value_set: str) -> bool | None:
        checker = bindings.checker_of(walk)
        if isinstance(value, str):
            kinds = {checker.check(value_set, None, value).kind}
        else:
            kinds = {
                checker.check(value_set, each.get("system"), each["code"]).kind for each in codings_of(value)
            }
        return True if "in" in kinds else None if "unknown" in kinds else False

    return answer


def conforms_to(walk: Walk, scene: Scene) -> Oracle:
    """For `conformsTo()`: a value in this scene against a profile; None if the profile is not known."""

    def answer(value: Any, canonical: str) -> bool | None:
        structure = walk.library.structure(canonical)
        if structure is None or not isinstance(value, dict):
            return None
        kind = str(value.get("resourceType", structure.type))
        return targets.is_met(walk, scene, Item(value, None, kind, scene.path), canonical)

    return answer
