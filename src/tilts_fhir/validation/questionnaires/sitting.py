"""One response beside its questionnaire: what the checks of its parts have in common."""

from dataclasses import dataclass, field
from typing import Any

from tilts_fhir.codes import Codes, codes_of
from tilts_fhir.codes.verdicts import CodeChecker, Verdict
from tilts_fhir.library import Library
from tilts_fhir.validation.questionnaires.forms import Form, Question
from tilts_fhir.validation.questionnaires.item_types import VALUE_TYPES
from tilts_fhir.validation.questionnaires.reading import chosen, objects, text
from tilts_fhir.validation.questionnaires.spans import Spans
from tilts_fhir.validation.walk import Json, Path, Walk


@dataclass(frozen=True, slots=True)
class Place:
    """A question and the item of the response that answers it, inside those around it."""

    question: Question
    item: Json
    outer: "Place | None" = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One value: of which item type it should be, its own type, and where it stands."""

    question: Question
    kind: str
    value: Any
    path: Path

    @property
    def value_path(self) -> Path:
        return self.path, "value", None


@dataclass(slots=True)
class Offered:
    """The options of a question: by type and key, and the names and codes under which they are known."""

    by_type: dict[str, dict[object, Json]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Sitting:
    """
    One response, its questionnaire, and what was already worked out about them.

    Attributes:
        finished: Whether the status says that all answers are there (`completed`, `amended`).
        verdicts: What was already asked about codes, by value set, system and code.
        options: What each question offers, by its position; filled when it is first asked for.
    """

    walk: Walk
    form: Form
    response: Json
    spans: Spans
    finished: bool
    verdicts: dict[tuple[str, str | None, str], Verdict] = field(default_factory=dict)
    options: dict[int, Offered] = field(default_factory=dict)
    checker: CodeChecker | None = None

    @property
    def lack(self) -> str:
        """How grave it is that an answer is missing: not very, while the form is being filled in."""
        return "error" if self.finished else "warning"

    def verdict(self, value_set: str, system: str | None, code: str) -> Verdict:
        """A code against a value set, which may be contained in the questionnaire (`#id`); its name is checked elsewhere."""
        key = (value_set, system, code)
        known = self.verdicts.get(key)
        if known is None:
            if self.checker is None:
                self.checker = _checker(self.walk.library, self.form.questionnaire)
            name = _contained_url(value_set[1:]) if value_set.startswith("#") else value_set
            known = self.verdicts[key] = self.checker.check(name, system, code)
        return known


def _checker(library: Library, questionnaire: Json) -> CodeChecker:
    contained = [each for _, each in objects(questionnaire, "contained") if text(each, "id")]
    value_sets = [
        {**each, "url": _contained_url(each["id"])}
        for each in contained
        if each.get("resourceType") == "ValueSet"
    ]
    if not value_sets:
        return codes_of(library)
    systems = [each for each in contained if each.get("resourceType") == "CodeSystem"]
    return Codes(Library([*value_sets, *systems], beneath=library))


def _contained_url(name: str) -> str:
    """A contained resource has no url that could be relied on; within one questionnaire its id is as good."""
    return f"urn:contained:{name}"


def read_answer(question: Question, answer: Json, path: Path) -> Answer | None:
    """The value of an entry of `answer`; None if it has none, or one of a type that no answer has."""
    value = chosen(answer, "value")
    return (
        None if value is None or value[0] not in VALUE_TYPES else Answer(question, value[0], value[1], path)
    )
