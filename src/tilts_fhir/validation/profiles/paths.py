"""The simple paths of discriminators: names, `$this`, `resolve()`, `ofType(T)`, `as(T)`, `extension('url')`.

Source: https://hl7.org/fhir/R4/profiling.html#discriminator (restricted FHIRPath).
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple

NAME: Final = "name"
THIS: Final = "this"
RESOLVE: Final = "resolve"
OF_TYPE: Final = "type"
EXTENSION: Final = "extension"

MAX_PATH_CHARACTERS: Final = 500
PATHS_KEPT: Final = 256

_STEP: Final = re.compile(
    r"(?P<this>\$this)"
    r"|(?P<resolve>resolve\(\))"
    r"|(?:ofType|as)\(\s*(?:FHIR\.)?(?P<type>\w{1,64})\s*\)"
    r"|extension\(\s*(?:'(?P<single>[^']{1,300})'|\"(?P<double>[^\"]{1,300})\")\s*\)"
    r"|(?P<name>[A-Za-z]\w{0,63})(?:\[x\])?"
)


class Step(NamedTuple):
    """One step of a path; `name` is an element, a type or the url of an extension, by its kind."""

    kind: str
    name: str = ""


@lru_cache(PATHS_KEPT)
def steps(path: str) -> tuple[Step, ...] | None:
    """The steps of a path; None if it is none that a discriminator may have."""
    if len(path) > MAX_PATH_CHARACTERS:
        return None
    found: list[Step] = []
    position = 0
    while position < len(path):
        match = _STEP.match(path, position)
        if match is None:
            return None
        found.append(_step(match))
        position = match.end()
        if position < len(path) and path[position] != ".":
            return None
        position += 1
    return tuple(found)


def _step(match: re.Match[str]) -> Step:
    kind = match.lastgroup or NAME
    if kind in ("single", "double"):
        return Step(EXTENSION, match[kind])
    return Step(kind, match[kind])
