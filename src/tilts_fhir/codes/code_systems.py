"""A CodeSystem made ready for questions: its codes, names, hierarchy and properties.

Source: https://hl7.org/fhir/R4/codesystem.html, https://hl7.org/fhir/R4/codesystem-concept-properties.html.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

Json: TypeAlias = dict[str, Any]

PROPERTIES: Final = "http://hl7.org/fhir/concept-properties#"
RETIRED: Final = frozenset({"retired", "inactive"})
MAX_CONCEPTS: Final = 500_000


@dataclass(frozen=True, slots=True)
class Concept:
    """
    One code with what is said of it.

    Attributes:
        displays: The display and all designations, the display first.
        parents: Codes directly above it.
        properties: Code of the property and its value; a Coding as `system|code`.
        inactive: No longer in use.
        abstract: Made for grouping, not for use in records.
    """

    code: str
    displays: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    properties: tuple[tuple[str, Any], ...] = ()
    inactive: bool = False
    abstract: bool = False


class KnownSystem:
    """
    A code system that is at hand.

    Attributes:
        url, version, content: As the CodeSystem says; content is `complete`, `fragment`, `example`, `not-present`
            or `supplement` (also where only `supplements` says so).
        case_sensitive: Whether `A` and `a` differ; only if the CodeSystem says so, for R4 lets it open.
        property_types: Type of each declared property by its code.
    """

    def __init__(self, resource: Json) -> None:
        self.url: str = str(resource.get("url", ""))
        version = resource.get("version")
        self.version: str | None = version if isinstance(version, str) else None
        content = resource.get("content", "not-present")
        self.content: str = "supplement" if "supplements" in resource else str(content)
        self.case_sensitive: bool = resource.get("caseSensitive") is True
        declared = [
            each for each in objects_in(resource.get("property")) if isinstance(each.get("code"), str)
        ]
        self.property_types: dict[str, str] = {each["code"]: str(each.get("type", "")) for each in declared}
        self.filters: dict[str, frozenset[str]] = {
            str(each.get("code")): frozenset(texts_in(each.get("operator")))
            for each in objects_in(resource.get("filter"))
        }
        self._uris = {each["code"]: str(each.get("uri", "")) for each in declared}
        self._concepts: dict[str, Concept] = {}
        self._children: dict[str, list[str]] = {}
        self._read(resource)

    @property
    def complete(self) -> bool:
        """Whether a code that is not in it does not exist."""
        return self.content == "complete"

    def find(self, code: str) -> Concept | None:
        """The concept of a code, in any case if the system does not tell cases apart."""
        return self._concepts.get(code if self.case_sensitive else code.casefold())

    def has(self, code: str) -> bool:
        """Whether the system has the code."""
        return self.find(code) is not None

    def displays(self, code: str) -> tuple[str, ...]:
        """All names of a code, in all languages; empty if it has none or is unknown."""
        concept = self.find(code)
        return concept.displays if concept else ()

    def properties(self, code: str) -> tuple[tuple[str, Any], ...]:
        """Pairs (code of the property, value) of a code, as stated; empty if it has none or is unknown."""
        concept = self.find(code)
        return concept.properties if concept else ()

    def concepts(self) -> Collection[Concept]:
        """Every concept, at any depth, in the order of the CodeSystem."""
        return self._concepts.values()

    def children(self, code: str) -> tuple[str, ...]:
        """Codes directly below a code."""
        concept = self.find(code)
        return tuple(self._children.get(concept.code, ())) if concept else ()

    def below(self, code: str) -> frozenset[str]:
        """All codes below a code, without itself."""
        return self._reach(code, self.children)

    def above(self, code: str) -> frozenset[str]:
        """All codes above a code, without itself."""
        return self._reach(code, lambda each: found.parents if (found := self.find(each)) else ())

    def _reach(self, code: str, step: Any) -> frozenset[str]:
        start = self.find(code)
        seen: set[str] = set()
        waiting = list(step(start.code)) if start else []
        while waiting:
            each = waiting.pop()
            if each not in seen:
                seen.add(each)
                waiting.extend(step(each))
        return frozenset(seen)

    def _read(self, resource: Json) -> None:
        above: dict[str, list[str]] = {}
        entries = list(nested_concepts(resource))
        for entry, parent in entries:
            code = entry["code"]
            over = above.setdefault(code, [])
            if parent is not None:
                over.append(parent)
            for property_code, value in _values(entry):
                role = self._role(property_code)
                if role == "parent":
                    over.append(str(value))
                elif role == "child":
                    above.setdefault(str(value), []).append(code)
        for entry, _ in entries:
            code = entry["code"]
            key = code if self.case_sensitive else code.casefold()
            if key not in self._concepts:  # the first of a code counts
                self._concepts[key] = self._concept(entry, tuple(dict.fromkeys(above[code])))
        for concept in self._concepts.values():
            for parent in concept.parents:
                self._children.setdefault(parent, []).append(concept.code)

    def _concept(self, entry: Json, parents: tuple[str, ...]) -> Concept:
        properties = tuple(_values(entry))
        said = [(self._role(code), value) for code, value in properties]
        return Concept(
            entry["code"],
            displays_of(entry),
            parents,
            properties,
            inactive=("inactive", True) in said or any(("status", each) in said for each in RETIRED),
            abstract=("notSelectable", True) in said or ("abstract", True) in said,
        )

    def _role(self, property_code: str) -> str:
        """The standard property behind a code: by its URI, and without one by the code itself."""
        uri = self._uris.get(property_code, "")
        return uri.removeprefix(PROPERTIES) if uri.startswith(PROPERTIES) else property_code


def nested_concepts(resource: Json) -> Iterator[tuple[Json, str | None]]:
    """All concepts of a CodeSystem in the order of the document, each with the code it stands under."""
    waiting: list[tuple[Json, str | None]] = [
        (entry, None) for entry in reversed(objects_in(resource.get("concept")))
    ]
    count = 0
    while waiting and count < MAX_CONCEPTS:
        entry, parent = waiting.pop()
        count += 1
        code = entry.get("code")
        inner = code if isinstance(code, str) else parent
        waiting.extend((each, inner) for each in reversed(objects_in(entry.get("concept"))))
        if isinstance(code, str):
            yield entry, parent


def displays_of(entry: Json) -> tuple[str, ...]:
    """The display of a concept and all its designations."""
    names = [entry.get("display"), *(each.get("value") for each in objects_in(entry.get("designation")))]
    return tuple(dict.fromkeys(name for name in names if isinstance(name, str)))


def _values(entry: Json) -> Iterator[tuple[str, Any]]:
    for each in objects_in(entry.get("property")):
        code = each.get("code")
        value = next((item for key, item in each.items() if key.startswith("value")), None)
        if isinstance(value, dict):
            value = f"{value.get('system', '')}|{value.get('code', '')}"
        if isinstance(code, str) and value is not None:
            yield code, value


def texts_in(value: Any) -> list[str]:
    """The texts of an array; what is none is left aside."""
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def objects_in(value: Any) -> list[Json]:
    """The objects of an array; what is none is left aside."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
