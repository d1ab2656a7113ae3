"""Extensions: known, rightly used, and in the right place.

Source: https://hl7.org/fhir/R4/extensibility.html, https://hl7.org/fhir/R4/defining-extensions.html.
"""

from tilts_fhir.validation.extensions.rules import check_extension

__all__ = ["check_extension"]
