"""Limits that a question sets to numbers, dates, times and texts."""

from decimal import Decimal
from typing import Final

from tilts_fhir.codes.patterns import compile_pattern
from tilts_fhir.issues import quoted
from tilts_fhir.validation.questionnaires.item_types import (
    MAX_DECIMAL_PLACES,
    MAX_VALUE,
    MIN_LENGTH,
    MIN_VALUE,
    REGEX,
    TEXTS,
)
from tilts_fhir.validation.questionnaires.ordering import compare
from tilts_fhir.validation.questionnaires.quantities import as_decimal
from tilts_fhir.validation.questionnaires.reading import extension_value, whole_number
from tilts_fhir.validation.questionnaires.sitting import Answer, Sitting

_NUMBERS: Final = ("integer", "decimal")
_DATES: Final = ("date", "dateTime")


def check_range(sitting: Sitting, answer: Answer) -> None:
    """`minValue` and `maxValue`; a limit of another precision bounds only what certainly lies beyond it."""
    for url, key, beyond in ((MIN_VALUE, "answer-below", -1), (MAX_VALUE, "answer-above", 1)):
        limit = extension_value(answer.question.item, url)
        if limit is None:
            continue
        kind = _shared_kind(answer.kind, limit[0])
        sign = compare(kind, answer.value, limit[1]) if kind is not None else None
        if sign is not None and sign * beyond > 0:
            sitting.walk.report(key, answer.value_path, value=quoted(answer.value), limit=quoted(limit[1]))


def check_decimal_places(sitting: Sitting, answer: Answer) -> None:
    """`maxDecimalPlaces`: digits behind the point as they are written, so that 1.10 has two."""
    most = whole_number(answer.question.item, MAX_DECIMAL_PLACES)
    number = as_decimal(answer.value.get("value") if isinstance(answer.value, dict) else answer.value)
    if most is not None and number is not None and _places(number) > most:
        sitting.walk.report("answer-decimal-places", answer.value_path, value=quoted(number), max=most)


def check_text(sitting: Sitting, answer: Answer) -> None:
    """`maxLength`, `minLength`, `regex`, and no line breaks where one line is asked for."""
    question, value = answer.question, answer.value
    if question.kind not in TEXTS or not isinstance(value, str):
        return
    most, least = question.item.get("maxLength"), whole_number(question.item, MIN_LENGTH)
    if type(most) is int and len(value) > most:
        sitting.walk.report("answer-too-long", answer.value_path, length=len(value), max=most)
    if least is not None and len(value) < least:
        sitting.walk.report("answer-too-short", answer.value_path, length=len(value), min=least)
    if question.kind == "string" and ("\n" in value or "\r" in value):
        sitting.walk.report("answer-line-break", answer.value_path)
    pattern = extension_value(question.item, REGEX)
    matches = compile_pattern(pattern[1]) if pattern is not None and isinstance(pattern[1], str) else None
    if pattern is not None and matches is not None and not matches(value):
        sitting.walk.report(
            "answer-pattern", answer.value_path, value=quoted(value), pattern=quoted(pattern[1])
        )


def _shared_kind(one: str, other: str) -> str | None:
    if one == other:
        return one
    if one in _NUMBERS and other in _NUMBERS:
        return "decimal"
    return "dateTime" if one in _DATES and other in _DATES else None


def _places(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0
