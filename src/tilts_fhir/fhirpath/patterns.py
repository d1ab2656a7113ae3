"""Regular expressions in time linear in the text (RE2), whatever the pattern. ADR 0032."""

import re
from functools import lru_cache
from typing import Any, Final

from tilts_fhir.fhirpath.errors import PATTERN, FhirPathError

MAX_CHARACTERS: Final = 2_000
_MAX_MEMORY: Final = 1_000_000  # bytes for one compiled pattern
_GROUP: Final = re.compile(r"\\|\$(?:([0-9]{1,2})|\{([A-Za-z_][A-Za-z0-9_]*)\})")


@lru_cache(maxsize=128)
def compiled(pattern: str) -> Any:
    """
    The pattern, ready to search with; a point stands for line ends too, as R4 has it (single line mode).

    Raises:
        FhirPathError: `pattern`, if it is too long, malformed, or needs what RE2 leaves out (look-around, back references).
    """
    import re2  # here, since most callers never match a pattern

    if len(pattern) > MAX_CHARACTERS:
        raise FhirPathError(f"A pattern may have {MAX_CHARACTERS} characters at most.", None, PATTERN)
    options = re2.Options()
    options.dot_nl = True
    options.log_errors = False
    options.max_mem = _MAX_MEMORY
    try:
        return re2.compile(pattern, options)
    except (re2.error, UnicodeError):
        raise FhirPathError("The pattern is not one of RE2.", None, PATTERN) from None


def found(pattern: str, text: str) -> bool:
    """Whether the pattern matches anywhere in the text."""
    return _searched(compiled(pattern).search, text) is not None


def matches_whole(pattern: str, text: str) -> bool:
    """Whether the pattern matches the text from its first to its last character."""
    return _searched(compiled(pattern).fullmatch, text) is not None


def replaced(pattern: str, text: str, substitute: str) -> str:
    """The text with every match replaced; `$1` and `${name}` in the substitute stand for groups.

    Raises:
        FhirPathError: `pattern`, also for a group that the pattern has not.
    """
    if not pattern:
        return text
    import re2

    template = _GROUP.sub(_group, substitute)
    try:
        return str(compiled(pattern).sub(template, text))
    except (re2.error, IndexError, KeyError, ValueError):
        raise FhirPathError("The substitute names a group that the pattern has not.", None, PATTERN) from None


def _group(match: re.Match[str]) -> str:
    name = match[1] or match[2]
    return rf"\g<{name}>" if name else r"\\"


def _searched(search: Any, text: str) -> Any:
    try:
        return search(text)
    except UnicodeError:
        raise FhirPathError("The text is not Unicode.", None, PATTERN) from None
