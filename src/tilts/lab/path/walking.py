"""The chapters in their order, and the walk through them."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from tilts.lab.path.chapters import (
    agreeing,
    approving,
    classifiers,
    connecting,
    joining,
    producing,
    registering,
    testing,
)
from tilts.lab.path.telling import Chapter, Event
from tilts.lab.path.visitor import Opener
from tilts.lab.path.walk import Walk
from tilts.lab.walker import PageWalker
from tilts.rules import Language

CHAPTERS: Final[tuple[Chapter, ...]] = (
    Chapter(
        1,
        "Jauns izstrādātājs reģistrējas",
        "A new developer registers",
        ("A1", "D1", "D2"),
        registering.play,
    ),
    Chapter(
        2,
        "Līgums par datu apmaiņas testēšanu",
        "The agreement on testing the data exchange",
        ("A2", "B6"),
        agreeing.play,
    ),
    Chapter(
        3,
        "Tīmekļa pakalpojumi ir atvērti",
        "The web services are open",
        ("A3", "B3"),
        connecting.play,
    ),
    Chapter(
        4,
        "Saskaņoti scenāriji uz testa personām",
        "Agreed scenarios on test persons",
        ("A4", "B6"),
        testing.play,
    ),
    Chapter(
        5,
        "Analīze un apstiprinājums",
        "Analysis and approval",
        ("A5",),
        approving.play,
    ),
    Chapter(
        6,
        "Prakse un aptieka pievienojas",
        "A practice and a pharmacy join",
        ("A7", "B1", "B2", "B3", "B4", "B5"),
        joining.play,
    ),
    Chapter(
        7,
        "Īsti dati, un kas tos aptur",
        "Real data, and what stops them",
        ("A6",),
        producing.play,
    ),
    Chapter(
        8,
        "Klasifikatori ar operatora līgumu",
        "Classifiers under the operator agreement",
        ("C1", "C2", "C3", "C4", "C5"),
        classifiers.play,
    ),
)


def walk_path(
    facts: Mapping[str, Any],
    language: Language,
    last: int = len(CHAPTERS),
    *,
    opened: Opener = PageWalker,
) -> Iterator[tuple[Chapter, Event | None]]:
    """Chapter by chapter up to the `last`; each begins with itself and no event, then its events follow."""
    with (
        tempfile.TemporaryDirectory(prefix="tilts-path-") as folder,
        Walk(facts, language, Path(folder), opened) as walk,
    ):
        for chapter in CHAPTERS[:last]:
            yield chapter, None
            for event in chapter.play(walk):
                yield chapter, event
