"""A ValueSet made ready for questions, in three-valued logic: a code is in it, is not, or that cannot be told here.

Within an include everything must fit (system, concepts or filters, value sets); any include is enough; what an
exclude has is out. Source: https://hl7.org/fhir/R4/valueset.html#compositions.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from tilts_fhir.codes.code_systems import Json, KnownSystem, displays_of, objects_in, texts_in
from tilts_fhir.codes.filters import code_patterns, filtered
from tilts_fhir.codes.grammars import form_of
from tilts_fhir.codes.verdicts import Kind

# Each filter looks at every concept of its system: a value set with more is not worked out.
MAX_FILTERS: Final = 200
# By all filters of one value set, or of all that came with one request.
MAX_LOOKS: Final = 2_000_000

UNCLOSED: Final = "http://hl7.org/fhir/StructureDefinition/valueset-unclosed"
CONTAINED_SYSTEM: Final = "http://hl7.org/fhir/StructureDefinition/valueset-system"


@dataclass(slots=True)
class Allowance:
    """How many concepts filters may still look at; what a filter has beyond it cannot be told."""

    looks: int = MAX_LOOKS


@dataclass(frozen=True, slots=True)
class Part:
    """
    One include or exclude.

    Attributes:
        system: What its codes must be of; None if only value sets count.
        known: The system, if it is at hand in the version asked for.
        listed: Codes one by one, by the form in which they are compared; None if it does not list them.
        whole: All codes of the system.
        imports: Value sets of which each must have the code.
        patterns: What a code must look like, by filters that need no more than the code.
    """

    system: str | None
    known: KnownSystem | None
    listed: dict[str, str] | None
    whole: bool
    imports: tuple[str, ...]
    patterns: tuple[Callable[[str], bool], ...] = ()

    @property
    def sensitive(self) -> bool:
        return self.known is None or self.known.case_sensitive

    def own(self, code: str) -> Kind:
        """The code against system, list and filters, the value sets left aside."""
        if self.listed is not None:
            return "in" if (code if self.sensitive else code.casefold()) in self.listed else "out"
        if not self.whole:
            fitting = all(test(code) for test in self.patterns)
            return "unknown" if fitting and form_of(self.system or "", code) != "out" else "out"
        return in_system(self.system or "", self.known, code)


@dataclass(frozen=True, slots=True)
class KnownValueSet:
    """A value set that is at hand; `stored` are the codes of its expansion, None if that is not there or in part."""

    url: str
    includes: tuple[Part, ...]
    excludes: tuple[Part, ...]
    stored: frozenset[tuple[str, str]] | None


def in_system(system: str, known: KnownSystem | None, code: str) -> Kind:
    """Whether a code is of a code system."""
    if known is not None and known.has(code):
        return "in"
    if known is not None and known.complete:
        return "out"
    return form_of(system, code)


def read_value_set(
    resource: Json,
    find: Callable[[str, str | None], KnownSystem | None],
    allowance: Allowance | None = None,
) -> KnownValueSet:
    """
    A ValueSet as decoded from JSON; what is misshapen in it is left aside.

    Args:
        find: Gives the code system of a canonical and a version (None for any), if it is at hand.
        allowance: What its filters may cost; shared by all value sets that are read with the same one.
    """
    allowance = allowance or Allowance()
    composed = resource.get("compose")
    compose: Json = composed if isinstance(composed, dict) else {}
    contained = {
        f"#{each.get('id')}": each
        for each in objects_in(resource.get("contained"))
        if each.get("id") is not None
    }
    includes, excludes = (objects_in(compose.get(name)) for name in ("include", "exclude"))
    filters = sum(len(objects_in(each.get("filter"))) for each in (*includes, *excludes))
    if filters > MAX_FILTERS:
        return KnownValueSet(str(resource.get("url", "")), (), (), _stored(resource.get("expansion")))
    return KnownValueSet(
        str(resource.get("url", "")),
        tuple(_part(each, find, contained, allowance) for each in includes),
        tuple(_part(each, find, contained, allowance) for each in excludes),
        _stored(resource.get("expansion")),
    )


def names_in(resource: Json, system: str, code: str) -> tuple[str, ...]:
    """The names that a ValueSet itself gives a code, where it lists it or holds an expansion."""
    compose, expansion = resource.get("compose"), resource.get("expansion")
    includes = objects_in(compose.get("include")) if isinstance(compose, dict) else []
    listed = [
        each for part in includes if part.get("system") == system for each in objects_in(part.get("concept"))
    ]
    waiting = objects_in(expansion.get("contains")) if isinstance(expansion, dict) else []
    while waiting:
        each = waiting.pop()
        waiting.extend(objects_in(each.get("contains")))
        if each.get("system") == system:
            listed.append(each)
    return tuple(name for each in listed if each.get("code") == code for name in displays_of(each))


def _part(
    include: Json,
    find: Callable[[str, str | None], KnownSystem | None],
    contained: dict[str, Json],
    allowance: Allowance,
) -> Part:
    system, version = include.get("system"), include.get("version")
    known = None
    if isinstance(system, str):
        inner = contained.get(_contained_system(include))
        known = KnownSystem(inner) if inner is not None else find(system, version)
    conditions = objects_in(include.get("filter"))
    listed = _listed(include, known)
    if conditions and listed is None and known is not None and known.content != "not-present":
        allowance.looks -= len(conditions) * len(known.concepts())
        codes = filtered(known, conditions) if allowance.looks >= 0 else None
        # What a fragment does not have may still meet the filter: it cannot be told from here.
        if codes is not None and known.complete:
            listed = _by_form(codes, known)
    return Part(
        system if isinstance(system, str) else None,
        known,
        listed,
        whole=not conditions and listed is None,
        imports=tuple(texts_in(include.get("valueSet"))),
        patterns=code_patterns(conditions),
    )


def _contained_system(include: Json) -> str:
    companion = include.get("_system")
    extensions = objects_in(companion.get("extension")) if isinstance(companion, dict) else []
    named = (each.get("valueCanonical") for each in extensions if each.get("url") == CONTAINED_SYSTEM)
    return str(next(named, ""))


def _listed(include: Json, known: KnownSystem | None) -> dict[str, str] | None:
    entries = objects_in(include.get("concept"))
    if not entries:
        return None
    return _by_form((each["code"] for each in entries if isinstance(each.get("code"), str)), known)


def _by_form(codes: Iterable[str], known: KnownSystem | None) -> dict[str, str]:
    if known is None or known.case_sensitive:
        return {code: code for code in codes}
    return {code.casefold(): code for code in codes}


def _stored(expansion: Any) -> frozenset[tuple[str, str]] | None:
    if not isinstance(expansion, dict):
        return None
    codes: set[tuple[str, str]] = set()
    waiting = objects_in(expansion.get("contains"))
    while waiting:
        each = waiting.pop()
        waiting.extend(objects_in(each.get("contains")))
        if isinstance(each.get("code"), str) and each.get("abstract") is not True:
            codes.add((str(each.get("system", "")), each["code"]))
    unclosed = any(each.get("url") == UNCLOSED for each in objects_in(expansion.get("extension")))
    total = expansion.get("total")
    whole = not unclosed and not expansion.get("offset") and (total is None or total == len(codes))
    return frozenset(codes) if whole else None
