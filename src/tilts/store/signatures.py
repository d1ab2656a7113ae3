"""SQL for signed content: the bytes as received, with the signature over them."""

from typing import Final, LiteralString
from uuid import UUID

from tilts.store.tx import Tx

ADD: Final[LiteralString] = """
INSERT INTO signed_content (provenance_id, client_id, content, signature)
VALUES (%(provenance_id)s, %(client_id)s, %(content)s, %(signature)s)
"""

READ: Final[LiteralString] = """
SELECT content, signature FROM signed_content WHERE provenance_id = %(provenance_id)s
"""


async def add(tx: Tx, provenance_id: UUID, client_id: str, content: bytes, signature: str) -> None:
    values = {
        "provenance_id": provenance_id,
        "client_id": client_id,
        "content": content,
        "signature": signature,
    }
    await tx.execute(ADD, values)


async def read(tx: Tx, provenance_id: UUID) -> tuple[bytes, str] | None:
    cursor = await tx.execute(READ, {"provenance_id": provenance_id})
    return await cursor.fetchone()
