"""`tilts`: the list of commands, and how a command ends. What a command does stands in the file of its noun.

Exit status: 0 done, 1 refused or not possible (said on standard error), 2 wrong usage.
"""

import sys
from typing import Final

from cyclopts import App
from rich.console import Console

from tilts import __version__
from tilts.cli.refusals import NotPossible

# By name, so that `tilts token` does not wait for what only `tilts sandbox` needs.
COMMANDS: Final = (
    "tilts.cli.sandbox:sandbox",
    "tilts.cli.environments:status",
    "tilts.cli.environments:stop",
    "tilts.cli.contents:reset",
    "tilts.cli.environments:logs",
    "tilts.cli.contents:seed",
    "tilts.cli.stories:story",
    "tilts.cli.path:path",
    "tilts.cli.clients:token",
    "tilts.cli.clients:sign",
    "tilts.cli.operating.keys:keys",
    "tilts.cli.why_not:why_not",
    "tilts.cli.operating.certificates:certificates",
    "tilts.cli.serving:serve",
    "tilts.cli.serving:migrate",
    "tilts.cli.operating.front:front",
    "tilts.cli.operating.audit:audit",
    "tilts.cli.classifiers:classifiers",
    "tilts.cli.medicines:medicines",
    "tilts.cli.guide:guide",
    "tilts.cli.lab:lab",
    "tilts.cli.validate:validate",
    "tilts.cli.operating.sheets:sheet",
    "tilts.cli.operating.holds:holds",
    "tilts.cli.operating.sessions:sessions",
    "tilts.cli.operating.relationships:relationships",
    "tilts.cli.operating.glass:glass",
    "tilts.cli.operating.repairs:repairs",
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
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as no:
        if not is_expected(no):
            raise
        Console(stderr=True).print(f"tilts: {no}", markup=False, highlight=False)
        sys.exit(1)
    sys.exit(status if isinstance(status, int) else 0)


def is_expected(no: Exception) -> bool:
    """Our own "no", or the connector's; looked up late, so that it is not imported for every command."""
    if isinstance(no, NotPossible):
        return True
    connector = sys.modules.get("tilts_connector.errors")
    return connector is not None and isinstance(no, connector.TiltsError)
