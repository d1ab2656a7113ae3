"""SQL for request keys: the first answer to a key is kept and given again."""

from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from tilts.store.records import EarlierAnswer
from tilts.store.tx import Tx

TAKE: Final[LiteralString] = """
INSERT INTO request_key (organization_id, key, request_hash, created_at)
VALUES (%(organization_id)s, %(key)s, %(request_hash)s, %(at)s)
ON CONFLICT ON CONSTRAINT one_request_for_a_key DO NOTHING
RETURNING true
"""
# Two at once: the second waits here until the first commits or rolls back, then sees its answer.

FIND: Final[LiteralString] = """
SELECT request_hash, status, headers, answer, patient_ids
  FROM request_key
 WHERE organization_id = %(organization_id)s AND key = %(key)s
"""

KEEP: Final[LiteralString] = """
UPDATE request_key
   SET status = %(status)s, headers = %(headers)s, answer = %(answer)s, patient_ids = %(patient_ids)s
 WHERE organization_id = %(organization_id)s AND key = %(key)s
"""

FORGET: Final[LiteralString] = """
DELETE FROM request_key WHERE key LIKE 'key:%%' AND created_at < %(before)s
"""
# Keys of operations live 30 days; identifiers of documents stay as long as the documents.


async def take(tx: Tx, organization_id: UUID, key: str, request_hash: bytes, at: datetime) -> bool:
    """True when the key is new and now ours for this transaction."""
    values = {"organization_id": organization_id, "key": key, "request_hash": request_hash, "at": at}
    cursor = await tx.execute(TAKE, values)
    return await cursor.fetchone() is not None


async def find(tx: Tx, organization_id: UUID, key: str) -> EarlierAnswer | None:
    async with tx.cursor(row_factory=class_row(EarlierAnswer)) as cursor:
        await cursor.execute(FIND, {"organization_id": organization_id, "key": key})
        return await cursor.fetchone()


async def keep(tx: Tx, organization_id: UUID, key: str, answer: EarlierAnswer) -> None:
    values = {
        "organization_id": organization_id,
        "key": key,
        "status": answer.status,
        "headers": Jsonb(answer.headers),
        "answer": answer.answer,
        "patient_ids": answer.patient_ids,
    }
    await tx.execute(KEEP, values)


async def forget(tx: Tx, before: datetime) -> None:
    """Keys of operations that are older than that; the documents' own identifiers stay."""
    await tx.execute(FORGET, {"before": before})
