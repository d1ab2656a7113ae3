"""docs/reference/settings.md: every setting with variable, default, unit and meaning (its remark in settings.py)."""

import inspect
import re
from dataclasses import Field, fields
from pathlib import Path
from typing import Any

from tilts.settings import Settings
from tools.pages.blocks import code, table

UNITS = {
    "bytes": "bytes",
    "minutes": "minutes",
    "hours": "hours",
    "days": "days",
    "months": "months",
    "seconds": "seconds",
    "second": "calls per second",
    "pages": "pages",
    "misses": "searches",
    "connections": "connections",
    "port": "TCP port",
    "folder": "path",
    "facts": "path",
    "file": "path",
    "base": "URL",
    "url": "URL or libpq words",
    "arc": "URI",
}
# The remark stands on the same line, or behind the bracket of a default that was too long for it.
REMARK = re.compile(
    r"^    (?P<name>\w+): (?:[^#\n]+|[^#\n]+\(\n[^#\n]+\n    \)\s*)#\s*(?P<remark>.+)$", re.MULTILINE
)


def remarks() -> dict[str, str]:
    return {found["name"]: found["remark"] for found in REMARK.finditer(inspect.getsource(Settings))}


def unit_of(field: "Field[Any]") -> str:
    if isinstance(field.default, bool):
        return "yes or no"
    if isinstance(field.default, Path):
        return "path"
    return UNITS.get(field.name.rpartition("_")[2], "text")


def default_of(field: "Field[Any]") -> str:
    written = "" if field.default == Path() else str(field.default)
    return code(written) or "empty"


def made_for_settings() -> dict[str, str]:
    said = remarks()
    rows = [
        [
            code(f"TILTS_{field.name.upper()}"),
            default_of(field),
            unit_of(field),
            said.get(field.name, ""),
        ]
        for field in fields(Settings)
    ]
    return {"settings": table(["variable", "default", "unit", "meaning"], rows)}
