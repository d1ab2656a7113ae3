"""What differs between two lists of elements: a profile and what it is derived from, or two versions of a profile."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from tilts_fhir.library import Library
from tilts_fhir.snapshots import generate

Json: TypeAlias = dict[str, Any]

STEM: Final = ("id", "path", "sliceName", "slicing")  # what names an element and says nothing of it
REFERENCE: Final = "http://hl7.org/fhir/StructureDefinition/"


@dataclass(frozen=True, slots=True)
class Change:
    """One aspect of an element (`min`, `types`, `binding`, ..) before and after, as text; "" for none."""

    element: str
    aspect: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Differences:
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[Change, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.removed or self.changed)


@dataclass(frozen=True, slots=True)
class Step:
    """From one version of the profiles to the next: `changed` by profile, none of them empty."""

    new: tuple[str, ...]
    gone: tuple[str, ...]
    changed: dict[str, Differences]


def step(before: Sequence[Json], after: Sequence[Json]) -> Step:
    """What changed between two versions, each given as all its StructureDefinitions."""
    was, now = {one["id"]: one for one in before}, {one["id"]: one for one in after}
    was_library, now_library = Library(before), Library(after)
    told_apart = {
        name: compared(snapshot(was[name], was_library), snapshot(now[name], now_library))
        for name in now
        if name in was
    }
    return Step(
        new=tuple(name for name in now if name not in was),
        gone=tuple(name for name in was if name not in now),
        changed={name: found for name, found in told_apart.items() if not found.is_empty},
    )


def snapshot(definition: Json, library: Library) -> dict[str, Json]:
    """The elements of the whole snapshot by id, in their order."""
    made, _ = generate(definition, lambda canonical: library.find("StructureDefinition", canonical))
    return {element["id"]: element for element in made["snapshot"]["element"]}


def without_demands(definition: Json, library: Library) -> dict[str, Json]:
    """The snapshot as it would be had the profile named its elements and asked nothing of them: the base."""
    named = [
        {name: element[name] for name in STEM if name in element}
        for element in definition["differential"]["element"]
    ]
    return snapshot({**definition, "differential": {"element": named}}, library)


def compared(
    before: dict[str, Json], after: dict[str, Json], only: Iterable[str] | None = None
) -> Differences:
    """What came, went and changed from one list to the other; `only` these ids, else all."""
    chosen = list(dict.fromkeys([*after, *before]) if only is None else only)
    changed = [
        Change(name, aspect, was, now)
        for name in chosen
        if name in before and name in after
        for aspect, was, now in _aspects(before[name], after[name])
        if was != now
    ]
    return Differences(
        added=tuple(name for name in chosen if name not in before and name in after),
        removed=tuple(name for name in chosen if name in before and name not in after),
        changed=tuple(changed),
    )


def _aspects(before: Json, after: Json) -> list[tuple[str, str, str]]:
    told_before, told_after = told(before), told(after)
    return [(aspect, told_before[aspect], told_after[aspect]) for aspect in told_before]


def told(element: Json) -> dict[str, str]:
    """The aspects of an element that bind somebody, as text."""
    binding = element.get("binding") or {}
    return {
        "cardinality": cardinality(element),
        "types": types(element),
        "value": value(element),
        "binding": f"{binding['strength']} {binding.get('valueSet', '')}".strip() if binding else "",
        "length": str(element.get("maxLength", "")),
        "constraints": ", ".join(
            sorted(one["key"] for one in element.get("constraint", ()) if one["key"].startswith("tilts-"))
        ),
        "support": "yes" if element.get("mustSupport") else "",
    }


def cardinality(element: Json) -> str:
    return f"{element.get('min', 0)}..{element.get('max', '*')}"


def types(element: Json) -> str:
    """`Reference(Patient | Group)`, `Quantity`; profiles of ours by their name."""
    return ", ".join(_type(one) for one in element.get("type", ()))


def _type(one: Json) -> str:
    code = one["code"].rpartition(".")[2].lower() if "fhirpath" in one["code"] else one["code"]
    if targets := one.get("targetProfile"):
        return f"{code}({' | '.join(_last(target) for target in targets)})"
    profiles = one.get("profile", ())
    return f"{code} ({' | '.join(_last(profile) for profile in profiles)})" if profiles else code


def _last(canonical: str) -> str:
    return str(canonical).rpartition("/")[2]


def value(element: Json) -> str:
    """The value that is fixed or asked for as a pattern, in short."""
    for name, wanted in element.items():
        if name.startswith(("fixed", "pattern")):
            return _short(wanted)
    return ""


def _short(wanted: Any) -> str:
    if isinstance(wanted, dict):
        codings = wanted.get("coding", [wanted])
        return ", ".join(str(one.get("code", "")) for one in codings)
    return str(wanted)
