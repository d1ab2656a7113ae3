"""Where a check stands in a resource, what it has found so far, and when it must stop."""

from typing import Any, Final, TypeAlias

from tilts_fhir.issues import Issue, issue

# Parent, name, index in an array; strings are only made when something is found.
Path: TypeAlias = tuple[Any, str, int | None]

MAX_ISSUES: Final = 100
MAX_VALUES: Final = 1_000_000
MAX_LEVELS: Final = 64
MAX_HINT_CHARACTERS: Final = 64


class Enough(Exception):
    """The bound on issues or values is reached; what was found so far stands in the walk."""


class Walk:
    """One walk through one resource: the issues found, and the bounds on issues, values and levels."""

    __slots__ = ("issues", "levels", "max_issues", "max_values", "values")

    def __init__(self, max_issues: int, max_values: int) -> None:
        self.issues: list[Issue] = []
        self.max_issues = max_issues
        self.max_values = max_values
        self.values = 0
        self.levels = 0

    def report(self, key: str, path: Path, **facts: object) -> None:
        """Note an issue.

        Raises:
            Enough: There are already as many as may be listed.
        """
        if len(self.issues) >= self.max_issues:
            self.issues.append(issue("more-issues", expression(path), max=self.max_issues))
            raise Enough
        self.issues.append(issue(key, expression(path), **facts))

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
