"""Whether an answer is one of those offered: `answerOption`, `answerValueSet`, options that exclude all others."""

from typing import Any

from tilts_fhir.issues import quoted
from tilts_fhir.validation.questionnaires.forms import Question
from tilts_fhir.validation.questionnaires.item_types import CHOICES, COMPUTED_OPTIONS, OPTION_EXCLUSIVE
from tilts_fhir.validation.questionnaires.quantities import as_decimal
from tilts_fhir.validation.questionnaires.reading import chosen, extension_value, objects, text
from tilts_fhir.validation.questionnaires.sitting import Answer, Offered, Sitting
from tilts_fhir.validation.walk import Json


def check_options(sitting: Sitting, answer: Answer) -> None:
    """A value against the options or the value set of its question; without them, any value will do."""
    question = answer.question
    if any(extension_value(question.item, url) is not None for url in COMPUTED_OPTIONS):
        return
    offered = options_of(sitting, question)
    value_set = text(question.item, "answerValueSet")
    if offered.by_type:
        _check_listed(sitting, answer, offered)
    elif value_set is not None:
        _check_value_set(sitting, answer, value_set)


def check_exclusive(sitting: Sitting, answers: list[Answer]) -> None:
    """An option that excludes all others stands alone."""
    if len(answers) < 2:
        return
    for answer in answers:
        offered = options_of(sitting, answer.question).by_type.get(answer.kind, {})
        option = offered.get(key_of(answer.kind, answer.value))
        exclusive = extension_value(option, OPTION_EXCLUSIVE) if option is not None else None
        if exclusive is not None and exclusive[1] is True:
            sitting.walk.report("answer-exclusive", answer.path, value=quoted(_written(answer.value)))


def options_of(sitting: Sitting, question: Question) -> Offered:
    """The options of a question; nothing in it if it has none."""
    known = sitting.options.get(question.position)
    if known is None:
        known = sitting.options[question.position] = Offered()
        for _, option in objects(question.item, "answerOption"):
            _add(known, option)
    return known


def _add(offered: Offered, option: Json) -> None:
    value = chosen(option, "value")
    if value is None:
        return
    offered.by_type.setdefault(value[0], {}).setdefault(key_of(*value), option)
    if value[0] == "Coding":
        offered.names.update(filter(None, (_word(value[1].get("display")), _word(value[1].get("code")))))


def key_of(kind: str, value: Any) -> object:
    """What makes two options the same: system and code (the name, if there is no code), reference, or the value."""
    if not isinstance(value, dict):
        number = None if kind not in ("integer", "decimal") else as_decimal(value)
        return number if number is not None else str(value)
    if kind == "Reference":
        return _word(value.get("reference"))
    code = value.get("code")
    return (
        _word(value.get("system")),
        _word(code),
        None if code is not None else _word(value.get("display")),
    )


def _word(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _check_listed(sitting: Sitting, answer: Answer, offered: Offered) -> None:
    if answer.question.kind == "open-choice" and answer.kind == "string":
        # Free text is allowed beside the options; one that is the name of an option was probably meant to be it.
        if answer.value in offered.names:
            sitting.walk.report("answer-text-is-option", answer.path, value=quoted(answer.value))
        return
    same_type = offered.by_type.get(answer.kind)
    if same_type is None:
        sitting.walk.report("answer-no-option", answer.path, type=answer.kind)
    elif key_of(answer.kind, answer.value) not in same_type:
        sitting.walk.report("answer-not-option", answer.value_path, value=quoted(_written(answer.value)))


def _check_value_set(sitting: Sitting, answer: Answer, value_set: str) -> None:
    facts = {"value": quoted(_written(answer.value)), "value_set": value_set}
    if answer.kind == "Coding":
        _check_coding(sitting, answer, value_set, facts)
        return
    is_code = answer.kind == "string" and answer.question.kind not in CHOICES
    if is_code and sitting.verdict(value_set, None, answer.value).kind == "out":
        sitting.walk.report("answer-not-in-value-set", answer.value_path, **facts)


def _check_coding(sitting: Sitting, answer: Answer, value_set: str, facts: dict[str, str]) -> None:
    coding = answer.value
    code, system = _word(coding.get("code")), _word(coding.get("system"))
    if code is None:
        if answer.question.kind == "choice":
            sitting.walk.report("answer-no-code", answer.value_path, severity="warning")
        return
    verdict = sitting.verdict(value_set, system, code)
    if verdict.kind == "out":
        sitting.walk.report("answer-not-in-value-set", answer.value_path, **facts)
    elif system is None and verdict.kind == "in":
        sitting.walk.report("answer-no-system", answer.value_path)
    elif verdict.kind == "unknown":
        sitting.walk.report("answer-value-set-unknown", answer.value_path, **facts)


def _written(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    if "reference" in value:
        return str(value["reference"])
    return f"{value.get('system') or ''}#{value.get('code') or value.get('display') or ''}"
