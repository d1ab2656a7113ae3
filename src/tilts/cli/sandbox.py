"""`tilts sandbox`: the whole national side on one machine, with invented persons and certificates."""

import json
import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from tilts.cli.places import DataDir, chosen
from tilts.cli.progress import Steps
from tilts.cli.refusals import NotPossible
from tilts.cli.stories import tell
from tilts.lab.environment import Environment, Options
from tilts.lab.server import ServerFailed
from tilts.store.embedded import ClusterError

LOOK_SECONDS = 0.2  # how often it is seen whether server and database live


def sandbox(
    *,
    port: Annotated[int, Parameter(help="TLS port; the next free one if taken, 0 chooses.")] = 8443,
    data_dir: DataDir = None,
    fresh: Annotated[bool, Parameter(help="Remove what is in the folder first.", negative="")] = False,
    seed: Annotated[int, Parameter(help="Number the invented persons are made from.")] = 1,
    patients: Annotated[int, Parameter(help="How many invented patients.")] = 200,
    plain: Annotated[bool, Parameter(help="Also open the plain HTTP port on loopback.", negative="")] = False,
    story: Annotated[
        bool, Parameter(help="Play the story once it stands (once a folder).", negative="")
    ] = False,
    once: Annotated[bool, Parameter(help="End after the story.", negative="")] = False,
    as_json: Annotated[
        bool, Parameter(name="--json", help="Print the ready line only.", negative="")
    ] = False,
    rate: Annotated[int, Parameter(help="Calls per second and client; 0 is no limit.")] = 50,
    production: Annotated[
        bool, Parameter(help="Run the rehearsal of production too; without it on a small machine.")
    ] = True,
) -> int:
    """Start the test environment; it stays up until Ctrl-C.

    Exit status: 0 ended as asked, 1 could not start or the story went wrong.
    """
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    options = Options(
        data_dir=chosen(data_dir),
        port=port,
        plain=plain,
        seed=seed,
        patients=patients,
        fresh=fresh,
        rate=rate,
        production=production,
    )
    with Steps(quiet=as_json) as steps:
        try:
            environment = Environment(options, steps)
        except (ClusterError, ServerFailed, OSError) as fault:
            raise NotPossible(str(fault)) from fault
    try:
        return stay(environment, stop, story=story, once=once, as_json=as_json)
    finally:
        environment.stop()


def stay(environment: Environment, stop: threading.Event, *, story: bool, once: bool, as_json: bool) -> int:
    if as_json:
        print(json.dumps(environment.facts), flush=True)
    else:
        Console().print(welcome(environment))
    told = environment.options.data_dir / "story-told"
    status = 0
    if story and (once or not told.exists()):
        status = tell(environment.facts, quiet=as_json)
        told.touch()
    if once:
        return status
    if not as_json:
        Console().print(f"[bold]{environment.facts['portal']}[/] shows what happens here. Ctrl-C ends it.")
        Console(soft_wrap=True, highlight=False).print(elsewhere(environment.options.data_dir), markup=False)
    while not stop.wait(LOOK_SECONDS):
        environment.keep_alive()
    return status


def elsewhere(data_dir: Path) -> str:
    """What another terminal needs to say `tilts token` and the like to this sandbox."""
    lines = [f'export PATH="{Path(sys.executable).parent}:$PATH"']
    if data_dir != chosen(None):
        lines.append(f'export TILTS_DATA_DIR="{data_dir}"')
    return "In another terminal, before `tilts token` and the like:\n  " + "\n  ".join(lines)


def welcome(environment: Environment) -> Panel:
    facts = environment.facts
    table = Table.grid(padding=(0, 2))
    rows = {
        "FHIR": facts["fhir"],
        "token": facts["token"],
        "plain": facts["plain"],
        "portal": facts["portal"],
        "rehearsal": (facts["production"] or {}).get("fhir"),
        "certificates": facts["pki"],
        "log": facts["logs"],
    }
    for name, value in rows.items():
        if value:
            table.add_row(f"[dim]{name}[/]", str(value))
    subtitle = "invented persons only; not connected to any real system"
    return Panel(table, title="Tilts sandbox", subtitle=subtitle, expand=False)
