"""`tilts`: the list of commands, and how a command ends. What a command does stands in the file of its noun.

Exit status: 0 done, 1 refused or not possible (said on standard error), 2 wrong usage.
"""

import sys
from collections.abc import Callable

from cyclopts import App
from rich.console import Console

from tilts import __version__
from tilts.cli import clients, environments, sandbox, serving, stories
from tilts.cli.refusals import NotPossible
from tilts_connector import TiltsError

COMMANDS: tuple[Callable[..., int | None], ...] = (
    sandbox.sandbox,
    environments.status,
    environments.stop,
    environments.reset,
    environments.logs,
    environments.seed,
    stories.story,
    clients.token,
    clients.sign,
    serving.serve,
    serving.migrate,
)

app = App(
    name="tilts",
    help="The bridge between the systems of practices and pharmacies and a national e-health system.",
    version=__version__,
)
for command in COMMANDS:
    app.command(command)


def main() -> None:
    try:
        status = app()
    except (NotPossible, TiltsError) as no:
        Console(stderr=True).print(f"tilts: {no}", markup=False, highlight=False)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(status if isinstance(status, int) else 0)
