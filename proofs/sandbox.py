"""The exchange that a proof is done to: a real sandbox of its own, with everything its three parties need."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from proofs.driver.parties import Party, Patient, patients_of
from proofs.limits import wide_limits
from proofs.watching import Watcher
from tilts.lab.environment import Environment, Options


@dataclass(slots=True)
class Counter:
    """Who stands at the counter: one practice, two pharmacies, and everybody who may be prescribed for."""

    practice: Party
    pharmacies: tuple[Party, Party]
    patients: list[Patient]

    @classmethod
    def of(cls, environment: Environment) -> "Counter":
        facts = environment.facts
        pharmacies = Party.of(facts, "pharmacy"), Party.of(facts, "second-pharmacy")
        people = patients_of(environment.population.resources)
        return cls(Party.of(facts, "practice"), pharmacies, people)

    @property
    def requests(self) -> int:
        return sum(party.line.requests for party in (self.practice, *self.pharmacies))

    def close(self) -> None:
        for party in (self.practice, *self.pharmacies):
            party.line.close()


@contextmanager
def sandbox(folder: Path, watcher: Watcher, **options: Any) -> Iterator[Environment]:
    """Started where it was left; without a limit on calls, which are all from this machine."""
    limits = wide_limits(folder.parent)
    chosen = Options(data_dir=folder, port=0, plain=True, rate=0, copying_limits=limits, **options)
    environment = Environment(chosen, watcher.say)
    try:
        yield environment
    finally:
        environment.stop()


@contextmanager
def reading(environment: Environment) -> Iterator[psycopg.Connection[Any]]:
    """A look into the database beside the exchange."""
    with psycopg.connect(environment.settings.database_url, autocommit=True) as connection:
        yield connection
