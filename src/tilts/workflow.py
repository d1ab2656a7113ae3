"""State tables as data: who may take which step from which state, and why another step is not possible now.

    Workflow = states + steps + why not      check() refuses      allowed() tells every step with its reason

Prescriptions, agreements, applications, certificates, test plans and approvals are tables of this one mechanism;
from the same table come the checks, the buttons of the portal, the pictures and the docs.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

from tilts.rules import Language, Named, Refusal, Rule
from tilts.rules.cases import CASE_NO_SUCH_STEP, CASE_NOT_NOW, CASE_OTHER_SIDE
from tilts.working_days import Term

Side: TypeAlias = str  # a key of the table's `sides`
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
    when: Words | None = None  # of several rows of an action: what decides for this one
    guards: tuple[str, ...] = ()  # what else is asked, by name; the room of the table knows how


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
class No:
    """A row of "why not": the first that fits is told. Nothing named fits everything.

    `other_side`: only if the action is never this side's in that state and is another one's.
    """

    rule: Rule
    actions: tuple[str, ...] = ()
    sides: tuple[Side, ...] = ()
    states: tuple[str, ...] = ()
    other_side: bool = False

    def fits(self, action: str, side: Side, state: str, *, other_side: bool) -> bool:
        return (
            (not self.actions or action in self.actions)
            and (not self.sides or side in self.sides)
            and (not self.states or state in self.states)
            and (other_side or not self.other_side)
        )


OF_CASES: Final = (No(CASE_OTHER_SIDE, other_side=True), No(CASE_NOT_NOW))


@dataclass(frozen=True, slots=True)
class Workflow:
    kind: str
    title: Words
    states: tuple[State, ...]  # the first one is where it begins
    steps: tuple[Step, ...]
    sides: Mapping[Side, Words] = field(default_factory=lambda: SIDES)
    noes: tuple[No, ...] = OF_CASES

    def __post_init__(self) -> None:
        names = {state.name for state in self.states}
        for step in self.steps:
            unknown = {*step.of, step.to} - names - {""}
            if unknown:
                raise ValueError(f"{self.kind}: {step.action} names states that are not there: {unknown}")
            if step.by not in self.sides:
                raise ValueError(f"{self.kind}: {step.action} is by nobody of the table: {step.by}")

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

    def check(self, state: str, action: str, side: Side, **facts: Any) -> Step:
        """The step, if this side may take it in this state; `facts` are what a "no" may name besides."""
        rows = self._rows(action)
        for row in rows:
            if row.by == side and state in row.of:
                return row
        step = self.step(action, state)
        other = step.by != side
        no = next(one for one in self.noes if one.fits(action, side, state, other_side=other))
        told: dict[str, Any] = {
            "action": step.label.named(action),
            "side": self.sides[step.by].named(step.by),
            "state": self.state(state).label.named(state),
            "possible": listed([row for row in self.steps if state in row.of and row.by == side]),
        }
        raise Refusal(no.rule, **{**told, **facts})

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
