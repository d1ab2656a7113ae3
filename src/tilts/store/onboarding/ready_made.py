"""SQL for what the sandbox has ready: whose client it is, and what it may be used for."""

from collections.abc import Sequence
from typing import Final, LiteralString
from uuid import UUID

from tilts.store.tx import Tx

SETTLE_CLIENT: Final[LiteralString] = """
UPDATE onboarding.client
   SET party_id = %(party_id)s, version_id = %(version_id)s, functionalities = %(functionalities)s,
       open_for = %(functionalities)s
 WHERE client_id = %(client_id)s
"""


async def settle_client(
    tx: Tx, client_id: str, party_id: UUID, version_id: UUID | None, functionalities: Sequence[str]
) -> None:
    """Open from the start; the gate says the same as soon as it is asked, or closes it."""
    row = {
        "client_id": client_id,
        "party_id": party_id,
        "version_id": version_id,
        "functionalities": list(functionalities),
    }
    await tx.execute(SETTLE_CLIENT, row)
