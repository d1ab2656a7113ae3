"""python -m benchmarks.sealing [--rounds N] [--seconds S] [--clients N] [--out DIR]: what sealing the audit trail costs.

Each transaction writes a business row, reads one, and writes the audit rows of a call about one patient; with fsync, through the code of
the exchange. In turn without any sealing (the same tables without salt, leaf, xid and their indexes, and no sealer) and
with all of it (leaves computed, the sealer at work beside); only the ratio within one round is kept.
"""

import argparse
import asyncio
import json
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeAlias

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.types.json import Jsonb

from benchmarks.page import FOLDER
from proofs.machine import commit, machine, today
from proofs.tamper import Bench, bench
from proofs.tampering import made
from tilts.store import audit
from tilts.store.embedded.cluster import Cluster, remove_cluster
from tilts.store.records import AuditEntry, AuditSubject
from tilts.store.trail.leaves import ENTRY_FIELDS, SUBJECT_FIELDS
from tilts.store.tx import Database, Tx

GOAL: Final = 0.75
HEAD: Final = """# What sealing costs

Made by `python -m benchmarks.sealing` from `sealing.json`; do not edit. Transactions a second of {clients} clients at once,
each with a business row, a read, an audit entry and the patient concerned; fsync on; both ways in turn, {seconds:g} s each. Only
compare within a row. Goal: at least {goal} of the throughput without sealing (Security 2.4).

| round | without | with | ratio |
| ---: | ---: | ---: | ---: |
"""
PLAIN: Final = """
CREATE TABLE work (work_id uuid PRIMARY KEY, body bytea NOT NULL);
CREATE TABLE plain_entry (LIKE audit_entry INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
CREATE TABLE plain_subject (LIKE audit_subject INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
ALTER TABLE plain_entry DROP COLUMN salt, DROP COLUMN leaf, DROP COLUMN xid, ADD PRIMARY KEY (audit_id);
ALTER TABLE plain_subject DROP COLUMN salt, DROP COLUMN leaf, DROP COLUMN xid, ADD PRIMARY KEY (patient_id, audit_id),
    ADD FOREIGN KEY (audit_id) REFERENCES plain_entry;
CREATE INDEX ON plain_entry (at);
"""
Write: TypeAlias = Callable[[Tx, AuditEntry, list[AuditSubject]], Awaitable[None]]


@dataclass(slots=True)
class Figures:
    without: list[float] = field(default_factory=list)
    sealed: list[float] = field(default_factory=list)
    lag_ms: list[float] = field(default_factory=list)

    @property
    def ratios(self) -> list[float]:
        return [with_it / plain for plain, with_it in zip(self.without, self.sealed, strict=True)]


def insert(table: str, columns: tuple[str, ...]) -> bytes:
    places = ", ".join(f"%({name})s" for name in columns)
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})".encode()


PLAIN_ENTRY: Final = insert("plain_entry", ENTRY_FIELDS)
PLAIN_SUBJECT: Final = insert("plain_subject", SUBJECT_FIELDS)


async def plainly(tx: Tx, entry: AuditEntry, subjects: list[AuditSubject]) -> None:
    row = {name: getattr(entry, name) for name in ENTRY_FIELDS}
    await tx.execute(PLAIN_ENTRY, row | {"detail": Jsonb(entry.detail or {})})
    for one in subjects:
        await tx.execute(PLAIN_SUBJECT, asdict(one) | {"audit_id": entry.audit_id})


async def with_leaves(tx: Tx, entry: AuditEntry, subjects: list[AuditSubject]) -> None:
    await audit.add(tx, entry)
    await audit.add_subjects(tx, entry, subjects)


async def throughput(database: Database, write: Write, clients: int, seconds: float) -> float:
    """Transactions a second."""
    done, chance = 0, random.Random(1)
    end = time.perf_counter() + seconds

    async def client() -> None:
        nonlocal done
        while time.perf_counter() < end:
            entry, subjects = made(done, chance, datetime.now(UTC))
            async with database.transaction() as tx:
                await tx.execute("INSERT INTO work VALUES (%s, %s)", [entry.audit_id, b"x" * 600])
                await tx.execute("SELECT body FROM work WHERE work_id = %s", [entry.audit_id])
                await write(tx, entry, subjects)
            done += 1

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return done / (time.perf_counter() - began)


async def measure(found: Bench, conninfo: str, given: argparse.Namespace) -> Figures:
    figures = Figures()
    database = Database(conninfo, connections=given.clients)
    await database.open()
    await throughput(database, plainly, given.clients, 1)
    for _ in range(given.rounds):
        figures.without.append(await throughput(database, plainly, given.clients, given.seconds))
        stop = threading.Event()
        sealing = asyncio.create_task(asyncio.to_thread(found.sealer.run, stop))
        figures.sealed.append(await throughput(database, with_leaves, given.clients, given.seconds))
        began = time.perf_counter()
        while await asyncio.to_thread(unsealed, found.db):
            await asyncio.sleep(0.01)
        figures.lag_ms.append((time.perf_counter() - began) * 1000)
        stop.set()
        await sealing
    await database.close()
    return figures


def unsealed(db: psycopg.Connection[Any]) -> bool:
    row = db.execute(
        "SELECT EXISTS (SELECT FROM audit_entry WHERE xid >= (SELECT max(to_xid) FROM audit_seal))"
    ).fetchone()
    return bool(row and row[0])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sealing", description=__doc__)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each measurement")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--out", type=Path, default=FOLDER)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "cluster"
        with (
            Cluster.start(folder) as cluster,
            bench(cluster.superuser_dsn(), Path(scratch) / "keys") as found,
        ):
            found.db.execute(PLAIN.encode())
            conninfo = make_conninfo(cluster.superuser_dsn(), dbname=found.db.info.dbname)
            figures, version = asyncio.run(measure(found, conninfo, given)), cluster.version
        remove_cluster(folder)
    write(figures, version, given)
    return 0


def write(figures: Figures, version: str, given: argparse.Namespace) -> None:
    ratio = statistics.median(figures.ratios)
    known = {
        "date": today(),
        "commit": commit(),
        "machine": machine(version),
        "clients": given.clients,
        "seconds": given.seconds,
        "without": [round(one) for one in figures.without],
        "with": [round(one) for one in figures.sealed],
        "ratios": [round(one, 2) for one in figures.ratios],
        "ratio": round(ratio, 2),
        "goal": GOAL,
        "until_sealed_ms": [round(one) for one in figures.lag_ms],
    }
    text = json.dumps(known, indent=2) + "\n"
    (given.out / "sealing.json").write_text(text, encoding="utf-8")
    lines = [
        f"| {number} | {plain} | {sealed} | {one} |"
        for number, (plain, sealed, one) in enumerate(
            zip(known["without"], known["with"], known["ratios"], strict=True), start=1
        )
    ]
    told = f"**Median {known['ratio']}** ({min(known['ratios'])} to {max(known['ratios'])}). After the last write all was "
    told += f"sealed within {max(known['until_sealed_ms'])} ms."
    where = ", ".join(f"{name} {value}" for name, value in known["machine"].items())
    page = [
        HEAD.format(clients=given.clients, seconds=given.seconds, goal=GOAL) + "\n".join(lines),
        "",
        told,
        "",
    ]
    page += [f"{known['date']}, commit {known['commit']}. {where}.", ""]
    (given.out / "sealing.md").write_text("\n".join(page), encoding="utf-8")
    print("\n".join(page))


if __name__ == "__main__":
    sys.exit(main())
