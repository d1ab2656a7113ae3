"""SQL for cancellations that came before their prescription, and for the lock that orders the two."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString, TypeAlias
from uuid import UUID

from psycopg.rows import class_row, scalar_row

from tilts.store.tx import Tx

Identifier: TypeAlias = tuple[str, str]  # system, value

# In the order of the array, so that two who lock several never wait for each other.
LOCK: Final[LiteralString] = "SELECT pg_advisory_xact_lock(k.key) FROM unnest(%(keys)s::bigint[]) AS k(key)"

FIND: Final[LiteralString] = """
SELECT e.system, e.value, e.reason, e.cancelled_at
  FROM early_cancellation e
  JOIN unnest(%(systems)s::text[], %(values)s::text[]) AS w(system, value) USING (system, value)
 WHERE e.organization_id = %(organization_id)s
"""

ADD: Final[LiteralString] = """
INSERT INTO early_cancellation (organization_id, system, value, reason, role_id, client_id, cancelled_at)
VALUES (%(organization_id)s, %(system)s, %(value)s, %(reason)s, %(role_id)s, %(client_id)s, %(cancelled_at)s)
"""

LINES_OF: Final[LiteralString] = """
SELECT r.resource_id
  FROM resource_identifier i
  JOIN resource r USING (resource_type, resource_id)
 WHERE i.resource_type = 'MedicationRequest' AND i.value = %(value)s AND i.system = %(system)s
   AND r.organization_id = %(organization_id)s
 ORDER BY r.resource_id
"""


@dataclass(frozen=True, slots=True)
class EarlyCancellation:
    system: str
    value: str
    reason: str
    cancelled_at: datetime


async def lock(tx: Tx, organization_id: UUID, identifiers: Iterable[Identifier]) -> None:
    """Until the end of the transaction nobody else prescribes or cancels under these identifiers."""
    keys = sorted({key_of(organization_id, identifier) for identifier in identifiers})
    await tx.execute(LOCK, {"keys": keys})


def key_of(organization_id: UUID, identifier: Identifier) -> int:
    named = "\x00".join((str(organization_id), *identifier)).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(named, digest_size=8).digest(), "big", signed=True)


async def find(tx: Tx, organization_id: UUID, identifiers: list[Identifier]) -> list[EarlyCancellation]:
    values = {
        "organization_id": organization_id,
        "systems": [system for system, _ in identifiers],
        "values": [value for _, value in identifiers],
    }
    async with tx.cursor(row_factory=class_row(EarlyCancellation)) as cursor:
        await cursor.execute(FIND, values)
        return await cursor.fetchall()


async def add(
    tx: Tx, organization_id: UUID, early: EarlyCancellation, *, role_id: UUID, client_id: str
) -> None:
    values = {name: getattr(early, name) for name in EarlyCancellation.__slots__}
    by = {"organization_id": organization_id, "role_id": role_id, "client_id": client_id}
    await tx.execute(ADD, {**values, **by})


async def lines_of(tx: Tx, organization_id: UUID, identifier: Identifier) -> list[UUID]:
    """What this organisation prescribed under its own identifier: one line, unless it gave the same one twice."""
    values = {"organization_id": organization_id, "system": identifier[0], "value": identifier[1]}
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(LINES_OF, values)
        return await cursor.fetchall()
