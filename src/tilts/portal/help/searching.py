"""Finds pages of the documentation by words: every word has to occur; Latvian letters may be written without marks."""

import re
from dataclasses import dataclass
from typing import Final

from tilts.indexing import fold
from tilts.portal.help.library import Document

TITLE_WEIGHT: Final = 20
HEADING_WEIGHT: Final = 5
AROUND: Final = 110
MOST_WORDS: Final = 8
MOST_FOUND: Final = 30


@dataclass(frozen=True, slots=True)
class Found:
    document: Document
    excerpt: str
    weight: int


def find(documents: list[Document], asked: str) -> list[Found]:
    words = fold(asked).split()[:MOST_WORDS]
    if not words:
        return []
    hits = [
        Found(document, excerpt_of(document.text, words), weight_of(document, words))
        for document in documents
        if all(word in document.folded for word in words)
    ]
    return sorted(hits, key=lambda hit: (-hit.weight, hit.document.title))[:MOST_FOUND]


def weight_of(document: Document, words: list[str]) -> int:
    title = fold(document.title)
    headings = [fold(heading.text) for heading in document.headings[1:]]
    return sum(
        TITLE_WEIGHT * (word in title)
        + HEADING_WEIGHT * sum(word in heading for heading in headings)
        + min(document.folded.count(word), TITLE_WEIGHT)
        for word in words
    )


def excerpt_of(text: str, words: list[str]) -> str:
    """What stands around the first word that was found."""
    for match in re.finditer(r"\S+", text):
        if any(word in fold(match.group()) for word in words):
            begin = max(0, text.rfind(" ", 0, max(0, match.start() - AROUND)) + 1)
            end = match.end() + AROUND
            return ("… " if begin else "") + " ".join(text[begin:end].split()) + " …"
    return text[: 2 * AROUND]
