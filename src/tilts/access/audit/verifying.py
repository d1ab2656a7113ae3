"""Is the audit trail what was sealed? Everything is computed anew and each difference is named.

Seals and rows are read side by side in the order of their transactions, a few at a time: memory does not grow
with the trail. Between two seals that are signed and follow one another stands what the one before promised.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Final
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tilts.access.audit import heads
from tilts.access.audit.matching import Finding, Left, Strange, computed, decisions, matched, resolved
from tilts.access.audit.merkle import root_of
from tilts.access.audit.sealing import known_heads
from tilts.access.audit.stamping import fault_of, roots_of
from tilts.settings import Settings
from tilts.store.trail import seals
from tilts.store.trail.seals import Db, Row, Seal, Stamp

LAST_XID: Final = 2**63 - 1
LATE: Final = timedelta(hours=1)  # no transaction is open for longer: an older id was slipped in
EPOCH: Final = datetime(1970, 1, 2, tzinfo=UTC)


def first_id(moment: datetime) -> UUID:
    """The lowest UUID version 7 of a moment."""
    return UUID(int=max(0, int(moment.timestamp() * 1000)) << 80)


@dataclass(slots=True)
class Verdict:
    findings: list[Finding] = field(default_factory=list)
    removed: list[Finding] = field(default_factory=list)  # lawfully, under a decision
    seals: int = 0
    rows: int = 0  # as they were sealed
    unsealed: int = 0  # newer than the last seal
    earlier: int = 0  # from before sealing began
    unvouched: int = 0  # of seals that are gone or broken: nothing can be said of them
    first: Seal | None = None
    last: Seal | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    environment: str
    keys: dict[str, Ed25519PublicKey]
    known: list[tuple[int, str]]  # heads that somebody outside the database remembers
    since: datetime | None = None
    until: datetime | None = None
    roots: Sequence[x509.Certificate] = ()  # whose time stamps are believed


def asked_of(settings: Settings, since: datetime | None = None, until: datetime | None = None) -> Asked:
    folder, environment = settings.keys_folder, settings.environment
    keys, known = heads.public_keys(folder), known_heads(folder, environment)
    return Asked(environment, keys, known, since, until, roots_of(settings))


def stamps_of(db: Db) -> dict[int, list[Stamp]]:
    found: dict[int, list[Stamp]] = {}
    for stamp in seals.stamps(db):
        found.setdefault(stamp.sequence, []).append(stamp)
    return found


def verify(db: Db, asked: Asked, progress: Callable[[int, int], None] = lambda done, of: None) -> Verdict:
    """The whole trail, or the seals made in a period, as they are at one moment."""
    with db.transaction():
        seals.one_view(db)
        return Walk(db, asked, progress).walked()


class Stream:
    """Rows in the order of xid, taken up to a bound."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def until(self, xid: int) -> Iterator[Row]:
        while self._next is not None and self._next["xid"] < xid:
            yield self._next
            self._next = next(self._rows, None)


class Walk:
    def __init__(self, db: Db, asked: Asked, progress: Callable[[int, int], None]) -> None:
        self._db = db
        self._asked = asked
        self._progress = progress
        self._verdict = Verdict()
        self._left = Left()
        self._doubtful: list[Seal] = []  # since the last good one
        self._gap = False  # whether seals are missing since then

    def walked(self) -> Verdict:
        verdict, asked = self._verdict, self._asked
        first, last = seals.span(self._db, asked.since, asked.until)
        if first is None or last is None:
            return self._nothing()
        begin = 0 if asked.since is None else seals.bounds(self._db, first)[0]
        end = LAST_XID if asked.until is None else seals.bounds(self._db, last)[1]
        self._total = seals.entry_count(self._db, begin, end)
        self._entries = Stream(seals.entries(self._db, begin, end))
        self._subjects = Stream(seals.subjects(self._db, begin, end))
        self._stamps = stamps_of(self._db)
        expected = 0 if asked.since is None else first
        for seal in seals.seals(self._db, first, last):
            if seal.sequence > expected:
                self._gap = True
                for sequence in range(expected, seal.sequence):
                    self._found("seal-missing", sequence)
            expected = seal.sequence + 1
            self._next(seal)
        self._end(expected)
        return verdict

    def _nothing(self) -> Verdict:
        for sequence, _ in self._asked.known if self._asked.since is None else ():
            self._found("seal-missing", sequence, "the last one known outside the database")
        self._verdict.unsealed = seals.entry_count(self._db, 0, LAST_XID)
        return self._verdict

    def _next(self, seal: Seal) -> None:
        verdict = self._verdict
        verdict.seals += 1
        if not heads.is_signed(seal, self._asked.environment, self._asked.keys):
            known = seal.key_id in self._asked.keys
            self._found("seal-changed" if known else "seal-of-unknown-key", seal.sequence)
            self._doubtful.append(seal)
            return
        now = heads.hash_of(seal, self._asked.environment)
        for stamp in self._stamps.get(seal.sequence, ()):
            if no := fault_of(stamp, heads.head_bytes(seal, self._asked.environment), self._asked.roots):
                self._verdict.findings.append(
                    Finding("stamp-wrong", "stamp", stamp.authority, seal.sequence, no)
                )
        for sequence, said in self._asked.known:
            if sequence == seal.sequence and said != now.hex():
                self._found("seal-replaced", sequence, "outside the database another one is known")
        if self._doubtful or self._gap:
            self._between(seal)
        elif verdict.last is not None and (
            seal.previous != heads.hash_of(verdict.last, self._asked.environment)
            or seal.from_xid != verdict.last.to_xid
        ):
            self._found("seal-replaced", seal.sequence, "it does not follow the one before it")
        if verdict.first is None:
            verdict.first = seal
            self._look_before(seal)
        self._rows_of(seal)
        verdict.last = seal

    def _between(self, good: Seal) -> None:
        """Rows of seals that cannot be trusted: held against their lists if these at least are whole."""
        entries, subjects = self._entries.until(good.from_xid), self._subjects.until(good.from_xid)
        lists = [(one.sequence, heads.members_of(one.members)) for one in self._doubtful]
        roots = [root_of([member.leaf for member in members]) for _, members in lists]
        if self._gap or any(root != one.root for root, one in zip(roots, self._doubtful, strict=True)):
            self._verdict.unvouched += sum(1 for _ in chain(entries, subjects))
        else:
            self._match(lists, entries, subjects)
        self._doubtful, self._gap = [], False

    def _rows_of(self, seal: Seal) -> None:
        members = heads.members_of(seal.members)
        entries = list(self._entries.until(seal.to_xid))
        subjects = list(self._subjects.until(seal.to_xid))
        self._progress(self._verdict.rows, self._total)
        if len(members) != seal.count or root_of([one.leaf for one in members]) != seal.root:
            self._found("seal-changed", seal.sequence, "its list of rows")
            members = self._list_anew(seal, entries, subjects)
            if not members:
                self._verdict.unvouched += len(entries) + len(subjects)
                return
        self._match([(seal.sequence, members)], entries, subjects)

    def _list_anew(self, seal: Seal, entries: list[Row], subjects: list[Row]) -> list[heads.Member]:
        """If the leaves that the rows carry give the signed root, only the list was spoilt."""
        rows = [(b"E", row) for row in entries] + [(b"S", row) for row in subjects]
        carried = sorted(
            heads.Member(row["audit_id"].bytes, kind, bytes(row["leaf"] or bytes(32))) for kind, row in rows
        )
        return carried if root_of([one.leaf for one in carried]) == seal.root else []

    def _match(
        self, lists: list[tuple[int, list[heads.Member]]], entries: Iterable[Row], subjects: Iterable[Row]
    ) -> None:
        whole, findings = matched(lists, entries, subjects, self._left)
        self._verdict.rows += len(whole)
        self._verdict.findings += findings
        if self._verdict.last is not None:
            self._back_dated(whole, self._verdict.last)

    def _back_dated(self, rows: Iterable[Row], after: Seal) -> int:
        """An id is made when the call comes; one from long before the seal before it was made up."""
        earliest = first_id(after.at - LATE)
        number = 0
        for number, row in enumerate(rows, start=1):  # noqa: B007  # told at the end
            if row["audit_id"] < earliest:
                kind = "subject" if "patient_id" in row else "entry"
                note = f"its id is from before {after.at - LATE:%Y-%m-%d %H:%M}, and it was not there then"
                self._verdict.findings.append(Finding("inserted", kind, str(row["audit_id"]), None, note))
        return number

    def _look_before(self, first: Seal) -> None:
        """The first seal of all says how many rows there were before; they are counted, no more."""
        if first.sequence != 0:
            return
        now = seals.earlier(self._db)
        entries, subjects = seals.strays(self._db, first_id(first.at))
        self._verdict.earlier = sum(now)
        self._strange(entries, subjects)
        counted = [now[0] - len(entries), now[1] - len(subjects)]
        if counted != first.earlier:
            note = f"{first.earlier} rows from before sealing were there, {counted} are"
            self._verdict.findings.append(Finding("deleted-or-inserted", "earlier", "0", 0, note))

    def _end(self, expected: int) -> None:
        verdict, asked = self._verdict, self._asked
        if asked.until is None:
            for sequence, _ in asked.known:
                for cut_off in range(expected, sequence + 1):
                    self._found("seal-missing", cut_off, "cut off from the end")
                expected = max(expected, sequence + 1)
            _, coming = seals.horizon(self._db)
            waiting = chain(self._entries.until(coming), self._subjects.until(coming))
            newest = verdict.last or Seal(0, 0, 0, 0, b"", b"", [], EPOCH, "", b"")
            verdict.unsealed = self._back_dated(waiting, newest)
            self._strange(self._entries.until(LAST_XID), self._subjects.until(LAST_XID))
        removed = decisions(seals.removed(self._db))
        found, taken_out = resolved(self._left, lambda one: seals.leaf_of_entry(self._db, one), removed)
        verdict.findings += found
        verdict.removed += taken_out

    def _strange(self, entries: Iterable[Row], subjects: Iterable[Row]) -> None:
        """Rows whose place no seal can have: from before sealing, or of transactions still to come."""
        for kind, rows in ((b"E", entries), (b"S", subjects)):
            self._left.strange += [Strange(kind, row, computed(kind, row, None)) for row in rows]

    def _found(self, what: str, sequence: int, note: str = "") -> None:
        self._verdict.findings.append(Finding(what, "seal", str(sequence), sequence, note))
