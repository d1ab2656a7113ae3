"""A Questionnaire as a tree of questions, read once, with an index by linkId."""

from dataclasses import dataclass, field
from typing import TypeAlias

from tilts_fhir.validation.questionnaires.reading import flag, objects, text
from tilts_fhir.validation.walk import Json, Path, Walk


@dataclass(slots=True, eq=False)
class Question:
    """
    An item of a Questionnaire, or the Questionnaire itself (without parent, of type `group`).

    Attributes:
        kind: Item type, such as `choice`; empty if it has none.
        position, last: Numbers of the item itself and of the last item inside it, in the order of the document.
        inner: Items directly inside it.
        order: For each linkId of `inner` the place there; the first of two equal ones.
        required_inner: Those of `inner` that must be answered if they are enabled.
    """

    link_id: str
    kind: str
    item: Json
    parent: "Question | None"
    path: Path
    position: int = 0
    last: int = 0
    inner: list["Question"] = field(default_factory=list)
    order: dict[str, int] = field(default_factory=dict)
    required_inner: list["Question"] = field(default_factory=list)

    @property
    def required(self) -> bool:
        return flag(self.item, "required")

    @property
    def repeats(self) -> bool:
        return flag(self.item, "repeats")

    def holds(self, other: "Question") -> bool:
        """Whether the other one is this one or stands inside it."""
        return self.position <= other.position <= self.last


@dataclass(frozen=True, slots=True)
class Form:
    """`questions` in the order of the document; where a linkId stands twice, `by_link_id` has the first."""

    questionnaire: Json
    root: Question
    questions: tuple[Question, ...]
    by_link_id: dict[str, Question]


Forms: TypeAlias = dict[int, Form]


def read_form(walk: Walk, questionnaire: Json, path: Path) -> Form:
    """
    The tree of a Questionnaire, the same one when asked again in the same walk; every item counts as a value.

    Raises:
        Enough: There are more items than may be looked at.
    """
    forms: Forms = walk.memo.setdefault("questionnaire-forms", {})
    form = forms.get(id(questionnaire))
    if form is None:
        form = forms[id(questionnaire)] = _read(walk, questionnaire, path)
    return form


def _read(walk: Walk, questionnaire: Json, path: Path) -> Form:
    root = Question("", "group", questionnaire, None, path)
    waiting: list[Question] = [root]
    found: list[Question] = []
    while waiting:
        question = waiting.pop()
        question.position = len(found)
        found.append(question)
        items = objects(question.item, "item")
        walk.count(len(items), path)
        for index, item in items:
            inner = _question(item, question, (question.path, "item", index))
            question.order.setdefault(inner.link_id, len(question.inner))
            question.inner.append(inner)
        question.required_inner = [inner for inner in question.inner if inner.required and inner.link_id]
        waiting.extend(reversed(question.inner))
    for question in reversed(found):
        question.last = question.inner[-1].last if question.inner else question.position
    by_link_id: dict[str, Question] = {}
    for question in found[1:]:
        by_link_id.setdefault(question.link_id, question)
    return Form(questionnaire, root, tuple(found[1:]), by_link_id)


def _question(item: Json, parent: Question, path: Path) -> Question:
    return Question(text(item, "linkId") or "", text(item, "type") or "", item, parent, path)
