"""Asks the rules for questionnaires: one questionnaire, one response, the issues by key and place."""

import contextlib
from collections.abc import Iterable
from typing import Any

from tilts_fhir.library import RELEASE, Library
from tilts_fhir.validation.questionnaires import check_questionnaire, check_response
from tilts_fhir.validation.walk import Enough, Options, Path, Scene, Walk

Json = dict[str, Any]
URL = "http://example.org/Questionnaire/q"
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
ROOT = "http://hl7.org/fhir/StructureDefinition/"
ANSWERS: dict[str, Json] = {
    "boolean": {"valueBoolean": True},
    "decimal": {"valueDecimal": 1},
    "integer": {"valueInteger": 1},
    "date": {"valueDate": "2026-11-23"},
    "dateTime": {"valueDateTime": "2026-11-23T10:00:00Z"},
    "time": {"valueTime": "10:00:00"},
    "string": {"valueString": "a"},
    "text": {"valueString": "a"},
    "url": {"valueUri": "http://example.org"},
    "choice": {"valueCoding": {"system": "http://example.org", "code": "a"}},
    "open-choice": {"valueCoding": {"system": "http://example.org", "code": "a"}},
    "attachment": {"valueAttachment": {"contentType": "text/plain"}},
    "reference": {"valueReference": {"reference": "Patient/1"}},
    "quantity": {"valueQuantity": {"value": 1, "system": "http://unitsofmeasure.org", "code": "kg"}},
}
"""A right answer for each item type that has answers."""


def a_question(link_id: str = "q", kind: str = "string", **facts: Any) -> Json:
    return {"linkId": link_id, "type": kind, **facts}


def a_questionnaire(*items: Json, **facts: Any) -> Json:
    return {"resourceType": "Questionnaire", "url": URL, "status": "active", "item": list(items), **facts}


def answered(link_id: str, *answers: Json, **facts: Any) -> Json:
    return {"linkId": link_id, "answer": list(answers), **facts}


def a_response(*items: Json, **facts: Any) -> Json:
    response = {"resourceType": "QuestionnaireResponse", "questionnaire": URL, "status": "completed"}
    return {**response, "item": list(items), **facts}


def extension(url: str, **value: Any) -> Json:
    return {"url": url, **value}


def found_in(questionnaire: Json, **options: Any) -> list[tuple[str, str, str]]:
    """Key, severity and expression of each issue in a questionnaire itself."""
    return _issues(check_questionnaire, questionnaire, Options(**options))


def found(
    response: Json, questionnaire: Json | None = None, *others: Json, **options: Any
) -> list[tuple[str, str, str]]:
    """Key, severity and expression of each issue in a response."""
    given: Iterable[Json] = (questionnaire, *others) if questionnaire is not None else others
    library = Library(given, beneath=RELEASE)
    return _issues(check_response, response, Options(library=library, **options))


def asked(question: Json, *answers: Json) -> list[str]:
    """Keys of what is wrong with the answers to a single question."""
    issues = found(a_response(answered(question["linkId"], *answers)), a_questionnaire(question))
    return [key for key, _, _ in issues]


def _issues(rule: Any, resource: Json, options: Options) -> list[tuple[str, str, str]]:
    path: Path = (None, resource["resourceType"], None)
    walk = Walk(options, Scene(resource, path))
    with contextlib.suppress(Enough):
        rule(walk, resource, path)
    return [(issue.key, issue.severity, issue.expression) for issue in walk.issues]
