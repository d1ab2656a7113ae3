"""Asks the rules for measures: one measure, one report, the issues by key and place."""

import contextlib
from typing import Any

from tilts_fhir.library import RELEASE, Library
from tilts_fhir.validation.measures import check_measure, check_measure_report
from tilts_fhir.validation.walk import Enough, Options, Path, Scene, Walk

Json = dict[str, Any]
URL = "http://example.org/Measure/m"
POPULATIONS = "http://terminology.hl7.org/CodeSystem/measure-population"
SCORING = "http://terminology.hl7.org/CodeSystem/measure-scoring"


def coded(code: str, system: str = POPULATIONS) -> Json:
    return {"code": {"coding": [{"system": system, "code": code}]}}


def a_group(*populations: str, **facts: Any) -> Json:
    return {"population": [coded(code) for code in populations], **facts}


def a_measure(*groups: Json, scoring: str = "cohort", **facts: Any) -> Json:
    concept = {"coding": [{"system": SCORING, "code": scoring}]}
    return {"resourceType": "Measure", "url": URL, "scoring": concept, "group": list(groups), **facts}


def a_report(*groups: Json, **facts: Any) -> Json:
    report = {"resourceType": "MeasureReport", "status": "complete", "type": "summary", "measure": URL}
    return {**report, "group": list(groups), **facts}


def reported(report: Json, *definitions: Json) -> list[tuple[str, str, str]]:
    """Key, severity and expression of each issue in a report."""
    return _issues(check_measure_report, report, definitions)


def measured(measure: Json, *definitions: Json) -> list[tuple[str, str, str]]:
    """Key, severity and expression of each issue in a measure."""
    return _issues(check_measure, measure, definitions)


def _issues(rule: Any, resource: Json, definitions: tuple[Json, ...]) -> list[tuple[str, str, str]]:
    path: Path = (None, resource["resourceType"], None)
    walk = Walk(Options(library=Library(definitions, beneath=RELEASE)), Scene(resource, path))
    with contextlib.suppress(Enough):
        rule(walk, resource, path)
    return [(issue.key, issue.severity, issue.expression) for issue in walk.issues]
