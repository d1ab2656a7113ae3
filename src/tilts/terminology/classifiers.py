"""Which classifier, which version, is this code valid: asked by system or value set, as of a day.

Two times are kept apart: a version says what the list was, validity says on which days it, or a code of it, may be
used. Without a version named, the one in force on that day answers.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias

from tilts.rules import Language, Refusal
from tilts.rules.classifiers import (
    CLS_CODE_UNKNOWN,
    CLS_NONE_IN_FORCE,
    CLS_UNKNOWN,
    CLS_VERSION_UNKNOWN,
)
from tilts.store.terminology import classifiers as store
from tilts.store.terminology.records import ClassifierRecord, VersionRecord
from tilts.store.tx import Tx
from tilts.terminology.concepts import Concept, Shelf

Fault: TypeAlias = Literal["unknown", "outside-fragment", "not-valid-then", "inactive", "wrong-display"]
ALLOWED: frozenset[Fault] = frozenset({"outside-fragment", "inactive"})  # told, and still valid


@dataclass(frozen=True, slots=True)
class Found:
    """A classifier, the version that answers, and its codes."""

    classifier: ClassifierRecord
    version: VersionRecord
    concepts: dict[str, Concept]


@dataclass(frozen=True, slots=True)
class Question:
    """Is this code, with this name, valid on this day?"""

    code: str
    day: date
    language: Language
    display: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong with a code; `valid` in spite of what is only told."""

    concept: Concept | None
    faults: tuple[Fault, ...] = field(default=())

    @property
    def valid(self) -> bool:
        return not set(self.faults) - ALLOWED


def version_on(versions: Iterable[VersionRecord], day: date) -> VersionRecord | None:
    """The one in force; of several the one that began last (the store gives that first)."""
    return next((version for version in versions if version.is_in_force(day)), None)


def chosen_version(
    classifier: ClassifierRecord, versions: list[VersionRecord], wanted: str, day: date
) -> VersionRecord:
    if wanted:
        named = next((version for version in versions if version.version == wanted), None)
        if named is None:
            raise Refusal(CLS_VERSION_UNKNOWN, classifier=classifier.name, asked=wanted[:64])
        return named
    found = version_on(versions, day)
    if found is None:
        raise Refusal(CLS_NONE_IN_FORCE, classifier=classifier.name, day=day.isoformat())
    return found


async def classifier_named(tx: Tx, written: str) -> ClassifierRecord:
    """By name, url or value set; raises CLS-001."""
    found = await store.find(tx, written) if "\x00" not in written else None
    if found is None:
        raise Refusal(CLS_UNKNOWN, asked=written[:200])
    return found


async def find(tx: Tx, shelf: Shelf, written: str, wanted_version: str, day: date) -> Found:
    """The classifier, the version that answers on that day, and its codes."""
    system, _, in_url = written.partition("|")  # a canonical may carry its version
    classifier = await classifier_named(tx, system)
    versions = await store.versions(tx, classifier.name)
    version = chosen_version(classifier, versions, wanted_version or in_url, day)
    return Found(classifier, version, await shelf.concepts(tx, version))


def concept_in(found: Found, code: str) -> Concept:
    concept = found.concepts.get(code)
    if concept is None:
        raise Refusal(
            CLS_CODE_UNKNOWN, asked=code[:64], classifier=found.classifier.name, version=found.version.version
        )
    return concept


def judge(found: Found, question: Question) -> Verdict:
    """Pure: every fault of a code, not the first.

    A code that is missing in a part of a list may stand in the rest of it: told, not refused (FHIR R4
    codesystem.html#CodeSystem.content).
    """
    concept = found.concepts.get(question.code)
    if concept is None:
        return Verdict(None, ("outside-fragment" if found.classifier.fragment else "unknown",))
    faults: list[Fault] = []
    if not concept.is_valid_on(question.day):
        faults.append("not-valid-then")
    if concept.inactive:
        faults.append("inactive")
    if question.display and question.display.casefold() not in names_of(concept):
        faults.append("wrong-display")
    return Verdict(concept, tuple(faults))


def names_of(concept: Concept) -> set[str]:
    """Any of its names will do: which language a system shows is its own matter."""
    return {name.casefold() for name in (concept.lv, concept.en) if name} or {concept.code.casefold()}
