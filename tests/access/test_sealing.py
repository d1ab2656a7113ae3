"""The sealer and whoever verifies it: nothing is passed over, nothing is sealed twice, and what is cut off is missed."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives import serialization
from structlog.testing import capture_logs

from proofs.tampering import ENTRY_COLUMNS, fill, made
from tests.running import Running
from tests.store.databases import empty_database
from tilts.access.audit import heads, sealing
from tilts.access.audit.sealing import CounterBehind, Sealer
from tilts.access.audit.verifying import Verdict, asked_of, verify
from tilts.ids import new_id
from tilts.settings import Settings
from tilts.store import audit
from tilts.store.migrate import migrate_database
from tilts.store.records import AuditEntry, AuditSubject
from tilts.store.trail.seals import Seal
from tilts.store.tx import Database

KILLS = 4
SEALER = """
import sys, threading
from datetime import UTC, datetime
from pathlib import Path
from tilts.access.audit.sealing import Sealer
sealer = Sealer(sys.argv[1], "test", Path(sys.argv[2]), 1, lambda: datetime.now(UTC))
print("ready", flush=True)
sealer.run(threading.Event())
"""


@dataclass
class Trail:
    """A trail of its own, with whoever seals and verifies it."""

    conninfo: str
    sealer: Sealer
    db: psycopg.Connection[Any]

    def verdict(self, **bounds: datetime) -> Verdict:
        return verify(self.db, asked_of(Settings(keys_folder=self.sealer.keys_folder), **bounds))

    def seal_all(self) -> int:
        number = 0
        while self.sealer.seal_once(self.db):
            number += 1
        return number

    def one(self, statement: str, *values: object) -> Any:
        row = self.db.execute(statement.encode(), values).fetchone()
        return row[0] if row else None

    def other(self) -> psycopg.Connection[Any]:
        return self.sealer.connected()


@pytest.fixture(scope="module")
def conninfo(exchange: Running) -> Iterator[str]:
    with empty_database(exchange) as found:
        migrate_database(found, "test")
        yield found


@pytest.fixture
def trail(conninfo: str, tmp_path: Path) -> Iterator[Trail]:
    """Empty, with a key of its own."""
    sealer = Sealer(conninfo, "test", tmp_path / "keys", 250, lambda: datetime.now(UTC))
    with sealer.connected() as db:
        db.execute("TRUNCATE audit_stamp, audit_seal, audit_subject, audit_entry")
        yield Trail(conninfo, sealer, db)


def wrote(trail: Trail, *calls: tuple[AuditEntry, list[AuditSubject]]) -> None:
    """As the pipeline writes."""

    async def write() -> None:
        database = Database(trail.conninfo, connections=1)
        await database.open()
        for entry, subjects in calls:
            async with database.transaction() as tx:
                await audit.add(tx, entry)
                await audit.add_subjects(tx, entry, subjects)
        await database.close()

    asyncio.run(write())


def removal(*leaves: str) -> AuditEntry:
    """The entry that says what was lawfully taken out."""
    detail = {"decision": "2-14/2026/7", "leaves": list(leaves)}
    return AuditEntry(
        new_id(), datetime.now(UTC), "audit.removed", "success", "r", "DELETE", "/operator", detail=detail
    )


def named(verdict: Verdict) -> set[tuple[str, str]]:
    return {(one.what, one.kind) for one in verdict.findings}


# Sealing.


def test_what_is_written_is_sealed_and_found_whole(trail: Trail) -> None:
    assert trail.seal_all() == 1  # the first says from where on
    fill(trail.db, 0, 30, 1)
    assert trail.seal_all() == 1
    assert trail.seal_all() == 0

    verdict = trail.verdict()

    assert (verdict.findings, verdict.rows, verdict.seals, verdict.unsealed) == ([], 60, 2, 0)


def test_a_row_comes_back_from_the_database_with_the_leaf_it_was_given(trail: Trail) -> None:
    """Whatever a detail holds: jsonb has its own way with numbers and with the order of members."""
    details: list[dict[str, Any]] = [
        {"b": 1, "a": {"ž": 0.1, "n": 1e22, "m": -0.0, "big": 10**40}},
        {"list": [1.50, True, None, '\u2028 \\ " \U0001f600'], "": ""},
        {},
    ]
    for number, detail in enumerate(details):
        entry, subjects = made(number, random.Random(1), datetime.now(UTC))
        wrote(trail, (replace(entry, detail=detail, organization_name="SIA “Ā”\n\t'"), subjects))
    trail.seal_all()

    assert (trail.verdict().findings, trail.verdict().rows) == ([], 2 * len(details))


def test_a_transaction_that_ends_late_is_not_passed_over(trail: Trail) -> None:
    trail.seal_all()
    with trail.other() as late:
        late.execute("BEGIN")
        fill(late, 0, 5, 1)
        fill(trail.db, 5, 5, 1)  # began later, is there sooner
        assert trail.seal_all() == 0
        late.execute("COMMIT")
    trail.seal_all()

    verdict = trail.verdict()

    assert (verdict.findings, verdict.rows, verdict.unsealed) == ([], 20, 0)


def test_a_transaction_left_open_is_told_in_the_log(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "STALL_SECONDS", 0)
    trail.seal_all()
    with trail.other() as late, capture_logs() as said:
        late.execute("BEGIN")
        late.execute("SELECT pg_current_xact_id()")
        while not said:  # whatever else is open for a moment in the cluster ends
            trail.sealer.seal_once(trail.db)
        late.execute("ROLLBACK")

    assert said[0]["event"] == "audit sealing waits for an open transaction"


def test_a_transaction_that_somebody_forgot_ends_by_itself(exchange: Running) -> None:
    async def asked() -> Any:
        database = Database(exchange.settings.database_url, connections=1)
        await database.open()
        async with database.transaction() as tx:
            found = await (await tx.execute("SHOW idle_in_transaction_session_timeout")).fetchone()
        await database.close()
        return found

    assert asyncio.run(asked()) == ("1min",)


def test_several_sealers_make_one_chain(trail: Trail) -> None:
    stop = threading.Event()
    sealers = [replace_of(trail.sealer) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        running = [pool.submit(one.run, stop) for one in sealers]
        try:
            for number in range(30):
                fill(trail.db, number * 3, 3, 1)
            while trail.verdict().rows < 180:
                pass
        finally:
            stop.set()  # else the pool waits for ever, and nobody reads what went wrong
        for one in running:
            one.result()

    verdict = trail.verdict()

    assert (verdict.findings, verdict.unsealed) == ([], 0)
    assert verdict.seals == trail.one("SELECT max(sequence) + 1 FROM audit_seal")


def test_whoever_asks_for_the_known_heads_while_they_are_written_gets_them(tmp_path: Path) -> None:
    sealer = Sealer("", "test", tmp_path, 1, lambda: datetime.now(UTC))
    seals = [Seal(number, 0, 0, 0, b"", b"", [], sealer.wall(), "", b"") for number in range(500)]
    sealer._remember(seals[0])
    seen = []
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(lambda: [sealer._remember(seal) for seal in seals])
        while not writing.done():
            seen.append([number for number, _ in sealing.known_heads(tmp_path, "test")])

    assert seen and all(len(numbers) == 1 for numbers in seen)


def replace_of(sealer: Sealer) -> Sealer:
    return Sealer(sealer.conninfo, sealer.environment, sealer.keys_folder, 1, sealer.wall)


def test_a_sealer_killed_at_any_moment_leaves_no_row_unsealed(trail: Trail) -> None:
    chance = random.Random(7)
    command = [sys.executable, "-c", SEALER, trail.conninfo, str(trail.sealer.keys_folder)]
    written = 0
    for _ in range(KILLS):
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        )
        assert process.stdout is not None
        process.stdout.readline()
        for _ in range(chance.randrange(1, 40)):
            fill(trail.db, written, 5, 1)
            written += 5
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    while trail.seal_all() or trail.one(
        "SELECT count(*) FROM pg_stat_activity WHERE backend_xid IS NOT NULL"
    ):
        pass
    trail.seal_all()

    verdict = trail.verdict()

    assert (verdict.findings, verdict.unsealed, verdict.rows) == ([], 0, 2 * written)


def test_a_counter_that_fell_back_is_not_sealed_over(trail: Trail) -> None:
    """A database filled from a dump counts from a low number again."""
    trail.seal_all()
    fill(trail.db, 0, 1, 1)
    trail.seal_all()
    trail.db.execute(
        "UPDATE audit_seal SET to_xid = (to_xid::text::bigint + 1000000)::text::xid8 WHERE sequence = 1"
    )

    with pytest.raises(CounterBehind):
        trail.sealer.seal_once(trail.db)


# What was there before, and what lawfully goes.


def test_rows_from_before_sealing_are_counted_and_said_to_be_so(trail: Trail) -> None:
    fill(trail.db, 0, 4, 1)
    for table in ("audit_entry", "audit_subject"):
        trail.db.execute(f"UPDATE {table} SET xid = NULL, salt = NULL, leaf = NULL".encode())
    trail.seal_all()
    whole = trail.verdict()
    trail.db.execute("DELETE FROM audit_subject WHERE audit_id = (SELECT audit_id FROM audit_entry LIMIT 1)")
    spoilt = trail.verdict()

    assert (whole.findings, whole.earlier, whole.rows) == ([], 8, 0)
    assert named(spoilt) == {("deleted-or-inserted", "earlier")}


def test_a_row_written_by_a_release_from_before_leaves_is_sealed_by_its_place(trail: Trail) -> None:
    trail.seal_all()
    entry, _ = made(1, random.Random(1), datetime.now(UTC))
    row = audit.entry_row(entry)
    columns = [name for name in ENTRY_COLUMNS if name not in ("salt", "leaf")]
    places = ", ".join(["%s"] * len(columns))
    trail.db.execute(
        f"INSERT INTO audit_entry ({', '.join(columns)}) VALUES ({places})".encode(),
        [row[name] for name in columns],
    )
    trail.seal_all()
    assert trail.verdict().findings == []
    trail.db.execute("DELETE FROM audit_entry")

    [gone] = trail.verdict().findings

    assert (gone.what, gone.id) == ("deleted", str(entry.audit_id))


def test_what_is_taken_out_is_a_finding_until_a_decision_says_so(trail: Trail) -> None:
    trail.seal_all()
    fill(trail.db, 0, 3, 1)
    trail.seal_all()
    leaf = trail.one("SELECT leaf FROM audit_subject LIMIT 1")
    audit_id = trail.one("DELETE FROM audit_subject WHERE leaf = %s RETURNING audit_id", leaf)
    before = trail.verdict()
    wrote(trail, (removal(bytes(leaf).hex()), []))
    trail.seal_all()

    after = trail.verdict()

    assert (named(before), before.removed) == ({("deleted", "subject")}, [])
    assert after.findings == []
    assert [(one.id, one.note) for one in after.removed] == [(str(audit_id), "under decision 2-14/2026/7")]


# Cut off, forged, out of date.


def test_an_end_that_is_cut_off_is_missed_by_what_stands_outside_the_database(trail: Trail) -> None:
    for number in range(4):
        fill(trail.db, number, 1, 1)
        trail.seal_all()
    last = trail.one("SELECT max(sequence) FROM audit_seal")
    span = trail.one("SELECT from_xid::text FROM audit_seal WHERE sequence = %s", last)
    for table in ("audit_subject", "audit_entry"):
        trail.db.execute(f"DELETE FROM {table} WHERE xid >= %s::xid8".encode(), [span])
    trail.db.execute("DELETE FROM audit_seal WHERE sequence = %s", [last])

    [finding] = trail.verdict().findings
    assert (finding.what, finding.seal) == ("seal-missing", last)

    with capture_logs() as said:  # the next sealer says it, goes on, and does not forget it
        again = replace_of(trail.sealer)
        fill(trail.db, 9, 1, 1)
        again.seal_once(trail.db)
    assert [one["event"] for one in said] == ["audit seals are missing"]
    assert ("seal-replaced", "seal") in named(trail.verdict())


def test_a_seal_of_another_key_is_named(trail: Trail, tmp_path: Path) -> None:
    trail.seal_all()
    fill(trail.db, 0, 1, 1)
    forger = Sealer(trail.conninfo, "test", tmp_path / "other", 250, trail.sealer.wall)
    forger.seal_once(trail.db)

    assert named(trail.verdict()) == {("seal-of-unknown-key", "seal")}


def test_seals_of_a_key_that_was_changed_stay_good_while_its_public_half_is_kept(trail: Trail) -> None:
    trail.seal_all()
    folder = trail.sealer.keys_folder
    public = trail.sealer.key.private.public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    (folder / "seal-2026.pub").write_bytes(pem)
    (folder / heads.KEY_FILE).unlink()
    fill(trail.db, 0, 1, 1)
    replace_of(trail.sealer).seal_once(trail.db)

    assert (trail.verdict().findings, trail.verdict().seals) == ([], 2)


def test_a_row_with_an_id_of_long_ago_is_named_although_it_was_sealed(trail: Trail) -> None:
    """Written today by hand, dated last week: its id says so, and no call lasts that long."""
    trail.seal_all()
    entry, _ = made(1, random.Random(1), datetime.now(UTC) - timedelta(days=7))
    old = replace(entry, audit_id=new_id(int((datetime.now(UTC).timestamp() - 7 * 86400) * 1000)))
    row = audit.entry_row(old)
    places = ", ".join(["%s"] * len(ENTRY_COLUMNS))
    trail.db.execute(
        f"INSERT INTO audit_entry ({', '.join(ENTRY_COLUMNS)}) VALUES ({places})".encode(),
        [row[name] for name in ENTRY_COLUMNS],
    )
    waiting = trail.verdict()
    trail.seal_all()

    for verdict in (waiting, trail.verdict()):
        assert [(one.what, one.id) for one in verdict.findings] == [("inserted", str(old.audit_id))]


def test_a_period_is_verified_alone(trail: Trail) -> None:
    trail.seal_all()
    fill(trail.db, 0, 3, 1)
    trail.seal_all()
    middle = datetime.now(UTC)
    fill(trail.db, 3, 2, 1)
    trail.seal_all()

    assert trail.verdict(since=middle).rows == 4
    assert trail.verdict(until=middle).rows == 6
    assert trail.verdict(since=middle).findings == trail.verdict(until=middle).findings == []


def test_the_key_of_the_seals_is_the_owners_alone(tmp_path: Path) -> None:
    heads.ensure_key(tmp_path)
    file = tmp_path / heads.KEY_FILE
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o644)

    with pytest.raises(SystemExit, match="can be read by others"):
        heads.ensure_key(tmp_path)
