"""Limits that no proof meets by chance: one practitioner of the sandbox does here what hundreds do elsewhere."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Final

TIMES: Final = 100_000


def wide_limits(folder: Path) -> Path:
    """The shipped rows with the same windows, so that counting costs what it costs; the bounds are far away."""
    table = json.loads(files("tilts.access.breadth").joinpath("limits.json").read_bytes())
    for limit in table["limits"]:
        for bound in ("warn", "hold"):
            limit[bound] = limit[bound] and limit[bound] * TIMES
        if limit["counts"] == "canaries":
            limit["hold"] = None
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "wide-limits.json"
    file.write_text(json.dumps(table))
    return file
