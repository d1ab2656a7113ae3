"""python -m benchmarks.breadth [--rounds N] [--clients N] [--out DIR]: what counting patients costs a read.

Each transaction asks whether the caller may act, writes the audit entry, reads a patient by sight and writes down whom it
opened, through the code of the exchange. In turn without counting, with patients who are new to their actors, and with
the same patients again; each client is a practice with its own practitioner. Only ratios within one round are kept.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

import uvloop
from psycopg.conninfo import make_conninfo

from benchmarks.load import Meter
from benchmarks.page import FOLDER
from proofs.limits import wide_limits
from proofs.machine import commit, machine, today
from proofs.tamper import bench
from proofs.workday import Replay, entry_of, staff
from tilts.access import breadth
from tilts.access.breadth.limits import limits_from
from tilts.access.permission.asking import check_acting
from tilts.exchange.prescriptions import viewer_of
from tilts.ids import new_id
from tilts.party import Party
from tilts.store import audit, resources
from tilts.store.doors import breadth as seen
from tilts.store.doors import holds
from tilts.store.embedded.cluster import Cluster, remove_cluster
from tilts.store.records import AuditSubject
from tilts.store.tx import Database

Way: TypeAlias = Literal["without", "new", "again"]
WAYS: Final[tuple[Way, ...]] = ("without", "new", "again")
PATIENTS: Final = 60  # as many as a practitioner may open in an hour
HEAD: Final = """# What counting patients costs

Made by `python -m benchmarks.breadth` from `breadth.json`; do not edit. Audited reads of {clients} clients at once, without
HTTP and TLS; fsync on; all ways in turn, {patients} reads of each client. Only the ratios count.

| | against a read that is not counted |
| --- | ---: |
"""
ADD_PATIENT: Final = """
WITH p AS (INSERT INTO patient VALUES (%(patient_id)s, 'a', 'b'))
INSERT INTO resource (resource_type, resource_id, version, last_updated_at, patient_id, tokens, body)
VALUES ('Patient', %(patient_id)s, 1, now(), %(patient_id)s, '{}', convert_to(repeat('x', 900), 'UTF8'))
"""
ADD_VISIT: Final = """
INSERT INTO relationship (relationship_id, patient_id, organization_id, kind, starts_at, ends_at, evidence,
                          recorded_at)
SELECT gen_random_uuid(), p.patient_id, o.organization_id, 'visit', now(), now() + interval '1 day', 'benchmark', now()
  FROM patient p, organization o
"""


@dataclass(slots=True)
class Figures:
    """Of each round: reads a second, and milliseconds of processor time for a read, PostgreSQL's included."""

    rates: dict[Way, list[float]] = field(default_factory=lambda: {way: [] for way in WAYS})
    cpu_ms: dict[Way, list[float]] = field(default_factory=lambda: {way: [] for way in WAYS})

    def ratio(self, figures: dict[Way, list[float]], way: Way) -> float:
        pairs = zip(figures[way], figures["without"], strict=True)
        return round(statistics.median(one / plain for one, plain in pairs), 2)


@dataclass(slots=True)
class Reads:
    database: Database
    limits: breadth.Limits
    parties: list[Party]
    patients: list[UUID]

    async def read(self, party: Party, patient_id: UUID, way: Way) -> None:
        """One call, as the pipeline makes it."""
        now = datetime.now(UTC)
        entry, viewer = entry_of(party, "patient.read", now), viewer_of(party, now)
        async with self.database.transaction() as tx:
            if way == "without":
                await holds.standing(tx, party, [])
            else:
                await check_acting(tx, party, viewer)
            await audit.add(tx, entry)
            row = await resources.read(tx, "Patient", patient_id, viewer)
            assert row is not None, "every patient has a relationship to every practice"
            subjects = [AuditSubject(patient_id, "Patient", patient_id, basis=row.basis)]
            if way == "without":
                await audit.add_subjects(tx, entry, subjects)
            else:
                await breadth.count(tx, party, entry, subjects, self.limits)

    async def client(self, party: Party, way: Way) -> None:
        for patient_id in self.patients:
            await self.read(party, patient_id, way)

    async def play(self, way: Way) -> float:
        """Seconds that all took."""
        began = time.perf_counter()
        await asyncio.gather(*(self.client(party, way) for party in self.parties))
        return time.perf_counter() - began

    async def forget(self) -> None:
        async with self.database.transaction() as tx:
            await seen.forget_seen(tx, datetime.now(UTC) + timedelta(days=1))


async def prepare(database: Database, folder: Path, clients: int) -> Reads:
    limits = limits_from(wide_limits(folder))
    parties = [staff("practice", number, 1)[0] for number in range(clients)]
    patients = [new_id() for _ in range(PATIENTS)]
    await Replay(database, limits).employ(parties)
    async with database.transaction() as tx:
        for patient_id in patients:
            await tx.execute(ADD_PATIENT, {"patient_id": patient_id})
        await tx.execute(ADD_VISIT)
        await tx.execute("ANALYZE")
    return Reads(database, limits, parties, patients)


async def measure(conninfo: str, postgres: int | None, folder: Path, given: argparse.Namespace) -> Figures:
    figures, meters = Figures(), (Meter(None), Meter(postgres))
    database = Database(conninfo, connections=given.clients)
    await database.open()
    reads = await prepare(database, folder, given.clients)
    calls = PATIENTS * given.clients
    for way in WAYS:
        await reads.play(way)
    for number in range(given.rounds):
        await reads.forget()
        for way in WAYS if number % 2 else (*WAYS[1:], WAYS[0]):  # who is opened again was new before
            spent = time.process_time() + sum(meter.seconds() for meter in meters)
            figures.rates[way].append(calls / await reads.play(way))
            spent = time.process_time() + sum(meter.seconds() for meter in meters) - spent
            figures.cpu_ms[way].append(spent * 1000 / calls)
    await database.close()
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.breadth", description=__doc__)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--out", type=Path, default=FOLDER)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "cluster"
        with (
            Cluster.start(folder) as cluster,
            bench(cluster.superuser_dsn(), Path(scratch) / "keys") as found,
        ):
            conninfo = make_conninfo(cluster.superuser_dsn(), dbname=found.db.info.dbname)
            figures = uvloop.run(measure(conninfo, cluster.pid, Path(scratch), given))
            version = cluster.version
        remove_cluster(folder)
    write(figures, version, given)
    return 0


def write(figures: Figures, version: str, given: argparse.Namespace) -> None:
    known: dict[str, Any] = {
        "date": today(),
        "commit": commit(),
        "machine": machine(version),
        "clients": given.clients,
        "rounds": given.rounds,
        "reads_per_second": {way: [round(one) for one in figures.rates[way]] for way in WAYS},
        "cpu_ms": {way: [round(one, 3) for one in figures.cpu_ms[way]] for way in WAYS},
        "throughput": {way: figures.ratio(figures.rates, way) for way in WAYS[1:]},
        "processor_time": {way: figures.ratio(figures.cpu_ms, way) for way in WAYS[1:]},
    }
    (given.out / "breadth.json").write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")
    rows = [
        f"| {what}, patient {named} | {known[key][way]} |"
        for key, what in (("throughput", "throughput"), ("processor_time", "processor time"))
        for way, named in (("new", "new to everybody"), ("again", "opened again"))
    ]
    where = ", ".join(f"{name} {value}" for name, value in known["machine"].items())
    page = [HEAD.format(clients=given.clients, patients=PATIENTS) + "\n".join(rows), ""]
    page += [f"Medians of {given.rounds} rounds. {known['date']}, commit {known['commit']}. {where}.", ""]
    (given.out / "breadth.md").write_text("\n".join(page), encoding="utf-8")
    print("\n".join(page))


if __name__ == "__main__":
    sys.exit(main())
