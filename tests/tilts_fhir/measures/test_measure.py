"""A measure names its parts, and what its criteria call is defined in its libraries."""

import json
from base64 import b64encode
from typing import Any

import pytest

from tests.tilts_fhir.measures.measuring import a_group, a_measure, coded, measured

Json = dict[str, Any]
LIBRARY = "http://example.org/Library/screening"
XML = (
    '<library xmlns="urn:hl7-org:elm:r1"><statements><def name="Initial Population"/></statements></library>'
)
JSON = json.dumps({"library": {"statements": {"def": [{"name": "Initial Population"}]}}})


def a_library(kind: str = "application/elm+xml", elm: str | bytes = XML) -> Json:
    packed = b64encode(elm.encode() if isinstance(elm, str) else elm).decode()
    content = [{"contentType": "text/cql", "data": "AAAA"}, {"contentType": kind, "data": packed}]
    return {"resourceType": "Library", "url": LIBRARY, "name": "Screening", "content": content}


def with_criterion(expression: str, language: str = "text/cql", **facts: Any) -> Json:
    population = {**coded("numerator"), "criteria": {"language": language, "expression": expression}}
    return a_measure({"population": [population]}, library=[LIBRARY], **facts)


@pytest.mark.parametrize("library", [a_library(), a_library("application/elm+json", JSON)])
@pytest.mark.parametrize(
    ("expression", "language", "expected"),
    [
        ('Screening."Initial Population"', "text/cql", []),
        ("Screening.AgesUpToNine", "text/cql", ["measure-name-unknown"]),
        ("Initial Population", "text/cql.identifier", []),
        ("Final Population", "text/cql.identifier", ["measure-name-unknown"]),
        ("Other.AgesUpToNine", "text/cql", []),
        ("Count([Device])", "text/cql", []),
        ("Patient.gender", "text/fhirpath", []),
    ],
)
def test_a_name_is_defined_in_its_library(
    library: Json, expression: str, language: str, expected: list[str]
) -> None:
    issues = measured(with_criterion(expression, language), library)

    assert [key for key, _, _ in issues] == expected
    assert {place for _, _, place in issues} <= {"Measure.group[0].population[0].criteria"}


def test_the_criteria_of_stratifiers_and_their_components_are_looked_at() -> None:
    criteria = {"criteria": {"language": "text/cql", "expression": "Screening.Nothing"}}
    stratifiers = [{**coded("a"), **criteria}, {**coded("b"), "component": [{**coded("c"), **criteria}]}]
    measure = a_measure(a_group("numerator", stratifier=stratifiers), library=[LIBRARY])

    assert [place for _, _, place in measured(measure, a_library())] == [
        "Measure.group[0].stratifier[0].criteria",
        "Measure.group[0].stratifier[1].component[0].criteria",
    ]


@pytest.mark.parametrize(
    ("kind", "elm"),
    [
        ("application/elm+xml", "<library"),
        ("application/elm+xml", '<!DOCTYPE a [<!ENTITY b "c">]>' + XML),
        ("application/elm+xml", ('<?xml version="1.0" encoding="UTF-16"?>' + XML).encode("utf-16")),
        ("application/elm+json", "[1]"),
        ("application/elm+json", "{"),
        ("text/plain", "nothing"),
    ],
)
def test_logic_that_cannot_be_read_decides_nothing(kind: str, elm: str | bytes) -> None:
    assert measured(with_criterion("Screening.Nothing"), a_library(kind, elm)) == []


def test_a_library_that_is_not_at_hand_is_a_warning() -> None:
    assert measured(with_criterion("Screening.Nothing")) == [
        ("measure-library-unknown", "warning", "Measure.library[0]")
    ]


def test_several_parts_need_codes() -> None:
    measure = a_measure(a_group("numerator"), {"population": [coded("numerator"), {}], **coded("g")})

    assert measured(measure) == [
        ("measure-no-code", "warning", "Measure.group[0]"),
        ("measure-no-code", "warning", "Measure.group[1].population[1]"),
    ]


def test_an_empty_measure_is_warned_of() -> None:
    assert [key for key, _, _ in measured(a_measure())] == ["measure-no-groups"]
    assert [key for key, _, _ in measured(a_measure({}))] == ["measure-no-population"]
