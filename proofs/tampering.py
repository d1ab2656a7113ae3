"""Rows of an audit trail by the million, and what somebody who may do anything in the database does to them.

The rows are made by the code that writes them for calls, leaves and all; only the way in is COPY. Whoever tampers is
superuser, switches triggers and constraints off, and knows how leaves are made.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from tilts.ids import new_id
from tilts.store.audit import entry_row, subject_rows
from tilts.store.records import AuditEntry, AuditSubject
from tilts.store.trail.leaves import (
    ENTRY_FIELDS,
    SUBJECT_FIELDS,
    entry_record,
    leaf_of,
    new_salt,
    subject_record,
)

ENTRY_COLUMNS: Final = [*ENTRY_FIELDS, "salt", "leaf"]
SUBJECT_COLUMNS: Final = [*SUBJECT_FIELDS, "salt", "leaf"]
EVENTS: Final = ("prescription.read", "prescription.searched", "dispense.recorded", "patient.read")
ROWS_OF_A_BATCH: Final = 250
AWAY: Final = 10**12  # where a seal stands while two change places


def made(number: int, chance: random.Random, now: datetime) -> tuple[AuditEntry, list[AuditSubject]]:
    """One call as it is written down, with the patient whom it concerned."""
    entry = AuditEntry(
        audit_id=new_id(),
        at=now,
        event=chance.choice(EVENTS),
        outcome="success",
        request_id=str(new_id()),
        method="GET",
        address=f"/fhir/r4/Task/{number}",
        client_id=f"client-{chance.randrange(40)}",
        organization_id=UUID(int=chance.randrange(40)),
        organization_name=f"Iestāde {chance.randrange(40)}",
        role_id=UUID(int=chance.randrange(400)),
        role_code="221",
        practitioner_id=UUID(int=chance.randrange(300)),
        purpose="TREAT",
        token_id=str(new_id()),
        detail={"run": number} if number % 10 == 0 else {},
    )
    patient = AuditSubject(UUID(int=chance.randrange(20_000)), "Task", new_id(), basis="home-doctor")
    return entry, [patient]


def fill(db: Connection[Any], first: int, number: int, seed: int) -> None:
    """A batch of rows, one transaction."""
    chance, now = random.Random(f"{seed}/{first}"), datetime.now(UTC)
    entries, subjects = [], []
    for place in range(first, first + number):
        entry, patients = made(place, chance, now)
        entries.append(entry_row(entry))
        subjects += subject_rows(entry, patients)
    with db.transaction(), db.cursor() as cursor:
        for table, columns, rows in (
            ("audit_entry", ENTRY_COLUMNS, entries),
            ("audit_subject", SUBJECT_COLUMNS, subjects),
        ):
            with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN".encode()) as copy:
                for row in rows:
                    copy.write_row([row[name] for name in columns])


@dataclass(frozen=True, slots=True)
class Victim:
    audit_id: UUID
    patient_id: UUID
    xid: str


Found: TypeAlias = set[tuple[str, str]]  # (kind, id) that must be named, and nothing else
Deed: TypeAlias = Callable[[Connection[Any], Victim, Victim, random.Random], Found]


def entry(victim: Victim) -> tuple[str, str]:
    return "entry", str(victim.audit_id)


def subject(victim: Victim) -> tuple[str, str]:
    return "subject", str(victim.audit_id)


def change_entry(db: Connection[Any], one: Victim, other: Victim, chance: random.Random) -> Found:
    change = chance.choice(
        (
            "at = at + interval '1 microsecond'",
            "event = event || 'x'",
            "outcome = 'refused'",
            "organization_name = 'Cita'",
            "role_id = NULL",
            "practitioner_id = gen_random_uuid()",
            "purpose = 'ETREAT'",
            "detail = '{\"x\": 1}'",
            "address = address || ' '",
            "salt = substring(sha256('x') FOR 16)",
        )
    )
    db.execute(f"UPDATE audit_entry SET {change} WHERE audit_id = %s".encode(), [one.audit_id])
    return {entry(one)}


def change_subject(db: Connection[Any], one: Victim, other: Victim, chance: random.Random) -> Found:
    change = chance.choice(
        (
            "patient_id = gen_random_uuid()",
            "basis = ''",
            "resource_id = NULL",
            "resource_type = 'Patient'",
            "repeated = true",
        )
    )
    db.execute(f"UPDATE audit_subject SET {change} WHERE audit_id = %s".encode(), [one.audit_id])
    return {subject(one)}


def change_with_a_new_leaf(db: Connection[Any], one: Victim, other: Victim, chance: random.Random) -> Found:
    """As somebody does it who has read how leaves are made."""
    row = loaded(db, one)
    row["purpose"] = "HRESCH"
    leaf = leaf_of(entry_record(row, bytes(row["salt"])))
    db.execute(
        "UPDATE audit_entry SET purpose = 'HRESCH', leaf = %s WHERE audit_id = %s", [leaf, one.audit_id]
    )
    return {entry(one)}


def change_the_leaf(db: Connection[Any], one: Victim, other: Victim, chance: random.Random) -> Found:
    leaf = chance.choice((None, chance.randbytes(32)))
    db.execute("UPDATE audit_entry SET leaf = %s WHERE audit_id = %s", [leaf, one.audit_id])
    return {entry(one)}


def delete_whole(db: Connection[Any], one: Victim, other: Victim, chance: random.Random) -> Found:
    db.execute("DELETE FROM audit_subject WHERE audit_id = %s", [one.audit_id])
    db.execute("DELETE FROM audit_entry WHERE audit_id = %s", [one.audit_id])
    return {entry(one), subject(one)}


def delete_entry(db: Connection[Any], one: Victim, other: Victim, chance: random.Random) -> Found:
    db.execute("DELETE FROM audit_entry WHERE audit_id = %s", [one.audit_id])
    return {entry(one)}


def delete_subject(db: Connection[Any], one: Victim, other: Victim, chance: random.Random) -> Found:
    db.execute("DELETE FROM audit_subject WHERE audit_id = %s", [one.audit_id])
    return {subject(one)}


def insert_entry(db: Connection[Any], one: Victim, other: Victim, chance: random.Random) -> Found:
    """A call that was never made, between those of an old batch, with salt and leaf of its own."""
    row = loaded(db, one) | {
        "audit_id": UUID(int=one.audit_id.int ^ chance.getrandbits(60)),
        "salt": new_salt(),
    }
    row["leaf"] = leaf_of(entry_record(row, row["salt"]))
    add(
        db,
        "audit_entry",
        ENTRY_COLUMNS,
        row | {"detail": Jsonb(row["detail"])},
        chance.choice((one.xid, None)),
    )
    return {("entry", str(row["audit_id"]))}


def insert_subject(db: Connection[Any], one: Victim, other: Victim, chance: random.Random) -> Found:
    whole, salt = loaded(db, one), new_salt()
    row: dict[str, Any] = {
        "patient_id": UUID(int=chance.getrandbits(100)),
        "resource_type": "Task",
        "resource_id": None,
    }
    row |= {"audit_id": one.audit_id, "repeated": False, "basis": "", "salt": salt}
    row["leaf"] = leaf_of(subject_record(row, salt, bytes(whole["leaf"])))
    add(db, "audit_subject", SUBJECT_COLUMNS, row, one.xid)
    return {subject(one)}


def swap_contents(db: Connection[Any], one: Victim, other: Victim, chance: random.Random) -> Found:
    """Who did it, and when, changes places with another."""
    columns = "at, organization_id, organization_name, role_id, practitioner_id, address"
    db.execute(
        f"""UPDATE audit_entry a SET ({columns}) = (SELECT {columns} FROM audit_entry b
             WHERE b.audit_id = CASE WHEN a.audit_id = %(one)s THEN %(other)s ELSE %(one)s END)
             WHERE audit_id IN (%(one)s, %(other)s)""".encode(),
        {"one": one.audit_id, "other": other.audit_id},
    )
    return {entry(one), entry(other)}


def swap_ids(db: Connection[Any], one: Victim, other: Victim, chance: random.Random) -> Found:
    away = UUID(int=chance.getrandbits(128))
    for old, new in ((one.audit_id, away), (other.audit_id, one.audit_id), (away, other.audit_id)):
        db.execute("UPDATE audit_entry SET audit_id = %s WHERE audit_id = %s", [new, old])
    return {entry(one), entry(other)}


def move(db: Connection[Any], one: Victim, other: Victim, chance: random.Random) -> Found:
    """Into another batch."""
    if one.xid == other.xid:
        return change_entry(db, one, other, chance)
    db.execute("UPDATE audit_entry SET xid = %s WHERE audit_id = %s", [other.xid, one.audit_id])
    return {entry(one)}


DEEDS: Final[tuple[Deed, ...]] = (
    change_entry,
    change_subject,
    change_with_a_new_leaf,
    change_the_leaf,
    delete_whole,
    delete_entry,
    delete_subject,
    insert_entry,
    insert_subject,
    swap_contents,
    swap_ids,
    move,
)


def loaded(db: Connection[Any], one: Victim) -> dict[str, Any]:
    with db.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute("SELECT * FROM audit_entry WHERE audit_id = %s", [one.audit_id]).fetchone()
    assert row is not None, "a victim is there until it is its turn"
    return row


def add(db: Connection[Any], table: str, columns: list[str], row: dict[str, Any], xid: str | None) -> None:
    places = ", ".join(["%s"] * len(columns))
    db.execute(
        f"INSERT INTO {table} ({', '.join(columns)}, xid) VALUES ({places}, %s)".encode(),
        [*(row[name] for name in columns), xid],
    )


def victims(db: Connection[Any], number: int, chance: random.Random) -> list[Victim]:
    """So many rows from all over the trail, each once."""
    found = db.execute(
        "SELECT e.audit_id, s.patient_id, e.xid::text FROM audit_entry e JOIN audit_subject s USING (audit_id)"
        " WHERE e.xid IS NOT NULL ORDER BY e.audit_id"
    )
    return [Victim(*row) for row in chance.sample(found.fetchall(), number)]


def tamper(db: Connection[Any], number: int, seed: int) -> list[tuple[str, Found]]:
    """So many deeds, drawn by the seed; for each its name and what must be named of it. Done once: it is kept."""
    chance = random.Random(seed)
    chosen = victims(db, 2 * number, chance)
    done = []
    with db.transaction():
        db.execute("SET LOCAL session_replication_role = replica")
        for place in range(number):
            deed = DEEDS[place % len(DEEDS)] if place < len(DEEDS) else chance.choice(DEEDS)
            done.append((deed.__name__, deed(db, chosen[2 * place], chosen[2 * place + 1], chance)))
        db.execute("CREATE TABLE done (name text, named jsonb)")
        for name, named in done:
            db.execute("INSERT INTO done VALUES (%s, %s)", [name, Jsonb(sorted(named))])
    return done


def deeds_done(db: Connection[Any]) -> list[tuple[str, Found]]:
    """What an earlier start did; nothing if it did not come to that."""
    if db.execute("SELECT to_regclass('done')").fetchone() == (None,):
        return []
    rows = db.execute("SELECT name, named FROM done").fetchall()
    return [(name, {(kind, whose) for kind, whose in named}) for name, named in rows]


def tamper_with_seals(db: Connection[Any], number: int, seed: int) -> set[int]:
    """Changed, taken out, exchanged, and new ones at the end: which must be named."""
    chance = random.Random(seed)
    found = db.execute("SELECT sequence FROM audit_seal WHERE sequence > 1 ORDER BY sequence").fetchall()
    all_of_them = [sequence for (sequence,) in found]
    chosen = chance.sample(all_of_them[::3], number)  # apart from one another
    named = set(chosen)
    changes = (
        "root = sha256(root)",
        "at = at + interval '1 second'",
        "signature = sha512(signature)",
        "previous = sha256(previous)",
        "count = count + 1",
        "members = substring(members FROM 50)",
    )
    with db.transaction():
        for place, sequence in enumerate(chosen):
            if place % 3 == 0:
                db.execute("DELETE FROM audit_seal WHERE sequence = %s", [sequence])
            elif place % 3 == 1:
                change = changes[place // 3 % len(changes)]
                db.execute(f"UPDATE audit_seal SET {change} WHERE sequence = %s".encode(), [sequence])
            else:
                for old, new in ((sequence, AWAY), (sequence + 1, sequence), (AWAY, sequence + 1)):
                    db.execute("UPDATE audit_seal SET sequence = %s WHERE sequence = %s", [new, old])
                named.add(sequence + 1)
        db.execute(
            "INSERT INTO audit_seal SELECT sequence + 1, to_xid, to_xid, 0, sha256(''), sha256(root), '{}', at, key_id,"
            " signature, '' FROM audit_seal ORDER BY sequence DESC LIMIT 1"
        )
    last = db.execute("SELECT max(sequence) FROM audit_seal").fetchone()
    return named | {last[0] if last else -1}
