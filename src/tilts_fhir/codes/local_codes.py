"""Codes: what the definitions at hand say of codes, in memory and without a terminology service."""

from dataclasses import replace
from functools import lru_cache
from typing import Final, TypeVar
from urllib.parse import urlsplit

from tilts_fhir.codes.code_systems import Concept, Json, KnownSystem
from tilts_fhir.codes.grammars import UCUM, form_of
from tilts_fhir.codes.membership import Expansion, Membership
from tilts_fhir.codes.value_sets import Allowance, KnownValueSet, names_in, read_value_set
from tilts_fhir.codes.verdicts import Kind, Place, Standing, Verdict
from tilts_fhir.library import Library

MAX_KEPT: Final = 1024
MAX_VERDICTS: Final = 20_000
MAX_QUESTION_CHARACTERS: Final = 1000

_VALUE_SET_ROOTS: Final = ("http://hl7.org/fhir/ValueSet/", "http://terminology.hl7.org/ValueSet/")

Key = TypeVar("Key", bound=str | tuple[str | None, ...])
Value = TypeVar("Value")


class Codes:
    """
    Answers about codes from the CodeSystems and ValueSets of one library.

    What was worked out is kept, within bounds, as long as the object lives. An answer is `unknown` where the
    definitions do not suffice: systems that are not at hand, fragments, filters on them, value sets not found.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._systems: dict[str, tuple[Json, KnownSystem]] = {}
        self._value_sets: dict[str, KnownValueSet] = {}
        # Those of the release are known and few; what came with a request shares one allowance.
        self._allowance = None if library.is_bottom else Allowance()
        self._supplements: dict[str, list[KnownSystem]] = {}
        self._standings: dict[tuple[str, str, str | None, str | None], Standing] = {}
        self._kinds: dict[tuple[str, str | None, str], Kind] = {}

    def system(self, canonical: str) -> KnownSystem | None:
        """The code system of a canonical (`url` or `url|version`); None if it is not at hand."""
        kept = self._systems.get(canonical)
        if kept is not None:
            return kept[1]
        resource = self._library.find("CodeSystem", canonical)
        if resource is None:
            return None
        known = _read_system(_Same(resource))
        _keep(self._systems, canonical, (resource, known), MAX_KEPT)
        return known

    def look_up(
        self, system: str | None, code: str, display: str | None = None, version: str | None = None
    ) -> Standing:
        """What is known of a code in its code system; see `Standing`."""
        if system is None:
            return _NO_SYSTEM
        key = (system, code, display, version)
        kept = self._standings.get(key)
        if kept is None:
            kept = self._standing(system, code, display, version)
            _keep(self._standings, key, kept, MAX_VERDICTS)
        return kept

    def _standing(self, system: str, code: str, display: str | None, version: str | None) -> Standing:
        known = self._versioned(system, version)
        if known is None:
            return self._not_at_hand(system, code)
        if known.content == "supplement":
            return Standing("supplement", version=known.version)
        concept = known.find(code)
        if concept is not None:
            standing = _known(concept, known, display)
            return self._supplemented(system, code, display, standing) if standing.wrong_display else standing
        if known.complete:
            return Standing("absent", version=known.version)
        if form_of(system, code) == "out":
            return Standing("malformed", version=known.version)
        place: Place = "not-at-hand" if known.content == "not-present" else "absent-in-part"
        return Standing(place, version=known.version)

    def check(
        self,
        value_set: str | Json,
        system: str | None,
        code: str,
        display: str | None = None,
        version: str | None = None,
    ) -> Verdict:
        """Whether a code is in a value set; see `CodeChecker.check`."""
        standing = self.look_up(system, code, display, version) if system is not None else None
        if standing is not None and standing.wrong_display:
            standing = self._named_here(value_set, system, code, display or "", standing)
        if isinstance(value_set, str):
            kind = self._kind(value_set, system, code)
        else:
            kind = Membership(self.value_set, system, code).of_set(self._read(value_set))
        reason = "" if kind != "unknown" else self._reason(value_set, system)
        return Verdict(kind, standing, reason)

    def value_set(self, canonical: str) -> KnownValueSet | None:
        """The value set of a canonical; None if it is not at hand."""
        kept = self._value_sets.get(canonical)
        if kept is None:
            resource = self._library.find("ValueSet", canonical)
            if resource is None:
                return None
            kept = read_value_set(resource, self._versioned, self._allowance)
            _keep(self._value_sets, canonical, kept, MAX_KEPT)
        return kept

    def expand(self, value_set: str | Json) -> frozenset[tuple[str, str]] | None:
        """All codes of a value set as (system, code); None if they cannot be told from what is at hand."""
        known = self.value_set(value_set) if isinstance(value_set, str) else self._read(value_set)
        return Expansion(self.value_set).of_set(known) if known is not None else None

    def _supplemented(self, system: str, code: str, display: str | None, standing: Standing) -> Standing:
        """The supplements that were given may have the name too."""
        for each in self._supplements_of(system):
            if any(same_display(display or "", name) for name in each.displays(code)):
                return replace(standing, wrong_display=False)
        return standing

    def _supplements_of(self, system: str) -> list[KnownSystem]:
        kept = self._supplements.get(system)
        if kept is None:
            kept = [
                KnownSystem(each)
                for each in self._library.given("CodeSystem")
                if str(each.get("supplements", "")).partition("|")[0] == system
            ]
            _keep(self._supplements, system, kept, MAX_KEPT)
        return kept

    def _named_here(
        self, value_set: str | Json, system: str | None, code: str, display: str, standing: Standing
    ) -> Standing:
        """A value set may give a code a name of its own, which is then as good as those of the system."""
        resource = self._library.find("ValueSet", value_set) if isinstance(value_set, str) else value_set
        names = names_in(resource or {}, system or "", code)
        if any(same_display(display, each) for each in names):
            return replace(standing, wrong_display=False)
        return standing

    def _kind(self, value_set: str, system: str | None, code: str) -> Kind:
        key = (value_set, system, code)
        kept = self._kinds.get(key)
        if kept is None:
            kept = Membership(self.value_set, system, code).of(value_set)
            _keep(self._kinds, key, kept, MAX_VERDICTS)
        return kept

    def _read(self, resource: Json) -> KnownValueSet:
        return read_value_set(resource, self._versioned)

    def _versioned(self, system: str, version: str | None) -> KnownSystem | None:
        return self.system(f"{system}|{version}" if isinstance(version, str) else system)

    def _not_at_hand(self, system: str, code: str) -> Standing:
        other = self.system(system)
        form = form_of(system, code)
        if other is not None and other.content != "not-present" and form != "out":
            return Standing("other-version", version=other.version)
        if system.startswith(_VALUE_SET_ROOTS) or self._library.find("ValueSet", system) is not None:
            return Standing("value-set")
        if not is_absolute(system):
            return Standing("relative")
        if form == "unknown":
            return Standing("absent-in-part" if system == UCUM and code else "not-at-hand")
        return Standing("malformed" if form == "out" else "known")

    def _reason(self, value_set: str | Json, system: str | None) -> str:
        if isinstance(value_set, str) and self.value_set(value_set) is None:
            return f"The value set {value_set} is not at hand."
        if system is not None and self.system(system) is None:
            return f"The code system {system} is not at hand."
        return "The value set asks for something that cannot be decided here."


_NO_SYSTEM: Final = Standing("no-system")


class _Same:
    """A resource that stands for itself: a key by identity for what was made of it."""

    __slots__ = ("resource",)

    def __init__(self, resource: Json) -> None:
        self.resource = resource

    def __hash__(self) -> int:
        return id(self.resource)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.resource is self.resource


# Requests with definitions of their own have a library each, but share those of the release.
@lru_cache(maxsize=256)
def _read_system(same: _Same) -> KnownSystem:
    return KnownSystem(same.resource)


@lru_cache(maxsize=8)
def codes_of(library: Library) -> Codes:
    """The answers of one library; those of the libraries asked last are kept."""
    return Codes(library)


def is_absolute(uri: str) -> bool:
    """Whether a URI has a scheme."""
    try:
        return bool(urlsplit(uri).scheme)
    except ValueError:
        return False


def same_display(one: str, other: str) -> bool:
    """Whether two names are the same but for case and blanks."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def _known(concept: Concept, known: KnownSystem, display: str | None) -> Standing:
    wrong = display is not None and bool(concept.displays)
    if wrong and display is not None:
        wrong = not any(same_display(display, each) for each in concept.displays)
    return Standing("known", concept.displays, wrong, concept.inactive, concept.abstract, known.version)


def _keep(kept: dict[Key, Value], key: Key, value: Value, most: int) -> None:
    """Keep an answer; not one to a long question, for what is asked comes from outside."""
    size = len(key) if isinstance(key, str) else sum(len(part or "") for part in key)
    if size > MAX_QUESTION_CHARACTERS:
        return
    if len(kept) >= most:
        kept.clear()
    kept[key] = value
