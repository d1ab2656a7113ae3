"""The test environment on one machine: database, certificates, seed and server, started and kept alive.

    <data folder>/postgres/   the database       <data folder>/pki/    certificates and keys
    <data folder>/keys/       token key          <data folder>/logs/   what the server said
    <data folder>/sandbox.json   the state file, 0600: what runs where

Everything that is started here dies with it. A server or a database that is killed is started again
with the same sockets; a folder that was left by kill -9 starts again.
"""

import asyncio
import json
import os
import secrets
import shutil
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from tilts.clock import WallClock
from tilts.lab.listening import Listening, listen
from tilts.lab.pki import Pki, ensure_pki
from tilts.lab.population import Population, generate
from tilts.lab.seeding import seed
from tilts.lab.server import Server
from tilts.lab.state import STATE_FILE, write_private
from tilts.settings import Settings
from tilts.store.embedded import Cluster, remove_cluster
from tilts.store.migrate import migrate
from tilts.store.provision import Roles, grant_rights, provision
from tilts.store.tx import Database

DATABASE_FILE: Final = "database-url"  # 0600: connection words of the serving role
NAMED: Final = ("practice", "pharmacy", "second-pharmacy", "hospital", "authority", "vendor", "portal")
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Options:
    data_dir: Path
    port: int = 8443
    plain: bool = False
    seed: int = 1
    patients: int = 200
    fresh: bool = False
    rate: int = 50  # calls per second and client; 0 is no limit


class RunsServer(Protocol):
    """A process of its own in the sandbox; a thread with a clock that can be moved in the tests."""

    @property
    def running(self) -> bool: ...
    def start(self) -> None: ...
    def wait_until_ready(self, portal: socket.socket) -> None: ...
    def stop(self) -> None: ...


class Environment:
    """A running sandbox. `facts` is its ready line (Design 4)."""

    def __init__(
        self,
        options: Options,
        progress: Progress,
        make_server: Callable[[Settings, Listening, Path], RunsServer] = Server,
    ) -> None:
        self.options = options
        self._progress = progress
        self._make_server = make_server
        folder = options.data_dir
        if options.fresh:
            forget(folder, progress=progress)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        progress("database")
        self.cluster = Cluster.start(folder / "postgres", progress=progress)
        try:
            self._start()
        except BaseException:
            self.cluster.stop()
            raise

    def _start(self) -> None:
        options, folder = self.options, self.options.data_dir
        self._progress("certificates")
        self.population = generate(options.seed, options.patients)
        rows = [(c.name, c.organization_name, c.registration_number) for c in self.population.clients]
        self.pki = ensure_pki(folder / "pki", WallClock().wall(), further=rows)
        self.listening = listen(options.port, plain=options.plain)
        settings = self.settings = self._settings(self._database())
        write_private(folder / DATABASE_FILE, settings.database_url)
        self.facts = ready_line(settings, self.listening, self.pki, self.population, folder)
        write_private(folder / STATE_FILE, json.dumps(self.facts, indent=1))
        self._progress("server")
        self.server = self._make_server(settings, self.listening, folder / "logs")
        self.server.wait_until_ready(self.listening.portal)

    def _database(self) -> str:
        """Roles, schema and seed; gives the connection words of the serving role."""
        roles = kept_roles(self.options.data_dir / "database.json")
        owner, serving = provision(self.cluster.superuser_dsn(), roles)
        migrate(owner, roles.environment, progress=lambda name: self._progress(f"migration {name}"))
        grant_rights(owner, roles.environment, roles.serving)
        asyncio.run(self._seed(owner))
        return serving

    async def _seed(self, conninfo: str) -> None:
        database = Database(conninfo, connections=1)
        await database.open()
        try:
            await seed(database, self.population, self.pki, WallClock().wall(), self._progress)
        finally:
            await database.close()

    def _settings(self, database_url: str) -> Settings:
        folder, listening = self.options.data_dir, self.listening
        return Settings(
            environment="test",
            database_url=database_url,
            public_base=f"{listening.tls_root}/fhir/r4",
            plain_base=f"{listening.plain_root}/fhir/r4" if listening.plain_root else "",
            portal_base=f"{listening.portal_root}/",
            sandbox=True,
            pki_folder=folder / "pki",
            keys_folder=folder / "keys",
            requests_per_second=self.options.rate,
            sandbox_facts=folder / STATE_FILE,
        )

    def keep_alive(self) -> None:
        """One look: what was killed is started again. Called until the end."""
        if not self.cluster.running:
            self._progress("the database ended; starting it again")
            self.cluster.let_go()
            self.cluster = Cluster.start(self.options.data_dir / "postgres", progress=self._progress)
        if not self.server.running:
            self._progress("the server ended; starting it again")
            self.server.start()

    def stop(self) -> None:
        """What is under way is finished, then server and database end, in this order."""
        self.server.stop()
        self.listening.close()
        self.cluster.stop()
        (self.options.data_dir / STATE_FILE).unlink(missing_ok=True)


def forget(folder: Path, *, progress: Progress) -> None:
    """Removes a sandbox that does not run, with its database wherever that is kept."""
    if folder.exists():
        progress("removing what was there")
        remove_cluster(folder / "postgres", progress=progress)
        shutil.rmtree(folder)


def ready_line(
    settings: Settings, listening: Listening, pki: Pki, population: Population, folder: Path
) -> dict[str, Any]:
    clients = {
        client.name: {
            "client_id": client.client_id,
            "org": client.organization_id,
            "site": client.site,
            "cert": str(pki.clients[client.name].cert),
            "key": str(pki.clients[client.name].key),
            "ca": str(pki.ca),
            "jwk": str(pki.clients[client.name].jwk),
            "kid": pki.clients[client.name].kid,
            "practitioner": client.practitioner_id,
            "role": client.role_id,
            "name": client.organization_name,
            "kind": client.kind,
        }
        for client in population.clients
    }
    people = {resource["id"]: resource for resource in population.resources}
    persons = [
        {
            "patient": person.patient_id,
            "label": person.label,
            "story_lv": person.story_lv,
            "story_en": person.story_en,
            "code": people[person.patient_id].get("identifier", [{}])[0].get("value"),
            **people[person.patient_id]["name"][0],
        }
        for person in population.test_persons
    ]
    return {
        "ready": True,
        "pid": os.getpid(),
        "fhir": settings.public_base,
        "plain": settings.plain_base or None,
        "portal": settings.portal_base,
        "token": f"{listening.tls_root}/oauth/token",
        "pki": str(pki.folder),
        "state": str(folder / STATE_FILE),
        "logs": str(folder / "logs"),
        "database_url_file": str(folder / DATABASE_FILE),
        "clients": clients,
        "persons": persons,
    }


def kept_roles(file: Path) -> Roles:
    """The passwords of the database roles, made once and readable by the owner alone."""
    if not file.exists():
        made = {"owner": secrets.token_urlsafe(24), "serving": secrets.token_urlsafe(24)}
        write_private(file, json.dumps(made))
    kept = json.loads(file.read_text())
    return Roles("test", kept["owner"], kept["serving"])
