"""Quantities are compared in comparable units only, and their units are those that the question allows."""

from typing import Any

import pytest

from tests.tilts_fhir.questionnaires.asking import ROOT, SDC, a_question, asked, extension
from tilts_fhir.validation.questionnaires.quantities import compare_quantities

Json = dict[str, Any]
UCUM = "http://unitsofmeasure.org"


def ucum(value: Any, code: str) -> Json:
    return {"value": value, "unit": code, "system": UCUM, "code": code}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (ucum(1, "km"), ucum(1000, "m"), 0),
        (ucum(1, "kg"), ucum(999, "g"), 1),
        (ucum(1, "mg"), ucum(1, "g"), -1),
        (ucum(2, "[mi_i]"), ucum(3, "km"), 1),
        (ucum(90, "min"), ucum(1, "h"), 1),
        (ucum(120, "mm[Hg]"), ucum(10, "kPa"), 1),
        (ucum(1, "mg/dL"), ucum(2, "mg/dL"), -1),
        (ucum(1, "mg/dL"), ucum(2, "g/L"), -1),
        (ucum(1, "kg"), ucum(1, "m"), None),
        ({"value": 1, "unit": "kg"}, ucum(1, "kg"), None),
        (ucum(10**30, "Tm"), ucum("1E999999999999999999", "pm"), None),
    ],
)
def test_units_that_differ_by_a_factor_are_compared(one: Json, other: Json, expected: int | None) -> None:
    assert compare_quantities(one, other) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (ucum(20, "kg"), []),
        (ucum(20_000, "g"), []),
        (ucum(9, "kg"), ["answer-below"]),
        (ucum(51_000, "g"), ["answer-above"]),
        (ucum(20, "m"), ["answer-other-dimension", "answer-other-dimension"]),
        ({"value": 20, "unit": "kg"}, ["answer-no-formal-unit", "answer-no-formal-unit"]),
        (ucum(20, "[never]"), []),
        ({"unit": "kg"}, []),
    ],
)
@pytest.mark.parametrize(
    "names", [(SDC + "minQuantity", SDC + "maxQuantity"), (ROOT + "minValue", ROOT + "maxValue")]
)
def test_a_quantity_lies_between_its_limits(value: Json, expected: list[str], names: tuple[str, str]) -> None:
    low, high = names
    limits = [extension(low, valueQuantity=ucum(10, "kg")), extension(high, valueQuantity=ucum(50, "kg"))]

    assert asked(a_question(kind="quantity", extension=limits), {"valueQuantity": value}) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (ucum(1, "km"), []),
        ({"value": 1, "system": UCUM, "code": "m"}, []),
        (ucum(1, "kg"), ["answer-unit"]),
        ({"value": 1}, ["answer-unit"]),
    ],
)
def test_a_unit_is_one_of_those_offered(value: Json, expected: list[str]) -> None:
    options = [
        extension(ROOT + "questionnaire-unitOption", valueCoding={"system": UCUM, "code": code})
        for code in ("km", "m")
    ]

    assert asked(a_question(kind="quantity", extension=options), {"valueQuantity": value}) == expected


def test_other_units_may_be_written_where_the_list_is_open() -> None:
    options = [
        extension(ROOT + "questionnaire-unitOption", valueCoding={"system": UCUM, "code": "km"}),
        extension(SDC + "unitOpen", valueCode="optionsOrString"),
    ]

    assert asked(a_question(kind="quantity", extension=options), {"valueQuantity": ucum(1, "m")}) == []


@pytest.mark.parametrize("value", [ucum(1, "km"), {"value": 1, "unit": "kilometer"}])
def test_a_unit_is_in_the_value_set(value: Json) -> None:
    stated = [
        extension(
            ROOT + "questionnaire-unitValueSet", valueCanonical="http://hl7.org/fhir/ValueSet/item-type"
        )
    ]

    assert asked(a_question(kind="quantity", extension=stated), {"valueQuantity": value}) == [
        "answer-unit-value-set"
    ]
