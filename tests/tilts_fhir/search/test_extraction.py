"""What a resource is found by: each kind of value by the rules of https://hl7.org/fhir/R4/search.html."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.tilts_fhir.fhirpath.places import PACKAGE, examples, needs_package
from tilts_fhir import definitions
from tilts_fhir.search import (
    CompositeValue,
    DateValue,
    NumberValue,
    QuantityValue,
    ReferenceValue,
    StringValue,
    TokenValue,
    UnknownParameter,
    UriValue,
    extract,
    extract_all,
    parameter,
    parameters,
)
from tilts_fhir.search.numbers import implied_range
from tools.compile_search import OUT, alternatives, compiled

UCUM = "http://unitsofmeasure.org"
LOINC = "http://loinc.org"


def day(year: int, month: int, number: int, hour: int = 0) -> datetime:
    return datetime(year, month, number, hour, tzinfo=UTC)


def patient(**members: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": "p1", **members}


def observation(**members: Any) -> dict[str, Any]:
    return {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, **members}


@pytest.mark.parametrize(
    ("written", "low", "high"),
    [
        ("100", "99.5", "100.5"),  # the three examples of the specification
        ("100.00", "99.995", "100.005"),
        ("1e2", "95", "105"),
        ("5.40", "5.395", "5.405"),
        ("0.0", "-0.05", "0.05"),
        ("-3", "-3.5", "-2.5"),
    ],
)
def test_a_number_stands_for_all_that_rounds_to_it(written: str, low: str, high: str) -> None:
    assert implied_range(Decimal(written)) == (Decimal(low), Decimal(high))


@pytest.mark.parametrize(
    ("written", "low", "high"),
    [
        ("2013", day(2013, 1, 1), day(2014, 1, 1)),
        ("2013-01", day(2013, 1, 1), day(2013, 2, 1)),
        ("2013-01-14", day(2013, 1, 14), day(2013, 1, 15)),
    ],
)
def test_a_date_is_as_wide_as_it_is_known(written: str, low: datetime, high: datetime) -> None:
    assert extract(patient(birthDate=written), "birthdate") == [DateValue(low, high)]


def test_a_moment_is_indexed_in_utc() -> None:
    found = extract(observation(effectiveDateTime="2013-01-14T02:00:00+03:00"), "date")

    assert found == [DateValue(day(2013, 1, 13, 23), datetime(2013, 1, 13, 23, 0, 1, tzinfo=UTC))]


def test_a_period_may_be_open_on_one_side() -> None:
    assert extract(observation(effectivePeriod={"start": "2013-01-14"}), "date") == [
        DateValue(day(2013, 1, 14), None)
    ]
    assert extract(observation(effectivePeriod={"end": "2013"}), "date") == [DateValue(None, day(2014, 1, 1))]


def test_a_timing_runs_from_its_first_to_its_last_event() -> None:
    found = extract(observation(effectiveTiming={"event": ["2013-03", "2013-01-14"]}), "date")

    assert found == [DateValue(day(2013, 1, 14), day(2013, 4, 1))]


def test_a_quantity_keeps_digits_unit_and_comparator() -> None:
    value = {"value": Decimal("5.40"), "unit": "mg", "system": UCUM, "code": "mg"}
    below = {**value, "comparator": "<"}

    assert extract(observation(valueQuantity=value), "value-quantity") == [
        QuantityValue(Decimal("5.395"), Decimal("5.405"), UCUM, "mg", "mg")
    ]
    assert extract(observation(valueQuantity=below), "value-quantity") == [
        QuantityValue(None, Decimal("5.405"), UCUM, "mg", "mg")
    ]


def test_money_is_a_quantity_of_its_currency() -> None:
    invoice = {
        "resourceType": "Invoice",
        "status": "issued",
        "totalGross": {"value": Decimal("9.99"), "currency": "EUR"},
    }

    assert extract(invoice, "totalgross") == [
        QuantityValue(Decimal("9.985"), Decimal("9.995"), "urn:iso:std:iso:4217", "EUR")
    ]


def test_a_whole_number_is_itself() -> None:
    sequence = {
        "resourceType": "MolecularSequence",
        "coordinateSystem": 0,
        "referenceSeq": {"windowStart": 5},
    }

    assert extract(sequence, "window-start") == [NumberValue(Decimal(5), Decimal(5))]


def test_tokens_of_codes_identifiers_flags_and_contacts() -> None:
    resource = patient(
        active=True,
        gender="female",
        identifier=[{"system": "urn:oid:1.2", "value": "7", "type": {"text": "file number"}}],
        telecom=[{"system": "phone", "value": "+371 20000000"}, {"system": "email", "value": "a@b.test"}],
    )

    assert extract(resource, "active") == [TokenValue(None, "true")]
    assert extract(resource, "gender") == [TokenValue(None, "female")]
    assert extract(resource, "identifier") == [TokenValue("urn:oid:1.2", "7", "file number")]
    assert extract(resource, "email") == [TokenValue(None, "a@b.test")]
    assert extract(resource, "deceased") == [TokenValue(None, "false")]
    assert extract(patient(deceasedDateTime="2020"), "deceased") == [TokenValue(None, "true")]


def test_a_concept_has_its_codings_and_its_text() -> None:
    code = {"coding": [{"system": LOINC, "code": "1-8", "display": "One"}], "text": "one of them"}

    assert extract(observation(code=code), "code") == [
        TokenValue(LOINC, "1-8", "One"),
        TokenValue(None, None, "one of them"),
    ]


def test_texts_are_kept_and_folded() -> None:
    resource = patient(name=[{"family": "Bērziņa", "given": ["ANNA  Marija"]}])

    assert extract(resource, "name") == [
        StringValue("Bērziņa", "berzina"),
        StringValue("ANNA  Marija", "anna marija"),
    ]


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ({"reference": "Patient/23"}, ReferenceValue("Patient", "23", "Patient/23")),
        (
            {"reference": "http://a.test/fhir/Patient/23/_history/4"},
            ReferenceValue("Patient", "23", "http://a.test/fhir/Patient/23", "4"),
        ),
        ({"reference": "urn:uuid:1", "type": "Patient"}, ReferenceValue("Patient", None, "urn:uuid:1")),
        (
            {"identifier": {"system": "urn:oid:1.2", "value": "7"}},
            ReferenceValue(None, None, None, None, TokenValue("urn:oid:1.2", "7")),
        ),
    ],
)
def test_a_reference_tells_type_id_and_url(reference: dict[str, Any], expected: ReferenceValue) -> None:
    assert extract(observation(subject=reference), "subject") == [expected]


def test_a_parameter_for_patients_takes_references_to_patients_only() -> None:
    assert extract(observation(subject={"reference": "Group/1"}), "patient") == []
    assert extract(observation(subject={"reference": "Patient/1"}), "patient") == [
        ReferenceValue("Patient", "1", "Patient/1")
    ]


def test_a_canonical_is_a_reference_with_its_version_apart() -> None:
    response = {"resourceType": "QuestionnaireResponse", "questionnaire": "http://a.test/Questionnaire/q|2.0"}

    assert extract(response, "questionnaire") == [
        ReferenceValue("Questionnaire", "q", "http://a.test/Questionnaire/q", "2.0")
    ]


def test_a_uri_is_compared_letter_by_letter() -> None:
    assert extract({"resourceType": "ValueSet", "url": "http://A.test/v"}, "url") == [
        UriValue("http://A.test/v")
    ]


def test_a_composite_pairs_what_stands_on_one_element() -> None:
    parts = [
        {
            "code": {"coding": [{"system": LOINC, "code": code}]},
            "valueQuantity": {"value": value, "code": "mm[Hg]"},
        }
        for code, value in (("8480-6", 120), ("8462-4", 80))
    ]

    found = extract(observation(component=parts), "component-code-value-quantity")

    assert found == [
        CompositeValue(
            (
                TokenValue(LOINC, code),
                QuantityValue(value - Decimal("0.5"), value + Decimal("0.5"), None, "mm[Hg]"),
            )
        )
        for code, value in (("8480-6", 120), ("8462-4", 80))
    ]


def test_an_extension_gives_its_value() -> None:
    url = "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName"
    name = parameter("Patient", "mothersMaidenName")
    resource = patient(extension=[{"url": name.expression.split("'")[1], "valueString": "Ozola"}])

    assert extract(resource, "mothersMaidenName") == [StringValue("Ozola", "ozola")]
    assert (
        extract(patient(extension=[{"url": url + "-other", "valueString": "x"}]), "mothersMaidenName") == []
    )


def test_what_is_no_search_on_elements_is_skipped_with_a_reason() -> None:
    near = parameter("Location", "near")

    assert near.skipped == "It is a special parameter: it needs an answer of its own."
    assert parameter("Patient", "_content").skipped == "It has no expression: it is no search on elements."
    assert extract({"resourceType": "Location", "position": {"longitude": 1}}, "near") == []


def test_unknown_types_and_parameters_are_refused() -> None:
    for resource, name in ((patient(), "nothing"), ({"resourceType": "Person1"}, "_id"), ({}, "_id")):
        with pytest.raises(UnknownParameter):
            extract(resource, name)


def test_misshapen_elements_give_nothing() -> None:
    resource = patient(
        name="Anna",
        birthDate="1990-02-31",
        telecom=[None, 3, {"value": ["x"]}],
        identifier={"value": 5},
        gender=7,
    )

    assert {
        name: values for name, values in extract_all(resource).items() if name not in ("_id", "deceased")
    } == {}


def test_common_parameters_belong_to_every_type() -> None:
    assert parameter("Binary", "_id").type == "token"
    assert extract(patient(meta={"tag": [{"code": "t"}]}), "_tag") == [TokenValue(None, "t")]


def test_an_expression_over_many_types_is_cut_to_one() -> None:
    expression = "A.b | (C.d as E) | C.f.where(g = '|') | h"

    assert list(alternatives(expression, "C")) == ["(C.d as E)", "C.f.where(g = '|')", "h"]


@needs_package
def test_the_shipped_table_is_what_the_tool_makes() -> None:
    assert compiled(PACKAGE) == OUT.read_bytes()


@needs_package
def test_every_parameter_can_be_taken_from_every_example_of_its_type() -> None:
    kinds: dict[str, set[str]] = {}
    for _, resource in examples(7):
        if resource["resourceType"] not in definitions.resource_types():
            continue
        for name, values in extract_all(resource).items():
            kinds.setdefault(parameter(resource["resourceType"], name).type, set()).update(
                type(value).__name__ for value in values
            )

    assert {kind: names for kind, names in kinds.items() if kind != "composite"} == {
        "token": {"TokenValue"},
        "reference": {"ReferenceValue"},
        "string": {"StringValue"},
        "date": {"DateValue"},
        "number": {"NumberValue"},
        "quantity": {"QuantityValue"},
        "uri": {"UriValue"},
    }


def test_every_expression_of_every_type_is_understood() -> None:
    number = 0
    for kind in definitions.resource_types():
        for name, found in parameters(kind).items():
            assert extract({"resourceType": kind}, name) is not None
            number += found.skipped is None

    assert number > 2_000
