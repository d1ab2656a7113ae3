"""Where an extension may stand.

Source: https://hl7.org/fhir/R4/defining-extensions.html#context.
"""

from typing import Final

from tilts_fhir.fhirpath import FhirPathError, Node, compile_expression
from tilts_fhir.issues import quoted
from tilts_fhir.structures import TYPE_ROOT, Context, Structure
from tilts_fhir.validation.extensions.places import Place, place_of
from tilts_fhir.validation.invariants import metered_context_of
from tilts_fhir.validation.profiles.ground import named
from tilts_fhir.validation.profiles.items import by_name
from tilts_fhir.validation.walk import Path, Walk

MAX_SHOWN: Final = 6

# Where HL7 uses its extensions in the R4 definitions themselves, though their contexts in R4 do not name it.
# The contexts were widened later: https://hl7.org/fhir/extensions/.
ALSO_IN: Final = {
    TYPE_ROOT + "structuredefinition-fhir-type": "ElementDefinition.type",
    TYPE_ROOT + "structuredefinition-normative-version": "Element",
    TYPE_ROOT + "valueset-concept-comments": "CodeSystem.concept",
    TYPE_ROOT + "regex": "ElementDefinition.type",
    TYPE_ROOT + "translation": "ValueSet.expansion.contains",
}
# Kinds of resources that are types of their own only in later releases.
CANONICAL_RESOURCES: Final = frozenset({"CanonicalResource", "MetadataResource"})


def check_context(walk: Walk, structure: Structure, path: Path) -> None:
    """Whether the extension may stand where it stands."""
    place = place_of(walk.scene, path)
    if place is None:
        return
    walk.count(len(structure.contexts) + len(structure.context_invariants), path)
    is_outside = structure.contexts and not any(_is_in(walk, each, place) for each in structure.contexts)
    if is_outside and ALSO_IN.get(structure.url) not in (*place.names, "Element"):
        shown = [each.expression for each in structure.contexts][:MAX_SHOWN]
        walk.report(
            "extension-context",
            path,
            source=structure.url,
            url=named(structure.url),
            place=quoted(", ".join(sorted(place.names))),
            allowed=", ".join(map(named, shown)),
        )
    for rule in structure.context_invariants:
        if not _holds(walk, rule, place):
            walk.report(
                "extension-context-invariant",
                path,
                source=structure.url,
                url=named(structure.url),
                rule=quoted(rule),
            )


def _is_in(walk: Walk, context: Context, place: Place) -> bool:
    stated = context.expression.strip()
    if context.kind == "extension":
        return stated.partition("|")[0] in place.urls
    if context.kind == "fhirpath":
        return _is_found(walk, stated, place)
    # Forms met in R4 definitions besides the plain one: the canonical of a type, and a profile with an element of it.
    name = stated.removeprefix(TYPE_ROOT).rpartition("#")[2].removeprefix("@")
    if name == "Element" or name in place.names:
        return True
    return name in CANONICAL_RESOURCES and {"url", "status"} <= by_name(place.item.type).keys()


def _is_found(walk: Walk, expression: str, place: Place) -> bool:
    """Whether the element is among those that an expression finds in the resource; yes if it cannot be decided."""
    key = ("context-found", id(walk.scene.resource), expression)
    if key not in walk.memo:
        walk.memo[key] = _found(walk, expression)
    found: frozenset[int] | None = walk.memo[key]
    item = place.item
    return found is None or id(item.value if isinstance(item.value, dict) else item.companion) in found


def _found(walk: Walk, expression: str) -> frozenset[int] | None:
    """The identities of all that an expression finds: of an object itself, of a primitive what stands beside it."""
    resource = walk.scene.resource
    try:
        compiled = compile_expression(expression, str(resource.get("resourceType")))
        nodes = [
            each for each in compiled.evaluate(resource, metered_context_of(walk)) if isinstance(each, Node)
        ]
    except FhirPathError:
        return None
    return frozenset(id(each.value if isinstance(each.value, dict) else each.companion) for each in nodes) - {
        id(None)
    }


def _holds(walk: Walk, rule: str, place: Place) -> bool:
    item = place.item
    focus = Node(item.value, item.companion, item.type)
    try:
        return compile_expression(rule, item.type).holds(focus, metered_context_of(walk))
    except FhirPathError:
        return True
