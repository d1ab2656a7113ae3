"""References: their form, what they point to, and whether it is in reach."""

from tilts_fhir.validation.references.checking import check_reference
from tilts_fhir.validation.references.resolving import Resolved, resolve

__all__ = ["Resolved", "check_reference", "resolve"]
