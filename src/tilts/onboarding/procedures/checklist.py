"""The checklist of security and technical requirements: answers, and what a declaration lacks.

Developers and institutions answer different questions. A declaration ends when the next version
of the questions comes into force (Source page B1; Latvia 2.2).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from tilts.onboarding.procedures.gaps import Gap
from tilts.onboarding.procedures.kinds import Procedure, Text, Values
from tilts.onboarding.procedures.laying import LONGEST_TEXT
from tilts.onboarding.procedures.lettering import can_print
from tilts.onboarding.procedures.loading import procedures, questions_of, versions
from tilts.onboarding.procedures.questions import ANSWERS, REASON_TAIL, Declarant, Question

NAME: Final = "checklist"
ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Checklist:
    version: int
    valid_from: date
    valid_to: date | None  # from this day a declaration made with it no longer counts
    groups: Mapping[str, Text]
    questions: tuple[Question, ...]

    def asked_of(self, declarant: Declarant) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if declarant in question.asked_of)

    def counts_on(self, day: date) -> bool:
        """Does a declaration made with these questions count on that day?"""
        return self.valid_from <= day and not self.is_over(day)

    def is_over(self, day: date) -> bool:
        return self.valid_to is not None and day >= self.valid_to

    @property
    def last_day(self) -> date | None:
        """The last day on which a declaration made with these questions counts."""
        return None if self.valid_to is None else self.valid_to - ONE_DAY


@dataclass(frozen=True, slots=True)
class Changes:
    """What another version asks of a declarant otherwise."""

    added: tuple[Question, ...]
    reworded: tuple[Question, ...]
    gone: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    answer: str  # yes, no or not-applicable; anything else is a gap
    reason: str = ""
    evidence: tuple[str, ...] = ()  # what names the files attached: a SHA-256, a document id


def checklist_on(day: date) -> Checklist | None:
    """The questions in force on a day."""
    found = procedures(day).get(NAME)
    return None if found is None else checklist_version(found.version)


def checklist_version(version: int) -> Checklist | None:
    mine = next((p for p in versions() if (p.id, p.version) == (NAME, version)), None)
    listed = None if mine is None else questions_of(mine.id, mine.version)
    if mine is None or listed is None:
        return None
    return Checklist(version, mine.valid_from, ends_on(versions(), mine), listed.groups, listed.questions)


def checklist_to_declare(day: date, held: Iterable[int]) -> Checklist | None:
    """The questions in force; who has declared on those already is asked the next ones, once they are published.

    So a renewal can be accepted before the first day of the new questions, and nothing closes in between.
    """
    current = checklist_on(day)
    coming = min((p for p in versions() if p.id == NAME and p.valid_from > day), key=_start, default=None)
    if coming is not None and (current is None or current.version in set(held)):
        return checklist_version(coming.version)
    return current


def still_asked(version: int, day: date) -> Checklist | None:
    """The questions that were begun with; when they are over, those in force."""
    begun = checklist_version(version)
    return begun if begun is not None and not begun.is_over(day) else checklist_on(day)


def last_day(version: object) -> date | None:
    """Of a declaration on this version of the questions, as known now; None while no end is known."""
    found = checklist_version(version) if isinstance(version, int) else None
    return None if found is None else found.last_day


def changes(before: Checklist, now: Checklist, declarant: Declarant) -> Changes:
    old = {question.id: question for question in before.asked_of(declarant)}
    new = {question.id: question for question in now.asked_of(declarant)}
    return Changes(
        tuple(question for name, question in new.items() if name not in old),
        tuple(question for name, question in new.items() if name in old and question.text != old[name].text),
        tuple(question for name, question in old.items() if name not in new),
    )


def _start(procedure: Procedure) -> date:
    return procedure.valid_from


def ends_on(known: Iterable[Procedure], version: Procedure) -> date | None:
    """The end written in a version, or the start of the next one, whichever comes first."""
    starts = [p.valid_from for p in known if p.id == version.id and p.version > version.version]
    return min([*starts, *([version.valid_to] if version.valid_to else [])], default=None)


def check_declaration(checklist: Checklist, answers: Mapping[str, Answer], declarant: Declarant) -> list[Gap]:
    """Everything that is missing or unclear, at once; empty when the declaration is whole."""
    gaps: list[Gap] = []
    asked = checklist.asked_of(declarant)
    for question in asked:
        gaps += _gaps_of(question, answers.get(question.id), question.field_id(declarant))
    strangers = answers.keys() - {question.id for question in asked}
    return gaps + [Gap(name, "not-asked", Text(name, name)) for name in sorted(strangers)]


def _gaps_of(question: Question, given: Answer | None, field: str) -> list[Gap]:
    if given is None or not given.answer.strip():
        return [Gap(field, "missing", question.text)]
    if given.answer not in {choice.id for choice in ANSWERS}:
        return [Gap(field, "choice", question.text, written=given.answer)]
    if len(given.reason) > LONGEST_TEXT:
        return [Gap(field + REASON_TAIL, "too-long", question.text)]
    if not can_print(given.reason):
        return [Gap(field + REASON_TAIL, "letters", question.text)]
    if given.answer != "yes":
        return [] if given.reason.strip() else [Gap(field + REASON_TAIL, "reason", question.text)]
    if question.evidence and not given.evidence:
        return [Gap(field, "evidence", question.text)]
    return []


def answers_from(
    values: Values, checklist: Checklist, declarant: Declarant, evidence: Mapping[str, tuple[str, ...]]
) -> dict[str, Answer]:
    """The answers of a filled form or page, with the files attached to each question."""
    found: dict[str, Answer] = {}
    for question in checklist.asked_of(declarant):
        name = question.field_id(declarant)
        if answer := values.get(name, "").strip():
            reason = values.get(name + REASON_TAIL, "").strip()
            found[question.id] = Answer(answer, reason, evidence.get(question.id, ()))
    return found
