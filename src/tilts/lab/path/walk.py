"""A walk under way: who is signed in where, what was learned so far, and how an event is told."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from tilts.lab.path.telling import Event, Kind
from tilts.lab.path.visitor import No, Opener, Visitor
from tilts.lab.walker import PageWalker
from tilts.rules import Language


@dataclass
class Notes:
    """What a person would have written down: numbers of cases, clients with their keys."""

    cases: dict[str, str] = field(default_factory=dict)  # what it is -> TL-2026-00042
    clients: dict[str, dict[str, Any]] = field(default_factory=dict)  # as entries of the ready line
    numbers: dict[str, str] = field(default_factory=dict)  # measured: what it is -> seconds


class Walk:
    """Use as a context: everybody who signed in leaves at its end."""

    def __init__(
        self, facts: Mapping[str, Any], language: Language, folder: Path, opened: Opener = PageWalker
    ) -> None:
        self._opened = opened
        self.facts = facts
        self.language = language
        self.folder = folder  # where the parties of the walk keep their own keys and certificates
        self.notes = Notes()
        self.stack = ExitStack()
        self._visitors: dict[str, Visitor] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    def at(self, name: str) -> Visitor:
        """This person, signed in; "" is a stranger who only reads."""
        if name not in self._visitors:
            found = Visitor(str(self.facts["portal"]), self.language, name, opened=self._opened)
            self.stack.callback(found.close)
            self._visitors[name] = found
        return self._visitors[name]

    def done(self, who: str, text_lv: str, text_en: str) -> Event:
        return self._event("done", who, text_lv, text_en)

    def refused(self, who: str, text_lv: str, text_en: str, no: No) -> Event:
        return self._event("refused", who, text_lv, text_en, no)

    def shown(self, who: str, text_lv: str, text_en: str, no: No | None = None) -> Event:
        return self._event("shown", who, text_lv, text_en, no)

    def in_words(self, text_lv: str, text_en: str) -> str:
        return text_lv if self.language == "lv" else text_en

    def _event(self, kind: Kind, who: str, text_lv: str, text_en: str, no: No | None = None) -> Event:
        text = self.in_words(text_lv, text_en)
        return Event(kind, who, text, no.reasons if no else (), no.rules if no else ())
