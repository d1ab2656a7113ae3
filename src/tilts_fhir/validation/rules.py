"""Which rules look at which resources and data types, after the structure has been checked.

A rule is called with shapes that are right: misshapen values were reported and taken out before.
"""

import re
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from tilts_fhir.validation.bindings import check_code, check_coding, check_concept, check_quantity
from tilts_fhir.validation.bundle_rules import check_bundle
from tilts_fhir.validation.conformance import (
    check_operation_definition,
    check_search_parameter,
    check_structure_definition,
)
from tilts_fhir.validation.conformance.capability_statements import check_capability_statement
from tilts_fhir.validation.conformance.code_systems import check_code_system
from tilts_fhir.validation.conformance.concept_maps import check_concept_map
from tilts_fhir.validation.conformance.value_sets import check_value_set
from tilts_fhir.validation.contained import check_contained_use
from tilts_fhir.validation.content.attachments import check_attachment, check_binary, check_signature
from tilts_fhir.validation.content.identifiers import check_identifier
from tilts_fhir.validation.content.plain_texts import CHECKS, Check, plain
from tilts_fhir.validation.extensions import check_extension
from tilts_fhir.validation.measures import check_measure, check_measure_report
from tilts_fhir.validation.narrative import check_narrative
from tilts_fhir.validation.plans import Slot
from tilts_fhir.validation.profiles.simple_quantities import check_simple_quantity
from tilts_fhir.validation.questionnaires import check_questionnaire, check_response
from tilts_fhir.validation.references import check_reference
from tilts_fhir.validation.walk import Json, Path, Walk

VALUE_SETS: Final = "http://hl7.org/fhir/ValueSet/"
ResourceRule: TypeAlias = Callable[[Walk, Json, Path], None]
TypeRule: TypeAlias = Callable[[Walk, Slot, Any, Path], None]

ANY_RESOURCE_RULES: Final[tuple[ResourceRule, ...]] = (check_contained_use,)
"""For every resource, also contained ones and those in Bundles."""

RESOURCE_RULES: Final[dict[str, tuple[ResourceRule, ...]]] = {
    "Measure": (check_measure,),
    "MeasureReport": (check_measure_report,),
    "Questionnaire": (check_questionnaire,),
    "QuestionnaireResponse": (check_response,),
    "Binary": (check_binary,),
    "Bundle": (check_bundle,),
    "CapabilityStatement": (check_capability_statement,),
    "CodeSystem": (check_code_system,),
    "ConceptMap": (check_concept_map,),
    "OperationDefinition": (check_operation_definition,),
    "SearchParameter": (check_search_parameter,),
    "StructureDefinition": (check_structure_definition,),
    "ValueSet": (check_value_set,),
}
"""By resource type."""

TYPE_RULES: Final[dict[str, tuple[TypeRule, ...]]] = {
    **dict.fromkeys(
        ("Age", "Count", "Distance", "Duration", "Quantity", "SimpleQuantity", "MoneyQuantity"),
        (check_quantity,),
    ),
    "Attachment": (check_attachment,),
    "CodeableConcept": (check_concept,),
    "Coding": (check_coding,),
    "Extension": (check_extension,),
    "Identifier": (check_identifier,),
    "Narrative": (check_narrative,),
    "Quantity": (check_quantity, check_simple_quantity),
    "Reference": (check_reference,),
    "Signature": (check_signature,),
}
"""By data type or backbone part: `Reference`, `Coding`, `Bundle.entry`."""

PRIMITIVE_RULES: Final[dict[str, tuple[TypeRule, ...]]] = {**CHECKS}
"""By primitive type: rules beyond its format; they see every single value."""

BOUND_PRIMITIVE_RULES: Final[tuple[TypeRule, ...]] = (check_code,)
"""For primitives whose binding the structure check cannot decide by a list."""


PLAIN_CODES: Final[dict[str, Check]] = {
    VALUE_SETS + "mimetypes": re.compile(r"[a-z]+/[A-Za-z0-9][A-Za-z0-9.+-]{0,60}").fullmatch,
    VALUE_SETS + "languages": re.compile(r"[a-z]{2}(?:-[A-Z]{2})?").fullmatch,
}
"""By value set that nobody can list: forms of codes that surely fit."""


def primitive_rules(slot: Slot) -> tuple[TypeRule, ...]:
    """The rules for the values of a primitive element."""
    found = PRIMITIVE_RULES.get(slot.type, ())
    is_bound = slot.binding is not None and slot.value_set is None and slot.text is not None
    return (*found, *BOUND_PRIMITIVE_RULES) if is_bound else found


def plain_text(slot: Slot) -> Check | None:
    """A quick check that lets through only texts of which no primitive rule says anything; None if there is none."""
    found = primitive_rules(slot)
    if found == BOUND_PRIMITIVE_RULES and slot.binding is not None:
        return PLAIN_CODES.get((slot.binding.value_set or "").partition("|")[0])
    return plain(slot) if found == CHECKS.get(slot.type) else None
