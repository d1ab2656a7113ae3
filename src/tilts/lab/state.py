"""Where a sandbox lives and what it says of itself: its folder, and the state file that others find it by."""

import json
import os
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

StageName: TypeAlias = Literal["test", "production"]
LOG_FILES: Final = {"test": "server.log", "production": "production.log"}  # below logs/
STATE_FILE: Final = "sandbox.json"  # the ready line, 0600


def write_private(file: Path, text: str) -> None:
    half = file.with_suffix(".half")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text)
    os.replace(half, file)


def default_data_dir() -> Path:
    """TILTS_DATA_DIR, or the user's state folder (XDG Base Directory specification)."""
    if written := os.environ.get("TILTS_DATA_DIR"):
        return Path(written)
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state) / "tilts" / "sandbox"


def read_state(data_dir: Path) -> dict[str, Any] | None:
    """The ready line of the sandbox that runs on this folder; None when none does."""
    try:
        facts: dict[str, Any] = json.loads((data_dir / STATE_FILE).read_text())
        os.kill(facts["pid"], 0)
    except (OSError, ValueError, KeyError):
        return None
    return facts
