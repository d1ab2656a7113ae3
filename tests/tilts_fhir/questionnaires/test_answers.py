"""An answer has the type of its question, lies within its limits, and is one of those offered."""

from decimal import Decimal
from typing import Any

import pytest

from tests.tilts_fhir.questionnaires.asking import (
    ANSWERS,
    ROOT,
    SDC,
    URL,
    a_question,
    a_questionnaire,
    a_response,
    answered,
    asked,
    extension,
    found,
)
from tilts_fhir.validation import validate

Json = dict[str, Any]
CODES = [{"valueCoding": {"system": "http://example.org", "code": code}} for code in ("a", "b", "c")]


def test_every_item_type_takes_its_own_answer() -> None:
    assert {kind: asked(a_question(kind=kind), answer) for kind, answer in ANSWERS.items()} == {
        kind: [] for kind in ANSWERS
    }


@pytest.mark.parametrize("kind", sorted(set(ANSWERS) - {"choice", "open-choice"}))
def test_no_item_type_takes_the_answer_of_another(kind: str) -> None:
    own = set(ANSWERS[kind])
    others = [answer for answer in ANSWERS.values() if set(answer) != own]

    assert {str(answer): asked(a_question(kind=kind), answer) for answer in others} == {
        str(answer): ["answer-type"] for answer in others
    }


@pytest.mark.parametrize("kind", ["choice", "open-choice"])
@pytest.mark.parametrize("wrong", ["boolean", "decimal", "dateTime", "attachment", "quantity"])
def test_a_choice_takes_no_answer_that_cannot_be_an_option(kind: str, wrong: str) -> None:
    assert asked(a_question(kind=kind), ANSWERS[wrong]) == ["answer-type"]


@pytest.mark.parametrize(
    ("kind", "low", "high", "right", "below", "above"),
    [
        ("integer", 2, 4, 3, 1, 5),
        ("decimal", Decimal("2.5"), 4, Decimal("2.50"), Decimal("2.49"), Decimal("4.01")),
        ("date", "2020", "2022", "2021-05-01", "2019-12-31", "2023"),
        (
            "dateTime",
            "2020-01-01T00:00:00Z",
            "2020-12-31T00:00:00Z",
            "2020-06-01T00:00:00+02:00",
            "2018",
            "2022",
        ),
        ("time", "08:00:00", "17:00:00", "17:00:00", "07:59:59.9", "17:00:00.1"),
    ],
)
def test_a_value_lies_between_its_limits(
    kind: str, low: Any, high: Any, right: Any, below: Any, above: Any
) -> None:
    name = kind[0].upper() + kind[1:]
    limits = [
        extension(ROOT + "minValue", **{"value" + name: low}),
        extension(ROOT + "maxValue", **{"value" + name: high}),
    ]
    question = a_question(kind=kind, extension=limits)

    assert asked(question, {"value" + name: right}) == []
    assert asked(question, {"value" + name: below}) == ["answer-below"]
    assert asked(question, {"value" + name: above}) == ["answer-above"]


def test_a_year_is_not_outside_a_limit_within_it() -> None:
    question = a_question(kind="date", extension=[extension(ROOT + "minValue", valueDate="2020-05-01")])

    assert asked(question, {"valueDate": "2020"}) == []


def test_decimal_places_are_those_that_are_written() -> None:
    question = a_question(kind="decimal", extension=[extension(ROOT + "maxDecimalPlaces", valueInteger=2)])

    assert asked(question, {"valueDecimal": Decimal("1.10")}) == []
    assert asked(question, {"valueDecimal": Decimal("1.100")}) == ["answer-decimal-places"]


@pytest.mark.parametrize(
    ("kind", "facts", "text", "expected"),
    [
        ("string", {"maxLength": 3}, "abcd", ["answer-too-long"]),
        ("text", {"maxLength": 3}, "abc", []),
        ("open-choice", {"maxLength": 3}, "abcd", ["answer-too-long"]),
        ("text", {"extension": [extension(ROOT + "minLength", valueInteger=3)]}, "ab", ["answer-too-short"]),
        (
            "string",
            {"extension": [extension(ROOT + "regex", valueString="[A-Z]+")]},
            "Ab",
            ["answer-pattern"],
        ),
        ("string", {"extension": [extension(ROOT + "regex", valueString="[A-Z]+")]}, "AB", []),
        ("string", {"extension": [extension(ROOT + "regex", valueString="(?<=x")]}, "AB", []),
        ("string", {}, "a\nb", ["answer-line-break"]),
        ("text", {}, "a\nb", []),
    ],
)
def test_a_text_has_its_length_and_form(kind: str, facts: Json, text: str, expected: list[str]) -> None:
    assert asked(a_question(kind=kind, **facts), {"valueString": text}) == expected


@pytest.mark.parametrize(
    ("kind", "options", "right", "wrong"),
    [
        ("integer", [{"valueInteger": 1}], {"valueInteger": 1}, {"valueInteger": 2}),
        ("date", [{"valueDate": "2022-01-01"}], {"valueDate": "2022-01-01"}, {"valueDate": "2022-01-02"}),
        ("time", [{"valueTime": "10:00:00"}], {"valueTime": "10:00:00"}, {"valueTime": "11:00:00"}),
        ("string", [{"valueString": "a"}], {"valueString": "a"}, {"valueString": "b"}),
        ("choice", CODES, CODES[0], {"valueCoding": {"system": "http://example.org", "code": "z"}}),
        ("choice", CODES, CODES[0], {"valueCoding": {"system": "http://other.org", "code": "a"}}),
        ("open-choice", CODES, {"valueString": "z"}, {"valueCoding": {"code": "a"}}),
        (
            "choice",
            [{"valueReference": {"reference": "Patient/1"}}],
            {"valueReference": {"reference": "Patient/1", "display": "A"}},
            {"valueReference": {"reference": "Patient/2"}},
        ),
        ("choice", [{"valueString": "a"}], {"valueString": "a"}, {"valueString": "b"}),
    ],
)
def test_an_answer_is_one_of_the_options(kind: str, options: list[Json], right: Json, wrong: Json) -> None:
    question = a_question(kind=kind, answerOption=options)

    assert asked(question, right) == []
    assert asked(question, wrong) == ["answer-not-option"]


def test_an_answer_has_the_type_of_one_of_the_options() -> None:
    assert asked(a_question(kind="choice", answerOption=CODES), {"valueString": "a"}) == ["answer-no-option"]


def test_free_text_that_names_an_option_is_warned_of() -> None:
    options = [{"valueCoding": {"code": "B", "display": "Blood"}}]
    form = a_questionnaire(a_question(kind="open-choice", answerOption=options))

    assert found(a_response(answered("q", {"valueString": "Blood"})), form) == [
        ("answer-text-is-option", "warning", "QuestionnaireResponse.item[0].answer[0]")
    ]


def test_options_that_are_computed_bound_nothing() -> None:
    computed = [extension(SDC + "answerExpression", valueExpression={"language": "text/fhirpath"})]

    assert asked(a_question(kind="choice", extension=computed, answerOption=CODES[:1]), CODES[1]) == []


def test_an_exclusive_option_stands_alone() -> None:
    exclusive = {
        **CODES[1],
        "extension": [extension(ROOT + "questionnaire-optionExclusive", valueBoolean=True)],
    }
    form = a_questionnaire(
        a_question(kind="choice", repeats=True, answerOption=[CODES[0], exclusive, CODES[2]])
    )

    assert found(a_response(answered("q", CODES[1])), form) == []
    assert found(a_response(answered("q", CODES[0], CODES[1])), form) == [
        ("answer-exclusive", "error", "QuestionnaireResponse.item[0].answer[1]")
    ]


VALUE_SET = {
    "resourceType": "ValueSet",
    "id": "v",
    "url": "http://example.org/ValueSet/v",
    "status": "active",
    "compose": {"include": [{"system": "http://example.org", "concept": [{"code": "a"}, {"code": "b"}]}]},
}


@pytest.mark.parametrize("kind", ["choice", "open-choice"])
@pytest.mark.parametrize("inside", [True, False])
def test_a_coding_is_in_the_value_set(kind: str, inside: bool) -> None:
    name = "#v" if inside else "http://example.org/ValueSet/v"
    contained = {"contained": [VALUE_SET]} if inside else {}
    form = a_questionnaire(a_question(kind=kind, repeats=True, answerValueSet=name), **contained)

    assert found(a_response(answered("q", *CODES)), form, VALUE_SET) == [
        ("answer-not-in-value-set", "error", "QuestionnaireResponse.item[0].answer[2].value")
    ]


def test_a_code_without_its_system_is_warned_of() -> None:
    form = a_questionnaire(a_question(kind="choice", answerValueSet="http://example.org/ValueSet/v"))

    assert found(a_response(answered("q", {"valueCoding": {"code": "a"}})), form, VALUE_SET) == [
        ("answer-no-system", "warning", "QuestionnaireResponse.item[0].answer[0].value")
    ]


def test_a_string_with_a_value_set_is_one_of_its_codes() -> None:
    form = a_questionnaire(a_question(repeats=True, answerValueSet="http://example.org/ValueSet/v"))
    response = a_response(answered("q", {"valueString": "a"}, {"valueString": "Alpha"}))

    assert found(response, form, VALUE_SET) == [
        ("answer-not-in-value-set", "error", "QuestionnaireResponse.item[0].answer[1].value")
    ]


def test_a_value_set_that_is_not_at_hand_is_no_error() -> None:
    form = a_questionnaire(a_question(kind="choice", answerValueSet="http://example.org/ValueSet/none"))

    assert found(a_response(answered("q", CODES[0])), form) == [
        ("answer-value-set-unknown", "information", "QuestionnaireResponse.item[0].answer[0].value")
    ]


@pytest.mark.parametrize(
    ("attachment", "expected"),
    [
        ({"contentType": "image/png"}, []),
        ({"contentType": "text/plain; charset=utf-8"}, []),
        ({"contentType": "application/pdf"}, ["answer-media-type"]),
        ({"contentType": "image/gif", "size": 2_000_000}, ["answer-size"]),
        ({"contentType": "image/gif", "data": "A" * 1_600_000}, ["answer-size"]),
        ({"contentType": "image/gif", "data": "A" * 1_000_000}, []),
    ],
)
def test_an_attachment_is_of_a_type_and_size_allowed(attachment: Json, expected: list[str]) -> None:
    limits = [
        extension(ROOT + "mimeType", valueCode="image/*"),
        extension(ROOT + "mimeType", valueCode="text/plain"),
        extension(ROOT + "maxSize", valueDecimal=1),
    ]

    assert asked(a_question(kind="attachment", extension=limits), {"valueAttachment": attachment}) == expected


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ({"reference": "Patient/1"}, []),
        ({"reference": "https://example.org/fhir/Patient/1/_history/2"}, []),
        ({"reference": "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"}, []),
        ({"reference": "Organization/1"}, ["answer-reference-target"]),
        ({"reference": "#o"}, ["answer-reference-target"]),
        ({"type": "Organization", "display": "A"}, ["answer-reference-target"]),
        ({"reference": "https://example.org/Chicken/1"}, ["answer-reference-type"]),
        ({"reference": "ht tps://example.org/Patient/1"}, ["answer-reference"]),
    ],
)
def test_a_reference_is_to_a_type_allowed(reference: Json, expected: list[str]) -> None:
    allowed = [
        extension(ROOT + "questionnaire-referenceResource", valueCode=name) for name in ("Patient", "Device")
    ]
    form = a_questionnaire(a_question(kind="reference", extension=allowed))
    inner = [{"resourceType": "Organization", "id": "o"}]
    response = a_response(answered("q", {"valueReference": reference}), contained=inner)

    assert [key for key, _, _ in found(response, form)] == expected


def test_an_answer_in_a_bundle_is_checked_against_the_questionnaire_beside_it() -> None:
    entries = [
        {"fullUrl": URL, "resource": a_questionnaire(a_question(kind="integer"))},
        {"fullUrl": "http://example.org/1", "resource": a_response(answered("q", {"valueString": "a"}))},
    ]
    issues = validate({"resourceType": "Bundle", "type": "collection", "entry": entries})

    assert ("answer-type", "Bundle.entry[1].resource.item[0].answer[0].value") in [
        (issue.key, issue.expression) for issue in issues
    ]
