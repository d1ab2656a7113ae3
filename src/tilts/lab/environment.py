"""The sandbox on one machine: database, certificates, seed and servers, started and kept alive.

    <data folder>/postgres/   the database       <data folder>/pki/    certificates and keys
    <data folder>/keys.../    token keys         <data folder>/logs/   what the servers said
    <data folder>/sandbox.json   the state file, 0600: what runs where

Two environments run there, the test environment and, beside it, a rehearsal of production (lab/stage.py).
Everything that is started here dies with it. A server or a database that is killed is started again
with the same sockets; a folder that was left by kill -9 starts again.
"""

import json
import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from tilts.clock import WallClock
from tilts.lab.listening import Listening, following, listen
from tilts.lab.pki import ensure_pki
from tilts.lab.pki.naming import name_server
from tilts.lab.pki_trust import ensure_trust, renew_trust
from tilts.lab.population import Population, generate
from tilts.lab.ready_line import production_line, ready_line
from tilts.lab.server import Server
from tilts.lab.stage import CODE_KEY, SEEDS_APART, MakeServer, Progress, RunsServer, Stage, prepared_database
from tilts.lab.state import STATE_FILE, StageName, write_private
from tilts.settings import Settings
from tilts.store.embedded import Cluster, remove_cluster

NAMED: Final = ("practice", "pharmacy", "second-pharmacy", "hospital", "authority", "vendor", "portal")


@dataclass(frozen=True, slots=True)
class Options:
    data_dir: Path
    port: int = 8443
    plain: bool = False
    seed: int = 1
    patients: int = 200
    fresh: bool = False
    rate: int = 50  # calls per second and client; 0 is no limit
    production: bool = False  # the rehearsal of production too
    gate_refresh_seconds: int = 20
    revocation_refresh_seconds: int = 30
    copying_limits: Path = Path()  # empty: the shipped ones
    differing: Mapping[str, Any] = field(default_factory=dict)  # settings of the test environment, for proofs


class Environment:
    """A running sandbox. `facts` is its ready line (Design 4)."""

    def __init__(self, options: Options, progress: Progress, make_server: MakeServer = Server) -> None:
        self.options = options
        self._progress = progress
        self._make_server = make_server
        self._started: list[Stage] = []
        folder = options.data_dir
        if options.fresh:
            forget(folder, progress=progress)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        progress("database")
        self.cluster = Cluster.start(folder / "postgres", progress=progress)
        try:
            self._start()
        except BaseException:
            self._stop_stages()
            self.cluster.stop()
            raise

    def _start(self) -> None:
        options, folder = self.options, self.options.data_dir
        self._progress("certificates")
        self.population = generate(options.seed, options.patients)
        rows = [(c.name, c.organization_name, c.registration_number) for c in self.population.clients]
        self.pki = ensure_pki(folder / "pki", WallClock().wall(), further=rows)
        ensure_trust(folder / "pki", WallClock().wall())
        self._renewed_on = WallClock().wall().date()
        listening = listen(options.port, plain=options.plain)
        settings = replace(self._settings(listening), **options.differing)
        self.facts = ready_line(settings, listening, self.pki, self.population, folder)
        if not options.production:
            self._name_server(settings)
            self.test = self._stage("test", self.population, listening, settings)
            self.production: Stage | None = None
        else:
            self._start_both(listening, settings)
        for stage in self._started:
            stage.wait_until_ready()

    def _start_both(self, listening: Listening, settings: Settings) -> None:
        """The server of test, which takes a second to come up, does so while production is prepared."""
        options = self.options
        people = generate(options.seed + SEEDS_APART, options.patients, told=False)
        beside = listen(following(listening) if options.port else 0, plain=False)
        rehearsal = self._rehearsal(settings, beside)
        self._name_server(settings, rehearsal)
        self.facts["production"] = production_line(rehearsal, beside, people, options.data_dir)
        self.test = self._stage("test", self.population, listening, settings)
        self.production = self._stage("production", people, beside, rehearsal)

    def _stage(
        self, name: StageName, population: Population, listening: Listening, settings: Settings
    ) -> Stage:
        folder = self.options.data_dir
        superuser = self.cluster.superuser_dsn()
        serving = prepared_database(name, folder, superuser, population, self.pki, self._progress)
        settings = replace(settings, database_url=serving)
        write_private(folder / STATE_FILE, json.dumps(self.facts, indent=1))
        self._progress(f"server of {name}")
        server = self._make_server(settings, listening, folder / "logs")
        stage = Stage(name, folder, population, listening, settings, server)
        self._started.append(stage)
        return stage

    def _name_server(self, *environments: Settings) -> None:
        """One certificate serves both; what names no address of its own is left out."""
        bases = [base for one in environments for base in (one.public_base, one.plain_base) if base]
        name_server(environments[0].pki_folder, list(dict.fromkeys(bases)))

    def _settings(self, listening: Listening) -> Settings:
        folder = self.options.data_dir
        return Settings(
            environment="test",
            public_base=f"{listening.tls_root}/fhir/r4",
            plain_base=f"{listening.plain_root}/fhir/r4" if listening.plain_root else "",
            portal_base=f"{listening.portal_root}/",
            sandbox=True,
            pki_folder=folder / "pki",
            keys_folder=folder / "keys",
            issuing_key=str(folder / "pki" / "authority" / "issuing.key"),  # the test CA answers requests
            code_key_file=folder / CODE_KEY,
            requests_per_second=self.options.rate,
            connections_per_client=Settings().connections_per_client if self.options.rate else 0,
            gate_refresh_seconds=self.options.gate_refresh_seconds,
            revocation_refresh_seconds=self.options.revocation_refresh_seconds,
            copying_limits=self.options.copying_limits,
            sandbox_facts=folder / STATE_FILE,
            mail_folder=folder / "mail" / "incoming",
            mail_sent_folder=folder / "mail" / "sent",
        )

    def _rehearsal(self, test: Settings, listening: Listening) -> Settings:
        """Production's own port, token key and schema; of the sandbox's freedoms it has none."""
        return replace(
            test,
            environment="production",
            rehearsal=True,
            sandbox=False,
            public_base=f"{listening.tls_root}/fhir/r4",
            plain_base="",
            portal_base=f"{listening.portal_root}/",
            keys_folder=self.options.data_dir / "keys-production",
            sandbox_facts=Path(),
            mail_folder=Path(),  # messages come once, to the test environment's desks
        )

    @property
    def settings(self) -> Settings:
        return self.test.settings

    @property
    def server(self) -> RunsServer:
        return self.test.server

    def keep_alive(self) -> None:
        """One look: what was killed is started again. Called until the end."""
        if not self.cluster.running:
            self._progress("the database ended; starting it again")
            self.cluster.let_go()
            self.cluster = Cluster.start(self.options.data_dir / "postgres", progress=self._progress)
        for stage in self._started:
            stage.keep_alive(self._progress)
        self._renew_lists()

    def _renew_lists(self) -> None:
        """Once a day: a sandbox that runs for months must not close because its invented lists run out."""
        wall = WallClock().wall()
        if self._renewed_on != wall.date():
            self._renewed_on = wall.date()
            renew_trust(self.pki.folder, wall)

    def stop(self) -> None:
        """What is under way is finished, then servers and database end, in this order."""
        self._stop_stages()
        self.cluster.stop()
        (self.options.data_dir / STATE_FILE).unlink(missing_ok=True)

    def _stop_stages(self) -> None:
        with ThreadPoolExecutor() as together:
            list(together.map(Stage.stop, self._started))
        self._started.clear()


def forget(folder: Path, *, progress: Progress) -> None:
    """Removes a sandbox that does not run, with its database wherever that is kept."""
    if folder.exists():
        progress("removing what was there")
        remove_cluster(folder / "postgres", progress=progress)
        shutil.rmtree(folder)
