"""What the register of classifiers keeps, as values: a classifier, and a version of it."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class ClassifierRecord:
    """A classifier: whose it is, under which licence, and which clause of the operator agreement opens it."""

    name: str
    url: str
    value_set: str  # of all its codes
    title_lv: str
    title_en: str
    owner: str
    licence: str
    source: str
    clause: str | None  # None: public
    synthetic: bool  # invented, for the test environment
    fragment: bool  # a part of a larger list

    @property
    def is_public(self) -> bool:
        return self.clause is None

    def title(self, language: str) -> str:
        return self.title_lv if language == "lv" else self.title_en


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """A version as it was published: content and hash never change, only its end may be set."""

    name: str
    version: str
    valid_from: date | None  # civil days in Riga; None: no known beginning
    valid_to: date | None
    published_on: date
    content_hash: bytes  # SHA-256 of the canonical NDJSON
    concept_count: int
    size_bytes: int

    def is_in_force(self, day: date) -> bool:
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day <= self.valid_to)
