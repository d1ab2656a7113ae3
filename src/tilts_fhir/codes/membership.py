"""Whether a value set has a code, and all codes it has, over the value sets it is composed of.

Each value set is answered once in one question, so that value sets that import each other cost no more than they
are; one that imports itself, and what lies deeper than `MAX_IMPORTS`, is unknown.
"""

from collections.abc import Callable, Iterable
from typing import Final, TypeAlias

from tilts_fhir.codes.value_sets import KnownValueSet, Part
from tilts_fhir.codes.verdicts import Kind

MAX_IMPORTS: Final = 32
MAX_EXPANSION: Final = 100_000

Find: TypeAlias = Callable[[str], KnownValueSet | None]
CodeSet: TypeAlias = frozenset[tuple[str, str]]


class Membership:
    """One question: is `code` (of `system`, None for any) in a value set?"""

    def __init__(self, find: Find, system: str | None, code: str) -> None:
        self._find = find
        self._system = system
        self._code = code
        self._answered: dict[str, Kind] = {}
        self._levels = 0

    def of(self, canonical: str) -> Kind:
        """The answer for a value set by canonical."""
        if canonical not in self._answered:
            self._answered[canonical] = "unknown"  # what it is to itself
            known = self._find(canonical) if self._levels < MAX_IMPORTS else None
            if known is not None:
                self._levels += 1
                self._answered[canonical] = self.of_set(known)
                self._levels -= 1
        return self._answered[canonical]

    def of_set(self, known: KnownValueSet) -> Kind:
        """The answer for a value set at hand."""
        kind = self._composed(known)
        if kind != "unknown" or known.stored is None:
            return kind
        if self._system is None:
            return "in" if any(code == self._code for _, code in known.stored) else "out"
        return "in" if (self._system, self._code) in known.stored else "out"

    def _composed(self, known: KnownValueSet) -> Kind:
        if not known.includes:
            return "unknown"
        included = _any(self._in_part(each) for each in known.includes)
        if included == "out" or not known.excludes:
            return included
        excluded = _any(self._in_part(each) for each in known.excludes)
        if excluded == "out":
            return included
        return "out" if excluded == "in" else "unknown"

    def _in_part(self, part: Part) -> Kind:
        if part.system is not None and self._system is not None and part.system != self._system:
            return "out"
        if part.system is None and not part.imports:
            return "unknown"
        own: Kind = "in" if part.system is None else part.own(self._code)
        return _all([own, *(self.of(each) for each in part.imports)]) if own != "out" else "out"


class Expansion:
    """One question: all codes of a value set, None if they cannot be told."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._answered: dict[str, CodeSet | None] = {}
        self._levels = 0

    def of_set(self, known: KnownValueSet) -> CodeSet | None:
        included = [self._codes_of(each) for each in known.includes]
        excluded = [self._codes_of(each) for each in known.excludes]
        codes: set[tuple[str, str]] = set()
        for each in included:
            if each is None or len(codes) > MAX_EXPANSION:
                return known.stored
            codes |= each
        for each in excluded:
            if each is None:
                return known.stored
            codes -= each
        return frozenset(codes) if included else known.stored

    def _of(self, canonical: str) -> CodeSet | None:
        if canonical not in self._answered:
            self._answered[canonical] = None
            known = self._find(canonical) if self._levels < MAX_IMPORTS else None
            if known is not None:
                self._levels += 1
                self._answered[canonical] = self.of_set(known)
                self._levels -= 1
        return self._answered[canonical]

    def _codes_of(self, part: Part) -> CodeSet | None:
        sets: list[CodeSet] = []
        if part.system is not None:
            own = _own_codes(part)
            if own is None:
                return None
            sets.append(own)
        for canonical in part.imports:
            imported = self._of(canonical)
            if imported is None:
                return None
            sets.append(imported)
        return frozenset.intersection(*sets) if sets else None


def _own_codes(part: Part) -> CodeSet | None:
    system = part.system or ""
    if part.whole and part.known is not None and part.known.complete:
        return frozenset((system, each.code) for each in part.known.concepts())
    if part.listed is None:
        return None
    return frozenset((system, code) for code in part.listed.values())


def _any(kinds: Iterable[Kind]) -> Kind:
    unknown = False
    for kind in kinds:
        if kind == "in":
            return "in"
        unknown = unknown or kind == "unknown"
    return "unknown" if unknown else "out"


def _all(kinds: Iterable[Kind]) -> Kind:
    listed = list(kinds)
    if "out" in listed:
        return "out"
    return "unknown" if "unknown" in listed else "in"
