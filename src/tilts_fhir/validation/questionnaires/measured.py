"""Limits and units that a question sets to quantities."""

from typing import Any

from tilts_fhir.issues import quoted
from tilts_fhir.validation.questionnaires.item_types import (
    MAX_QUANTITY,
    MAX_VALUE,
    MIN_QUANTITY,
    MIN_VALUE,
    UNIT_OPEN,
    UNIT_OPTION,
    UNIT_VALUE_SET,
)
from tilts_fhir.validation.questionnaires.quantities import (
    comparable,
    compare_quantities,
    has_formal_unit,
    written,
)
from tilts_fhir.validation.questionnaires.reading import extension_value, extension_values
from tilts_fhir.validation.questionnaires.sitting import Answer, Sitting
from tilts_fhir.validation.walk import Json


def check_quantity(sitting: Sitting, answer: Answer) -> None:
    """Smallest and largest quantity, and the unit."""
    for urls, key, beyond in (
        ((MIN_QUANTITY, MIN_VALUE), "answer-below", -1),
        ((MAX_QUANTITY, MAX_VALUE), "answer-above", 1),
    ):
        limit = extension_value(answer.question.item, *urls)
        if limit is not None and isinstance(limit[1], dict):
            _check_limit(sitting, answer, limit[1], key, beyond)
    _check_unit_options(sitting, answer)
    _check_unit_value_set(sitting, answer)


def _check_limit(sitting: Sitting, answer: Answer, limit: Json, key: str, beyond: int) -> None:
    value: Json = answer.value
    if "value" not in value or "value" not in limit:
        return
    facts = {"value": quoted(written(value)), "limit": quoted(written(limit))}
    if not (has_formal_unit(value) and has_formal_unit(limit)):
        sitting.walk.report("answer-no-formal-unit", answer.value_path, **facts)
        return
    if comparable(value, limit) is False:
        sitting.walk.report("answer-other-dimension", answer.value_path, **facts)
        return
    sign = compare_quantities(value, limit)
    if sign is not None and sign * beyond > 0:
        sitting.walk.report(key, answer.value_path, **facts)


def _check_unit_options(sitting: Sitting, answer: Answer) -> None:
    allowed = [
        value for _, value in extension_values(answer.question.item, UNIT_OPTION) if isinstance(value, dict)
    ]
    if not allowed or _is_open(answer):
        return
    unit = answer.value
    if any(_is_unit(unit, option) for option in allowed):
        return
    names = ", ".join(str(option.get("display") or option.get("code")) for option in allowed[:10])
    severity = None if "code" in unit or not _is_named(unit, allowed) else "warning"
    sitting.walk.report(
        "answer-unit", answer.value_path, severity=severity, value=quoted(written(unit)), allowed=names
    )


def _check_unit_value_set(sitting: Sitting, answer: Answer) -> None:
    stated = extension_value(answer.question.item, UNIT_VALUE_SET)
    if stated is None or not isinstance(stated[1], str) or _is_open(answer):
        return
    unit = answer.value
    system, code = unit.get("system"), unit.get("code")
    facts = {"value": quoted(written(unit)), "value_set": stated[1]}
    if not isinstance(code, str) or not isinstance(system, str):
        sitting.walk.report("answer-unit-value-set", answer.value_path, **facts)
        return
    if sitting.verdict(stated[1], system, code).kind == "out":
        sitting.walk.report("answer-unit-value-set", answer.value_path, **facts)


def _is_open(answer: Answer) -> bool:
    """Whether other units may be written as well."""
    return extension_value(answer.question.item, UNIT_OPEN) is not None


def _is_unit(unit: Json, option: Json) -> bool:
    same_system: Any = option.get("system") is None or option.get("system") == unit.get("system")
    return bool(same_system) and option.get("code") is not None and option.get("code") == unit.get("code")


def _is_named(unit: Json, options: list[Json]) -> bool:
    name = unit.get("unit")
    return name is not None and any(name in (option.get("display"), option.get("code")) for option in options)
