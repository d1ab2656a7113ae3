"""Large forms take time in proportion to their size, and nothing that comes in makes a rule fail."""

import sys
from types import FrameType
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tilts_fhir.questionnaires.asking import (
    URL,
    a_question,
    a_questionnaire,
    a_response,
    answered,
    found,
    found_in,
)

Json = dict[str, Any]
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from(["q", "a", "choice", "#v", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(
    [
        "linkId",
        "type",
        "item",
        "required",
        "repeats",
        "enableWhen",
        "question",
        "operator",
        "answerBoolean",
        "answerCoding",
        "answerOption",
        "valueCoding",
        "valueString",
        "answerValueSet",
        "extension",
        "url",
        "valueInteger",
        "initial",
        "maxLength",
        "contained",
        "effectivePeriod",
        "text",
    ]
)
ITEM = st.dictionaries(
    NAMES, ANYTHING | st.lists(st.dictionaries(NAMES, ANYTHING, max_size=4), max_size=3), max_size=8
)


def a_large_response(items: int) -> tuple[Json, Json]:
    kinds = [a_question(f"q{number}", "integer", maxLength=5) for number in range(items // 10)]
    for number, question in enumerate(kinds[1:]):
        question["enableWhen"] = [{"question": f"q{number}", "operator": ">", "answerInteger": -1}]
    group = a_question("g", "group", repeats=True, item=kinds)
    filled = {"linkId": "g", "item": [answered(each["linkId"], {"valueInteger": 1}) for each in kinds]}
    return a_questionnaire(group), a_response(*[dict(filled) for _ in range(10)])


def calls(items: int) -> int:
    """How many functions are called for a response of this size: its cost, whatever else the machine does."""
    form, response = a_large_response(items)
    seen = 0

    def count(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal seen
        seen += event == "call"

    sys.setprofile(count)
    try:
        issues = found(response, form)
    finally:
        sys.setprofile(None)
    assert issues == []
    return seen


def test_five_times_as_many_items_cost_about_five_times_as_much() -> None:
    assert calls(5_000) < 6 * calls(1_000)


def test_a_response_of_a_hundred_thousand_items_is_within_the_bounds() -> None:
    form, response = a_large_response(100_000)

    assert found(response, form) == []
    assert found_in(form) == []


def test_conditions_over_many_answers_end_at_the_bound() -> None:
    many = 2_000
    dependents = [
        a_question(f"d{number}", enableWhen=[{"question": "c", "operator": "=", "answerInteger": -1}])
        for number in range(many)
    ]
    form = a_questionnaire(a_question("c", "integer", repeats=True), *dependents)
    given = [answered("c", *[{"valueInteger": number} for number in range(many)])]
    given += [answered(each["linkId"], {"valueString": "a"}) for each in dependents]
    issues = found(a_response(*given), form, max_values=50_000)

    assert issues[-1][0] == "too-large"


@settings(max_examples=150, deadline=None)
@given(items=st.lists(ITEM, max_size=4), facts=st.dictionaries(NAMES, ANYTHING, max_size=3))
def test_a_questionnaire_of_any_shape_breaks_nothing(items: list[Json], facts: Json) -> None:
    form = {**facts, "resourceType": "Questionnaire", "url": URL, "item": items}
    response = a_response(answered("q", {"valueCoding": {"code": "a"}}), answered("a", {"valueString": "q"}))

    assert isinstance(found(response, form), list)
    assert isinstance(found_in(form), list)
