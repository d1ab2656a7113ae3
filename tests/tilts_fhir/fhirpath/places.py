"""Where the official package is, and what the tests take from it."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tilts_fhir.json_strict import decode_resource

PACKAGE = Path(__file__).resolve().parents[3] / ".cache" / "hl7.fhir.r4.examples-4.0.1"

needs_package = pytest.mark.skipif(
    not PACKAGE.is_dir(), reason=f"{PACKAGE} is not there: run `make examples`"
)


def examples(every: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and resource of each `every`th official example."""
    files = [path for path in sorted(PACKAGE.glob("*.json")) if path.stem not in ("package", ".index")]
    for path in files[::every]:
        yield path.stem, decode_resource(path.read_bytes())


@cache
def invariants() -> dict[str, list[tuple[str, str, str]]]:
    """Key, severity and expression of the invariants of the base types, by the path of the element they stand on."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for path in sorted(PACKAGE.glob("StructureDefinition-*.json")):
        definition = json.loads(path.read_bytes())
        if definition.get("derivation") == "constraint":
            continue
        for element in definition.get("snapshot", {}).get("element", ()):
            rules = found.setdefault(element["path"].removesuffix("[x]"), [])
            for rule in element.get("constraint", ()):
                row = (rule["key"], rule["severity"], rule.get("expression", ""))
                if row[2] and row not in rules:
                    rules.append(row)
    return found
