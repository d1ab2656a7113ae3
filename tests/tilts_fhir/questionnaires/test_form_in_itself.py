"""A questionnaire must be answerable: its linkIds, conditions, options and limits fit together."""

from typing import Any

import pytest

from tests.tilts_fhir.questionnaires.asking import (
    ROOT,
    a_question,
    a_questionnaire,
    extension,
    found_in,
)

Json = dict[str, Any]
YES = {"operator": "=", "answerBoolean": True}


def enabled_by(link_id: str, **condition: Any) -> dict[str, list[Json]]:
    return {"enableWhen": [{"question": link_id, **(condition or YES)}]}


def test_a_plain_questionnaire_is_right() -> None:
    form = a_questionnaire(a_question("1", "boolean"), a_question("2", **enabled_by("1")))

    assert found_in(form) == []


def test_a_link_id_stands_once() -> None:
    form = a_questionnaire(a_question("1"), a_question("2", "group", item=[a_question("1")]))

    assert found_in(form) == [("form-link-id-twice", "error", "Questionnaire.item[1].item[0].linkId")]


@pytest.mark.parametrize(
    ("condition", "key", "severity"),
    [
        ("nowhere", "form-condition-unknown", "error"),
        ("group", "form-condition-itself", "error"),
        ("inner", "form-condition-inside", "error"),
        ("after", "form-condition-later", "warning"),
    ],
)
def test_a_condition_asks_for_a_question_before_it(condition: str, key: str, severity: str) -> None:
    group = a_question("group", "group", item=[a_question("inner", "boolean")], **enabled_by(condition))
    form = a_questionnaire(group, a_question("after", "boolean"))

    assert found_in(form) == [(key, severity, "Questionnaire.item[0].enableWhen[0]")]


def test_an_item_inside_may_depend_on_the_one_around_it() -> None:
    outer = a_question("1", "boolean", item=[a_question("2", **enabled_by("1"))])

    assert found_in(a_questionnaire(outer)) == []


@pytest.mark.parametrize(
    ("kind", "condition", "key"),
    [
        ("boolean", {"operator": "=", "answerString": "yes"}, "form-condition-type"),
        ("boolean", {"operator": ">", "answerBoolean": True}, "form-condition-operator"),
        ("group", {"operator": "=", "answerBoolean": True}, "form-condition-type"),
    ],
)
def test_a_condition_that_can_never_be_met_is_warned_of(kind: str, condition: Json, key: str) -> None:
    form = a_questionnaire(a_question("1", kind), a_question("2", **enabled_by("1", **condition)))

    assert found_in(form) == [(key, "warning", "Questionnaire.item[1].enableWhen[0]")]


def test_exists_fits_every_question() -> None:
    there = enabled_by("1", operator="exists", answerBoolean=True)

    assert found_in(a_questionnaire(a_question("1", "date"), a_question("2", **there))) == []


def test_two_conditions_need_a_behaviour() -> None:
    two = {"enableWhen": [{"question": "1", **YES}, {"question": "1", **YES}]}
    form = a_questionnaire(a_question("1", "boolean"), a_question("2", **two))

    assert found_in(form) == [("form-behaviour", "error", "Questionnaire.item[1]")]


def test_options_have_a_type_that_answers_the_question() -> None:
    options = [{"valueInteger": 1}, {"valueString": "two"}]

    assert found_in(a_questionnaire(a_question(kind="integer", answerOption=options))) == [
        ("form-option-type", "error", "Questionnaire.item[0].answerOption[1].value")
    ]


def test_a_choice_may_have_options_of_any_type() -> None:
    options = [{"valueInteger": 1}, {"valueString": "two"}, {"valueCoding": {"code": "c"}}]

    assert found_in(a_questionnaire(a_question(kind="choice", answerOption=options))) == []


def test_the_same_option_twice_is_warned_of() -> None:
    options = [{"valueCoding": {"system": "s:s", "code": "c", "display": name}} for name in ("C", "D")]

    assert found_in(a_questionnaire(a_question(kind="choice", answerOption=options))) == [
        ("form-option-twice", "warning", "Questionnaire.item[0].answerOption[1].value")
    ]


def test_an_initial_value_has_the_type_of_the_answer() -> None:
    assert found_in(a_questionnaire(a_question(kind="date", initial=[{"valueString": "today"}]))) == [
        ("form-initial-type", "error", "Questionnaire.item[0].initial[0].value")
    ]


@pytest.mark.parametrize(
    ("kind", "limit", "key"),
    [
        ("string", extension(ROOT + "minValue", valueInteger=1), "form-limit-unfit"),
        ("date", extension(ROOT + "maxSize", valueDecimal=1), "form-limit-unfit"),
        ("date", extension(ROOT + "minValue", valueInteger=1), "form-limit-type"),
        ("integer", extension(ROOT + "questionnaire-maxOccurs", valueInteger=2), "form-occurs-once"),
    ],
)
def test_a_limit_that_bounds_nothing_is_warned_of(kind: str, limit: Json, key: str) -> None:
    issues = found_in(a_questionnaire(a_question(kind=kind, extension=[limit])))

    assert [(found, severity) for found, severity, _ in issues] == [(key, "warning")]


def test_limits_that_exclude_each_other_are_warned_of() -> None:
    limits = [extension(ROOT + "minValue", valueInteger=5), extension(ROOT + "maxValue", valueInteger=1)]
    issues = found_in(a_questionnaire(a_question(kind="integer", extension=limits)))

    assert issues == [("form-limits-crossed", "warning", "Questionnaire.item[0]")]


def test_a_definition_names_an_element() -> None:
    wrong = a_question("1", definition=ROOT + "Patient")
    right = a_question("2", definition=ROOT + "Patient#Patient.name")

    assert found_in(a_questionnaire(wrong, right)) == [
        ("form-definition", "warning", "Questionnaire.item[0].definition")
    ]


@pytest.mark.parametrize(("repeats", "expected"), [({}, ["form-initial-many"]), ({"repeats": True}, [])])
def test_only_a_repeating_question_begins_with_several_values(repeats: Json, expected: list[str]) -> None:
    initial = [{"valueString": "a"}, {"valueString": "b"}]

    found = found_in(a_questionnaire(a_question(initial=initial, **repeats)))

    assert [key for key, _, _ in found] == expected
