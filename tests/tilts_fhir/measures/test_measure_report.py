"""The groups, populations and stratifiers of a report are those of its measure, and the score fits the measure."""

from decimal import Decimal
from typing import Any

import pytest

from tests.tilts_fhir.measures.measuring import URL, a_group, a_measure, a_report, coded, reported

Json = dict[str, Any]
MEASURE = a_measure(a_group("initial-population", "numerator"))


def test_a_whole_report_is_right() -> None:
    assert reported(a_report(a_group("initial-population", "numerator")), MEASURE) == []


def test_a_population_that_the_measure_does_not_have_is_wrong() -> None:
    report = a_report(a_group("initial-population", "numerator", "denominator"))

    assert reported(report, MEASURE) == [
        ("measure-part-unknown", "error", "MeasureReport.group[0].population[2]")
    ]


@pytest.mark.parametrize(("status", "severity"), [("complete", "error"), ("pending", "warning")])
def test_a_population_may_be_missing_only_until_the_end(status: str, severity: str) -> None:
    assert reported(a_report(a_group("numerator", "numerator"), status=status), MEASURE) == [
        ("measure-part-twice", "error", "MeasureReport.group[0].population[1]"),
        ("measure-part-missing", severity, "MeasureReport.group[0]"),
    ]


def test_an_observation_need_not_be_reported() -> None:
    measure = a_measure(a_group("initial-population", "measure-observation", "numerator"))

    assert reported(a_report(a_group("initial-population", "numerator")), measure) == []


def test_one_group_needs_no_code_but_several_do() -> None:
    group = a_group("initial-population", "numerator")

    assert reported(a_report(group, group), MEASURE) == [
        ("measure-part-no-code", "error", "MeasureReport.group[0]"),
        ("measure-part-no-code", "error", "MeasureReport.group[1]"),
        ("measure-part-missing", "error", "MeasureReport"),
    ]


def test_groups_are_matched_by_code() -> None:
    measure = a_measure(
        a_group("initial-population", **coded("g1", "s:s")), a_group("numerator", **coded("g2", "s:s"))
    )
    right = [a_group("numerator", **coded("g2", "s:s")), a_group("initial-population", **coded("g1", "s:s"))]

    assert reported(a_report(*right), measure) == []
    assert reported(a_report(right[0], a_group(**coded("g3", "s:s"))), measure) == [
        ("measure-part-unknown", "error", "MeasureReport.group[1]"),
        ("measure-part-missing", "error", "MeasureReport"),
    ]


def test_stratifiers_are_matched_by_code_or_text() -> None:
    measure = a_measure(
        a_group("initial-population", stratifier=[{"code": {"text": "age"}}, {"code": {"text": "sex"}}])
    )
    right = [{"code": [{"text": "sex"}]}, {"code": [{"text": "age"}]}]

    assert reported(a_report(a_group("initial-population", stratifier=right)), measure) == []
    assert [
        key for key, _, _ in reported(a_report(a_group("initial-population", stratifier=[{}, {}])), measure)
    ] == [
        "measure-part-no-code",
        "measure-part-no-code",
        "measure-part-missing",
        "measure-part-missing",
    ]


@pytest.mark.parametrize(
    ("scoring", "score", "expected"),
    [
        ("cohort", None, []),
        ("cohort", {"value": 1}, ["measure-score-banned"]),
        ("proportion", None, ["measure-score-missing"]),
        ("proportion", {"value": Decimal("0.5")}, []),
        ("proportion", {"value": Decimal("50.0")}, ["measure-score-range"]),
        ("proportion", {"value": Decimal("0.5"), "unit": "%"}, ["measure-score-unit"]),
        ("proportion", {"unit": "1", "code": "1"}, ["measure-score-no-value"]),
        ("ratio", {"value": 5, "unit": "per 1000"}, []),
        ("continuous-variable", {"unit": "min"}, ["measure-score-no-value"]),
        ("never-seen", {"value": 7}, ["measure-scoring-unknown"]),
    ],
)
def test_a_score_fits_the_scoring(scoring: str, score: Json | None, expected: list[str]) -> None:
    given = {"measureScore": score} if score is not None else {}
    measure = a_measure(a_group("numerator"), scoring=scoring)

    assert [key for key, _, _ in reported(a_report(a_group("numerator", **given)), measure)] == expected


@pytest.mark.parametrize(
    ("kind", "status", "expected"),
    [
        ("individual", "complete", []),
        ("summary", "pending", []),
        ("summary", "complete", ["measure-score-missing"]),
    ],
)
def test_a_score_is_asked_for_at_the_end_of_a_summary(kind: str, status: str, expected: list[str]) -> None:
    measure = a_measure(a_group("numerator"), scoring="ratio")
    report = a_report(a_group("numerator"), type=kind, status=status)

    assert [key for key, _, _ in reported(report, measure)] == expected


def test_a_subject_list_names_the_subjects() -> None:
    named = {**coded("numerator"), "subjectResults": {"reference": "List/1"}}
    report = a_report({"population": [coded("initial-population"), named]}, type="subject-list")

    assert reported(report, MEASURE) == [
        ("measure-no-subjects", "error", "MeasureReport.group[0].population[0].subjectResults")
    ]


def test_a_data_collection_has_no_groups_to_compare() -> None:
    assert reported(a_report(type="data-collection"), MEASURE) == []


def test_a_report_without_groups_lacks_those_of_the_measure() -> None:
    assert reported(a_report(), MEASURE) == [("measure-part-missing", "error", "MeasureReport")]


def test_a_measure_that_is_not_at_hand_is_a_warning() -> None:
    assert reported(a_report()) == [("measure-unknown", "warning", "MeasureReport.measure")]


def test_a_contained_measure_is_found() -> None:
    report = a_report(a_group("denominator"), contained=[{**MEASURE, "id": "m"}], measure="#m")

    assert [key for key, _, _ in reported(report)][:1] == ["measure-part-unknown"]


@pytest.mark.parametrize(
    "group", [{"population": coded("initial-population")}, {"population": [None, 1]}, "x", None]
)
def test_a_measure_of_another_shape_breaks_nothing(group: Any) -> None:
    measure = {"resourceType": "Measure", "url": URL, "group": [group], "scoring": "cohort"}

    assert isinstance(reported(a_report(a_group("initial-population")), measure), list)
