"""What a walk tells: chapters, and in them attempts that were refused, steps that were done, pictures of how it stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from tilts.rules import Language

if TYPE_CHECKING:
    from tilts.lab.path.walk import Walk

Kind = Literal["refused", "done", "shown"]


class PathWrong(Exception):
    """A step did not end as it should; the text says what was expected and what came."""


class AlreadyWalked(PathWrong):
    """This sandbox knows the path's new developer already: the path can be walked on it once."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `conditions` are what a refusal named, or what is unmet still, in the page's words."""

    kind: Kind
    who: str
    text: str
    conditions: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


class Play(Protocol):
    def __call__(self, walk: "Walk") -> Iterator[Event]: ...


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of the path, with the facts of the source page that it shows (A1 .. D2)."""

    number: int
    title_lv: str
    title_en: str
    facts: tuple[str, ...]
    play: Play

    def title(self, language: Language) -> str:
        return self.title_lv if language == "lv" else self.title_en


def expect(holds: bool, what: str) -> None:
    if not holds:
        raise PathWrong(f"expected {what}")
