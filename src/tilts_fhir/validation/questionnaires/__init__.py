"""Checks questionnaires in themselves, and responses against their questionnaires."""

from tilts_fhir.validation.questionnaires.definition import check_questionnaire
from tilts_fhir.validation.questionnaires.responses import check_response

__all__ = ["check_questionnaire", "check_response"]
