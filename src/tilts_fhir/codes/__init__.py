"""What the definitions at hand say of codes: code systems, value sets, and forms of codes nobody can list."""

from tilts_fhir.codes.code_systems import Concept, KnownSystem
from tilts_fhir.codes.local_codes import Codes, codes_of, is_absolute, same_display
from tilts_fhir.codes.verdicts import CodeChecker, Standing, Verdict

__all__ = [
    "CodeChecker",
    "Codes",
    "Concept",
    "KnownSystem",
    "Standing",
    "Verdict",
    "codes_of",
    "is_absolute",
    "same_display",
]
