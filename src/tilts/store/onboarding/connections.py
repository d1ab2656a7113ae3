"""SQL for connections as the portal makes them: a client of a party, its signing key."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from tilts.store.tx import Tx


@dataclass(frozen=True, slots=True)
class ClientRecord:
    client_id: str
    name: str
    site: str
    environment: str
    party_id: UUID | None
    version_id: UUID | None
    functionalities: list[str]
    open_for: list[str]
    registered_at: datetime


LOCK_PARTY: Final[LiteralString] = """
SELECT party_id FROM onboarding.party WHERE party_id = %(party_id)s FOR UPDATE
"""

ADD_CLIENT: Final[LiteralString] = """
INSERT INTO onboarding.client (client_id, name, site, environment, party_id, version_id, functionalities, registered_at)
VALUES (%(client_id)s, %(name)s, %(site)s, %(environment)s, %(party_id)s, %(version_id)s, %(functionalities)s, %(at)s)
"""

ADD_KEY: Final[LiteralString] = """
INSERT INTO onboarding.client_key (kid, client_id, algorithm, jwk)
VALUES (%(kid)s, %(client_id)s, %(algorithm)s, %(jwk)s)
ON CONFLICT (kid) DO NOTHING
RETURNING kid
"""

OF_PARTY: Final[LiteralString] = """
SELECT client_id, name, site, environment, party_id, version_id, functionalities, open_for, registered_at
  FROM onboarding.client
 WHERE party_id = %(party_id)s AND active
 ORDER BY environment, registered_at, client_id
"""

END: Final[LiteralString] = """
UPDATE onboarding.client SET active = false, open_for = '{}', ended_at = %(at)s WHERE client_id = %(client_id)s
"""


async def lock_party(tx: Tx, party_id: UUID) -> None:
    """Of two people of a party who register at once, the second one sees what the first one did."""
    await tx.execute(LOCK_PARTY, {"party_id": party_id})


async def add_client(tx: Tx, client: Mapping[str, Any]) -> None:
    await tx.execute(ADD_CLIENT, client)


async def add_key(tx: Tx, client_id: str, kid: str, algorithm: str, jwk: Mapping[str, str]) -> bool:
    """False when the key is somebody's already."""
    row = {"kid": kid, "client_id": client_id, "algorithm": algorithm, "jwk": Jsonb(dict(jwk))}
    cursor = await tx.execute(ADD_KEY, row)
    return await cursor.fetchone() is not None


async def of_party(tx: Tx, party_id: UUID) -> list[ClientRecord]:
    async with tx.cursor(row_factory=class_row(ClientRecord)) as cursor:
        await cursor.execute(OF_PARTY, {"party_id": party_id})
        return await cursor.fetchall()


async def end(tx: Tx, client_id: str, at: datetime) -> None:
    await tx.execute(END, {"client_id": client_id, "at": at})
