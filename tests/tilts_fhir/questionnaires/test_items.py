"""The items of a response stand where the questionnaire has them, and none that must be there is missing."""

from typing import Any

import pytest

from tests.tilts_fhir.questionnaires.asking import (
    ROOT,
    URL,
    a_question,
    a_questionnaire,
    a_response,
    answered,
    extension,
    found,
)

Json = dict[str, Any]
ONE = {"valueString": "one"}
GROUP = a_question("g", "group", item=[a_question("a"), a_question("b")])


def test_a_whole_response_is_right() -> None:
    response = a_response({"linkId": "g", "item": [answered("a", ONE), answered("b", ONE)]})

    assert found(response, a_questionnaire(GROUP)) == []


def test_an_unknown_item_is_named() -> None:
    assert found(a_response(answered("x", ONE)), a_questionnaire(GROUP)) == [
        ("answer-link-id", "error", "QuestionnaireResponse.item[0]")
    ]


def test_an_item_belongs_into_its_group() -> None:
    assert found(a_response(answered("a", ONE)), a_questionnaire(GROUP)) == [
        ("answer-place", "error", "QuestionnaireResponse.item[0]")
    ]


def test_an_item_of_the_top_does_not_belong_into_a_group() -> None:
    response = a_response({"linkId": "g", "item": [answered("top", ONE)]})

    assert found(response, a_questionnaire(GROUP, a_question("top"))) == [
        ("answer-place-top", "error", "QuestionnaireResponse.item[0].item[0]")
    ]


def test_items_keep_the_order_of_the_questionnaire() -> None:
    response = a_response({"linkId": "g", "item": [answered("b", ONE), answered("a", ONE)]})

    assert found(response, a_questionnaire(GROUP)) == [
        ("answer-order", "error", "QuestionnaireResponse.item[0].item[1]")
    ]


@pytest.mark.parametrize(("repeats", "expected"), [(True, []), (False, ["answer-item-twice"])])
def test_only_a_repeating_item_stands_twice(repeats: bool, expected: list[str]) -> None:
    group = {**GROUP, "repeats": repeats}
    response = a_response(*({"linkId": "g", "item": [answered("a", ONE)]} for _ in range(2)))

    assert [key for key, _, _ in found(response, a_questionnaire(group))] == expected


@pytest.mark.parametrize(("repeats", "expected"), [(True, []), (False, ["answer-repeats"])])
def test_only_a_repeating_question_has_two_answers(repeats: bool, expected: list[str]) -> None:
    form = a_questionnaire(a_question("a", repeats=repeats))

    assert [key for key, _, _ in found(a_response(answered("a", ONE, ONE)), form)] == expected


@pytest.mark.parametrize(
    ("status", "severity"), [("completed", "error"), ("amended", "error"), ("in-progress", "warning")]
)
def test_a_required_answer_may_be_missing_only_until_the_end(status: str, severity: str) -> None:
    form = a_questionnaire(a_question("a", required=True))

    assert found(a_response(status=status), form) == [("answer-required", severity, "QuestionnaireResponse")]
    assert found(a_response({"linkId": "a"}, status=status), form) == [
        ("answer-required", severity, "QuestionnaireResponse.item[0]")
    ]


def test_a_required_answer_in_a_group_that_is_absent_is_not_asked_for() -> None:
    group = a_question("g", "group", item=[a_question("a", required=True)])

    assert found(a_response(), a_questionnaire(group)) == []
    assert found(a_response({"linkId": "g"}), a_questionnaire(group)) == [
        ("answer-required", "error", "QuestionnaireResponse.item[0]")
    ]


def test_a_required_group_has_items() -> None:
    form = a_questionnaire({**GROUP, "required": True})

    assert found(a_response({"linkId": "g"}), form) == [
        ("answer-group-empty", "error", "QuestionnaireResponse.item[0]")
    ]


@pytest.mark.parametrize("kind", ["group", "display", "question"])
def test_what_is_no_question_has_no_answer(kind: str) -> None:
    assert found(a_response(answered("a", ONE)), a_questionnaire(a_question("a", kind))) == [
        ("answer-not-allowed", "error", "QuestionnaireResponse.item[0]")
    ]


def test_items_inside_a_question_stand_inside_its_answer() -> None:
    form = a_questionnaire(a_question("a", item=[a_question("b")]))
    right = a_response(answered("a", {**ONE, "item": [answered("b", ONE)]}))
    wrong = a_response({"linkId": "a", "item": [answered("b", ONE)]})

    assert found(right, form) == []
    assert found(wrong, form) == [("answer-items-beside", "error", "QuestionnaireResponse.item[0].item")]


def test_a_display_has_no_items() -> None:
    response = a_response({"linkId": "a", "item": [{"linkId": "b"}]})

    assert found(response, a_questionnaire(a_question("a", "display"))) == [
        ("answer-display-items", "error", "QuestionnaireResponse.item[0].item")
    ]


@pytest.mark.parametrize(("count", "expected"), [(1, ["answer-too-few"]), (2, []), (4, ["answer-too-many"])])
def test_answers_are_counted(count: int, expected: list[str]) -> None:
    bounds = [extension(ROOT + f"questionnaire-{name}", valueInteger=most) for name, most in BOUNDS]
    form = a_questionnaire(a_question("a", repeats=True, extension=bounds))

    assert [key for key, _, _ in found(a_response(answered("a", *[ONE] * count)), form)] == expected


BOUNDS = (("minOccurs", 2), ("maxOccurs", 3))


def test_the_text_is_the_one_that_was_asked() -> None:
    form = a_questionnaire(a_question("a", text="How  much?"))

    assert found(a_response(answered("a", ONE, text="How much?")), form) == []
    assert found(a_response(answered("a", ONE, text="How many?")), form) == [
        ("answer-text", "error", "QuestionnaireResponse.item[0].text")
    ]


def test_a_text_in_another_language_is_only_warned_of() -> None:
    form = a_questionnaire(a_question("a", text="How much?"), language="en")

    assert found(a_response(answered("a", ONE, text="Cik daudz?"), language="lv"), form) == [
        ("answer-text", "warning", "QuestionnaireResponse.item[0].text")
    ]


def test_a_questionnaire_that_is_not_at_hand_is_a_warning() -> None:
    assert found(a_response(answered("a", ONE))) == [
        ("answer-questionnaire-unknown", "warning", "QuestionnaireResponse.questionnaire")
    ]


def test_a_response_that_names_no_questionnaire_is_not_looked_at() -> None:
    response = {"resourceType": "QuestionnaireResponse", "status": "completed", "item": [answered("a", ONE)]}

    assert found(response) == []


def test_a_canonical_of_something_else_is_wrong() -> None:
    measure = {"resourceType": "Measure", "url": URL}

    assert found(a_response(), None, measure) == [
        ("answer-questionnaire-kind", "error", "QuestionnaireResponse.questionnaire")
    ]


def test_a_contained_questionnaire_is_found() -> None:
    inner = a_questionnaire(a_question("a"), id="f")
    response = a_response(answered("b", ONE), contained=[inner], questionnaire="#f")

    assert found(response) == [("answer-link-id", "error", "QuestionnaireResponse.item[0]")]


def test_only_the_version_named_is_taken() -> None:
    form = a_questionnaire(a_question("a"), version="1")

    assert found(a_response(answered("a", ONE), questionnaire=URL + "|1"), form) == []
    assert found(a_response(answered("a", ONE), questionnaire=URL + "|2"), form) == [
        ("answer-questionnaire-unknown", "warning", "QuestionnaireResponse.questionnaire")
    ]


@pytest.mark.parametrize(("status", "severity"), [("draft", "information"), ("retired", "warning")])
def test_a_questionnaire_out_of_use_is_mentioned(status: str, severity: str) -> None:
    form = a_questionnaire(a_question("a"), status=status)

    assert found(a_response(), form) == [
        ("answer-questionnaire-status", severity, "QuestionnaireResponse.questionnaire")
    ]


@pytest.mark.parametrize(
    ("authored", "expected"),
    [
        ("2021-12-31", ["answer-authored-early"]),
        ("2022-05-01T10:00:00Z", []),
        ("2025-01-02", ["answer-authored-late"]),
    ],
)
def test_the_response_was_written_while_the_questionnaire_was_in_force(
    authored: str, expected: list[str]
) -> None:
    form = a_questionnaire(a_question("a"), effectivePeriod={"start": "2022", "end": "2024"})

    assert [key for key, _, _ in found(a_response(authored=authored), form)] == expected


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ({"reference": "Patient/1"}, []),
        ({"reference": "https://example.org/fhir/Group/1"}, ["answer-subject"]),
        ({"type": "Group", "display": "All"}, ["answer-subject"]),
        ({"display": "Somebody"}, []),
    ],
)
def test_the_subject_is_one_that_the_questionnaire_is_for(subject: Json, expected: list[str]) -> None:
    form = a_questionnaire(a_question("a"), subjectType=["Patient", "RelatedPerson"])

    assert [key for key, _, _ in found(a_response(subject=subject), form)] == expected
