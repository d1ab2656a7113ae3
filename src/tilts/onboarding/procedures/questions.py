"""The questions of the checklist as they stand in their file, and as fields of its form."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, get_args

from tilts.onboarding.procedures.kinds import Choice, Field, Text

Declarant: TypeAlias = Literal["vendor", "institution"]

ANSWERS: Final = (
    Choice("yes", Text("jā", "yes")),
    Choice("no", Text("nē", "no")),
    Choice("not-applicable", Text("neattiecas", "not applicable")),
)
REASON: Final = Text("Iemesls vai paskaidrojums", "Reason or remark")
REASON_TAIL: Final = "_reason"


@dataclass(frozen=True, slots=True)
class Question:
    id: str
    group: str
    text: Text
    asked_of: tuple[Declarant, ...]
    source: str
    verified: bool  # the duty was read in public; never its wording in point 14
    evidence: bool = False  # a "yes" needs a file
    machine_tested: bool = False  # the lab tests it too

    def field_id(self, declarant: Declarant) -> str:
        """Its name on the form: a question that both answer stands there once for each."""
        return f"{declarant}_{self.id}"


@dataclass(frozen=True, slots=True)
class QuestionList:
    groups: Mapping[str, Text]
    questions: tuple[Question, ...]


def read_questions(path: Path) -> QuestionList:
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    questions = tuple(
        Question(**{**row, "text": Text(**row["text"]), "asked_of": tuple(row["asked_of"])})
        for row in written["questions"]
    )
    ids = [question.id for question in questions]
    groups = {name: Text(**text) for name, text in written["groups"].items()}
    strangers = {who for question in questions for who in question.asked_of} - set(get_args(Declarant))
    if len(ids) != len(set(ids)) or strangers or {question.group for question in questions} - groups.keys():
        raise ValueError("a question stands twice, in no group, or is asked of nobody known")
    return QuestionList(MappingProxyType(groups), questions)


def question_fields(listed: QuestionList) -> list[Field]:
    """Each question with its answer and reason, in the paper of each who is asked."""
    made: list[Field] = []
    for declarant in get_args(Declarant):
        document = f"declaration-{declarant}"
        for question in listed.questions:
            if declarant not in question.asked_of:
                continue
            name = question.field_id(declarant)
            answer = Field(
                name,
                document,
                question.group,
                question.text,
                "choice",
                "applicant",
                False,
                choices=ANSWERS,
                wide=True,
            )
            reason = Field(
                name + REASON_TAIL, document, question.group, REASON, "text", "applicant", False, wide=True
            )
            made += [answer, reason]
    return made
