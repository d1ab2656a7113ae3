"""The sandbox that is there: does it run, stop it, read its log."""

import json
import os
import signal
import time
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from tilts.cli.places import AsJson, DataDir, chosen
from tilts.cli.refusals import NotPossible
from tilts.lab.state import LOG_FILES, StageName, read_state

STOP_SECONDS = 30


def status(*, data_dir: DataDir = None, as_json: AsJson = False) -> int:
    """Say whether a sandbox runs, and where.

    Exit status: 0 it runs, 1 it does not.
    """
    facts = read_state(chosen(data_dir))
    if as_json:
        print(json.dumps(facts or {"ready": False}))
    elif facts is None:
        print(f"no sandbox runs on {chosen(data_dir)}")
    else:
        console = Console()
        for name in ("fhir", "plain", "token", "portal", "pki", "logs", "pid"):
            console.print(f"{name:>10}  {facts[name] or '-'}", highlight=False)
        production = facts.get("production") or {}
        for name in ("fhir", "token"):
            console.print(f"production {name:>5}  {production.get(name, '-')}", highlight=False)
    return 0 if facts else 1


def stop(*, data_dir: DataDir = None) -> int:
    """Stop the sandbox; what is under way is finished first.

    Exit status: 0 stopped or not running, 1 it did not end in time.
    """
    facts = read_state(chosen(data_dir))
    if facts is None:
        print(f"no sandbox runs on {chosen(data_dir)}")
        return 0
    os.kill(facts["pid"], signal.SIGTERM)
    ends = time.monotonic() + STOP_SECONDS
    while read_state(chosen(data_dir)) is not None:
        if time.monotonic() > ends:
            raise NotPossible(f"the sandbox (process {facts['pid']}) has not ended after {STOP_SECONDS} s")
        time.sleep(0.05)
    print("stopped")
    return 0


def logs(
    *,
    data_dir: DataDir = None,
    lines: Annotated[int, Parameter(help="How many of the last lines.")] = 50,
    environment: Annotated[StageName, Parameter(help="Whose server.")] = "test",
) -> int:
    """Print the last lines of a server's log, one JSON object a line.

    Exit status: 0 printed, 1 there is no log.
    """
    file: Path = chosen(data_dir) / "logs" / LOG_FILES[environment]
    try:
        written = file.read_text("utf-8", "replace").splitlines()
    except OSError as fault:
        raise NotPossible(f"{file}: {fault.strerror}; has a sandbox been started there?") from fault
    print("\n".join(written[-lines:]))
    return 0
