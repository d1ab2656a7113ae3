"""A million rows of the audit trail, sealed; then somebody who may do anything in the database is let at them."""

import time
from collections import Counter as Tally
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.conninfo import make_conninfo

from proofs.keeping import Journal
from proofs.sandbox import sandbox
from proofs.stopping import Stop
from proofs.tampering import ROWS_OF_A_BATCH, Found, deeds_done, fill, tamper, tamper_with_seals
from proofs.watching import Watcher, watching
from tilts.access.audit.sealing import Sealer
from tilts.access.audit.verifying import Verdict, asked_of, verify
from tilts.settings import Settings
from tilts.store.migrate import migrate_database

NAME: Final = "tamper"
TITLE: Final = "Whoever changes the audit trail is found"
WHAT: Final = (
    "Entries, each with the patient whom it concerned, are written with the leaves that calls write and sealed by the "
    "real sealer. Then, drawn by the seed, rows are changed (also with a new, right leaf), deleted, slipped in, "
    "exchanged and moved by a superuser with all constraints off. Each must be named, and nothing that was not touched. "
    "At last seals are changed, taken out, exchanged and forged, and must be named too."
)
SIZE: Final = 1_000_000
DEEDS_PER_MILLION: Final = 1000
DATABASE: Final = "tampered"


@dataclass(slots=True)
class Bench:
    """A database of its own beside the sandbox's, and whoever seals it."""

    sealer: Sealer
    db: psycopg.Connection[Any]

    def verdict(self) -> tuple[Verdict, float]:
        began = time.perf_counter()
        settings = Settings(keys_folder=self.sealer.keys_folder)
        return verify(self.db, asked_of(settings)), time.perf_counter() - began


def prove(journal: Journal, size: int, seed: int, stop: Stop) -> dict[str, Any] | None:
    """The figures; None when it was stopped before its end."""
    journal.begin(seed=seed)
    with watching(TITLE, size) as watcher, sandbox(journal.folder / "sandbox", watcher) as environment:
        superuser = environment.cluster.superuser_dsn()
        with bench(superuser, journal.folder / "keys") as found:
            done = deeds_done(found.db)
            if not done and not write_all(found, size, seed, stop, watcher):
                return None
            return judge(found, journal, size, seed, done) | {"postgres": environment.cluster.version}


@contextmanager
def bench(superuser: str, keys: Path) -> Iterator[Bench]:
    conninfo = make_conninfo(superuser, dbname=DATABASE)
    with psycopg.connect(superuser, autocommit=True) as db:
        if not db.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            db.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0 ENCODING 'UTF8'".encode())
    migrate_database(conninfo, "test")
    sealer = Sealer(conninfo, "test", keys, 250, lambda: datetime.now(UTC))
    with sealer.connected() as db:
        sealer.seal_once(db)
        yield Bench(sealer, db)


def write_all(found: Bench, size: int, seed: int, stop: Stop, watcher: Watcher) -> bool:
    """Batch by batch, each sealed as it comes; False when it was stopped."""
    row = found.db.execute("SELECT count(*) FROM audit_entry").fetchone()
    written = int(row[0]) if row else 0
    while written < size:
        if stop.wanted:
            return False
        number = min(ROWS_OF_A_BATCH, size - written)
        fill(found.db, written, number, seed)
        written += number
        found.sealer.seal_once(found.db)
        watcher.at(written)
    deadline = (
        time.monotonic() + 60
    )  # whatever writes beside it in the cluster holds the horizon for a moment
    while found.sealer.seal_once(found.db) or (waiting(found) and time.monotonic() < deadline):
        pass
    found.db.execute("ANALYZE")
    return True


def waiting(found: Bench) -> bool:
    row = found.db.execute(
        "SELECT EXISTS (SELECT FROM audit_entry WHERE xid >= (SELECT max(to_xid) FROM audit_seal))"
    ).fetchone()
    return bool(row and row[0])


def judge(
    found: Bench, journal: Journal, size: int, seed: int, done: list[tuple[str, Found]]
) -> dict[str, Any]:
    """Verified whole, tampered with, verified again; then the seals."""
    findings: list[str] = []
    if not done:
        before, seconds = found.verdict()
        findings += [f"before anything was done: {one}" for one in before.findings]
        findings += [f"{before.unsealed} rows were not sealed"] if before.unsealed else []
        journal.add("whole", seconds=seconds, rows=before.rows, seals=before.seals)
        done = tamper(found.db, max(24, size * DEEDS_PER_MILLION // SIZE), seed)
    after, seconds = found.verdict()
    wanted: Found = set().union(*(named for _, named in done))
    told = {(one.kind, one.id) for one in after.findings}
    findings += [f"{name} was not found: {kind} {one}" for name, those in done for kind, one in those - told]
    findings += [f"named, though nobody touched it: {kind} {one}" for kind, one in sorted(told - wanted)]
    whole = journal.of("whole")[-1]
    seals = tamper_with_seals(found.db, 30 if whole["seals"] > 200 else 6, seed)
    last, _ = found.verdict()
    named = {one.seal for one in last.findings if one.kind == "seal"}
    findings += [f"seal {one} was not found" for one in sorted(seals - named)]
    findings += [f"seal {one} named, though nobody touched it" for one in sorted(named - seals, key=str)]
    kinds = Tally(name.replace("_", " ") for name, _ in done)
    return {
        "findings": findings,
        "figures": {
            "entries": size,
            "rows with their patients, sealed": whole["rows"],
            "seals": whole["seals"],
            "deeds": len(done),
            "rows that had to be named": len(wanted),
            "found and named": len(wanted & told),
            "named, though nobody touched them": len(told - wanted),
            "seals changed, taken out, exchanged or forged": len(seals),
            "of these found and named": len(seals & named),
            "seconds to verify all, untouched": round(whole["seconds"], 1),
            "seconds to verify all, tampered with": round(seconds, 1),
            **{f"deeds: {name}": number for name, number in sorted(kinds.items())},
        },
    }
