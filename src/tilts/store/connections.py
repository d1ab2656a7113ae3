"""SQL for connections: registered clients, their certificates and keys, spent assertions."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.rows import class_row, scalar_row
from psycopg.types.json import Jsonb

from tilts.store.records import ConnectionRecord, RoleRecord
from tilts.store.tx import Tx

FIND_BY_FINGERPRINT: Final[LiteralString] = """
SELECT c.client_id, COALESCE(d.party_id, o.organization_id) AS organization_id, COALESCE(d.name, o.name) AS organization_name,
       COALESCE(d.kind, o.kind) AS kind, c.site,
       c.active AND COALESCE(o.active, true) AS active, f.not_before, f.not_after, f.revoked_at, f.usable_until,
       f.unusable_rule, c.functionalities, c.open_for, c.observed_run
  FROM onboarding.client_certificate f
  JOIN onboarding.client c USING (client_id)
  LEFT JOIN organization o USING (site)
  LEFT JOIN onboarding.party d ON d.party_id = c.party_id AND d.kind = 'vendor' AND c.environment = 'production'
 WHERE f.fingerprint = %(fingerprint)s
   AND f.ended_at IS NULL
   AND c.environment = current_schema() COLLATE "C"
   AND (o.organization_id IS NOT NULL OR d.party_id IS NOT NULL)
"""
# One row by three unique keys: on the path of every call. An institution has one code or licence number and in each
# environment an id of its own: the site says who it is here. Clients of all environments stand in one table; the
# schema that a session works in is named as its environment, so that no caller can forget to say which.
# A developer's own connection to production (C1: the classifier feed) has no site in any register: the party itself
# is who it is.

FIND_BY_CLIENT_ID: Final[LiteralString] = """
SELECT c.client_id, COALESCE(d.party_id, o.organization_id) AS organization_id, COALESCE(d.name, o.name) AS organization_name,
       COALESCE(d.kind, o.kind) AS kind, c.site,
       c.active AND COALESCE(o.active, true) AS active,
       NULL::timestamptz AS not_before, NULL::timestamptz AS not_after, NULL::timestamptz AS revoked_at,
       c.functionalities, c.open_for, c.observed_run
  FROM onboarding.client c
  LEFT JOIN organization o USING (site)
  LEFT JOIN onboarding.party d ON d.party_id = c.party_id AND d.kind = 'vendor' AND c.environment = 'production'
 WHERE c.client_id = %(client_id)s
   AND c.environment = current_schema() COLLATE "C"
   AND (o.organization_id IS NOT NULL OR d.party_id IS NOT NULL)
"""

KEYS_OF_CLIENT: Final[LiteralString] = """
SELECT k.kid, k.algorithm, k.jwk
  FROM onboarding.client_key k
  JOIN onboarding.client c USING (client_id)
 WHERE c.client_id = %(client_id)s
   AND c.environment = current_schema() COLLATE "C"
"""

SPEND_ASSERTION: Final[LiteralString] = """
INSERT INTO spent_assertion (client_id, jti, expires_at)
VALUES (%(client_id)s, %(jti)s, %(expires_at)s)
ON CONFLICT ON CONSTRAINT assertion_is_spent_once DO NOTHING
RETURNING true
"""

FORGET_ASSERTIONS: Final[LiteralString] = """
DELETE FROM spent_assertion WHERE expires_at < %(before)s
"""

FIND_ROLE: Final[LiteralString] = """
SELECT role_id, practitioner_id, organization_id, code, display, active
  FROM practitioner_role
 WHERE role_id = %(role_id)s
"""

PATIENT_EXISTS: Final[LiteralString] = """
SELECT EXISTS (SELECT 1 FROM patient WHERE patient_id = %(patient_id)s)
"""

REVOKE: Final[LiteralString] = """
UPDATE onboarding.client_certificate
   SET revoked_at = %(revoked_at)s, revocation_known_at = now()
 WHERE serial = %(serial)s
   AND issuer = ANY(%(issuers)s)
   AND revoked_at IS NULL
"""

SAVE_CLIENT: Final[LiteralString] = """
INSERT INTO onboarding.client (client_id, name, organization_id, site, environment, functionalities, open_for)
VALUES (%(client_id)s, %(name)s, %(organization_id)s, %(site)s, %(environment)s, %(functionalities)s, %(open_for)s)
ON CONFLICT (client_id) DO UPDATE
   SET name = excluded.name, organization_id = excluded.organization_id, site = excluded.site
"""

SAVE_CERTIFICATE: Final[LiteralString] = """
INSERT INTO onboarding.client_certificate
       (fingerprint, client_id, serial, issuer, public_key, not_before, not_after)
VALUES (%(fingerprint)s, %(client_id)s, %(serial)s, %(issuer)s, %(public_key)s, %(not_before)s, %(not_after)s)
ON CONFLICT (fingerprint) DO UPDATE
   SET issuer = excluded.issuer, public_key = excluded.public_key
 WHERE client_certificate.issuer = ''
"""

SAVE_KEY: Final[LiteralString] = """
INSERT INTO onboarding.client_key (kid, client_id, algorithm, jwk)
VALUES (%(kid)s, %(client_id)s, %(algorithm)s, %(jwk)s)
ON CONFLICT (kid) DO NOTHING
"""


async def find_by_fingerprint(tx: Tx, fingerprint: bytes) -> ConnectionRecord | None:
    async with tx.cursor(row_factory=class_row(ConnectionRecord)) as cursor:
        await cursor.execute(FIND_BY_FINGERPRINT, {"fingerprint": fingerprint})
        return await cursor.fetchone()


async def find_by_client_id(tx: Tx, client_id: str) -> ConnectionRecord | None:
    async with tx.cursor(row_factory=class_row(ConnectionRecord)) as cursor:
        await cursor.execute(FIND_BY_CLIENT_ID, {"client_id": client_id})
        return await cursor.fetchone()


async def keys_of_client(tx: Tx, client_id: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """kid -> (fixed algorithm, public JWK)."""
    cursor = await tx.execute(KEYS_OF_CLIENT, {"client_id": client_id})
    return {kid: (algorithm, jwk) for kid, algorithm, jwk in await cursor.fetchall()}


async def spend_assertion(tx: Tx, client_id: str, jti: str, expires_at: datetime) -> bool:
    """False when it was spent before; two at once are told apart by the primary key."""
    cursor = await tx.execute(SPEND_ASSERTION, {"client_id": client_id, "jti": jti, "expires_at": expires_at})
    return await cursor.fetchone() is not None


async def forget_assertions(tx: Tx, before: datetime) -> None:
    await tx.execute(FORGET_ASSERTIONS, {"before": before})


async def find_role(tx: Tx, role_id: UUID) -> RoleRecord | None:
    async with tx.cursor(row_factory=class_row(RoleRecord)) as cursor:
        await cursor.execute(FIND_ROLE, {"role_id": role_id})
        return await cursor.fetchone()


async def patient_exists(tx: Tx, patient_id: UUID) -> bool:
    async with tx.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(PATIENT_EXISTS, {"patient_id": patient_id})
        return bool(await cursor.fetchone())


async def revoke(tx: Tx, issuers: Sequence[str], revoked: Mapping[int, datetime]) -> None:
    """Serial -> since when, of one issuer under the names it is kept by; a certificate once revoked stays so."""
    rows = [
        {"issuers": list(issuers), "serial": str(serial), "revoked_at": since}
        for serial, since in revoked.items()
    ]
    async with tx.cursor() as cursor:
        await cursor.executemany(REVOKE, rows)


async def save_client(tx: Tx, client: dict[str, Any]) -> None:
    await tx.execute(SAVE_CLIENT, client)


async def save_certificates(tx: Tx, certificates: Iterable[dict[str, Any]]) -> None:
    async with tx.cursor() as cursor:
        rows = [{"issuer": "", "public_key": None, **row} for row in certificates]
        await cursor.executemany(SAVE_CERTIFICATE, rows)


async def save_key(tx: Tx, client_id: str, algorithm: str, jwk: dict[str, Any]) -> None:
    row = {"kid": jwk["kid"], "client_id": client_id, "algorithm": algorithm, "jwk": Jsonb(jwk)}
    await tx.execute(SAVE_KEY, row)
