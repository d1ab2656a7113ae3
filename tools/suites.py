"""Runs the public test suites found in a folder, with the runners that stand beside them.

    python tools/suites.py DIR

Looked for: `fhir-test-cases` (validator and FHIRPath) with `valrunner.py` in DIR, DIR/tools or DIR/../tools; the official
examples in `.cache/` (`make examples`). Neither suites nor runners are part of the project. Exit status: 0 when every
figure reaches its bar, 1 when one does not, or when nothing was found to run.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal

from tilts_fhir.fhirpath import Context, compile_expression
from tilts_fhir.library import RELEASE, Library
from tilts_fhir.validation import Options, validate_text

HERE: Final = Path(__file__).resolve().parent
EXAMPLES: Final = HERE.parent / ".cache" / "hl7.fhir.r4.examples-4.0.1"
# Design 8, and what validation.md says about reading them: caught and clean together, never agreement alone.
VALIDATOR_BARS: Final = "core.base=85,core.base.clean=98,core.profile=85,core.base.located=90"
FHIRPATH_BAR: Final = "95"


def engine(
    raw: bytes, form: Literal["json", "xml"], profiles: list[str], supporting: list[dict[str, Any]]
) -> Iterator[dict[str, str]]:
    """What the runner calls for one case of the validator."""
    library = Library([_exact(each) for each in supporting], beneath=RELEASE) if supporting else RELEASE
    for issue in validate_text(raw, form, profiles=profiles, options=Options(library=library)):
        yield {"severity": issue.severity, "path": issue.expression, "text": f"{issue.key}: {issue.text_en}"}


def fhirpath(resource: dict[str, Any], expression: str) -> list[Any]:
    """What the runner calls for one case of FHIRPath."""
    exact = _exact(resource)
    return compile_expression(expression, exact.get("resourceType")).values(exact, Context(exact, now=NOW))


def _exact(value: Any) -> Any:
    """The runner decodes with floats; the digits that were written come back."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, dict):
        return {key: _exact(each) for key, each in value.items()}
    return [_exact(each) for each in value] if isinstance(value, list) else value
