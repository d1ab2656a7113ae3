"""SQL for seals: what is not sealed yet, the seals, and the rows in the order in which they came to stand.

For the sealer and whoever verifies, each with a connection of its own: plain, not async.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString, TypeAlias
from uuid import UUID

from psycopg import Connection, connect, sql
from psycopg.rows import class_row, dict_row

Row: TypeAlias = dict[str, Any]
Db: TypeAlias = Connection[Any]
ROWS_AT_ONCE: Final = 2000

ONE_VIEW: Final = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"

ALONE: Final[LiteralString] = """
SELECT pg_try_advisory_xact_lock(%(key)s, hashtext(current_schema()))
"""

HORIZON: Final[LiteralString] = """
SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint FROM pg_current_snapshot() s
"""
# Whatever is below xmin has ended: no row with such an xid can still come to stand (Security 2.4).

HEAD_COLUMNS: Final = """
sequence, from_xid::text::bigint AS from_xid, to_xid::text::bigint AS to_xid, count, root, previous, earlier, at, key_id,
signature"""

NEWEST: Final[LiteralString] = f"SELECT {HEAD_COLUMNS} FROM audit_seal ORDER BY sequence DESC LIMIT %(limit)s"

CUT: Final[LiteralString] = """
SELECT xid::text::bigint
  FROM audit_entry
 WHERE xid >= %(from_xid)s::text::xid8 AND xid < %(to_xid)s::text::xid8
 ORDER BY xid
OFFSET %(most)s
 LIMIT 1
"""

ENTRY_LEAVES: Final[LiteralString] = """
SELECT audit_id, leaf
  FROM audit_entry
 WHERE xid >= %(from_xid)s::text::xid8 AND xid < %(to_xid)s::text::xid8
"""

SUBJECT_LEAVES: Final[LiteralString] = """
SELECT audit_id, leaf
  FROM audit_subject
 WHERE xid >= %(from_xid)s::text::xid8 AND xid < %(to_xid)s::text::xid8
"""

EARLIER: Final[LiteralString] = """
SELECT (SELECT count(*) FROM audit_entry WHERE xid IS NULL), (SELECT count(*) FROM audit_subject WHERE xid IS NULL)
"""

ADD_SEAL: Final[LiteralString] = """
INSERT INTO audit_seal (sequence, from_xid, to_xid, count, root, previous, earlier, at, key_id, signature, members)
VALUES (%(sequence)s, %(from_xid)s::text::xid8, %(to_xid)s::text::xid8, %(count)s, %(root)s, %(previous)s, %(earlier)s,
        %(at)s, %(key_id)s, %(signature)s, %(members)s)
"""

SEALS: Final[LiteralString] = f"""
SELECT {HEAD_COLUMNS}, members
  FROM audit_seal
 WHERE sequence BETWEEN %(first)s AND %(last)s
 ORDER BY sequence
"""

SPAN: Final[LiteralString] = """
SELECT min(sequence), max(sequence)
  FROM audit_seal
 WHERE (%(since)s::timestamptz IS NULL OR at >= %(since)s) AND (%(until)s::timestamptz IS NULL OR at <= %(until)s)
"""

BOUNDS: Final[LiteralString] = """
SELECT from_xid::text::bigint, to_xid::text::bigint FROM audit_seal WHERE sequence = %(sequence)s
"""

ENTRIES: Final[LiteralString] = """
SELECT audit_id, at, event, outcome, rule_id, client_id, organization_id, organization_name, role_id, role_code,
       practitioner_id, acting_patient_id, purpose, token_id, request_id, method, address, detail,
       salt, leaf, xid::text::bigint AS xid
  FROM audit_entry
 WHERE xid >= %(from_xid)s::text::xid8 AND xid < %(to_xid)s::text::xid8
 ORDER BY xid
"""

SUBJECTS: Final[LiteralString] = """
SELECT audit_id, patient_id, resource_type, resource_id, repeated, basis, salt, leaf, xid::text::bigint AS xid
  FROM audit_subject
 WHERE xid >= %(from_xid)s::text::xid8 AND xid < %(to_xid)s::text::xid8
 ORDER BY xid
"""

# Rows that say they are from before sealing began, and whose id says that they are not.
STRAY_ENTRIES: Final[LiteralString] = """
SELECT audit_id, at, event, outcome, rule_id, client_id, organization_id, organization_name, role_id, role_code,
       practitioner_id, acting_patient_id, purpose, token_id, request_id, method, address, detail,
       salt, leaf, -1 AS xid
  FROM audit_entry
 WHERE xid IS NULL AND audit_id > %(after)s
"""

STRAY_SUBJECTS: Final[LiteralString] = """
SELECT audit_id, patient_id, resource_type, resource_id, repeated, basis, salt, leaf, -1 AS xid
  FROM audit_subject
 WHERE xid IS NULL AND audit_id > %(after)s
"""

LEAF_OF_ENTRY: Final[LiteralString] = "SELECT leaf FROM audit_entry WHERE audit_id = %(audit_id)s"

REMOVED: Final[LiteralString] = """
SELECT at, detail FROM audit_entry WHERE event = 'audit.removed' AND outcome = 'success' ORDER BY audit_id
"""

ESTIMATE: Final[LiteralString] = """
SELECT count(*) FROM audit_entry WHERE xid >= %(from_xid)s::text::xid8 AND xid < %(to_xid)s::text::xid8
"""

STAMPED: Final[LiteralString] = (
    "SELECT sequence, at, authority, response FROM audit_stamp ORDER BY sequence, at"
)


@dataclass(frozen=True, slots=True)
class Seal:
    """One batch, as its head says it; `members` stands beside the head."""

    sequence: int
    from_xid: int
    to_xid: int
    count: int
    root: bytes
    previous: bytes
    earlier: list[int]
    at: datetime
    key_id: str
    signature: bytes
    members: bytes = b""


@dataclass(frozen=True, slots=True)
class Stamp:
    sequence: int
    at: datetime
    authority: str
    response: bytes


def connected(conninfo: str, environment: str) -> Db:
    """A connection for whoever seals or verifies; each statement stands for itself unless a transaction is begun."""
    db = connect(conninfo, autocommit=True, application_name="tilts sealer")
    db.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(environment)))
    return db


def one_view(db: Db) -> None:
    """First in a transaction: all that is read is of one moment, whatever is written meanwhile."""
    db.execute(ONE_VIEW)


def alone(db: Db, key: int) -> bool:
    """Whether nobody else seals until this transaction ends."""
    found = db.execute(ALONE, {"key": key}).fetchone()
    return bool(found and found[0])


def horizon(db: Db) -> tuple[int, int]:
    """The oldest transaction that may still write, and the next one to be begun."""
    found = db.execute(HORIZON).fetchone()
    assert found is not None, "a snapshot always has both"
    return int(found[0]), int(found[1])


def newest(db: Db, limit: int = 1) -> list[Seal]:
    with db.cursor(row_factory=class_row(Seal)) as cursor:
        return cursor.execute(NEWEST, {"limit": limit}).fetchall()


def cut(db: Db, from_xid: int, to_xid: int, most: int) -> int:
    """Where a batch of at most `most` entries ends: a transaction is never split."""
    found = db.execute(CUT, {"from_xid": from_xid, "to_xid": to_xid, "most": most}).fetchone()
    return to_xid if found is None else max(int(found[0]), from_xid + 1)


def leaves(db: Db, from_xid: int, to_xid: int) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """(audit_id, leaf) of entries and of subjects."""
    span = {"from_xid": from_xid, "to_xid": to_xid}
    return db.execute(ENTRY_LEAVES, span).fetchall(), db.execute(SUBJECT_LEAVES, span).fetchall()


def earlier(db: Db) -> list[int]:
    found = db.execute(EARLIER).fetchone()
    assert found is not None, "a count always has a row"
    return [int(one) for one in found]


def add_seal(db: Db, seal: Seal) -> None:
    db.execute(ADD_SEAL, {name: getattr(seal, name) for name in Seal.__slots__})


def span(db: Db, since: datetime | None, until: datetime | None) -> tuple[int | None, int | None]:
    """First and last seal made in a period; None when there is none."""
    found = db.execute(SPAN, {"since": since, "until": until}).fetchone()
    return (None, None) if found is None else (found[0], found[1])


def bounds(db: Db, sequence: int) -> tuple[int, int]:
    found = db.execute(BOUNDS, {"sequence": sequence}).fetchone()
    assert found is not None, "asked for a seal that is there"
    return int(found[0]), int(found[1])


def seals(db: Db, first: int, last: int) -> Iterator[Seal]:
    """In their order, a few at a time: memory does not grow with their number."""
    with db.cursor("seals", row_factory=class_row(Seal)) as cursor:
        cursor.itersize = ROWS_AT_ONCE // 10
        yield from cursor.execute(SEALS, {"first": first, "last": last})


def entries(db: Db, from_xid: int, to_xid: int) -> Iterator[Row]:
    yield from _rows(db, "entries", ENTRIES, from_xid, to_xid)


def subjects(db: Db, from_xid: int, to_xid: int) -> Iterator[Row]:
    yield from _rows(db, "subjects", SUBJECTS, from_xid, to_xid)


def _rows(db: Db, name: str, statement: LiteralString, from_xid: int, to_xid: int) -> Iterator[Row]:
    with db.cursor(name, row_factory=dict_row) as cursor:
        cursor.itersize = ROWS_AT_ONCE
        yield from cursor.execute(statement, {"from_xid": from_xid, "to_xid": to_xid})


def strays(db: Db, after: UUID) -> tuple[list[Row], list[Row]]:
    with db.cursor(row_factory=dict_row) as cursor:
        entries = cursor.execute(STRAY_ENTRIES, {"after": after}).fetchall()
        return entries, cursor.execute(STRAY_SUBJECTS, {"after": after}).fetchall()


def leaf_of_entry(db: Db, audit_id: UUID) -> bytes | None:
    found = db.execute(LEAF_OF_ENTRY, {"audit_id": audit_id}).fetchone()
    return bytes(found[0]) if found and found[0] else None


def removed(db: Db) -> list[tuple[datetime, dict[str, Any]]]:
    """What was said to be taken out, and under which decision."""
    return [(at, detail) for at, detail in db.execute(REMOVED).fetchall()]


def entry_count(db: Db, from_xid: int, to_xid: int) -> int:
    found = db.execute(ESTIMATE, {"from_xid": from_xid, "to_xid": to_xid}).fetchone()
    return int(found[0]) if found else 0


def stamps(db: Db) -> list[Stamp]:
    with db.cursor(row_factory=class_row(Stamp)) as cursor:
        return cursor.execute(STAMPED).fetchall()
