"""Whether a question is to be answered at all: its conditions (`enableWhen`) against the answers that were given.

Source: https://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item.enableWhen. A condition that cannot be
decided (other types than expected, other precision, an operator read differently by different people) counts as
unknown, and nothing is reported that rests on it.
"""

from collections.abc import Iterable
from typing import Any, Final

from tilts_fhir.fhirpath import Context, FhirPathError, compile_expression
from tilts_fhir.validation.questionnaires.forms import Question
from tilts_fhir.validation.questionnaires.item_types import ENABLE_WHEN_EXPRESSION, OLD_ENABLE_WHEN, ORDERING
from tilts_fhir.validation.questionnaires.ordering import compare
from tilts_fhir.validation.questionnaires.reading import chosen, extension_value, objects, text
from tilts_fhir.validation.questionnaires.sitting import Place, Sitting
from tilts_fhir.validation.walk import Json

# An expression usually goes once through the response; what takes much more is left undecided.
STEPS_PER_ITEM: Final = 20
LEAST_ITEMS: Final = 50
_ON_COMPARISON: Final = {
    ">": lambda sign: sign > 0,
    "<": lambda sign: sign < 0,
    ">=": lambda sign: sign >= 0,
    "<=": lambda sign: sign <= 0,
}


class Enabling:
    """Answers for one response; what was worked out is kept."""

    def __init__(self, sitting: Sitting) -> None:
        self._sitting = sitting
        self._conditions: dict[tuple[int, int], bool | None] = {}
        self._expressions: dict[str, bool | None] = {}
        self._demands: dict[int, tuple[str | None, list[Json]]] = {}

    def holds(self, question: Question, place: Place | None) -> bool | None:
        """
        Whether a question is enabled; None if that cannot be decided.

        Args:
            place: What stands around it in the response.
        """
        demands = self._demands.get(question.position)
        if demands is None:
            conditions = [condition for _, condition in objects(question.item, "enableWhen")]
            demands = self._demands[question.position] = (_expression(question.item), conditions)
        stated, conditions = demands
        if stated is not None:
            return self._by_expression(stated)
        if not conditions:
            return True
        outcomes = [self._condition(question, condition, place) for condition in conditions]
        behaviour = text(question.item, "enableBehavior")
        if behaviour == "any":
            return _any(outcomes)
        return _all(outcomes) if behaviour == "all" or len(outcomes) == 1 else None

    def _condition(self, question: Question, condition: Json, place: Place | None) -> bool | None:
        target = self._sitting.form.by_link_id.get(text(condition, "question") or "")
        if target is None:
            return None
        scope = _scope(question, target, place) or self._sitting.response
        key = (id(condition), id(scope))
        if key not in self._conditions:
            self._conditions[key] = self._evaluated(target, condition, scope)
        return self._conditions[key]

    def _evaluated(self, target: Question, condition: Json, scope: Json) -> bool | None:
        operator, expected = text(condition, "operator"), chosen(condition, "answer")
        if expected is None or operator is None:
            return None
        answers = self._sitting.spans.answers(target.link_id, scope)
        if operator == "exists":
            there = any(chosen(answer, "value") is not None for answer in answers)
            return None if expected[0] != "boolean" else there == expected[1]
        found = [_meets(chosen(answer, "value"), operator, expected) for answer in answers]
        if operator == "!=":
            # "No answer is equal", says R4; others read it as "an answer is not equal", also when there is none.
            return found[0] if found and all(each is found[0] for each in found) else None
        return _any(found)

    def _by_expression(self, stated: str) -> bool | None:
        if stated not in self._expressions:
            sitting = self._sitting
            items = sitting.spans.span(sitting.response).last + LEAST_ITEMS
            sitting.walk.count(items, sitting.walk.scene.path)
            self._expressions[stated] = _boolean(stated, sitting.response, items * STEPS_PER_ITEM)
        return self._expressions[stated]


def _boolean(stated: str, response: Json, steps: int) -> bool | None:
    try:
        compiled = compile_expression(stated, "QuestionnaireResponse")
        values = compiled.values(response, Context(resource=response, steps=steps))
    except FhirPathError:
        return None
    if not values:
        return False
    return values[0] if len(values) == 1 and isinstance(values[0], bool) else None


def _expression(item: Json) -> str | None:
    value = extension_value(item, ENABLE_WHEN_EXPRESSION, OLD_ENABLE_WHEN)
    if value is None:
        return None
    if isinstance(value[1], str):
        return value[1]
    is_path = isinstance(value[1], dict) and text(value[1], "language") == "text/fhirpath"
    return (text(value[1], "expression") or "") if is_path else ""


def _scope(question: Question, target: Question, place: Place | None) -> Json | None:
    """The item of the response that stands for the smallest item of the form around both questions."""
    around = place
    while around is not None and not around.question.holds(target):
        around = around.outer
    return around.item if around is not None else None


def _meets(actual: tuple[str, Any] | None, operator: str, expected: tuple[str, Any]) -> bool | None:
    if actual is None or actual[0] != expected[0]:
        return None
    if operator in ORDERING:
        sign = compare(expected[0], actual[1], expected[1])
        return None if sign is None else _ON_COMPARISON[operator](sign)
    same = _same(expected[0], actual[1], expected[1])
    return (not same if operator == "!=" else same) if same is not None else None


def _same(kind: str, actual: Any, expected: Any) -> bool | None:
    if kind == "Coding":
        if not isinstance(expected.get("code"), str):
            return None
        same_system = expected.get("system") is None or expected.get("system") == actual.get("system")
        return same_system and bool(expected.get("code") == actual.get("code"))
    if kind == "Reference":
        return bool(expected.get("reference") == actual.get("reference"))
    if kind in ("boolean", "string", "uri"):
        return bool(actual == expected)
    sign = compare(kind, actual, expected)
    return None if sign is None else sign == 0


def _any(outcomes: Iterable[bool | None]) -> bool | None:
    found = list(outcomes)
    return True if True in found else None if None in found else False


def _all(outcomes: Iterable[bool | None]) -> bool | None:
    found = list(outcomes)
    return False if False in found else None if None in found else True
