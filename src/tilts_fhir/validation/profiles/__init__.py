"""Profiles: what a StructureDefinition with derivation `constraint` asks for beyond the base type."""

from tilts_fhir.validation.profiles.applied import check_profiles
from tilts_fhir.validation.profiles.check import check_profile

__all__ = ["check_profile", "check_profiles"]
