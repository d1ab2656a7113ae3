"""Rows held against the lists of their seals: which is as it was, and what is to be said of the others.

A leaf is unlike any other, for it is salted: a row whose leaf stands in a list is the row that was sealed. What is
left over on both sides is put together at the end: by the leaf that the row carries, then by its id.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

from tilts.access.audit.heads import KIND_BYTES, Member
from tilts.store.trail.leaves import entry_record, leaf_of, subject_record
from tilts.store.trail.seals import Row

Kind: TypeAlias = Literal["changed", "deleted", "inserted", "moved"]
UNHASHED: Final = bytes(32)  # in a list: a row that was written by a release from before leaves


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was sealed."""

    what: str  # changed, deleted, inserted, moved; seal-changed, seal-missing, ..
    kind: str  # entry, subject, seal, stamp
    id: str
    seal: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    member: Member
    seal: int


@dataclass(frozen=True, slots=True)
class Strange:
    """A row that stands in no list of its place."""

    kind: bytes
    row: Row
    leaf: bytes

    @property
    def carried(self) -> bytes:
        return bytes(self.row["leaf"] or b"")

    @property
    def id(self) -> bytes:
        found: UUID = self.row["audit_id"]
        return found.bytes


@dataclass(slots=True)
class Left:
    """What did not match, from all seals."""

    missing: list[Missing] = field(default_factory=list)
    strange: list[Strange] = field(default_factory=list)


def computed(kind: bytes, row: Row, entry_leaf: bytes | None) -> bytes:
    """The leaf that the row has now, whatever it carries."""
    if row["salt"] is None and row["leaf"] is None:
        return UNHASHED
    salt = bytes(row["salt"] or b"")
    if kind == b"E":
        return leaf_of(entry_record(row, salt))
    return leaf_of(subject_record(row, salt, entry_leaf or b""))


def matched(
    lists: Iterable[tuple[int, list[Member]]], entries: Iterable[Row], subjects: Iterable[Row], left: Left
) -> tuple[list[Row], list[Finding]]:
    """Rows as they were sealed, and rows that carry another leaf than they have; what does not match is kept."""
    wanted: dict[bytes, Missing] = {}
    of_entry: dict[bytes, bytes] = {}
    for sequence, members in lists:
        for member in members:
            wanted[key_of(member.leaf, member.audit_id)] = Missing(member, sequence)
            if member.kind == b"E":
                of_entry[member.audit_id] = member.leaf
    whole: list[Row] = []
    found: list[Finding] = []
    for kind, rows in ((b"E", entries), (b"S", subjects)):
        for row in rows:
            leaf = computed(kind, row, of_entry.get(row["audit_id"].bytes))
            sealed = wanted.pop(key_of(leaf, row["audit_id"].bytes), None)
            if sealed is None:
                left.strange.append(Strange(kind, row, leaf))
                continue
            whole.append(row)
            if sealed.member.audit_id != row["audit_id"].bytes or sealed.member.kind != kind:
                found.append(
                    Finding("seal-changed", "seal", str(sealed.seal), sealed.seal, "its list of rows")
                )
            if bytes(row["leaf"] or UNHASHED) != leaf:
                note = "the leaf that it carries is not its own"
                found.append(named("changed", kind, row["audit_id"].bytes, sealed.seal, note))
    left.missing += wanted.values()
    return whole, found


def key_of(leaf: bytes, audit_id: bytes) -> bytes:
    return leaf if leaf != UNHASHED else UNHASHED + audit_id


def resolved(
    left: Left, entry_leaf: Callable[[UUID], bytes | None], removed: Mapping[str, str]
) -> tuple[list[Finding], list[Finding]]:
    """What became of each row that did not match: findings, and what was lawfully taken out."""
    findings: list[Finding] = []
    taken_out: list[Finding] = []
    by_leaf = {one.member.leaf: one for one in left.missing}
    by_id: dict[tuple[bytes, bytes], list[Missing]] = {}
    for one in left.missing:
        by_id.setdefault((one.member.kind, one.member.audit_id), []).append(one)
    gone = {id(one): one for one in left.missing}
    later: list[Strange] = []
    for row in left.strange:
        own = row.leaf if row.kind == b"E" else computed(b"S", row.row, entry_leaf(row.row["audit_id"]))
        sealed = by_leaf.get(own) or by_leaf.get(row.carried)
        if sealed is None or gone.pop(id(sealed), None) is None:
            later.append(row)
            continue
        what: Kind = "moved" if own == sealed.member.leaf else "changed"
        note = "" if row.id == sealed.member.audit_id else f"it calls itself {UUID(bytes=row.id)} now"
        findings.append(named(what, sealed.member.kind, sealed.member.audit_id, sealed.seal, note))
    for row in later:
        same = [one for one in by_id.get((row.kind, row.id), ()) if id(one) in gone]
        if same:
            del gone[id(same[0])]
            findings.append(named("changed", row.kind, row.id, same[0].seal, ""))
        else:
            findings.append(named("inserted", row.kind, row.id, None, ""))
    for one in gone.values():
        decision = removed.get(one.member.leaf.hex())
        kind, whose = one.member.kind, one.member.audit_id
        if decision is None:
            findings.append(named("deleted", kind, whose, one.seal, f"its leaf was {one.member.leaf.hex()}"))
        else:
            taken_out.append(named("removed", kind, whose, one.seal, f"under decision {decision}"))
    return findings, taken_out


def named(what: str, kind: bytes, audit_id: bytes, seal: int | None, note: str) -> Finding:
    return Finding(what, KIND_BYTES.get(kind, "row"), str(UUID(bytes=audit_id)), seal, note)


def decisions(said: Iterable[tuple[Any, dict[str, Any]]]) -> dict[str, str]:
    """leaf -> decision, from entries `audit.removed`, which are sealed like any other."""
    return {
        str(leaf): str(detail.get("decision", "?")) for _, detail in said for leaf in detail.get("leaves", ())
    }
