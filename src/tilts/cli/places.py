"""Where a sandbox lives and whether it runs: what every command that talks to one asks first."""

import os
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from cyclopts import Parameter

from tilts.cli.refusals import NotPossible
from tilts.lab.state import default_data_dir, read_state
from tilts.rules import Language

DataDir: TypeAlias = Annotated[
    Path | None,
    Parameter(
        name="--data-dir", help="Folder of the sandbox (TILTS_DATA_DIR; default: the user's state folder)."
    ),
]
AsJson: TypeAlias = Annotated[bool, Parameter(name="--json", help="One JSON object a line.", negative="")]


def chosen(data_dir: Path | None) -> Path:
    return (data_dir or default_data_dir()).absolute()


def running_facts(data_dir: Path | None) -> dict[str, Any]:
    """The ready line of the running sandbox, or the sentence that says how to start one."""
    facts = read_state(chosen(data_dir))
    if facts is None:
        raise NotPossible(f"no sandbox runs on {chosen(data_dir)}; start one with: tilts sandbox")
    return facts


def client_facts(facts: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] | None = facts["clients"].get(name)
    if found is None:
        raise NotPossible(f"there is no client {name!r}; there are: {', '.join(facts['clients'])}")
    return found


def terminal_language() -> Language:
    return "lv" if os.environ.get("LANG", "").lower().startswith("lv") else "en"
