"""Changes a resource as a client describes it: JSON Patch and FHIRPath Patch, each all or nothing."""

from tilts_fhir.patch.errors import PatchError
from tilts_fhir.patch.fhirpath_patch import apply_fhirpath_patch
from tilts_fhir.patch.json_patch import apply_json_patch

__all__ = ["PatchError", "apply_fhirpath_patch", "apply_json_patch"]
