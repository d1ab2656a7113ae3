"""What is kept of each published resource: what a check needs, no texts for people."""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

Json: TypeAlias = dict[str, Any]

ROOT: Final = "http://hl7.org/fhir/StructureDefinition/"
KEPT_EXTENSIONS: Final = frozenset(
    ROOT + name
    for name in (
        "structuredefinition-fhir-type",
        "regex",
        "elementdefinition-bestpractice",
        "elementdefinition-maxValueSet",
        "elementdefinition-minValueSet",
    )
)
FHIR_TYPE: Final = ROOT + "structuredefinition-fhir-type"
STANDARDS_STATUS: Final = ROOT + "structuredefinition-standards-status"
WITHDRAWN: Final = ("deprecated", "withdrawn")
# The published snapshot types Resource.id as string; its own text and every later release say id.
CORRECTED_TYPES: Final = {"Resource.id": "id"}
HEAD: Final = ("resourceType", "url", "version", "name", "status", "experimental")

STRUCTURE: Final = ("kind", "abstract", "context", "contextInvariant", "type", "baseDefinition", "derivation")
# Members of an ElementDefinition that only people read, or that say how a text is shown.
ELEMENT_TEXTS: Final = frozenset(
    [
        "definition",
        "comment",
        "requirements",
        "alias",
        "mapping",
        "example",
        "short",
        "isModifierReason",
        "meaningWhenMissing",
        "orderMeaning",
        "isSummary",
        "label",
        "code",
        "condition",
    ]
)
# Published with every element; the root of the type that brings them says it once.
INHERITED_KEYS: Final = {"ele-1": "Element", "ext-1": "Extension"}
SYSTEM: Final = (
    "language",
    "caseSensitive",
    "valueSet",
    "hierarchyMeaning",
    "compositional",
    "versionNeeded",
)
SYSTEM_END: Final = ("content", "supplements", "count", "filter")
PARAMETER: Final = ("code", "derivedFrom", "base", "type", "expression", "target")
OPERATION: Final = ("kind", "code", "resource", "system", "type", "instance")


def reduced(resource: Json) -> Json:
    """The resource with what a check needs; see `REDUCTIONS` for the kinds there are."""
    kept = {**_members(resource, HEAD), **REDUCTIONS[resource["resourceType"]](resource)}
    status = [each for each in resource.get("extension", ()) if _is_withdrawn(each)]
    return {**kept, "extension": status} if status else kept


def _members(holder: Json, names: tuple[str, ...]) -> Json:
    return {name: holder[name] for name in names if name in holder}


def _is_withdrawn(extension: Json) -> bool:
    return extension["url"] == STANDARDS_STATUS and extension.get("valueCode") in WITHDRAWN


def _structure(resource: Json) -> Json:
    """The snapshot, for the differential stands in it; two definitions have only the latter."""
    view = "snapshot" if "snapshot" in resource else "differential"
    elements = [_element(each) for each in resource[view]["element"]]
    return {**_members(resource, STRUCTURE), view: {"element": elements}}


def _element(element: Json) -> Json:
    kept = {name: _stripped(value) for name, value in element.items() if name not in ELEMENT_TEXTS}
    if kept.get("id") == kept["path"]:
        del kept["id"]
    own = {"path": kept["path"], "min": kept.get("min"), "max": kept.get("max")}
    if kept.get("base") == own:
        del kept["base"]
    constraints = [_constraint(each) for each in kept.pop("constraint", ()) if _is_own(each, kept["path"])]
    if constraints:
        kept["constraint"] = constraints
    if not _extensions(element):
        kept.pop("extension", None)
    if kept.get("isModifier") is False:
        del kept["isModifier"]
    kept.get("binding", {}).pop("description", None)
    _correct_type(kept, element)
    return kept


def _correct_type(kept: Json, element: Json) -> None:
    corrected = CORRECTED_TYPES.get(element.get("base", element)["path"])
    if corrected is not None:
        for extension in kept["type"][0]["extension"]:
            if extension["url"] == FHIR_TYPE:
                extension["valueUrl"] = corrected


def _is_own(constraint: Json, path: str) -> bool:
    return INHERITED_KEYS.get(constraint["key"], path) == path


def _constraint(constraint: Json) -> Json:
    return {name: value for name, value in constraint.items() if name not in ("xpath", "requirements")}


def _stripped(value: Any) -> Any:
    """Without extensions that no check reads, at every level."""
    if isinstance(value, list):
        return [_stripped(each) for each in value]
    if not isinstance(value, dict):
        return value
    kept = {name: _stripped(each) for name, each in value.items() if name != "extension"}
    extensions = _extensions(value)
    return {**kept, "extension": extensions} if extensions else kept


def _extensions(holder: Json) -> list[Json]:
    return [dict(each) for each in holder.get("extension", ()) if each["url"] in KEPT_EXTENSIONS]


def _value_set(resource: Json) -> Json:
    """The compose says all: the four published expansions are those of examples."""
    parts = {
        side: [_include(part) for part in resource["compose"][side]]
        for side in ("include", "exclude")
        if side in resource["compose"]
    }
    compose = {**_members(resource["compose"], ("lockedDate", "inactive")), **parts}
    return {**_members(resource, ("immutable",)), "compose": compose}


def _include(part: Json) -> Json:
    kept = _members(part, ("system", "version", "filter", "valueSet"))
    if "concept" in part:
        kept["concept"] = [_with_designations(each) for each in part["concept"]]
    return kept


def _with_designations(concept: Json) -> Json:
    kept = _members(concept, ("code", "display"))
    named = [_members(each, ("language", "value")) for each in concept.get("designation", ())]
    return {**kept, "designation": named} if named else kept


def _code_system(resource: Json) -> Json:
    kept = {**_members(resource, SYSTEM), **_members(resource, SYSTEM_END)}
    declared = [_members(each, ("code", "uri", "type")) for each in resource.get("property", ())]
    if declared:
        kept["property"] = declared
    if "concept" in resource:
        kept["concept"] = [_concept(each) for each in resource["concept"]]
    return kept


def _concept(concept: Json) -> Json:
    kept = _with_designations(concept)
    if "property" in concept:
        kept["property"] = concept["property"]
    if "concept" in concept:
        kept["concept"] = [_concept(each) for each in concept["concept"]]
    return kept


def _naming_system(resource: Json) -> Json:
    names = [_members(each, ("type", "value", "preferred")) for each in resource["uniqueId"]]
    return {"kind": resource["kind"], "uniqueId": names}


REDUCTIONS: Final[dict[str, Callable[[Json], Json]]] = {
    "StructureDefinition": _structure,
    "ValueSet": _value_set,
    "CodeSystem": _code_system,
    "NamingSystem": _naming_system,
    "SearchParameter": lambda resource: _members(resource, PARAMETER),
    "OperationDefinition": lambda resource: _members(resource, OPERATION),
    "CompartmentDefinition": lambda resource: _members(resource, ("code",)),
}
