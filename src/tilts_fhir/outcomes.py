"""OperationOutcome as a value: what a check found, as a resource that a client can read.

Source: https://hl7.org/fhir/R4/operationoutcome.html.
"""

from collections.abc import Iterable
from typing import Any, Final, Literal

from tilts_fhir.issues import Issue

LINE: Final = "http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-line"
COLUMN: Final = "http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-col"
ALL_OK: Final = {
    "en": "No issues were found.",
    "lv": "Kļūdas netika atrastas.",
}


def outcome(
    issues: Iterable[Issue], *, language: Literal["en", "lv"] = "en", key_system: str | None = None
) -> dict[str, Any]:
    """
    An OperationOutcome of these issues, in their order.

    Args:
        issues: None at all gives one `information` issue, since an outcome needs at least one.
        language: Language of `details.text`.
        key_system: Code system of the issue keys; without it `details` has no coding.
    """
    listed = [_issue(found, language, key_system) for found in issues]
    if not listed:
        listed = [{"severity": "information", "code": "informational", "details": {"text": ALL_OK[language]}}]
    return {"resourceType": "OperationOutcome", "issue": listed}


def is_valid(issues: Iterable[Issue]) -> bool:
    """Whether none of the issues is an error."""
    return all(found.severity not in ("error", "fatal") for found in issues)


def _issue(found: Issue, language: Literal["en", "lv"], key_system: str | None) -> dict[str, Any]:
    details: dict[str, Any] = {"text": found.text_lv if language == "lv" else found.text_en}
    if key_system is not None:
        details = {"coding": [{"system": key_system, "code": found.key}], **details}
    told: dict[str, Any] = {"severity": found.severity, "code": found.code, "details": details}
    if found.expression:
        told["expression"] = [found.expression]
    if found.line is not None and found.column is not None:
        places = [(LINE, found.line), (COLUMN, found.column)]
        told = {"extension": [{"url": url, "valueInteger": number} for url, number in places], **told}
    if found.source is not None:
        told["diagnostics"] = found.source
    return told
