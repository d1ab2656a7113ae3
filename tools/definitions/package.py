"""Reads the unpacked package of definitions."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]


def resources(package: Path, kind: str) -> Iterator[Json]:
    """
    All resources of one type, in the order of their file names.

    Numbers with a point are few and short, so that a float keeps all their digits.
    """
    for path in sorted(package.glob(f"{kind}-*.json")):
        content: Json = json.loads(path.read_bytes())
        yield content
