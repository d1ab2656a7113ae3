"""SQL for proof of a person: by which sign-in a practitioner is known, and whose an ID token is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from psycopg.rows import scalar_row

from tilts.store.tx import Tx

PRACTITIONER_OF: Final[LiteralString] = """
SELECT practitioner_id
  FROM practitioner_identity
 WHERE issuer = %(issuer)s
   AND subject_hash = %(subject_hash)s
   AND since <= %(now)s
   AND (ended_at IS NULL OR ended_at > %(now)s)
"""

SAVE_IDENTITY: Final[LiteralString] = """
INSERT INTO practitioner_identity (issuer, subject_hash, practitioner_id, since)
VALUES (%(issuer)s, %(subject_hash)s, %(practitioner_id)s, %(since)s)
ON CONFLICT ON CONSTRAINT one_practitioner_for_a_sign_in DO UPDATE
   SET practitioner_id = excluded.practitioner_id, since = excluded.since, ended_at = NULL
 WHERE practitioner_identity.ended_at <= excluded.since
RETURNING true
"""

END_IDENTITY: Final[LiteralString] = """
UPDATE practitioner_identity
   SET ended_at = %(now)s
 WHERE issuer = %(issuer)s
   AND subject_hash = %(subject_hash)s
   AND ended_at IS NULL
RETURNING true
"""

PRACTITIONERS: Final[LiteralString] = """
SELECT DISTINCT practitioner_id FROM practitioner_role
"""

TAKE: Final[LiteralString] = """
INSERT INTO spent_proof (token_hash, client_id, expires_at)
VALUES (%(token_hash)s, %(client_id)s, %(expires_at)s)
ON CONFLICT ON CONSTRAINT proof_is_of_one_client DO UPDATE
   SET expires_at = excluded.expires_at
 WHERE spent_proof.client_id = excluded.client_id
RETURNING true
"""

FORGET: Final[LiteralString] = """
DELETE FROM spent_proof WHERE expires_at < %(before)s
"""


async def practitioner_of(tx: Tx, issuer: str, subject_hash: bytes, now: datetime) -> UUID | None:
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(PRACTITIONER_OF, {"issuer": issuer, "subject_hash": subject_hash, "now": now})
        found: UUID | None = await cursor.fetchone()
        return found


async def save_identity(
    tx: Tx, issuer: str, subject_hash: bytes, practitioner_id: UUID, since: datetime
) -> bool:
    """False when that sign-in is somebody's already; one that was ended may become somebody's again."""
    row = {"issuer": issuer, "subject_hash": subject_hash, "practitioner_id": practitioner_id, "since": since}
    cursor = await tx.execute(SAVE_IDENTITY, row)
    return await cursor.fetchone() is not None


async def end_identity(tx: Tx, issuer: str, subject_hash: bytes, now: datetime) -> bool:
    """False when there was none that held."""
    cursor = await tx.execute(END_IDENTITY, {"issuer": issuer, "subject_hash": subject_hash, "now": now})
    return await cursor.fetchone() is not None


async def practitioners(tx: Tx) -> Sequence[UUID]:
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(PRACTITIONERS)
        return await cursor.fetchall()


async def take(tx: Tx, token_hash: bytes, client_id: str, expires_at: datetime) -> bool:
    """False when another client showed this token before; of two at once the primary key lets one in."""
    row = {"token_hash": token_hash, "client_id": client_id, "expires_at": expires_at}
    cursor = await tx.execute(TAKE, row)
    return await cursor.fetchone() is not None


async def forget(tx: Tx, before: datetime) -> None:
    await tx.execute(FORGET, {"before": before})
