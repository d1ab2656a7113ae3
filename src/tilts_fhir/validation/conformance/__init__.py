"""Rules for definitions that are themselves the resource that is checked: StructureDefinition, OperationDefinition,
SearchParameter."""

from tilts_fhir.validation.conformance.operation_definitions import check_operation_definition
from tilts_fhir.validation.conformance.search_parameters import check_search_parameter
from tilts_fhir.validation.conformance.structure_definitions import check_structure_definition

__all__ = ["check_operation_definition", "check_search_parameter", "check_structure_definition"]
