"""A question is answered when its conditions are met, and not when they are not met."""

from typing import Any

import pytest

from tests.tilts_fhir.questionnaires.asking import (
    SDC,
    a_question,
    a_questionnaire,
    a_response,
    answered,
    extension,
    found,
)

Json = dict[str, Any]
ONE = {"valueString": "one"}
TOO_COSTLY = "select(".join(["%resource.descendants()."] * 6) + "count()" + ")" * 5 + ".count() < 0"


def coding(code: str, system: str = "s:s") -> Json:
    return {"valueCoding": {"system": system, "code": code}}


def depending(kind: str, *conditions: Json, behaviour: str | None = None, **facts: Any) -> Json:
    """A questionnaire whose required question `d` depends on the question `c`."""
    conditions = tuple({"question": "c", **condition} for condition in conditions)
    behaves = {"enableBehavior": behaviour} if behaviour else {}
    dependent = a_question("d", required=True, enableWhen=list(conditions), **behaves, **facts)
    return a_questionnaire(a_question("c", kind, repeats=True), dependent)


def enabled(form: Json, *answers: Json) -> bool | None:
    """Whether the question `d` is enabled, seen from outside: it is missing without an answer, or wrong with one."""
    given = [answered("c", *answers)] if answers else []
    missing = [key for key, _, _ in found(a_response(*given), form)] == ["answer-required"]
    needless = [key for key, _, _ in found(a_response(*given, answered("d", ONE)), form)] == [
        "answer-disabled"
    ]
    assert not (missing and needless)
    return True if missing else False if needless else None


@pytest.mark.parametrize(
    ("kind", "condition", "answer", "expected"),
    [
        ("boolean", {"operator": "=", "answerBoolean": True}, {"valueBoolean": True}, True),
        ("boolean", {"operator": "=", "answerBoolean": "true"}, {"valueBoolean": True}, True),
        ("boolean", {"operator": "=", "answerBoolean": True}, {"valueBoolean": False}, False),
        ("boolean", {"operator": "!=", "answerBoolean": True}, {"valueBoolean": False}, True),
        ("integer", {"operator": ">", "answerInteger": 5}, {"valueInteger": 6}, True),
        ("integer", {"operator": ">=", "answerInteger": 5}, {"valueInteger": 5}, True),
        ("integer", {"operator": "<", "answerInteger": 5}, {"valueInteger": 5}, False),
        ("decimal", {"operator": "<=", "answerDecimal": 0.5}, {"valueDecimal": 0.4}, True),
        ("date", {"operator": ">", "answerDate": "2020-05"}, {"valueDate": "2020-06-01"}, True),
        ("date", {"operator": ">", "answerDate": "2020-05"}, {"valueDate": "2020"}, None),
        ("time", {"operator": "<", "answerTime": "10:00:00"}, {"valueTime": "09:00:00"}, True),
        ("string", {"operator": "=", "answerString": "a"}, {"valueString": "a"}, True),
        ("choice", {"operator": "=", "answerCoding": {"system": "s:s", "code": "a"}}, coding("a"), True),
        (
            "choice",
            {"operator": "=", "answerCoding": {"system": "s:s", "code": "a"}},
            coding("a", "t:t"),
            False,
        ),
        ("choice", {"operator": "=", "answerCoding": {"code": "a"}}, coding("a", "t:t"), True),
        ("choice", {"operator": "=", "answerString": "a"}, coding("a"), None),
        (
            "quantity",
            {
                "operator": ">",
                "answerQuantity": {"value": 1, "system": "http://unitsofmeasure.org", "code": "kg"},
            },
            {"valueQuantity": {"value": 1500, "system": "http://unitsofmeasure.org", "code": "g"}},
            True,
        ),
    ],
)
def test_an_operator_compares(kind: str, condition: Json, answer: Json, expected: bool | None) -> None:
    assert enabled(depending(kind, condition), answer) is expected


@pytest.mark.parametrize("wanted", [True, False])
def test_exists_asks_whether_there_is_an_answer(wanted: bool) -> None:
    form = depending("string", {"operator": "exists", "answerBoolean": wanted})

    assert enabled(form, ONE) is wanted
    assert enabled(form) is not wanted


def test_one_of_several_answers_is_enough() -> None:
    form = depending("integer", {"operator": "=", "answerInteger": 2})

    assert enabled(form, {"valueInteger": 1}, {"valueInteger": 2}) is True
    assert enabled(form) is False


def test_what_people_read_differently_is_not_reported() -> None:
    form = depending("integer", {"operator": "!=", "answerInteger": 2})

    assert enabled(form, {"valueInteger": 1}, {"valueInteger": 2}) is None
    assert enabled(form) is None


@pytest.mark.parametrize(("behaviour", "expected"), [("any", True), ("all", False), (None, None)])
def test_the_behaviour_says_whether_all_or_any_must_be_met(
    behaviour: str | None, expected: bool | None
) -> None:
    conditions = [{"operator": "=", "answerInteger": number} for number in (1, 2)]

    assert enabled(depending("integer", *conditions, behaviour=behaviour), {"valueInteger": 1}) is expected


def test_the_answer_counts_that_stands_in_the_same_repetition() -> None:
    inner = a_question("d", enableWhen=[{"question": "c", "operator": "=", "answerBoolean": True}])
    group = a_question("g", "group", repeats=True, item=[a_question("c", "boolean"), inner])
    response = a_response(
        {"linkId": "g", "item": [answered("c", {"valueBoolean": True}), answered("d", ONE)]},
        {"linkId": "g", "item": [answered("c", {"valueBoolean": False}), answered("d", ONE)]},
    )

    assert found(response, a_questionnaire(group)) == [
        ("answer-disabled", "error", "QuestionnaireResponse.item[1].item[1]")
    ]


def test_an_answer_elsewhere_in_the_response_counts() -> None:
    first = a_question("g", "group", item=[a_question("c", "boolean")])
    inner = a_question("d", enableWhen=[{"question": "c", "operator": "=", "answerBoolean": True}])
    form = a_questionnaire(first, a_question("h", "group", item=[inner]))
    given = {"linkId": "g", "item": [answered("c", {"valueBoolean": False})]}
    response = a_response(given, {"linkId": "h", "item": [answered("d", ONE)]})

    assert found(response, form) == [("answer-disabled", "error", "QuestionnaireResponse.item[1].item[0]")]


def test_nothing_is_missing_in_what_is_disabled() -> None:
    group = a_question(
        "g",
        "group",
        item=[a_question("a", required=True)],
        enableWhen=[{"question": "c", "operator": "=", "answerBoolean": True}],
    )
    form = a_questionnaire(a_question("c", "boolean"), group)
    response = a_response(answered("c", {"valueBoolean": False}), {"linkId": "g", "item": [{"linkId": "a"}]})

    assert [key for key, _, _ in found(response, form)] == []


@pytest.mark.parametrize("answer", [True, False])
def test_an_expression_enables(answer: bool) -> None:
    expression = "%resource.item.where(linkId = 'c').answer.value.where($this is boolean) = true"
    stated = extension(
        SDC + "enableWhenExpression", valueExpression={"language": "text/fhirpath", "expression": expression}
    )
    form = a_questionnaire(a_question("c", "boolean"), a_question("d", extension=[stated]))
    response = a_response(answered("c", {"valueBoolean": answer}), answered("d", ONE))

    assert [key for key, _, _ in found(response, form)] == ([] if answer else ["answer-disabled"])


@pytest.mark.parametrize("expression", ["(((", TOO_COSTLY, "1 + 1", "%unknown"])
def test_an_expression_without_an_answer_decides_nothing(expression: str) -> None:
    stated = extension(
        SDC + "enableWhenExpression", valueExpression={"language": "text/fhirpath", "expression": expression}
    )
    form = a_questionnaire(a_question("d", required=True, extension=[stated]))

    assert found(a_response(), form) == found(a_response(answered("d", ONE)), form) == []
