"""What a scenario can say: who is tested, what is prepared, what must be seen on the wire, and what must not.

A scenario is a YAML file (`scenarios/*.yaml`, ADR 0028); `compiling.py` makes these values of it. There is
no code in a scenario: conditions are looked up and compared, nothing is run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from tilts.rules import Language

LANGUAGE_VERSION: Final = 1
ENGINE_VERSION: Final = "1.0"  # of the judge: stands in every verdict

Role: TypeAlias = Literal["practice", "pharmacy"]
Functionality: TypeAlias = Literal["prescribing", "dispensing"]
Kind: TypeAlias = Literal["positive", "negative"]
StepKind: TypeAlias = Literal["see", "never", "at-most", "told"]
Verdict: TypeAlias = Literal["passed", "failed", "inconclusive", "open"]
TestKind: TypeAlias = Literal[
    "equals", "differs", "one-of", "exists", "contains", "starts-with", "above", "below"
]
Scalar: TypeAlias = str | int | bool

FUNCTIONALITY_OF: Final[Mapping[Role, Functionality]] = {"practice": "prescribing", "pharmacy": "dispensing"}


@dataclass(frozen=True, slots=True)
class Text:
    """The same in both languages."""

    lv: str
    en: str

    def told(self, language: Language) -> str:
        return self.lv if language == "lv" else self.en

    def filled(self, facts: Mapping[str, str]) -> "Text":
        """With the facts of one run in the places of their names; a fact that is not known yet stays a name."""
        known = Known(facts)
        return Text(self.lv.format_map(known), self.en.format_map(known))


class Known(dict[str, str]):
    """Facts by name; what is not known stays as it was written."""

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must be so: what is looked up, how it is compared, with what."""

    subject: str  # answer.body.status, request.headers.if-match, path.id, ..
    test: TestKind
    value: Scalar | tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """Which calls are meant."""

    calls: tuple[tuple[str, str], ...]  # (method, route), any of them
    statuses: tuple[int, ...] = ()  # none: any
    rule: str = ""
    where: tuple[Condition, ...] = ()

    def told(self) -> str:
        """For people: `POST /Task/{id}/$claim -> 409 DSP-001`."""
        calls = " / ".join(f"{method} {route}" for method, route in self.calls)
        status = "|".join(str(status) for status in self.statuses)
        return " ".join(
            part for part in (calls, "->" if status or self.rule else "", status, self.rule) if part
        )


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is judged."""

    id: str
    title: Text
    kind: StepKind
    pattern: Pattern | None = None  # none: what the lab itself was told (`told`)
    fact: Condition | None = None  # of a `told` step; its subject is the name of the fact
    keep: tuple[tuple[str, str], ...] = ()  # (name, subject): remembered for later steps
    after: str = ""  # the step it comes after; "" is the start
    until: str = ""  # of never and at-most: the step that ends them; "" is the end
    times: int = 0  # of at-most


@dataclass(frozen=True, slots=True)
class Act:
    """Something the lab's counterparts do over the wire, with the words that say how."""

    verb: str
    words: Mapping[str, Scalar]
    line: int


@dataclass(frozen=True, slots=True)
class Requirement:
    text: Text
    rules: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scenario:
    id: str
    version: int
    title: Text
    roles: tuple[Role, ...]
    kind: Kind
    requirement: Requirement
    given: tuple[Act, ...]
    later: tuple[Act, ...]  # done when the tester says "go on"
    instructions: Text
    steps: tuple[Step, ...]
    text: str = field(repr=False, default="")  # the file as it was read
    sha256: str = ""

    @property
    def functionalities(self) -> tuple[Functionality, ...]:
        return tuple(FUNCTIONALITY_OF[role] for role in self.roles)

    def step(self, step_id: str) -> Step:
        return next(step for step in self.steps if step.id == step_id)
