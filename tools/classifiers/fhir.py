"""Code systems of FHIR R4 from the official package (CC0), flattened: a concept names its parent."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools.classifiers.concepts import Code


def code_system(package: Path, file: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((package / f"CodeSystem-{file}.json").read_bytes())
    return found


def codes_of(system: dict[str, Any]) -> list[Code]:
    return list(walked(system.get("concept", []), ""))


def walked(concepts: list[dict[str, Any]], parent: str) -> Iterator[Code]:
    for concept in concepts:
        yield Code(
            concept["code"],
            en=concept.get("display", ""),
            definition=" ".join(concept.get("definition", "").split()),
            inactive=is_inactive(concept),
            parent=parent,
        )
        yield from walked(concept.get("concept", []), concept["code"])


def is_inactive(concept: dict[str, Any]) -> bool:
    told = {one["code"]: one for one in concept.get("property", [])}
    status = told.get("status", {}).get("valueCode", "")
    return status in ("retired", "inactive") or told.get("inactive", {}).get("valueBoolean") is True
