"""Runs the public test suites found in a folder, with the runners that stand beside them.

    python tools/suites.py DIR

Looked for: `fhir-test-cases` (HL7's validator cases) with `valrunner.py` in DIR, DIR/tools or DIR/../tools.
The engine that is held to it is what this version has: the structure check. Neither suites nor runners
are part of the project. Exit status: that of the runner; 1 when nothing was found to run.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tilts_fhir.json_strict import JsonError, decode_resource
from tilts_fhir.structure import check

HERE = Path(__file__).resolve().parent


def engine(
    raw: bytes, form: str, _profiles: list[str], _supporting: list[dict[str, Any]]
) -> Iterator[dict[str, str]] | None:
    """What the runner calls for one case; None says "not supported" (XML and profiles are not yet)."""
    if form != "json":
        return None
    return findings(raw)


def findings(raw: bytes) -> Iterator[dict[str, str]]:
    try:
        resource = decode_resource(raw)
    except JsonError as fault:
        yield {"severity": "error", "path": "", "text": str(fault)}
        return
    for issue in check(resource):
        yield {"severity": issue.severity, "path": issue.expression, "text": issue.text_en}


def runner(folder: Path) -> Path | None:
    places = (folder, folder / "tools", folder.parent / "tools")
    return next((place / "valrunner.py" for place in places if (place / "valrunner.py").is_file()), None)


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("SUITES", "")).resolve()
    cases, found = folder / "fhir-test-cases", runner(folder)
    if not cases.is_dir() or found is None:
        print(
            f"{folder}: no fhir-test-cases with a valrunner.py; say make suites SUITES=DIR", file=sys.stderr
        )
        return 1
    command = [sys.executable, str(found), "validator", "--cases", str(cases), "--engine", "suites:engine"]
    return subprocess.run(command, env={**os.environ, "PYTHONPATH": str(HERE)}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
