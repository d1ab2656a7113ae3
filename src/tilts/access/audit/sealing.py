"""The sealer: a few times a second, what has come to stand in the audit trail becomes a signed batch.

It works beside the calls and holds nothing up: no lock but that against a second sealer, and of the rows only
their ids and leaves are read. A row whose transaction ends late cannot be passed over: a batch reaches only as
far as the oldest transaction that still writes (Security 2.4). Killed at any moment, the next one goes on.
"""

import asyncio
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog

from tilts.access.audit import heads
from tilts.access.audit.heads import Member, SealKey
from tilts.access.audit.merkle import root_of
from tilts.clock import Clock
from tilts.settings import Settings
from tilts.store.trail import seals
from tilts.store.trail.seals import Db, Seal

LOCK_KEY: Final = 0x7365616C  # "seal": the first half; the second is the environment's schema
MOST_ENTRIES: Final = 5000  # of one batch: a backlog is sealed in several
STALL_SECONDS: Final = 10  # an open transaction that holds sealing up this long is told
COME_BACK_SECONDS: Final = 5  # after the database went away
HEAD_FILE: Final = "seal.head"  # beside the key: how far it was, in case somebody cuts the end off
log = structlog.get_logger("tilts.audit")


class CounterBehind(Exception):
    """The database counts transactions from a lower number than the last seal: it was filled from a dump.

    A backup of the files keeps the counter; after a dump `pg_resetwal --next-transaction-id` sets it (ADR 0043).
    """


@dataclass(slots=True)
class Sealer:
    """Of one environment; whoever has it calls `run` in a thread of its own, or `seal_once`."""

    conninfo: str
    environment: str
    keys_folder: Path
    every_ms: int
    wall: Callable[[], datetime]
    key: SealKey = field(init=False)
    _held_up: tuple[int, float] = field(default=(-1, 0.0), init=False)
    _looked_at_end: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.key = heads.ensure_key(self.keys_folder)

    def run(self, stop: threading.Event) -> None:
        """Until told to stop. What goes wrong is told and tried again: rows wait, they are not lost."""
        while not stop.is_set():
            try:
                with self.connected() as db:
                    self._rounds(db, stop)
            except Exception as fault:
                log.error("audit sealing", kind=type(fault).__name__, rows="wait for the next round")
                stop.wait(COME_BACK_SECONDS)

    def _rounds(self, db: Db, stop: threading.Event) -> None:
        while not stop.wait(self.every_ms / 1000):
            while self.seal_once(db) and not stop.is_set():
                pass

    def connected(self) -> Db:
        return seals.connected(self.conninfo, self.environment)

    def seal_once(self, db: Db) -> bool:
        """One batch; False when there is nothing to seal, or somebody else is at it."""
        with db.transaction():
            if not seals.alone(db, LOCK_KEY):
                return False
            last = next(iter(seals.newest(db)), None)
            self._look_at_end(last)
            oldest, coming = seals.horizon(db)
            self._watch(oldest, coming)
            made = self._first(db) if last is None else self._batch(db, last, oldest)
            if made is None:
                return False
            seals.add_seal(db, made)
        self._remember(made)
        return True

    def _first(self, db: Db) -> Seal:
        """It seals nothing: it says how much there was before, and from where on everything is sealed."""
        return self._signed(
            Seal(0, 0, 0, 0, b"", heads.NOTHING, seals.earlier(db), self.wall(), "", b""), members=[]
        )

    def _batch(self, db: Db, last: Seal, oldest: int) -> Seal | None:
        start = last.to_xid
        if oldest < start:
            raise CounterBehind(f"{oldest} after {start}")
        end = seals.cut(db, start, oldest, MOST_ENTRIES)
        entries, subjects = seals.leaves(db, start, end)
        if not entries and not subjects:
            return None
        kinds = ((b"E", entries), (b"S", subjects))
        found = [Member(one.bytes, kind, leaf or bytes(32)) for kind, rows in kinds for one, leaf in rows]
        previous = heads.hash_of(last, self.environment)
        seal = Seal(last.sequence + 1, start, end, 0, b"", previous, [], self.wall(), "", b"")
        return self._signed(seal, members=sorted(found))

    def _signed(self, seal: Seal, members: list[Member]) -> Seal:
        whole = replace(
            seal,
            count=len(members),
            root=root_of([one.leaf for one in members]),
            members=b"".join(one.written for one in members),
        )
        return self.key.sign(whole, self.environment)

    def _watch(self, oldest: int, coming: int) -> None:
        """A transaction that stays open holds up everything after it; somebody must look."""
        xid, since = self._held_up
        now = time.monotonic()
        if oldest >= coming or oldest != xid:
            self._held_up = (oldest, now)
        elif now - since >= STALL_SECONDS:
            log.error("audit sealing waits for an open transaction", xid=xid, seconds=STALL_SECONDS)
            self._held_up = (oldest, now)

    def _look_at_end(self, last: Seal | None) -> None:
        """Once: was it further when we left? Then the end was cut off, and what was known of it is kept."""
        if self._looked_at_end:
            return
        self._looked_at_end = True
        file = self.keys_folder / f"{HEAD_FILE}.{self.environment}"
        known = int(file.read_text("utf-8").split()[0]) if file.exists() else -1
        if known > (last.sequence if last else -1):
            log.error("audit seals are missing", known=known, found=last.sequence if last else None)
            os.replace(file, file.with_name(f"{file.name}.lost-{known}"))

    def _remember(self, seal: Seal) -> None:
        """Outside the database, so that who can change that cannot cut the end off unseen."""
        file = self.keys_folder / f"{HEAD_FILE}.{self.environment}"
        # Hidden, so that whoever asks for the known heads does not take a file in the making for one of them.
        half = file.with_name(f".{file.name}.{os.getpid()}-{threading.get_ident()}")
        half.write_text(f"{seal.sequence} {heads.hash_of(seal, self.environment).hex()}\n", "utf-8")
        with suppress(FileNotFoundError):
            os.replace(half, file)


async def keep_sealed(settings: Settings, clock: Clock) -> None:
    """Never ends; in a thread, so that hashing does not stand between two calls."""
    if settings.audit_seal_ms <= 0:
        return
    stop = threading.Event()
    sealer = Sealer(
        settings.database_url, settings.environment, settings.keys_folder, settings.audit_seal_ms, clock.wall
    )
    try:
        await asyncio.to_thread(sealer.run, stop)
    finally:
        stop.set()


def known_heads(keys_folder: Path, environment: str) -> list[tuple[int, str]]:
    """(sequence, hash) of the last head each sealer of this machine made, also of an end that was lost."""
    found = []
    for file in sorted(keys_folder.glob(f"{HEAD_FILE}.{environment}*")):
        try:
            words = file.read_text("utf-8").split()
        except FileNotFoundError:  # a sealer that starts has just moved it aside, where it is kept
            return known_heads(keys_folder, environment)
        if len(words) == 2 and words[0].isdigit():
            found.append((int(words[0]), words[1]))
    return found
