"""Whether a questionnaire was in use when it was answered, and for whom: its status, its period, its subjects."""

from typing import Final

from tilts_fhir.issues import quoted
from tilts_fhir.validation.questionnaires.ordering import compare
from tilts_fhir.validation.questionnaires.reading import text
from tilts_fhir.validation.questionnaires.referring import literal_target
from tilts_fhir.validation.walk import Json, Path, Walk

_NOT_IN_USE: Final = {"draft": "information", "retired": "warning"}


def check_questionnaire_in_use(walk: Walk, response: Json, questionnaire: Json, path: Path) -> None:
    """Warn of a questionnaire that is a draft, retired, for other subjects, or in force at another time."""
    _check_subject(walk, response, questionnaire, path)
    status = text(questionnaire, "status")
    if status in _NOT_IN_USE:
        severity = _NOT_IN_USE[status]
        walk.report(
            "answer-questionnaire-status", (path, "questionnaire", None), severity=severity, status=status
        )
    period, authored = questionnaire.get("effectivePeriod"), text(response, "authored")
    if not isinstance(period, dict) or authored is None:
        return
    start, end = text(period, "start"), text(period, "end")
    place = (path, "authored", None)
    if start is not None and _before(authored, start):
        walk.report("answer-authored-early", place, authored=quoted(authored), start=quoted(start))
    if end is not None and _before(end, authored):
        walk.report("answer-authored-late", place, authored=quoted(authored), end=quoted(end))


def _check_subject(walk: Walk, response: Json, questionnaire: Json, path: Path) -> None:
    subject, allowed = response.get("subject"), questionnaire.get("subjectType")
    if not isinstance(subject, dict) or not isinstance(allowed, list) or not allowed:
        return
    reference = text(subject, "reference")
    kind = (literal_target(response, reference) if reference else None) or text(subject, "type")
    if kind is not None and kind not in allowed:
        names = ", ".join(str(each) for each in allowed)
        walk.report("answer-subject", (path, "subject", None), type=quoted(kind), allowed=quoted(names))


def _before(one: str, other: str) -> bool:
    sign = compare("dateTime", one, other)
    return sign is not None and sign < 0
