"""What changed between two versions of a classifier: added, removed, changed."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from tilts.terminology.concepts import Concept


@dataclass(frozen=True, slots=True)
class Change:
    """One code of which something is different; `members` are what is."""

    before: Concept
    after: Concept
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    added: tuple[Concept, ...]
    removed: tuple[Concept, ...]
    changed: tuple[Change, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.removed or self.changed)


MEMBERS = tuple(field.name for field in fields(Concept))


def difference(before: Mapping[str, Concept], after: Mapping[str, Concept]) -> Difference:
    changed = (
        Change(old, after[code], differing(old, after[code])) for code, old in before.items() if code in after
    )
    return Difference(
        added=tuple(concept for code, concept in after.items() if code not in before),
        removed=tuple(concept for code, concept in before.items() if code not in after),
        changed=tuple(change for change in changed if change.members),
    )


def differing(before: Concept, after: Concept) -> tuple[str, ...]:
    return tuple(name for name in MEMBERS if getattr(before, name) != getattr(after, name))
