"""One environment of the sandbox: the test environment, or the rehearsal of production beside it.

Each has its own schema and roles, its own port, token key, server process and invented people. They share the
database server, the folder of certificates and the schema `onboarding`, in which no patient data is.

    test        the ready-made clients of the story are open
    production  a rehearsal: generated persons only, marked so everywhere; open is only what the gate opens
"""

import asyncio
import json
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from tilts.clock import WallClock
from tilts.ids import kept_secret
from tilts.lab.identities import seed_identities
from tilts.lab.listening import Listening
from tilts.lab.people import seed_signatories
from tilts.lab.pki import Pki
from tilts.lab.population import Population
from tilts.lab.seeding import seed
from tilts.lab.state import StageName, write_private
from tilts.settings import Settings
from tilts.store.migrate import migrate
from tilts.store.provision import Roles, grant_rights, provision
from tilts.store.tx import Database

Progress: TypeAlias = Callable[[str], None]
CODE_KEY: Final = "code.key"  # one for both: they share the schema `onboarding`
SEEDS_APART: Final = 1_000_003  # another seed: no id and no person is the same in both
FILES: Final = {  # passwords of the roles; connection words of the serving role
    "test": ("database.json", "database-url"),
    "production": ("database-production.json", "database-url-production"),
}


class RunsServer(Protocol):
    """A process of its own in the sandbox; a thread with a clock that can be moved in the tests."""

    @property
    def running(self) -> bool: ...
    def start(self) -> None: ...
    def wait_until_ready(self, portal: socket.socket) -> None: ...
    def stop(self) -> None: ...


MakeServer: TypeAlias = Callable[[Settings, Listening, Path], RunsServer]


@dataclass(slots=True)
class Stage:
    """Prepared, then started; `server` is there from then on."""

    name: StageName
    folder: Path
    population: Population
    listening: Listening
    settings: Settings
    server: RunsServer

    def wait_until_ready(self) -> None:
        self.server.wait_until_ready(self.listening.portal)

    def keep_alive(self, progress: Progress) -> None:
        if not self.server.running:
            progress(f"the server of {self.name} ended; starting it again")
            self.server.start()

    def stop(self) -> None:
        self.server.stop()
        self.listening.close()


def prepared_database(
    name: StageName,
    folder: Path,
    superuser: str,
    population: Population,
    pki: Pki,
    progress: Progress,
) -> str:
    """Roles, schema and seed of one environment; gives the connection words of its serving role."""
    passwords, words = (folder / file for file in FILES[name])
    roles = kept_roles(passwords, name)
    owner, serving = provision(superuser, roles)
    migrate(owner, name, progress=lambda migration: progress(f"migration {migration}"))
    grant_rights(owner, name, roles.serving)
    asyncio.run(_seeded(owner, name, population, pki, kept_secret(folder / CODE_KEY), progress))
    write_private(words, serving)
    return serving


async def _seeded(
    conninfo: str, name: StageName, population: Population, pki: Pki, code_key: bytes, progress: Progress
) -> None:
    database = Database(conninfo, connections=1, environment=name)
    await database.open()
    try:
        # In production nobody is connected before the gate opens: the registers, and no client.
        wall = WallClock().wall()
        await seed(database, population, pki if name == "test" else None, wall, progress)
        async with database.transaction() as tx:
            await seed_signatories(tx, code_key, wall)
            await seed_identities(tx, code_key, wall)
    finally:
        await database.close()


def kept_roles(file: Path, environment: StageName) -> Roles:
    """The passwords of the database roles, made once and readable by the owner alone."""
    if not file.exists():
        made = {"owner": secrets.token_urlsafe(24), "serving": secrets.token_urlsafe(24)}
        write_private(file, json.dumps(made))
    kept = json.loads(file.read_text())
    return Roles(environment, kept["owner"], kept["serving"])
