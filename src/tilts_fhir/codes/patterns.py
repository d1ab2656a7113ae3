"""Regular expressions that come with definitions: on RE2 only, in time linear to the text."""

from collections.abc import Callable
from functools import lru_cache


@lru_cache(maxsize=256)
def compile_pattern(pattern: str) -> Callable[[str], bool] | None:
    """A test of the whole text; None if the pattern is wrong, too long, or RE2 does not have what it asks for."""
    from tilts_fhir.fhirpath import patterns  # here, since hardly any value set filters by pattern
    from tilts_fhir.fhirpath.errors import FhirPathError

    try:
        compiled = patterns.compiled(pattern)
    except (FhirPathError, ImportError):
        return None
    return lambda text: compiled.fullmatch(text) is not None
