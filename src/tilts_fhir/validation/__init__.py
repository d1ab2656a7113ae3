"""Checks FHIR R4 resources: structure, values, codes, references, invariants, extensions, profiles."""

from tilts_fhir.validation.validator import validate, validate_text
from tilts_fhir.validation.walk import Options

__all__ = ["Options", "validate", "validate_text"]
