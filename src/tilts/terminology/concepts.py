"""The codes of one version of a classifier: read from its file once, then found at once.

The file is NDJSON, one code a line, sorted; `tools/classifiers/concepts.py` writes it.
"""

import csv
import gzip
import io
import json
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from tilts.indexing import fold
from tilts.rules import Language
from tilts.store.terminology import classifiers as store
from tilts.store.terminology.records import VersionRecord
from tilts.store.tx import Tx

MOST_KEPT: Final = (
    300_000  # codes in the memory of one worker; then the list that was asked for longest ago goes
)
NO_PROPERTIES: Final[Mapping[str, str]] = MappingProxyType({})
COLUMNS: Final = (
    "code",
    "lv",
    "en",
    "definition",
    "inactive",
    "valid_from",
    "valid_to",
    "parent",
    "replaced_by",
)


@dataclass(frozen=True, slots=True)
class Concept:
    """A code with its names; the days are of business validity, civil days in Riga."""

    code: str
    lv: str = ""
    en: str = ""
    definition: str = ""
    inactive: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    parent: str = ""
    replaced_by: str = ""
    properties: Mapping[str, str] = field(default_factory=lambda: NO_PROPERTIES)

    def display(self, language: Language) -> str:
        """The name in that language; in the other one where it has none, and the code where it has no name."""
        first, second = (self.lv, self.en) if language == "lv" else (self.en, self.lv)
        return first or second or self.code

    def is_valid_on(self, day: date) -> bool:
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day <= self.valid_to)


def concept_of(line: bytes) -> Concept:
    row: dict[str, Any] = json.loads(line)
    for name in ("valid_from", "valid_to"):
        if name in row:
            row[name] = date.fromisoformat(row[name])
    return Concept(**row)


def read_concepts(packed: bytes) -> dict[str, Concept]:
    lines = gzip.decompress(packed).splitlines()
    return {concept.code: concept for concept in map(concept_of, lines)}


class Shelf:
    """The lists that this worker has read so far; a list never changes, so it is kept by its hash."""

    def __init__(self, most_kept: int = MOST_KEPT) -> None:
        self._most_kept = most_kept
        self._lists: OrderedDict[bytes, dict[str, Concept]] = OrderedDict()

    async def concepts(self, tx: Tx, version: VersionRecord) -> dict[str, Concept]:
        """All codes of a version by code, in the order of the file."""
        found = self._lists.get(version.content_hash)
        if found is None:
            found = read_concepts(await store.content(tx, version.content_hash))
            self._lists[version.content_hash] = found
            while len(self._lists) > 1 and sum(map(len, self._lists.values())) > self._most_kept:
                self._lists.popitem(last=False)
        self._lists.move_to_end(version.content_hash)
        return found


def matching(concepts: Mapping[str, Concept], words: str) -> Iterator[Concept]:
    """Codes of which code or names hold every word, whatever the case and the marks on letters."""
    wanted = fold(words).split()
    for concept in concepts.values():
        text = fold(f"{concept.code} {concept.lv} {concept.en}")
        if all(word in text for word in wanted):
            yield concept


def as_csv(concepts: Mapping[str, Concept]) -> bytes:
    """For spreadsheets: a byte order mark, so that they read Latvian letters; properties after the known columns."""
    named = sorted({name for concept in concepts.values() for name in concept.properties})
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")  # RFC 4180
    writer.writerow([*COLUMNS, *(f"property:{name}" for name in named)])
    for concept in concepts.values():
        members = [cell(getattr(concept, name)) for name in COLUMNS]
        writer.writerow([*members, *(cell(concept.properties.get(name, "")) for name in named)])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def cell(value: object) -> str:
    """A cell as text; one that a spreadsheet would run as a formula is marked as text."""
    if isinstance(value, bool):
        return "yes" if value else ""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
