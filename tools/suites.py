"""Runs the public test suites found in a folder, with the runner that stands beside them.

    python tools/suites.py DIR

Looked for: `fhir-test-cases` (validator and FHIRPath) in DIR, or DIR itself; `valrunner.py` in DIR, DIR/tools or
DIR/../tools; the official examples in `.cache/` (`make examples`). Neither suites nor runner are part of the project.
Exit status: 0 when everything was run and every figure reaches its bar, 1 otherwise. What failed is listed.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal

from tilts_fhir.fhirpath import Context, compile_expression
from tilts_fhir.library import RELEASE, Library
from tilts_fhir.validation import Options, validate_text

ROOT: Final = Path(__file__).resolve().parent.parent
EXAMPLES: Final = ROOT / ".cache" / "hl7.fhir.r4.examples-4.0.1"
RUNNER: Final = "valrunner.py"
LISTED: Final = "30"  # at most so many of what failed
NOW: Final = datetime.now(UTC)
# Design 8: caught and clean together, never agreement alone; the examples in the same run.
VALIDATOR_BARS: Final = (
    "core.base=85,core.base.caught=85,core.base.clean=98,core.profile=85,core.base.located=90"
)
FHIRPATH_BAR: Final = "95"  # of 100, strict
EXAMPLES_BAR: Final = "0.75"  # of 100 may be flagged; tests/tilts_fhir/test_published_examples.py names them
FORMS_BAR: Final = 1.0  # points between JSON and XML


@dataclass(frozen=True, slots=True)
class Part:
    """One run: what it is called, what the runner is told, and what else its figures must meet."""

    name: str
    arguments: tuple[str, ...]
    compares_forms: bool = False


def main() -> int:
    """Run every part that is there; 0 if nothing is missing and every bar is reached."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    reader.add_argument("folder", type=Path, metavar="DIR")
    folder = reader.parse_args().folder
    missing = list(lacking(folder))
    for each in missing:
        print(f"not there: {each}", file=sys.stderr)
    failed = [part.name for part in parts(folder) if not reached(part, runner(folder))]
    print(f"\nbelow the bar: {', '.join(failed)}" if failed else "\nevery bar that was tried is reached")
    return 1 if failed or missing else 0


def lacking(folder: Path) -> Iterator[str]:
    """What cannot be run, and where it was looked for."""
    if cases(folder) is None:
        yield f"validator and FHIRPath cases: {folder / 'fhir-test-cases' / 'validator' / 'manifest.json'}"
    if runner(folder) is None:
        yield f"the runner: {', '.join(map(str, _runners(folder)))}"
    if not EXAMPLES.is_dir():
        yield f"official examples: {EXAMPLES} (make examples)"


def cases(folder: Path) -> Path | None:
    """The checkout of the cases."""
    both = (folder / "fhir-test-cases", folder)
    return next((each for each in both if (each / "validator" / "manifest.json").is_file()), None)


def runner(folder: Path) -> Path | None:
    """The script that reads the cases and compares the verdicts."""
    return next((each for each in _runners(folder) if each.is_file()), None)


def _runners(folder: Path) -> tuple[Path, ...]:
    whole = folder.resolve()
    return tuple(place / RUNNER for place in (whole, whole / "tools", whole.parent / "tools"))


def parts(folder: Path) -> Iterator[Part]:
    """What can be run here; nothing without a runner."""
    found = cases(folder)
    if runner(folder) is None:
        return
    if found is not None:
        place = ("--cases", str(found.resolve()))
        yield Part("validator", ("validator", *place, *_by("engine"), "--gate", VALIDATOR_BARS), True)
        yield Part("FHIRPath", ("fhirpath", *place, *_by("fhirpath"), "--strict", "--gate", FHIRPATH_BAR))
    if EXAMPLES.is_dir():
        given = ("--files", str(EXAMPLES), *_by("engine"), "--gate", EXAMPLES_BAR)
        yield Part("official examples", ("examples", *given))


def _by(function: str) -> tuple[str, ...]:
    return ("--engine", f"tools.suites:{function}", "--list", LISTED)


def reached(part: Part, script: Path | None) -> bool:
    """Run one part, show what it says, and tell whether its bars are reached."""
    print(f"\n== {part.name}", flush=True)
    with tempfile.TemporaryDirectory() as made:
        told = Path(made) / "figures.json"
        ended = subprocess.run(
            [sys.executable, str(script), *part.arguments, "--out", str(told)], cwd=ROOT, check=False
        )
        ok = ended.returncode == 0
        return (not part.compares_forms or _forms_agree(told)) and ok


def _forms_agree(told: Path) -> bool:
    if not told.is_file():
        return False
    figures = json.loads(told.read_text(encoding="utf-8"))["figures"]
    apart = abs(figures.get("core.base.json", 0.0) - figures.get("core.base.xml", 0.0))
    print(f"JSON and XML are {apart:.1f} points apart, at most {FORMS_BAR} are allowed", flush=True)
    return bool(apart <= FORMS_BAR)


def engine(
    raw: bytes, form: Literal["json", "xml"], profiles: list[str], supporting: list[dict[str, Any]]
) -> list[dict[str, str]]:
    """What the runner calls for one case of the validator."""
    library = Library([_exact(each) for each in supporting], beneath=RELEASE) if supporting else RELEASE
    issues = validate_text(raw, form, profiles=profiles, options=Options(library=library, now=NOW))
    return [
        {"severity": issue.severity, "path": issue.expression, "text": f"{issue.key}: {issue.text_en}"}
        for issue in issues
    ]


def fhirpath(resource: dict[str, Any], expression: str) -> list[Any]:
    """What the runner calls for one case of FHIRPath: to the letter of the specification."""
    exact = _exact(resource)
    compiled = compile_expression(expression, exact.get("resourceType"), strict=True)
    return [_plain(each) for each in compiled.values(exact, Context(exact, now=NOW))]


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool | int | str | dict | list | Decimal) else str(value)


def _exact(value: Any) -> Any:
    """The runner decodes with floats; the digits that were written come back."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, dict):
        return {key: _exact(each) for key, each in value.items()}
    return [_exact(each) for each in value] if isinstance(value, list) else value


if __name__ == "__main__":
    sys.exit(main())
