"""SQL for accounts: who signed in, in which roles for which party, and the sessions they have open."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from psycopg.rows import class_row

from tilts.account import Role
from tilts.store.tx import Tx

FIND_OR_MAKE: Final[LiteralString] = """
INSERT INTO onboarding.account (account_id, issuer, subject, name, made_at, signed_in_at)
VALUES (%(account_id)s, %(issuer)s, %(subject)s, %(name)s, %(at)s, %(at)s)
ON CONFLICT ON CONSTRAINT one_account_for_a_subject
DO UPDATE SET name = excluded.name, signed_in_at = excluded.signed_in_at
RETURNING account_id, active
"""
# One statement, so that two first sign-ins of one person at the same moment make one account.

FIND_SUBJECT: Final[LiteralString] = """
SELECT account_id FROM onboarding.account WHERE issuer = %(issuer)s AND subject = %(subject)s
"""

ROLES_OF: Final[LiteralString] = """
SELECT r.role_id, r.account_id, a.name, r.role, r.party_id, p.name AS party_name, r.state, r.asked_at
  FROM onboarding.account_role r
  JOIN onboarding.account a USING (account_id)
  JOIN onboarding.party p USING (party_id)
 WHERE r.account_id = %(account_id)s AND r.state IN ('asked', 'held')
 ORDER BY r.asked_at, r.role_id
"""

ROLES_AT: Final[LiteralString] = """
SELECT r.role_id, r.account_id, a.name, r.role, r.party_id, p.name AS party_name, r.state, r.asked_at
  FROM onboarding.account_role r
  JOIN onboarding.account a USING (account_id)
  JOIN onboarding.party p USING (party_id)
 WHERE r.party_id = %(party_id)s AND r.state IN ('asked', 'held')
 ORDER BY r.asked_at, r.role_id
"""

LOCK_ROLE: Final[LiteralString] = """
SELECT r.role_id, r.account_id, a.name, r.role, r.party_id, p.name AS party_name, r.state, r.asked_at
  FROM onboarding.account_role r
  JOIN onboarding.account a USING (account_id)
  JOIN onboarding.party p USING (party_id)
 WHERE r.role_id = %(role_id)s
   FOR UPDATE OF r
"""

ADD_ROLE: Final[LiteralString] = """
INSERT INTO onboarding.account_role (role_id, account_id, role, party_id, state, asked_at, decided_at, decided_by)
VALUES (%(role_id)s, %(account_id)s, %(role)s, %(party_id)s, %(state)s, %(asked_at)s, %(decided_at)s, %(decided_by)s)
ON CONFLICT ON CONSTRAINT one_role_of_a_kind_at_a_party DO NOTHING
RETURNING role_id
"""

ASK_AGAIN: Final[LiteralString] = """
UPDATE onboarding.account_role
   SET state = 'asked', asked_at = %(at)s, decided_at = NULL, decided_by = NULL
 WHERE account_id = %(account_id)s AND party_id = %(party_id)s AND role = %(role)s AND state IN ('refused', 'ended')
RETURNING role_id
"""

DECIDE_ROLE: Final[LiteralString] = """
UPDATE onboarding.account_role
   SET state = %(state)s, decided_at = %(at)s, decided_by = %(decided_by)s
 WHERE role_id = %(role_id)s
"""

ADD_SESSION: Final[LiteralString] = """
INSERT INTO onboarding.session (token_hash, account_id, role_id, patient_id, assurance, form_token,
                                started_at, seen_at, ends_at, for_patient_id, proven_at, network, workplace_role_id)
VALUES (%(token_hash)s, %(account_id)s, %(role_id)s, %(patient_id)s, %(assurance)s, %(form_token)s,
        %(started_at)s, %(seen_at)s, %(ends_at)s, %(for_patient_id)s, %(proven_at)s, %(network)s,
        %(workplace_role_id)s)
"""

READ_SESSION: Final[LiteralString] = """
SELECT s.token_hash, s.account_id, a.name, r.role_id, r.role, r.party_id, p.name AS party_name, s.patient_id,
       s.assurance, s.form_token, s.started_at, s.seen_at, s.ends_at, s.for_patient_id, s.proven_at, s.network,
       s.workplace_role_id, o.kind AS workplace_kind, o.name AS workplace_name
  FROM onboarding.session s
  JOIN onboarding.account a USING (account_id)
  LEFT JOIN onboarding.account_role r ON r.role_id = s.role_id AND r.state = 'held'
  LEFT JOIN onboarding.party p USING (party_id)
  LEFT JOIN practitioner_role w ON w.role_id = s.workplace_role_id AND w.active
  LEFT JOIN organization o ON o.organization_id = w.organization_id AND o.active
 WHERE s.token_hash = %(token_hash)s AND s.ends_at > %(wall)s AND s.seen_at > %(idle_since)s AND a.active
"""
# A role that was ended, of an account or of the registers, is gone from the open session at once: the joins ask for
# it each time. Sessions of all environments stand in one table; a workplace is of the one that is asked.

TOUCH_SESSION: Final[LiteralString] = """
UPDATE onboarding.session SET seen_at = %(wall)s WHERE token_hash = %(token_hash)s AND seen_at < %(wall)s
"""

END_SESSION: Final[LiteralString] = """
DELETE FROM onboarding.session WHERE token_hash = %(token_hash)s
"""

SESSIONS_OF: Final[LiteralString] = """
SELECT s.token_hash, s.account_id, a.name, r.role_id, r.role, r.party_id, p.name AS party_name, s.patient_id,
       s.assurance, s.form_token, s.started_at, s.seen_at, s.ends_at, s.for_patient_id, s.proven_at, s.network
  FROM onboarding.session s
  JOIN onboarding.account a USING (account_id)
  LEFT JOIN onboarding.account_role r ON r.role_id = s.role_id AND r.state = 'held'
  LEFT JOIN onboarding.party p USING (party_id)
 WHERE (%(account_id)s::uuid IS NULL OR s.account_id = %(account_id)s) AND s.ends_at > %(wall)s
   AND s.seen_at > %(idle_since)s
 ORDER BY s.seen_at DESC, s.token_hash
"""
# By session_by_account; without an account it is everybody's: tens or hundreds of rows, for an operator.

END_SESSIONS: Final[LiteralString] = """
DELETE FROM onboarding.session
 WHERE (%(account_id)s::uuid IS NULL OR account_id = %(account_id)s)
   AND token_hash IS DISTINCT FROM %(but)s::bytea
"""

FORGET_SESSIONS: Final[LiteralString] = """
DELETE FROM onboarding.session WHERE ends_at <= %(wall)s OR seen_at <= %(idle_since)s
"""


@dataclass(frozen=True, slots=True)
class HeldRole:
    """One role of one person for one party; `asked` waits for somebody of that party."""

    role_id: UUID
    account_id: UUID
    name: str
    role: Role
    party_id: UUID
    party_name: str
    state: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class NewSession:
    token_hash: bytes
    account_id: UUID
    role_id: UUID | None
    patient_id: UUID | None
    assurance: str
    form_token: str
    started_at: datetime
    seen_at: datetime
    ends_at: datetime
    for_patient_id: UUID | None = None  # a resident acts for somebody else
    proven_at: datetime | None = None  # by the provider's word; None: when it was opened
    network: str | None = None
    workplace_role_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """An open session with the person and the role that it stands for now."""

    token_hash: bytes
    account_id: UUID
    name: str
    role_id: UUID | None
    role: Role | None
    party_id: UUID | None
    party_name: str | None
    patient_id: UUID | None
    assurance: str
    form_token: str
    started_at: datetime
    seen_at: datetime
    ends_at: datetime
    for_patient_id: UUID | None = None
    proven_at: datetime | None = None
    network: str | None = None
    workplace_role_id: UUID | None = None
    workplace_kind: str | None = None
    workplace_name: str | None = None


async def find_or_make(
    tx: Tx, account_id: UUID, issuer: str, subject: str, name: str, at: datetime
) -> tuple[UUID, bool]:
    """The account of (issuer, subject) and whether it is active; a new one gets the id that is given."""
    values = {"account_id": account_id, "issuer": issuer, "subject": subject, "name": name, "at": at}
    row = await (await tx.execute(FIND_OR_MAKE, values)).fetchone()
    assert row is not None, "an INSERT .. DO UPDATE always returns its row"
    return row[0], row[1]


async def find_subject(tx: Tx, issuer: str, subject: str) -> UUID | None:
    row = await (await tx.execute(FIND_SUBJECT, {"issuer": issuer, "subject": subject})).fetchone()
    return row[0] if row else None


async def roles_of(tx: Tx, account_id: UUID) -> list[HeldRole]:
    """Held and asked for, oldest first."""
    async with tx.cursor(row_factory=class_row(HeldRole)) as cursor:
        await cursor.execute(ROLES_OF, {"account_id": account_id})
        return await cursor.fetchall()


async def roles_at(tx: Tx, party_id: UUID) -> list[HeldRole]:
    """Who has or asks for a role at this party."""
    async with tx.cursor(row_factory=class_row(HeldRole)) as cursor:
        await cursor.execute(ROLES_AT, {"party_id": party_id})
        return await cursor.fetchall()


async def lock_role(tx: Tx, role_id: UUID) -> HeldRole | None:
    async with tx.cursor(row_factory=class_row(HeldRole)) as cursor:
        await cursor.execute(LOCK_ROLE, {"role_id": role_id})
        return await cursor.fetchone()


async def add_role(tx: Tx, role: HeldRole, decided_at: datetime | None, decided_by: UUID | None) -> bool:
    """False when the person has (or had) this role there."""
    values = {name: getattr(role, name) for name in ("role_id", "account_id", "role", "party_id", "state")}
    values |= {"asked_at": role.asked_at, "decided_at": decided_at, "decided_by": decided_by}
    return await (await tx.execute(ADD_ROLE, values)).fetchone() is not None


async def ask_again(tx: Tx, account_id: UUID, party_id: UUID, role: Role, at: datetime) -> bool:
    values = {"account_id": account_id, "party_id": party_id, "role": role, "at": at}
    return await (await tx.execute(ASK_AGAIN, values)).fetchone() is not None


async def decide_role(tx: Tx, role_id: UUID, state: str, decided_by: UUID, at: datetime) -> None:
    values = {"role_id": role_id, "state": state, "decided_by": decided_by, "at": at}
    await tx.execute(DECIDE_ROLE, values)


async def add_session(tx: Tx, session: NewSession) -> None:
    await tx.execute(ADD_SESSION, {name: getattr(session, name) for name in NewSession.__slots__})


async def read_session(
    tx: Tx, token_hash: bytes, wall: datetime, idle_since: datetime
) -> SessionRecord | None:
    values = {"token_hash": token_hash, "wall": wall, "idle_since": idle_since}
    async with tx.cursor(row_factory=class_row(SessionRecord)) as cursor:
        await cursor.execute(READ_SESSION, values)
        return await cursor.fetchone()


async def touch_session(tx: Tx, token_hash: bytes, wall: datetime) -> None:
    await tx.execute(TOUCH_SESSION, {"token_hash": token_hash, "wall": wall})


async def end_session(tx: Tx, token_hash: bytes) -> None:
    await tx.execute(END_SESSION, {"token_hash": token_hash})


async def sessions_of(
    tx: Tx, account_id: UUID | None, wall: datetime, idle_since: datetime
) -> list[SessionRecord]:
    """The open ones of a person, or of everybody; the one used last comes first."""
    values = {"account_id": account_id, "wall": wall, "idle_since": idle_since}
    async with tx.cursor(row_factory=class_row(SessionRecord)) as cursor:
        await cursor.execute(SESSIONS_OF, values)
        return await cursor.fetchall()


async def end_sessions(tx: Tx, account_id: UUID | None, but: bytes | None = None) -> int:
    """All of a person (None: of everybody), but the one; how many those were."""
    return (await tx.execute(END_SESSIONS, {"account_id": account_id, "but": but})).rowcount


async def forget_sessions(tx: Tx, wall: datetime, idle_since: datetime) -> None:
    """Those that ended by themselves; the ones signed out are gone already."""
    await tx.execute(FORGET_SESSIONS, {"wall": wall, "idle_since": idle_since})
