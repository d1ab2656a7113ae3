"""What one check of a profile works with, and trials: checks of which only the outcome counts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from tilts_fhir.issues import Issue
from tilts_fhir.validation.profiles.tree import Tree
from tilts_fhir.validation.profiles.values import size
from tilts_fhir.validation.walk import Enough, Path, Scene, Walk

MAX_TRIAL_ISSUES: Final = 50
MAX_HOPS: Final = 12
MAX_CANONICAL_CHARACTERS: Final = 200


@dataclass(slots=True)
class Memory:
    """
    What one walk has found out about profiles.

    Attributes:
        outcomes: Issues of a trial by identity of value and profile; None while it runs.
        kept: The values whose identity is used, so that it stays theirs.
        hops: How many references deep the running trials are.
    """

    outcomes: dict[tuple[int, int], tuple[Issue, ...] | None] = field(default_factory=dict)
    kept: list[Any] = field(default_factory=list)
    hops: int = 0


@dataclass(slots=True)
class Ground:
    """
    One check of one profile.

    Attributes:
        tree: The profile.
        source: Its canonical, for the issues.
        seen: Issues noted in this check, so that a slice does not repeat what its element said.
    """

    walk: Walk
    tree: Tree
    source: str
    seen: set[tuple[Any, ...]] = field(default_factory=set)

    def report(self, key: str, path: Path, *, severity: str | None = None, **facts: object) -> None:
        """Note an issue of this profile, once for each place."""
        mark = (key, path, *(facts.get(name) for name in ("slice", "expected", "min", "max")))
        if mark not in self.seen:
            self.seen.add(mark)
            self.walk.report(key, path, severity=severity, source=self.source, **facts)


def count_fixed(ground: Ground, expected: Any, path: Path) -> None:
    """Count a comparison with a fixed value: with a large one it costs as much as it has parts.

    Raises:
        Enough: The bound on values is reached.
    """
    if not isinstance(expected, dict):
        return
    key = ("size", id(expected))
    known = ground.walk.memo.get(key)
    if known is None:
        # The value is kept with its size, so that no other can have its identity.
        known = ground.walk.memo[key] = expected, size(expected)
    ground.walk.count(known[1], path)


def memory_of(walk: Walk) -> Memory:
    """The memory of a walk."""
    found = walk.memo.get("profiles")
    if found is None:
        found = walk.memo["profiles"] = Memory()
    memory: Memory = found
    return memory


def try_out(walk: Walk, scene: Scene, check: Callable[[], None]) -> tuple[Issue, ...]:
    """The issues that a check would note in another scene, without noting them.

    Raises:
        Enough: The bound on values is reached.
    """
    issues, bound, left_out = walk.issues, walk.max_issues, walk.left_out
    before, levels = walk.scene, walk.levels
    walk.issues, walk.max_issues, walk.scene = [], MAX_TRIAL_ISSUES, scene
    try:
        check()
    except Enough:
        if walk.values > walk.max_values:
            issues.extend(walk.issues[-1:])
            raise
    finally:
        found = walk.issues
        walk.issues, walk.max_issues, walk.left_out = issues, bound, left_out
        walk.scene, walk.levels = before, levels
    return tuple(each for each in found if each.key != "more-issues")


def is_clean(issues: tuple[Issue, ...] | None) -> bool:
    """Whether there is no error; also while nothing is known yet."""
    return not issues or all(each.severity != "error" for each in issues)


def named(canonical: str) -> str:
    """A canonical in a text: whole, as far as canonicals of people go."""
    return (
        canonical
        if len(canonical) <= MAX_CANONICAL_CHARACTERS
        else canonical[:MAX_CANONICAL_CHARACTERS] + "…"
    )
