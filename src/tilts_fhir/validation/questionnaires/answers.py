"""The answers to one question: how many, of which type, within which limits."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Final, TypeAlias

from tilts_fhir.issues import quoted
from tilts_fhir.validation.questionnaires.attachments import check_attachment
from tilts_fhir.validation.questionnaires.choices import check_exclusive, check_options
from tilts_fhir.validation.questionnaires.forms import Question
from tilts_fhir.validation.questionnaires.item_types import ANSWER_TYPES, WITHOUT_ANSWER
from tilts_fhir.validation.questionnaires.limits import check_decimal_places, check_range, check_text
from tilts_fhir.validation.questionnaires.measured import check_quantity
from tilts_fhir.validation.questionnaires.reading import objects
from tilts_fhir.validation.questionnaires.referring import check_target
from tilts_fhir.validation.questionnaires.sitting import Answer, Sitting, read_answer
from tilts_fhir.validation.walk import Json, Path

AnswerCheck: TypeAlias = Callable[[Sitting, Answer], None]

_CHECKS: Final = MappingProxyType[str, tuple[AnswerCheck, ...]](
    {
        "decimal": (check_range, check_decimal_places),
        "integer": (check_range,),
        "date": (check_range,),
        "dateTime": (check_range,),
        "time": (check_range,),
        "string": (check_text,),
        "uri": (check_text,),
        "Quantity": (check_quantity, check_decimal_places),
        "Attachment": (check_attachment,),
        "Reference": (check_target,),
    }
)
"""For each type of a value, the limits that a question may set."""


def check_answers(sitting: Sitting, question: Question, entries: list[tuple[Json, Path]]) -> None:
    """
    All answers to one question in one place of the response.

    Args:
        entries: The items that answer it, each with its path.
    """
    for item, path in entries:
        answers = [(answer, (path, "answer", index)) for index, answer in objects(item, "answer")]
        if not answers:
            continue
        if question.kind in WITHOUT_ANSWER:
            sitting.walk.report(
                "answer-not-allowed", path, type=question.kind, link_id=quoted(question.link_id)
            )
            continue
        if len(answers) > 1 and not question.repeats:
            sitting.walk.report("answer-repeats", answers[1][1], link_id=quoted(question.link_id))
        read = [read_answer(question, answer, place) for answer, place in answers]
        given = [answer for answer in read if answer is not None]
        for answer in given:
            _check_value(sitting, answer)
        check_exclusive(sitting, given)


def _check_value(sitting: Sitting, answer: Answer) -> None:
    allowed = ANSWER_TYPES.get(answer.question.kind)
    if allowed is None:  # no such item type: said where the questionnaire is checked
        return
    if answer.kind not in allowed:
        expected = "Coding" if answer.question.kind == "choice" else " / ".join(allowed)
        sitting.walk.report("answer-type", answer.value_path, expected=expected, found=answer.kind)
        return
    check_options(sitting, answer)
    for check in _CHECKS.get(answer.kind, ()):
        check(sitting, answer)
