"""Reads StructureDefinitions: from JSON to the values of `structures`.

Source: https://hl7.org/fhir/R4/elementdefinition.html.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeAlias

from tilts_fhir.structures import (
    FHIRPATH_TYPE_ROOT,
    TYPE_ROOT,
    AllowedType,
    Binding,
    Constraint,
    Context,
    Discriminator,
    Row,
    Slicing,
    Structure,
)

Json: TypeAlias = dict[str, Any]

FHIR_TYPE: Final = TYPE_ROOT + "structuredefinition-fhir-type"
PROFILE_ELEMENT: Final = TYPE_ROOT + "elementdefinition-profile-element"
NARRATIVE_SOURCE: Final = TYPE_ROOT + "narrative-source-control"
NARRATIVE_LANGUAGE: Final = TYPE_ROOT + "narrative-language-control"
ADDITIONAL_BINDING: Final = "http://hl7.org/fhir/tools/StructureDefinition/additional-binding"
MIN_LENGTH: Final = TYPE_ROOT + "minLength"
# The element of R5, as R4 names it, and the extension that HL7 publishes for it.
VALUE_ALTERNATIVES: Final = (
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition.valueAlternatives",
    TYPE_ROOT + "elementdefinition-valueAlternatives",
)


def read_structure(resource: Json) -> Structure:
    """
    A StructureDefinition that has a snapshot, as decoded from JSON.

    Raises:
        KeyError: A part that every StructureDefinition must have is missing.
    """
    derivation = resource.get("derivation")
    return Structure(
        url=resource["url"].partition("|")[0],
        version=resource.get("version"),
        name=resource.get("name", ""),
        type=resource["type"].removeprefix(TYPE_ROOT),
        kind=resource["kind"],
        abstract=resource.get("abstract", False),
        derivation=derivation,
        base=resource.get("baseDefinition"),
        rows=tuple(read_row(element) for element in resource["snapshot"]["element"]),
        contexts=tuple(Context(each["type"], each["expression"]) for each in resource.get("context", ())),
        context_invariants=tuple(resource.get("contextInvariant", ())),
    )


def read_row(element: Json) -> Row:
    """One ElementDefinition of a snapshot, or of a differential whose gaps have been filled."""
    return Row(
        id=element.get("id") or element["path"],
        path=element["path"],
        slice_name=element.get("sliceName"),
        min=element.get("min", 0),
        max=_number(element.get("max", "*")),
        types=tuple(_allowed(each) for each in element.get("type", ())),
        content_reference=_content(element.get("contentReference")),
        binding=_binding(element.get("binding")),
        constraints=tuple(_constraint(each) for each in element.get("constraint", ())),
        fixed=_of_choice(element, "fixed"),
        pattern=_of_choice(element, "pattern"),
        min_value=_of_choice(element, "minValue"),
        max_value=_of_choice(element, "maxValue"),
        max_length=element.get("maxLength"),
        slicing=_slicing(element.get("slicing")),
        is_modifier=element.get("isModifier", False),
        must_support=element.get("mustSupport", False),
        attribute="xmlAttr" in element.get("representation", ()),
        min_length=next(iter(_extensions(element, MIN_LENGTH)), None),
        alternatives=tuple(_extensions(element, *VALUE_ALTERNATIVES)),
        narrative_source=next(iter(_extensions(element, NARRATIVE_SOURCE)), None),
        narrative_languages=tuple(_extensions(element, NARRATIVE_LANGUAGE)),
    )


def _number(text: str) -> int | None:
    return None if text == "*" else int(text)


def _content(reference: str | None) -> str | None:
    return None if reference is None else reference.partition("#")[2]


def _allowed(kind: Json) -> AllowedType:
    code = kind.get("code", "")
    if code.startswith(FHIRPATH_TYPE_ROOT):
        # `id` and `url` of the base types: the FHIR type stands in an extension; without it, it is a string.
        code = next(iter(_extensions(kind, FHIR_TYPE)), "string")
    return AllowedType(
        code=code.removeprefix(TYPE_ROOT),
        profiles=tuple(each for each in kind.get("profile", ()) if isinstance(each, str)),
        targets=tuple(kind.get("targetProfile", ())),
        aggregation=tuple(kind.get("aggregation", ())),
        parts=_parts(kind.get("_profile", ())),
    )


def _parts(companions: Sequence[Json | None]) -> tuple[str | None, ...]:
    return tuple(next(iter(_extensions(each or {}, PROFILE_ELEMENT)), None) for each in companions)


def _extensions(holder: Json, *urls: str) -> list[Any]:
    """The values of the extensions with one of the urls."""
    found = [each for each in holder.get("extension", ()) if each.get("url") in urls]
    return [value for each in found if (value := _of_choice(each, "value")) is not None]


def _binding(binding: Json | None) -> Binding | None:
    if binding is None:
        return None
    maximum = _extensions(binding, TYPE_ROOT + "elementdefinition-maxValueSet")
    return Binding(
        binding.get("strength", "example"),
        binding.get("valueSet"),
        next(iter(maximum), None),
        tuple(_additional(binding)),
    )


def _additional(binding: Json) -> Iterator[Binding]:
    """Bindings beside the main one: an element in R5, before it an extension."""
    stated = list(binding.get("additional", ()))
    for each in binding.get("extension", ()):
        if each.get("url") == ADDITIONAL_BINDING:
            stated.append({part.get("url"): _of_choice(part, "value") for part in each.get("extension", ())})
    for each in stated:
        purpose, value_set = each.get("purpose"), each.get("valueSet")
        if not isinstance(value_set, str) or "usage" in each:
            continue
        if purpose in ("required", "extensible"):
            yield Binding(purpose, value_set)
        elif purpose == "maximum":
            yield Binding("example", None, value_set)


def _constraint(constraint: Json) -> Constraint:
    return Constraint(
        key=constraint.get("key", ""),
        severity=constraint.get("severity", "error"),
        human=constraint.get("human", ""),
        expression=constraint.get("expression"),
        source=constraint.get("source"),
        best_practice=True in _extensions(constraint, TYPE_ROOT + "elementdefinition-bestpractice"),
    )


def _slicing(slicing: Json | None) -> Slicing | None:
    if slicing is None:
        return None
    return Slicing(
        discriminators=tuple(
            Discriminator(each.get("type", "value"), each.get("path", "$this"))
            for each in slicing.get("discriminator", ())
        ),
        ordered=slicing.get("ordered", False),
        rules=slicing.get("rules", "open"),
    )


def _of_choice(element: Json, stem: str) -> Any:
    for key, value in element.items():
        if key.startswith(stem) and key[len(stem) : len(stem) + 1].isupper():
            return value
    return None
