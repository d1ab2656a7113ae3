"""The questions of one declarant with everything that stands beside them: answer, files, what is wrong, what changed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from tilts.onboarding.checklist import Draft
from tilts.onboarding.procedures.checklist import Answer, Changes, Checklist
from tilts.onboarding.procedures.gaps import Gap
from tilts.onboarding.procedures.kinds import Text
from tilts.onboarding.procedures.questions import REASON_TAIL, Declarant, Question
from tilts.rules import Refusal
from tilts.store.onboarding.cases import DocumentRecord

FILES_TAIL: Final = "_files"
DROP_TAIL: Final = "_drop"
SOURCES: Final = "/help/reference/sources"
OF_A_SECTION: Final = re.compile(
    r"(?P<name>Latvia|Exchanges|Security|Storage|Stack|Design) (?P<number>[0-9.]+)"
)
NOTHING_CHANGED: Final = Changes((), (), ())
NO_ANSWER: Final = Answer("")


@dataclass(frozen=True, slots=True)
class Marks:
    """What a refused form says at its questions."""

    gaps: Mapping[str, Gap] = field(default_factory=dict)
    refused: Sequence[tuple[str, Refusal]] = ()
    clashes: Mapping[str, Answer] = field(default_factory=dict)
    by: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    question: Question
    name: str  # of its field
    answer: Answer
    files: tuple[DocumentRecord, ...]
    gap: Gap | None
    reason_gap: Gap | None
    refused: tuple[Refusal, ...]
    clash: Answer | None
    before: Answer | None  # what one declared the last time
    change: str  # added, reworded or nothing

    @property
    def at_fault(self) -> bool:
        return bool(self.gap or self.reason_gap or self.refused or self.clash)


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    title: Text
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    checklist: Checklist
    declarant: Declarant
    draft: Draft
    files: Mapping[str, DocumentRecord]
    before: Mapping[str, Answer]
    changes: Changes = NOTHING_CHANGED

    def sections(self, marks: Marks) -> Iterator[Section]:
        asked = self.checklist.asked_of(self.declarant)
        for group, title in self.checklist.groups.items():
            rows = tuple(self._row(question, marks) for question in asked if question.group == group)
            if rows:
                yield Section(group, title, rows)

    def _row(self, question: Question, marks: Marks) -> Row:
        name = question.field_id(self.declarant)
        answer = self.draft.answers.get(question.id, NO_ANSWER)
        change = "added" if question in self.changes.added else ""
        return Row(
            question=question,
            name=name,
            answer=answer,
            files=tuple(self.files[one] for one in answer.evidence if one in self.files),
            gap=marks.gaps.get(name),
            reason_gap=marks.gaps.get(name + REASON_TAIL),
            refused=tuple(no for asked, no in marks.refused if asked == question.id),
            clash=marks.clashes.get(question.id),
            before=self.before.get(question.id),
            change="reworded" if question in self.changes.reworded else change,
        )


def source_address(source: str) -> str:
    """Where it is told what stands behind a short name of a source; empty when it is none."""
    if source.startswith("Source page"):
        return f"{SOURCES}#source-page"
    found = OF_A_SECTION.search(source)
    return f"{SOURCES}#{found['name'].lower()}-{found['number'].replace('.', '')}" if found else ""
