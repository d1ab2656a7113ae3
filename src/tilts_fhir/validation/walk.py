"""Where a check stands in a resource, what it has found so far, and when it must stop."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from tilts_fhir.codes import CodeChecker
from tilts_fhir.issues import Issue, issue
from tilts_fhir.library import RELEASE, Library
from tilts_fhir.texts import TEXTS

# Parent, name, index in an array; strings are only made when something is found.
Path: TypeAlias = tuple[Any, str, int | None]
Json: TypeAlias = dict[str, Any]

MAX_ISSUES: Final = 100
MAX_VALUES: Final = 1_000_000
MAX_LEVELS: Final = 64
MAX_HINT_CHARACTERS: Final = 64
# After these the rules would meet objects where texts should be, and the like.
SHAPE_KEYS: Final = frozenset(
    {
        "unknown-element",
        "choice-type",
        "array",
        "not-an-array",
        "json-type",
        "null",
        "empty-array",
        "too-deep",
        "resource-type",
        "no-resource-type",
    }
)


WRONG: Final = frozenset({"error", "fatal"})


class Enough(Exception):
    """The bound on issues or values is reached; what was found so far stands in the walk."""


@dataclass(frozen=True, slots=True)
class Scene:
    """
    A resource among those around it.

    Attributes:
        resource: The resource itself.
        path: Where it stands.
        kind: `root`, `contained`, `entry` (of a Bundle) or `part` (anything else that holds a resource).
        outer: The resource that holds it; None for the root.
        full_url: Of the entry it stands in; None elsewhere.
    """

    resource: Json
    path: Path
    kind: Literal["root", "contained", "entry", "part"] = "root"
    outer: "Scene | None" = None
    full_url: str | None = None

    @property
    def container(self) -> "Scene":
        """The resource itself, or for a contained one the resource that contains it."""
        return self.outer if self.kind == "contained" and self.outer is not None else self


@dataclass(frozen=True, slots=True)
class Options:
    """
    What a check may ask of others, and its bounds.

    Attributes:
        library: Definitions in reach.
        resolve: Gives the resource that a reference outside the message points to; None if it cannot be had. Without
            it such references are not followed.
        codes: Who is asked about codes; without it what the definitions in reach can decide.
        now: The moment that bounds relative to today are measured from; without it they are not checked.
        max_issues: How many errors are listed, and how many warnings; one more then says that there are more.
        max_values: How many values are looked at; then one issue says that the check stopped.
    """

    library: Library = RELEASE
    resolve: Callable[[str], Json | None] | None = None
    codes: CodeChecker | None = None
    now: datetime | None = None
    max_issues: int = MAX_ISSUES
    max_values: int = MAX_VALUES


class Walk:
    """
    One walk through one resource: the issues found, and the bounds on issues, values and levels.

    Attributes:
        profiles: Canonicals that the root must meet besides those that it names itself.
        scene: The resource that is looked at now.
        accepted: Ids of the objects in which nothing can be wrong; they need no second look.
        context: What FHIRPath sees around the scene it belongs to.
        postponed: Accepted values whose rules must still look at what stands around (`accepting.Postponed`).
        fragments: References `#x` met: id of the container, and x.
        left: By id of an object, the keys whose values were not accepted; the others need no second look.
        left_out: How many warnings and remarks were found beyond those that are listed.
        misshapen: Whether something stands where the shape of JSON is another one.
        memo: What rules keep for the length of this walk, each under a key of its own.
    """

    __slots__ = (
        "accepted",
        "context",
        "fragments",
        "issues",
        "left",
        "left_out",
        "levels",
        "library",
        "max_issues",
        "max_values",
        "memo",
        "misshapen",
        "options",
        "postponed",
        "profiles",
        "scene",
        "values",
    )

    def __init__(self, options: Options, scene: Scene, profiles: tuple[str, ...] = ()) -> None:
        self.options = options
        self.profiles = profiles
        self.library = options.library
        self.scene = scene
        self.issues: list[Issue] = []
        self.accepted: set[int] = set()
        self.left: dict[int, list[str]] = {}
        self.left_out = 0
        self.misshapen = False
        self.context: tuple[Scene, Any] | None = None
        self.postponed: list[Any] = []
        self.fragments: set[tuple[int, str]] = set()
        self.memo: dict[object, Any] = {}
        self.max_issues = options.max_issues
        self.max_values = options.max_values
        self.values = 0
        self.levels = 0

    def report(
        self,
        key: str,
        path: Path,
        /,
        *,
        severity: str | None = None,
        source: str | None = None,
        **facts: object,
    ) -> None:
        """Note an issue.

        Raises:
            Enough: It is an error, and there are already as many as may be listed.
        """
        if len(self.issues) >= self.max_issues and self._is_full(severity or TEXTS[key].severity, path):
            self.left_out += 1
            return
        if key in SHAPE_KEYS:
            self.misshapen = True
        self.issues.append(issue(key, expression(path), severity=severity, source=source, **facts))

    def _is_full(self, severity: str, path: Path) -> bool:
        """Errors and remarks are counted apart: no number of warnings may hide an error."""
        is_wrong = severity in WRONG
        if sum((each.severity in WRONG) is is_wrong for each in self.issues) < self.max_issues:
            return False
        if is_wrong:
            self.issues.append(issue("more-issues", expression(path), max=self.max_issues))
            raise Enough
        return True

    def repeat(self, found: Issue) -> None:
        """Note an issue that was found before.

        Raises:
            Enough: It is an error, and there are already as many as may be listed.
        """
        if len(self.issues) >= self.max_issues and self._is_full(
            found.severity, (None, found.expression, None)
        ):
            self.left_out += 1
            return
        self.issues.append(found)

    def count(self, values: int, path: Path) -> None:
        """Note how many values are looked at next.

        Raises:
            Enough: They are too many.
        """
        self.values += values
        if self.values > self.max_values:
            self.issues.append(issue("too-large", expression(path), max=self.max_values))
            raise Enough


def expression(path: Path) -> str:
    """The path as simple FHIRPath: `Patient.name[0].family`."""
    steps: list[str] = []
    step: Path | None = path
    while step is not None:
        parent, name, index = step
        steps.append(name if index is None else f"{name}[{index}]")
        step = parent
    return ".".join(reversed(steps))


def nearest(word: str, words: list[str]) -> dict[str, str]:
    """Facts `hint_en` and `hint_lv`: the word that was probably meant, or nothing."""
    from difflib import get_close_matches  # slow to import, and needed only for an error

    close = get_close_matches(word, words, 1) if len(word) <= MAX_HINT_CHARACTERS else []
    if not close:
        return {"hint_en": "", "hint_lv": ""}
    return {"hint_en": f" Did you mean '{close[0]}'?", "hint_lv": f" Varbūt domāts '{close[0]}'?"}
