"""Checks measures in themselves, and measure reports against their measures."""

from tilts_fhir.validation.measures.definition import check_measure
from tilts_fhir.validation.measures.reports import check_measure_report

__all__ = ["check_measure", "check_measure_report"]
