"""SQL for certificates that a test needs: registered for the system under test, and revoked at once if wanted."""

from typing import Any, Final, LiteralString

from tilts.store.tx import Tx

REGISTER: Final[LiteralString] = """
INSERT INTO onboarding.client_certificate
       (fingerprint, client_id, serial, issuer, public_key, not_before, not_after, revoked_at)
VALUES (%(fingerprint)s, %(client_id)s, %(serial)s, %(issuer)s, %(public_key)s, %(not_before)s, %(not_after)s,
        %(revoked_at)s)
"""


async def register(tx: Tx, certificate: dict[str, Any]) -> None:
    await tx.execute(REGISTER, certificate)
