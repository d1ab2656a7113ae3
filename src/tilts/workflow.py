"""State tables as data: who may take which step from which state, and why another step is not possible now.

    Workflow = states + steps        check() refuses        allowed() tells every step with its reason

Agreements, applications, certificates, test plans and approvals are tables of this one mechanism; from the
same table come the checks, the buttons of the portal, the pictures and the docs.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from tilts.rules import Language, Named, Refusal
from tilts.rules.cases import CASE_NO_SUCH_STEP, CASE_NOT_NOW, CASE_OTHER_SIDE
from tilts.working_days import Term

Side: TypeAlias = Literal["applicant", "authority", "exchange"]
FieldKind: TypeAlias = Literal[
    "text", "long-text", "date", "number", "choice", "choices", "file", "files", "form", "e-mailed"
]


@dataclass(frozen=True, slots=True)
class Words:
    """The same text for both kinds of readers."""

    lv: str
    en: str

    def in_language(self, language: Language) -> str:
        return self.lv if language == "lv" else self.en

    def named(self, value: str) -> Named:
        """The name for machines, which people read as these words."""
        return Named(value, lv=self.lv, en=self.en)


@dataclass(frozen=True, slots=True)
class Field:
    """What a step asks of the person who takes it."""

    name: str
    kind: FieldKind
    label: Words
    hint: Words | None = None
    required: bool = True
    choices: tuple[tuple[str, Words], ...] = ()


SIDES: Final[Mapping[Side, Words]] = MappingProxyType(
    {
        "applicant": Words("pieteicējs", "the applicant"),
        "authority": Words("iestāde", "the authority"),
        "exchange": Words("apmaiņas sistēma", "the exchange"),
    }
)


@dataclass(frozen=True, slots=True)
class State:
    """`waits_for` says whose turn it is; `term` until when."""

    name: str
    label: Words
    waits_for: Side | None = None
    term: Term | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """`by` may take it; with `two_persons`, one of that side asks and another one confirms.

    A step without a state `to` leaves the case where it is.
    """

    action: str
    of: tuple[str, ...]
    to: str
    by: Side
    label: Words
    asks: tuple[Field, ...] = ()
    two_persons: bool = False
    warning: bool = False  # something ends with it


@dataclass(frozen=True, slots=True)
class Offer:
    """A step as it is offered to one side now; `reason` says why it is not possible, if so."""

    step: Step
    reason: Refusal | None


def listed(steps: Iterable[Step]) -> Named:
    """Each once, in the order of the table."""
    labels = {step.action: step.label for step in steps}
    if not labels:
        return Named("-", lv="nekas", en="nothing")
    return Named(
        ", ".join(sorted(labels)),
        lv=", ".join(f"«{label.lv}»" for label in labels.values()),
        en=", ".join(f"“{label.en}”" for label in labels.values()),
    )


@dataclass(frozen=True, slots=True)
class Workflow:
    kind: str
    title: Words
    states: tuple[State, ...]  # the first one is where it begins
    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        names = {state.name for state in self.states}
        for step in self.steps:
            unknown = {*step.of, step.to} - names - {""}
            if unknown:
                raise ValueError(f"{self.kind}: {step.action} names states that are not there: {unknown}")

    @property
    def initial(self) -> State:
        return self.states[0]

    def is_over(self, state: str) -> bool:
        """No step leads on from there."""
        return not any(state in step.of for step in self.steps)

    def state(self, name: str) -> State:
        return next(state for state in self.states if state.name == name)

    def step(self, action: str, state: str) -> Step:
        """The row for this action in this state; an action may have several, one for each state it leaves."""
        found = self._rows(action)
        return next((row for row in found if state in row.of), found[0])

    def check(self, state: str, action: str, side: Side) -> Step:
        """The step, if this side may take it in this state."""
        step = self.step(action, state)
        if step.by != side and not any(row.by == side and state in row.of for row in self._rows(action)):
            raise Refusal(
                CASE_OTHER_SIDE, action=step.label.named(action), side=SIDES[step.by].named(step.by)
            )
        if state not in step.of:
            raise Refusal(
                CASE_NOT_NOW,
                action=step.label.named(action),
                state=self.state(state).label.named(state),
                possible=listed([row for row in self.steps if state in row.of and row.by == side]),
            )
        return next(row for row in self._rows(action) if state in row.of and row.by == side)

    def allowed(self, state: str, side: Side) -> Iterator[Offer]:
        """Every step of this side, each once: possible now, or why not."""
        seen: set[str] = set()
        for row in self.steps:
            if row.by != side or row.action in seen:
                continue
            seen.add(row.action)
            try:
                yield Offer(self.check(state, row.action, side), None)
            except Refusal as no:
                yield Offer(row, no)

    def _rows(self, action: str) -> list[Step]:
        found = [row for row in self.steps if row.action == action]
        if not found:
            raise Refusal(CASE_NO_SUCH_STEP, action=action)
        return found
