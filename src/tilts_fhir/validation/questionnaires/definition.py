"""A Questionnaire in itself: linkIds, conditions, options, initial values, limits that fit the type of the item.

What the published invariants (que-0 to que-13) say is checked with all other invariants and not here.
Source: https://hl7.org/fhir/R4/questionnaire-definitions.html.
"""

from typing import Any, Final

from tilts_fhir.issues import quoted
from tilts_fhir.validation.questionnaires.choices import key_of
from tilts_fhir.validation.questionnaires.forms import Form, Question, read_form
from tilts_fhir.validation.questionnaires.item_types import (
    ANSWER_TYPES,
    FITTING,
    LIMIT_TYPES,
    MAX_OCCURS,
    MAX_VALUE,
    MIN_OCCURS,
    MIN_VALUE,
    ORDERED_TYPES,
    ORDERING,
)
from tilts_fhir.validation.questionnaires.ordering import compare
from tilts_fhir.validation.questionnaires.reading import (
    chosen,
    extension_value,
    objects,
    text,
    whole_number,
)
from tilts_fhir.validation.walk import Json, Path, Walk

MAX_NAMED_TYPES: Final = 6


def check_questionnaire(walk: Walk, questionnaire: Json, path: Path) -> None:
    """Rule for Questionnaire."""
    form = read_form(walk, questionnaire, path)
    for question in form.questions:
        _check_link_id(walk, form, question)
        _check_conditions(walk, form, question)
        _check_values(walk, question, "answerOption", ("form-option-type", "form-option-twice"))
        _check_values(walk, question, "initial", ("form-initial-type", "form-initial-twice"))
        _check_initial(walk, question)
        _check_extensions(walk, question)
        _check_occurrences(walk, question)
        _check_definition(walk, question)


def _check_link_id(walk: Walk, form: Form, question: Question) -> None:
    if question.link_id and form.by_link_id[question.link_id] is not question:
        walk.report("form-link-id-twice", (question.path, "linkId", None), link_id=quoted(question.link_id))


def _check_conditions(walk: Walk, form: Form, question: Question) -> None:
    conditions = objects(question.item, "enableWhen")
    walk.count(len(conditions), question.path)
    # que-12 says "more than one", but its expression begins at three; what is said is meant.
    if len(conditions) == 2 and "enableBehavior" not in question.item:
        walk.report("form-behaviour", question.path)
    for index, condition in conditions:
        _check_condition(walk, form, question, (condition, (question.path, "enableWhen", index)))


def _check_condition(walk: Walk, form: Form, question: Question, placed: tuple[Json, Path]) -> None:
    condition, path = placed
    name = text(condition, "question")
    if name is None:
        return
    target = form.by_link_id.get(name)
    if target is None:
        walk.report("form-condition-unknown", path, link_id=quoted(name))
    elif target.link_id == question.link_id:
        walk.report("form-condition-itself", path)
    elif question.holds(target):
        walk.report("form-condition-inside", path, link_id=quoted(name))
    else:
        if target.position > question.position:
            walk.report("form-condition-later", path, link_id=quoted(name))
        _check_comparison(walk, target, condition, path)


def _check_comparison(walk: Walk, target: Question, condition: Json, path: Path) -> None:
    """Operator and answer against the type of the question asked; `exists` is looked at by que-7."""
    operator, answer = text(condition, "operator"), chosen(condition, "answer")
    if operator in (None, "exists") or answer is None or not target.kind:
        return
    allowed = ANSWER_TYPES.get(target.kind, ())
    if answer[0] not in allowed:
        names = ", ".join(allowed[:MAX_NAMED_TYPES]) or "-"
        walk.report("form-condition-type", path, type=quoted(target.kind), found=answer[0], allowed=names)
    elif operator in ORDERING and answer[0] not in ORDERED_TYPES:
        walk.report("form-condition-operator", path, operator=operator, type=answer[0])


def _check_values(walk: Walk, question: Question, name: str, keys: tuple[str, str]) -> None:
    """The values of `answerOption` or `initial`: of a type that can answer the question, and no two the same."""
    wrong_type, twice = keys
    allowed = ANSWER_TYPES.get(question.kind)
    seen: set[object] = set()
    entries = objects(question.item, name)
    walk.count(len(entries), question.path)
    for index, entry in entries:
        value = chosen(entry, "value")
        if value is None:
            continue
        path: Path = ((question.path, name, index), "value", None)
        if allowed is not None and value[0] not in allowed:
            types = ", ".join(allowed[:MAX_NAMED_TYPES])
            walk.report(wrong_type, path, found=value[0], type=question.kind, allowed=types)
        same: object = (value[0], key_of(*value))
        if same in seen:
            walk.report(twice, path)
        seen.add(same)


def _check_initial(walk: Walk, question: Question) -> None:
    # que-13 has no result where `repeats` is missing, which means false; what is said is meant.
    if "repeats" not in question.item and len(objects(question.item, "initial")) > 1:
        walk.report("form-initial-many", (question.path, "initial", None))


def _check_extensions(walk: Walk, question: Question) -> None:
    """Limits on an item that has no answers which they could bound."""
    for index, extension in objects(question.item, "extension"):
        url = text(extension, "url") or ""
        fitting = FITTING.get(url)
        if fitting is not None and question.kind and question.kind not in fitting:
            place = (question.path, "extension", index)
            walk.report("form-limit-unfit", place, name=_short(url), type=quoted(question.kind))
    for url in (MIN_VALUE, MAX_VALUE):
        value, allowed = extension_value(question.item, url), LIMIT_TYPES.get(question.kind)
        if value is not None and allowed is not None and value[0] not in allowed:
            walk.report(
                "form-limit-type", question.path, name=_short(url), found=value[0], type=question.kind
            )
    least, most = extension_value(question.item, MIN_VALUE), extension_value(question.item, MAX_VALUE)
    if _crossed(least, most):
        walk.report("form-limits-crossed", question.path)


def _crossed(least: tuple[str, Any] | None, most: tuple[str, Any] | None) -> bool:
    if least is None or most is None or least[0] != most[0]:
        return False
    sign = compare(least[0], least[1], most[1])
    return sign is not None and sign > 0


def _check_occurrences(walk: Walk, question: Question) -> None:
    least, most = whole_number(question.item, MIN_OCCURS), whole_number(question.item, MAX_OCCURS)
    if least is not None and most is not None and least > most:
        walk.report("form-occurs-crossed", question.path, min=least, max=most)
    if max(least or 0, most or 0) > 1 and not question.repeats:
        walk.report("form-occurs-once", question.path)


def _check_definition(walk: Walk, question: Question) -> None:
    """`[url of a StructureDefinition]#[id of its element]`."""
    stated = text(question.item, "definition")
    if stated is not None and not stated.partition("#")[2]:
        walk.report("form-definition", (question.path, "definition", None), value=quoted(stated))


def _short(url: str) -> str:
    return url.rpartition("/")[2]
